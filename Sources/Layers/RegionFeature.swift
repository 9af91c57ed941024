public import GeoTypes

/// The confidence of a region's pixels, in percent.
public struct RegionConfidence: Sendable, Hashable {
  public var mean: Double
  public var minimum: Int
  public var maximum: Int

  public init(mean: Double, minimum: Int, maximum: Int) {
    self.mean = mean
    self.minimum = minimum
    self.maximum = maximum
  }
}

/// A region as it goes into the layers.
public struct RegionFeature: Sendable {
  /// Unique within the source; the same in every format.
  public var id: Int
  public var classID: Int
  /// In pixel-corner coordinates of the source, rings in any direction.
  public var polygons: [Polygon]
  public var pixels: Int
  /// `nil` where the source has no confidence.
  public var confidence: RegionConfidence?
  /// Whether the region touches the source's edge (or its nodata).
  public var touchesEdge: Bool
  /// A point inside the region, in pixel-corner coordinates.
  public var pointInside: Point

  public init(
    id: Int, classID: Int, polygons: [Polygon], pixels: Int, confidence: RegionConfidence?, touchesEdge: Bool, pointInside: Point
  ) {
    self.id = id
    self.classID = classID
    self.polygons = polygons
    self.pixels = pixels
    self.confidence = confidence
    self.touchesEdge = touchesEdge
    self.pointInside = pointInside
  }
}
