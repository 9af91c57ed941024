import Foundation
import GeoTypes

/// From longitudes and latitudes to a drawing: Mercator's projection, north up, around all outlines.
struct MapFrame {
  /// Units of the drawing; its width is always the same.
  static let width = 1000.0
  let height: Double
  private let originX: Double
  private let originY: Double
  private let scale: Double
  /// Meters of a unit in the middle of the drawing.
  let metersPerUnit: Double

  private static let margin = 16.0

  /// - Parameter outlines: in degrees, each continuous across 180°, brought to one turn of the earth by `unwrapped`.
  init?(_ outlines: [[Point]]) {
    guard let bounds = Bounds(of: outlines.joined().lazy.map(Self.projected)) else { return nil }
    // A single small source gets some ground around it.
    let least = 1e-7
    let width = max(bounds.maxX - bounds.minX, least)
    let height = max(bounds.maxY - bounds.minY, least)
    let room = Self.width - 2 * Self.margin
    scale = min(room / width, 560 / height)
    self.height = max(160, height * scale + 2 * Self.margin)
    originX = (bounds.minX + bounds.maxX) / 2 - Self.width / 2 / scale
    originY = (bounds.minY + bounds.maxY) / 2 + self.height / 2 / scale
    metersPerUnit = 6_378_137 / scale / cosh((bounds.minY + bounds.maxY) / 2)
  }

  /// The place of a position in the drawing, y downward.
  func place(_ position: Point) -> Point {
    let point = Self.projected(position)
    return Point(x: (point.x - originX) * scale, y: (originY - point.y) * scale)
  }

  /// Radians on the sphere; Mercator's projection ends before the poles.
  private static func projected(_ position: Point) -> Point {
    let latitude = max(-85, min(85, position.y)) * .pi / 180
    return Point(x: position.x * .pi / 180, y: asinh(tan(latitude)))
  }

  /// Outlines moved by whole turns, so that they lie beside each other whichever way around the earth is shorter.
  static func unwrapped(_ outlines: [[Point]]) -> [[Point]] {
    func turned(_ longitude: Double) -> Double { longitude - (longitude / 360).rounded(.down) * 360 }
    let middles = outlines.map { outline in
      outline.isEmpty ? 0 : (outline.lazy.map(\.x).min() ?? 0) / 2 + (outline.lazy.map(\.x).max() ?? 0) / 2
    }
    let sorted = middles.map(turned).sorted()
    guard let first = sorted.first, let last = sorted.last else { return outlines }
    // The map begins behind the widest gap.
    var (start, widest) = (first, first + 360 - last)
    for (one, next) in zip(sorted, sorted.dropFirst()) where next - one > widest { (start, widest) = (next, next - one) }
    return zip(outlines, middles).map { outline, middle in
      var target = turned(middle)
      if target < start { target += 360 }
      let shift = target - middle
      return shift == 0 ? outline : outline.map { Point(x: $0.x + shift, y: $0.y) }
    }
  }
}
