import Foundation
import Geodata

/// The columns of every vector layer, and how its numbers are rounded.
struct LayerFields: Sendable {
  let fields: [VectorField]
  private let extras: Set<Extra>
  private let areaScale: Double
  private let lengthScale: Double

  /// - Parameters:
  ///   - isGeodesic: areas in m², else in pixels.
  ///   - pixelArea: in the same unit.
  ///   - extras: what there is besides.
  init(isGeodesic: Bool, pixelArea: Double, extras: Set<Extra> = []) {
    self.extras = extras
    // Two decimals, and more where a pixel is so small that they would not tell one from two: a tenth of its area, a thousandth of its side.
    let size = pixelArea > 0 && pixelArea.isFinite ? log10(pixelArea) : 0
    let areaDecimals = max(2, min(12, 1 - Int(size.rounded(.down))))
    let lengthDecimals = max(0, min(9, 3 - Int((size / 2).rounded(.down))))
    areaScale = pow(10, Double(areaDecimals))
    lengthScale = pow(10, Double(lengthDecimals))
    let names =
      ["id", "class_id", "class", "source", "pixels", isGeodesic ? "area_m2" : "area_px", isGeodesic ? "perim_m" : "perim_px"]
      + ["conf_mean", "conf_min", "conf_max", "edge", "lon", "lat", "date"]
    fields =
      names.map { name in
        var field = Self.field(name)
        if name.hasPrefix("area") { field.kind = .real(decimals: areaDecimals) }
        if name.hasPrefix("perim") { field.kind = .real(decimals: lengthDecimals) }
        return field
      } + Extra.allCases.filter(extras.contains).flatMap(\.fields)
  }

  private static func field(_ name: String) -> VectorField {
    guard let column = LayerColumn.polygons.first(where: { $0.name == name }) else { preconditionFailure("no column is called \(name)") }
    return column.field
  }

  /// Fields that layers have where they are asked for, after all others and in this order.
  enum Extra: Sendable, CaseIterable {
    /// One standard error of the position of `lon` and `lat`, along its worst axis, in meters.
    case positionError
    /// Sides of the smallest rectangle in meters, direction of the longer one in degrees from north, and 4π · area / perimeter²; length, width and
    /// direction of strands along their medial lines.
    case shape
    /// Liters from and to, by the thickness of the class.
    case volume
    /// The nearest object of the class that `vectors.nearest` names: class, row and source, meters between the outlines, and the direction to it.
    case nearest
    /// Of merged layers: when frames that show the object were taken, from the first to the last; how many they are, and which.
    case frames

    var fields: [VectorField] {
      let names =
        switch self {
        case .positionError: ["sigma_m"]
        case .shape: ["length_m", "width_m", "axis_deg", "compact", "medial_m", "medial_w_m", "medial_deg"]
        case .volume: ["vol_min_l", "vol_max_l"]
        case .nearest: ["near_class", "near_id", "near_src", "near_m", "near_deg"]
        case .frames: ["time_first", "time_last", "n_frames", "frames"]
        }
      return names.map(LayerFields.field)
    }
  }

  /// The first column of some fields that are there besides; `nil` where they are not.
  func column(of extra: Extra) -> Int? {
    guard extras.contains(extra) else { return nil }
    return fields.count - Extra.allCases.drop { $0 != extra }.filter(extras.contains).reduce(0) { $0 + $1.fields.count }
  }

  /// Liters from and to of an area in m² with a thickness in µm; null without one.
  static func volumes(area: Double, _ thickness: ClosedRange<Double>?) -> [FieldValue] {
    guard area.isFinite, let thickness else { return [.null, .null] }
    // A square meter of a micrometer is a milliliter.
    return [thickness.lowerBound, thickness.upperBound].map { .real(rounded(area * $0 / 1000, decimals: 6)) }
  }

  /// The values of `Extra.nearest`; null without a nearest object.
  static func values(_ nearest: NearbyOutlines.Nearest?, className: String) -> [FieldValue] {
    guard let nearest else { return Array(repeating: .null, count: 5) }
    return [
      .text(className), .integer(nearest.id), .text(nearest.source), .real(rounded(nearest.distance, decimals: 2)),
      nearest.azimuth.map { .real(rounded($0, decimals: 2).truncatingRemainder(dividingBy: 360)) } ?? .null,
    ]
  }

  func rounded(area: Double) -> Double { Self.round(area, areaScale) }
  func rounded(length: Double) -> Double { Self.round(length, lengthScale) }
  static func rounded(percent: Double) -> Double { round(percent, 10) }
  /// To as many decimals as an extra field has.
  static func rounded(_ value: Double, decimals: Int) -> Double { round(value, pow(10, Double(decimals))) }
  static func rounded(degrees: Double) -> Double { round(degrees, 1e8) }

  private static func round(_ value: Double, _ scale: Double) -> Double {
    let scaled = value * scale
    // Beyond 2⁵³ a double has no decimals left to round.
    return abs(scaled) < 9e15 ? scaled.rounded() / scale : value
  }
}
