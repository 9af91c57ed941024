import Foundation
import GeoTypes
import RunState

/// What a receipt tells of a source's layers, as far as the page shows it.
struct PublishedFigures {
  struct Class: Decodable {
    var name: String
    var pixels: Int
    var area: Double
    var confidence: Double?
  }

  /// The beginning of the layer key.
  var key: String
  var isMeasured: Bool
  var classes: [Class]
  /// Empty in receipts of versions that did not say it.
  var outline: [Point]

  private struct Details: Decodable {
    var areaUnit: String?
    var classes: [Class]?
    var outline: [[Double]]?
  }

  init(_ receipt: Receipt) {
    key = Self.short(receipt.layerKey)
    let details = try? receipt.details?.decoded(as: Details.self)
    isMeasured = details?.areaUnit != "px"
    classes = details?.classes ?? []
    outline = (details?.outline ?? []).compactMap { $0.count == 2 ? Point(x: $0[0], y: $0[1]) : nil }
  }

  static func short(_ key: LayerKey) -> String { String(key.text.prefix(16)) }
}
