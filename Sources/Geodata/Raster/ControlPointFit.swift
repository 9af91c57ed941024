import Foundation
import GeoTypes

/// How well a raster's control points fit the way that it is placed by them.
public struct ControlPointFit: Sendable, Hashable, Codable {
  /// How many control points there are.
  public var points: Int
  /// "polynomial" or "thin plate spline".
  public var method: String
  /// Root mean square and largest distance between the stated place of a point and where the raster puts it, in pixels.
  public var rmsPixels: Double
  public var maxPixels: Double
  /// The same in meters on the ground; `nil` without a crs.
  public var rmsMeters: Double?
  public var maxMeters: Double?

  /// - Parameters:
  ///   - pairs: where each point should be, and where the transformation puts it, in the crs.
  ///   - view: the placed raster's.
  init?(_ pairs: [(said: Point, placed: Point)], method: String, view: Geotransform, size: RasterSize, crs: CoordinateSystem?) {
    guard !pairs.isEmpty, let inverse = view.inverse else { return nil }
    let meters = crs.map { GroundLength.ofPixel(view, size, $0) }
    let offsets = pairs.map { pair -> Point in
      let (said, placed) = (inverse.apply(pair.said), inverse.apply(pair.placed))
      return Point(x: placed.x - said.x, y: placed.y - said.y)
    }
    func squares(_ x: Double, _ y: Double) -> [Double] { offsets.map { ($0.x * x) * ($0.x * x) + ($0.y * y) * ($0.y * y) } }
    func rms(_ squares: [Double]) -> Double { ((squares.reduce(0, +) / Double(squares.count)).squareRoot() * 1000).rounded() / 1000 }
    func most(_ squares: [Double]) -> Double { ((squares.max() ?? 0).squareRoot() * 1000).rounded() / 1000 }
    points = pairs.count
    self.method = method
    let pixels = squares(1, 1)
    guard pixels.allSatisfy(\.isFinite) else { return nil }
    (rmsPixels, maxPixels) = (rms(pixels), most(pixels))
    if let meters {
      let ground = squares(meters.x, meters.y)
      (rmsMeters, maxMeters) = (rms(ground), most(ground))
    }
  }

  /// Such as "by a polynomial with residuals of 1.21 m rms and 1.74 m = 7.0 pixels at most".
  var sentence: String {
    func two(_ value: Double) -> String { String(format: "%.2f", value) }
    let residuals =
      if let rmsMeters, let maxMeters {
        "\(two(rmsMeters)) m rms and \(two(maxMeters)) m = \(two(maxPixels)) pixels at most"
      } else {
        "\(two(rmsPixels)) pixels rms and \(two(maxPixels)) pixels at most"
      }
    return "by a \(method) with residuals of \(residuals)"
  }
}
