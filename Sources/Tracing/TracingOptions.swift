/// How regions are found, cleaned and drawn. The defaults give every region exactly as its pixels lie.
public struct TracingOptions: Sendable {
  /// Which pixels of equal class belong together.
  public enum Connectivity: Int, Sendable, Hashable {
    /// Those that share a side.
    case four = 4
    /// Those that share a side or a corner.
    case eight = 8
  }

  /// How borders lose vertices. Every border between two regions is treated once, so both sides keep the same vertices.
  public enum Simplification: Sendable, Hashable {
    /// Along the pixels' sides, exactly.
    case none
    /// Visvalingam and Whyatt (1993): triangles of consecutive vertices under tolerance² / 2 go, smallest first. Tolerance in meters.
    case visvalingam(tolerance: Double)
    /// Douglas and Peucker (1973): vertices nearer than the tolerance (meters) to the line between those that stay go.
    case douglasPeucker(tolerance: Double)
    /// Stair steps become straight lines, none of which leaves the half pixel beside the exact border; areas stay.
    case smooth
  }

  public var connectivity = Connectivity.four

  /// Regions under this area (m²) join the neighbor with which they share the longest border, smallest first.
  public var minimumArea = 0.0

  /// Holes under this area (m²) are filled; a hole that has nodata in it stays.
  public var minimumHole = 0.0

  /// The area (m²) of a pixel in a row.
  public var pixelArea: @Sendable (_ row: Int) -> Double = { _ in 1 }

  /// The mean confidence (percent) under which a class's regions are left out; absent classes: 0.
  public var minimumConfidence: [UInt8: Double] = [:]

  /// The classes whose regions are handed out; `nil`: all.
  public var classes: Set<UInt8>?

  public var simplify = Simplification.none

  /// Whether a corner where three and more regions meet is a vertex of all of them, also of one that runs straight on there. Simplified, smoothed and
  /// regular outlines always have it; exact ones need it where edges are bent later, as by another crs: then neighbors stay equal only if
  /// their edges have the same ends. Without it, exact outlines have the vertices that GDALPolygonize gives.
  public var keepsNodes = false

  /// The length of a pixel's side on the ground, along a row and along a column: what makes tolerances pixels.
  public var metersPerPixel: (x: Double, y: Double) = (1, 1)

  /// The classes whose outlines become rectilinear, in each region's own main direction.
  public var regularize: Set<UInt8> = []

  /// How far (meters) a regular outline may lie from the exact one; `nil`: the tolerance of `simplify`, else 1.5 pixels.
  public var regularizeTolerance: Double?

  public init() {}

  /// Throws where a number is negative, not finite, or a pixel has no size.
  func validate() throws(TracingError) {
    func check(_ value: Double, _ name: String) throws(TracingError) {
      guard value >= 0, value.isFinite else {
        throw TracingError(.invalidOptions, reason: "\(name) is \(value)", remedy: "give a number of 0 or more")
      }
    }
    try check(minimumArea, "minimumArea")
    try check(minimumHole, "minimumHole")
    for (classID, percent) in minimumConfidence { try check(percent, "minimumConfidence of class \(classID)") }
    if let regularizeTolerance { try check(regularizeTolerance, "the tolerance of regularize") }
    switch simplify {
    case .none, .smooth: break
    case .visvalingam(let tolerance), .douglasPeucker(let tolerance): try check(tolerance, "the tolerance of simplify")
    }
    guard metersPerPixel.x > 0, metersPerPixel.y > 0, metersPerPixel.x.isFinite, metersPerPixel.y.isFinite else {
      throw TracingError(.invalidOptions, reason: "a pixel measures \(metersPerPixel.x) × \(metersPerPixel.y) meters")
    }
  }
}
