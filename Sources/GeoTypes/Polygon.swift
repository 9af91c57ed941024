/// A closed line of straight edges. The last point is joined to the first, which is not repeated.
public struct Ring: Hashable, Sendable {
  public var points: [Point]

  public init(_ points: [Point]) { self.points = points }

  /// The signed area by the shoelace formula, positive where the points run counter-clockwise in
  /// axes with y upwards (so: clockwise as seen in pixel coordinates, whose rows grow downwards).
  public var signedArea: Double {
    guard let origin = points.first else { return 0 }
    var sum = 0.0
    var previous = points[points.count - 1]
    for point in points {
      // Relative to the first point: coordinates of a crs are large, areas are small.
      sum += (previous.x - origin.x) * (point.y - origin.y) - (point.x - origin.x) * (previous.y - origin.y)
      previous = point
    }
    return sum / 2
  }
}

/// An area with one shell and any number of holes in it.
public struct Polygon: Hashable, Sendable {
  public var shell: Ring
  public var holes: [Ring]

  public init(shell: Ring, holes: [Ring] = []) {
    self.shell = shell
    self.holes = holes
  }

  /// The area of the shell less that of the holes, never negative for a valid polygon, whatever the rings' direction.
  public var area: Double { abs(shell.signedArea) - holes.reduce(0) { $0 + abs($1.signedArea) } }
}
