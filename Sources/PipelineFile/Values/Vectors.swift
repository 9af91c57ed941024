extension Pipeline {
  /// Which regions become polygons, and of what shape.
  public struct Vectors: Sendable, Equatable, Codable {
    public var classes = ClassSelection.all
    /// Square meters on the ground; smaller regions are given to their neighbors.
    public var minimumArea = 0.0
    /// Square meters on the ground; smaller holes are filled.
    public var minimumHole = 0.0
    public var connectivity = Connectivity.four
    public var minimumConfidence = MinimumConfidence.all(0)
    public var simplify = Simplify()
    /// Names of classes whose polygons get right angles.
    public var regularize: [String] = []
    /// Whether polygons have their length, width, direction and compactness.
    public var shape = false
    /// The thickness of what a class shows, by its name; empty for no volumes.
    public var thickness: [String: Thickness] = [:]
    /// For classes by name the class whose nearest object counts.
    public var nearest: [String: String] = [:]
    public var crs = VectorCRS.source

    public init() {}
  }

  /// From and to, in µm; from above 0, not above to.
  public struct Thickness: Sendable, Equatable, Codable {
    public var least: Double
    public var greatest: Double

    public init(least: Double, greatest: Double) {
      self.least = least
      self.greatest = greatest
    }
  }

  /// `vectors.classes`.
  public enum ClassSelection: Sendable, Equatable, Codable {
    case all
    /// The named classes become polygons; the rest stays raster.
    case names([String])
  }

  /// `vectors.connectivity`.
  public enum Connectivity: Int, Sendable, Equatable, Codable, CaseIterable {
    case four = 4
    case eight = 8
  }

  /// `vectors.minimumConfidence`.
  public enum MinimumConfidence: Sendable, Equatable, Codable {
    /// Percent, 0…100.
    case all(Double)
    /// Percent by class name; classes that are not named have 0.
    case byClass([String: Double])

    /// The percentage that a region of the class must reach on average.
    public func percent(ofClass name: String) -> Double {
      switch self {
      case .all(let percent): percent
      case .byClass(let table): table[name] ?? 0
      }
    }
  }

  /// `vectors.simplify`.
  public struct Simplify: Sendable, Equatable, Codable {
    public var method = SimplifyMethod.none
    /// Meters on the ground; above 0 unless the method is `none`.
    public var tolerance = 0.0

    public init() {}
  }

  /// `vectors.simplify.method`.
  public enum SimplifyMethod: String, Sendable, Equatable, Codable, CaseIterable {
    case none, visvalingam
    case douglasPeucker = "douglas-peucker"
    case smooth
  }

  /// `vectors.crs`.
  public enum VectorCRS: Sendable, Equatable, Codable {
    case source
    /// A code such as `EPSG:4326`, or WKT; whether it exists is found out by who opens it.
    case code(String)
  }
}
