public import GeoTypes

/// A region of the class map: its outline in pixel corners (x is the column, y the row, growing downwards) and what it holds.
public struct TracedRegion: Sendable {
  /// From 1, in the order in which regions are handed out: by the region's last pixel, row by row.
  public var id: Int
  public var classID: UInt8
  /// One polygon, its holes within; an 8-connected region that hangs together by corners has one for each of its parts, which
  /// touch in points only. Valid by OGC's rules; shells run clockwise as seen with rows growing downwards, holes the other way.
  public var polygons: [Polygon]
  public var statistics: RegionStatistics
}

/// What was counted over a region's pixels, those of regions that joined it included.
public struct RegionStatistics: Sendable, Hashable {
  /// The number of pixels.
  public var pixels: Int
  /// The sum of its pixels' areas in m².
  public var area: Double
  /// The confidence over the pixels that have one; `nil` where none has.
  public var confidence: ConfidenceStatistics?
  /// Whether one of its pixels lies in the raster's first or last row or column.
  public var touchesEdge: Bool
  /// A point strictly inside the polygons as handed out.
  public var pointInside: Point
  /// The smallest window around its pixels.
  public var window: Window
  /// The length of all its rings, as handed out, in pixels.
  public var perimeter: Double
  /// The polygons' area less the number of pixels, in square pixels: 0 unless outlines were simplified, smoothed or made regular.
  public var areaChange: Double
}

/// The confidence over a region's pixels, in percent.
public struct ConfidenceStatistics: Sendable, Hashable {
  public var mean: Double
  public var minimum: UInt8
  public var maximum: UInt8
}

/// What a tracer did, from the first row to `finish`.
public struct TracingSummary: Sendable, Hashable {
  /// The regions handed out.
  public var regions = 0
  /// The regions left out because of their class or their confidence.
  public var leftOut = 0
  /// The regions that joined a neighbor because of `minimumArea`.
  public var merged = 0
  /// The regions that filled a hole because of `minimumHole`.
  public var filled = 0
  /// The vertices handed out (a ring's first vertex counted once).
  public var vertices = 0
  /// The vertices that the same regions have along the pixels' sides.
  public var exactVertices = 0
  /// The largest change of a region's area through simplification, as a share of its pixels.
  public var largestAreaChange = 0.0
  /// The sum over regions of the changes of area, in square pixels, sign aside.
  public var totalAreaChange = 0.0
  /// Regions of a class to regularize whose outline became rectilinear.
  public var regularized = 0

  public init() {}
}
