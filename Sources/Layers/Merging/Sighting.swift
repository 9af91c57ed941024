import Foundation
import GeoTypes

/// An object as one frame shows it.
struct Sighting {
  /// The number of its frame among the sources, in the order of their names.
  var source: Int
  /// The number of its row in that source.
  var row: Int
  var classID: Int
  /// Square meters.
  var area: Double
  /// One standard error of its position, in meters.
  var sigma: Double
  /// A rectangle in degrees on WGS 84 that holds it; longitudes are continuous around the first object's.
  var bounds: Bounds
}

/// When a frame was taken.
struct FrameMoment {
  /// ISO 8601, as the footprint says it.
  let text: String
  private let seconds: Double
  private var isUTC: Bool { text.hasSuffix("Z") }

  init?(_ text: String) {
    guard let date = try? Date(text.hasSuffix("Z") ? text : text + "Z", strategy: .iso8601) else { return nil }
    self.text = text
    seconds = date.timeIntervalSince1970
  }

  /// The longest time between two frames of one pass, in seconds.
  static let pass = 3600.0

  /// Whether two frames may show one pass; those of which a time is not known, or counts from elsewhere, may.
  static func mayBeOnePass(_ first: FrameMoment?, _ second: FrameMoment?) -> Bool {
    guard let first, let second, first.isUTC == second.isUTC else { return true }
    return abs(first.seconds - second.seconds) <= pass
  }

  /// The earliest and the latest of some moments; those in UTC where there are both.
  static func span(_ moments: [FrameMoment]) -> (first: FrameMoment, last: FrameMoment)? {
    let universal = moments.filter(\.isUTC)
    let comparable = universal.isEmpty ? moments : universal
    guard let first = comparable.min(by: { $0.seconds < $1.seconds }), let last = comparable.max(by: { $0.seconds < $1.seconds })
    else { return nil }
    return (first, last)
  }
}
