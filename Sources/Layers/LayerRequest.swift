public import GeoTypes
public import Geodata

/// Which vector layers are wanted, of what, and where.
public struct LayerRequest: Sendable {
  /// Exists already.
  public var directory: String
  /// What the files are called, and the layer in them.
  public var name: String
  public var formats: [VectorFormat]
  /// The value of the field `source`.
  public var source: String
  public var size: RasterSize
  public var geotransform: Geotransform
  /// `nil`: in the geotransform's own units, with areas in pixels.
  public var crs: CoordinateSystem?
  /// The crs of the layers; `nil` for the source's. GeoJSON is in WGS 84 whatever this says.
  public var targetCRS: CoordinateSystem?
  public var catalog: ClassCatalog
  /// The value of the field `date`, as in "2024-06-01"; `nil` where it is not known.
  public var date: String?
  /// Where `.postGIS` writes to.
  public var postGIS: PostGISTarget?
  /// The geometry of a picture that was placed by its tags: every polygon then has the error of its position.
  public var frame: PlacedFrame?
  /// Whether every polygon has its length, width, direction and compactness.
  public var hasShapes = false
  /// The least and the greatest thickness of what a class shows, in µm, by the class's id: its polygons then have a volume.
  public var thickness: [Int: ClosedRange<Double>] = [:]
  /// The class whose nearest object every polygon of a class names, by id.
  public var nearest: [Int: Int] = [:]
  /// Whether every corner where three regions meet is a vertex of all regions that come. If not, and the crs changes, every pixel
  /// corner on a straight side becomes a vertex, so that neighbors stay equal.
  public var keepsNodes = false
  /// Called now and then while polygons are projected: what it throws ends the work.
  public var check: @Sendable () throws -> Void = {}
  /// Asked before a table is brought to its end, with about as many bytes as that takes besides what is held; what it throws ends the work.
  public var reserve: @Sendable (_ bytes: Int) throws -> Void = { _ in }
  /// The most vertices that one polygon may have in another crs: each takes about 300 bytes until it is checked and written.
  public var pointLimit = Int.max
  /// How the layers are made, for what they tell about themselves.
  public var provenance = Provenance()
  /// The largest .shp or .dbf before a Shapefile is split, in bytes.
  public var shapefileLimit = 2_147_000_000

  public init(
    directory: String, name: String, formats: [VectorFormat], source: String, size: RasterSize, geotransform: Geotransform,
    crs: CoordinateSystem?, targetCRS: CoordinateSystem? = nil, catalog: ClassCatalog, postGIS: PostGISTarget? = nil
  ) {
    self.directory = directory
    self.name = name
    self.formats = formats
    self.source = source
    self.size = size
    self.geotransform = geotransform
    self.crs = crs
    self.targetCRS = targetCRS
    self.catalog = catalog
    self.postGIS = postGIS
  }
}

/// What the layers hold, once they are finished.
public struct LayersReport: Sendable {
  /// What the layers hold of one class.
  public struct ClassTotal: Sendable, Hashable {
    public var id: Int
    public var name: String
    public var features: Int
    public var pixels: Int
    /// In m², or in pixels without a crs.
    public var area: Double
    /// Mean over the pixels, in percent; `nil` without a pixel, or where the source has no confidence.
    public var confidence: Double?
  }

  /// Every file that was written.
  public var files: [String]
  public var features: Int
  /// Classes of the catalog, also those without a feature, then any others, in order of their ids.
  public var classes: [ClassTotal]
  /// Whether areas are m².
  public var isGeodesic: Bool
  /// The crs of the polygons; `nil` for none.
  public var crs: CoordinateSystem?
  public var warnings: [String]
  /// The columns of the polygons; empty where none were asked for.
  public var fields: [VectorField] = []
  /// Around the polygons, in their crs; `nil` where there is none, or that is not known.
  public var bounds: Bounds?
  /// Sources that are left out of a merged layer, by name.
  public var leftOut: [String] = []
  /// What was written into a database, by source; empty where nothing was.
  public var database: [String: PostGISContent] = [:]
}
