import Foundation
import Geodata

/// The columns of every vector layer, and how its numbers are rounded.
struct LayerFields: Sendable {
  let fields: [VectorField]
  private let areaScale: Double
  private let lengthScale: Double

  /// - Parameters:
  ///   - isGeodesic: areas in m², else in pixels.
  ///   - pixelArea: in the same unit.
  ///   - hasPositionErrors: of pictures that were placed by their tags, the error of each polygon's position is known.
  init(isGeodesic: Bool, pixelArea: Double, hasPositionErrors: Bool = false) {
    // Decimals follow the pixel: a ten-millionth of its area, so that sums stay exact; a thousandth of its side.
    let size = pixelArea > 0 && pixelArea.isFinite ? log10(pixelArea) : 0
    let areaDecimals = max(0, min(12, 7 - Int(size.rounded(.down))))
    let lengthDecimals = max(0, min(9, 3 - Int((size / 2).rounded(.down))))
    areaScale = pow(10, Double(areaDecimals))
    lengthScale = pow(10, Double(lengthDecimals))
    fields = [
      VectorField("id", .long), VectorField("class_id", .integer), VectorField("class", .text(bytes: 80)),
      VectorField("source", .text(bytes: 254)), VectorField("pixels", .long),
      VectorField(isGeodesic ? "area_m2" : "area_px", .real(decimals: areaDecimals)),
      VectorField(isGeodesic ? "perim_m" : "perim_px", .real(decimals: lengthDecimals)),
      VectorField("conf_mean", .real(decimals: 2)), VectorField("conf_min", .integer), VectorField("conf_max", .integer),
      VectorField("edge", .integer), VectorField("lon", .real(decimals: 8)), VectorField("lat", .real(decimals: 8)),
    ] + (hasPositionErrors ? [VectorField(Self.positionError, .real(decimals: 2))] : [])
  }

  /// One standard error of the position of `lon` and `lat`, along its worst axis, in meters.
  static let positionError = "sigma_m"

  func rounded(area: Double) -> Double { Self.round(area, areaScale) }
  func rounded(length: Double) -> Double { Self.round(length, lengthScale) }
  static func rounded(percent: Double) -> Double { round(percent, 100) }
  static func rounded(error meters: Double) -> Double { round(meters, 100) }
  static func rounded(degrees: Double) -> Double { round(degrees, 1e8) }

  private static func round(_ value: Double, _ scale: Double) -> Double {
    let scaled = value * scale
    // Beyond 2⁵³ a double has no decimals left to round.
    return abs(scaled) < 9e15 ? scaled.rounded() / scale : value
  }
}
