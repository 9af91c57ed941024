/// A position: column and row in pixels (0, 0 is the upper-left corner of the first pixel), or x and y of a crs
/// (x is easting or longitude, y is northing or latitude, whatever order the crs' authority prefers).
public struct Point: Hashable, Sendable, Codable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}
