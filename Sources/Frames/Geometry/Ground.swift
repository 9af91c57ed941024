public import GeoTypes

/// What rays end at.
public enum Ground: Sendable {
  /// One height over the ellipsoid, as the sea has within a frame.
  case level(Double)
  /// A terrain.
  case surface(any HeightSurface)

  /// The height over the ellipsoid at a place, in degrees; `nil` where it is not known.
  public func height(longitude: Double, latitude: Double) -> Double? {
    switch self {
    case .level(let height): height
    case .surface(let surface): surface.height(longitude: longitude, latitude: latitude)
    }
  }

  /// The lowest and the highest ground.
  public var heights: ClosedRange<Double> {
    switch self {
    case .level(let height): height...height
    case .surface(let surface): surface.heights
    }
  }
}

/// Heights that vary from place to place.
public protocol HeightSurface: Sendable {
  /// Where a place lies among the samples, whose neighbors are 1 apart; may lie beyond them. `nil` where it has no such position.
  ///
  /// - Parameters: degrees.
  func sample(longitude: Double, latitude: Double) -> Point?
  /// The height at a position among the samples, in meters over the ellipsoid WGS 84; `nil` where there is none.
  func height(at sample: Point) -> Double?
  /// The lowest and the highest of all its heights.
  var heights: ClosedRange<Double> { get }
  /// The distance of its samples, in meters.
  var spacing: Double { get }
  /// At least as much as heights differ, in meters, for each unit that two positions among the samples are apart.
  var steepness: Double { get }
}

extension HeightSurface {
  /// Meters over the ellipsoid WGS 84; `nil` where there is none.
  ///
  /// - Parameters: degrees.
  public func height(longitude: Double, latitude: Double) -> Double? {
    sample(longitude: longitude, latitude: latitude).flatMap(height(at:))
  }
}
