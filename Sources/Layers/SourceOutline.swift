import Foundation
public import GeoTypes
public import Geodata

/// Where a source lies, in a few points for an overview.
public enum SourceOutline {
  /// The corners in degrees of longitude and latitude on WGS 84, continuous across 180°, and points between them where a side is bent; `nil`
  /// where the source, or a part of it, is not georeferenced to the earth.
  ///
  /// - Parameter window: the part that counts; `nil` for all of it.
  public static func corners(of source: any PixelSource, window: Window?) -> [Point]? {
    if let frame = source.frame { return thinned(frame.outline).map(rounded) }
    guard source.isPlaced, let crs = source.crs else { return nil }
    return corners(of: window ?? Window(source.size), geotransform: source.geotransform, crs: crs)
  }

  static func corners(of window: Window, geotransform: Geotransform, crs: CoordinateSystem) -> [Point]? {
    guard let transformation = WorldPosition.transformation(from: crs) else { return nil }
    let (left, top) = (Double(window.column), Double(window.row))
    let (width, height) = (Double(window.width), Double(window.height))
    let sides = [(0.0, 0.0, 1.0, 0.0), (1, 0, 0, 1), (1, 1, -1, 0), (0, 1, 0, -1)]
    var points = sides.flatMap { side in
      (0..<parts).map { part in
        let t = Double(part) / Double(parts)
        return geotransform.apply(Point(x: left + (side.0 + t * side.2) * width, y: top + (side.1 + t * side.3) * height))
      }
    }
    guard (try? transformation.apply(to: &points)) != nil else { return nil }
    // Pixels around a pole reach beyond it by half their size.
    for index in points.indices {
      if index > 0 { points[index].x -= ((points[index].x - points[index - 1].x) / 360).rounded() * 360 }
      points[index].y = max(-90, min(90, points[index].y))
    }
    return withoutStraightParts(points).map(rounded)
  }

  private static let parts = 4

  /// The corners, and of each side that bends by more than a hundredth of its length the points between.
  private static func withoutStraightParts(_ points: [Point]) -> [Point] {
    var kept: [Point] = []
    for start in stride(from: 0, to: points.count, by: parts) {
      let (first, last) = (points[start], points[(start + parts) % points.count])
      kept.append(first)
      let (dx, dy) = (last.x - first.x, last.y - first.y)
      let length = dx * dx + dy * dy
      let between = points[start + 1..<start + parts]
      let bend = between.map { abs(dx * ($0.y - first.y) - dy * ($0.x - first.x)) }.max() ?? 0
      if bend > 0.01 * length { kept += between }
    }
    return kept
  }

  /// At most 32 points of an outline.
  private static func thinned(_ outline: [Point]) -> [Point] {
    let step = max(1, (outline.count + 31) / 32)
    return stride(from: 0, to: outline.count, by: step).map { outline[$0] }
  }

  /// To a tenth of a meter.
  private static func rounded(_ point: Point) -> Point {
    Point(x: (point.x * 1e6).rounded() / 1e6, y: (point.y * 1e6).rounded() / 1e6)
  }
}
