extension Pipeline {
  /// What is written, and where to.
  public struct Output: Sendable, Equatable, Codable {
    /// The only folder that is written to.
    public var directory = PipelinePath()
    public var create = Creation.auto
    /// Without repetition, in the order of the file.
    public var formats: [Format] = [.classes, .confidence, .gpkg, .shp, .csv, .preview]
    public var merge = Merge.none
    /// Classes whose objects are listed for a duty officer; empty for no list.
    public var incidents: [String] = []
    public var name = NamePattern.auto
    /// Whether outputs of sources that are gone are removed.
    public var prune = false
    /// Whether each run leaves a page for people in the directory.
    public var report = true
    public var postgis: PostGIS?

    public init() {}

    /// Whether something is made of the polygons of all sources: then each of them has a GeoPackage.
    public var isCombined: Bool { merge != .none || !incidents.isEmpty }
  }

  /// When a run may begin a new output directory.
  public enum Creation: String, Sendable, Equatable, Codable, CaseIterable {
    /// Where nothing is there yet; not in an empty folder, which may be the place of a disk that is not mounted.
    case auto
    case always
    /// Never: the directory is there with the state of earlier runs.
    case never
  }

  /// Where rows go in a database.
  public struct PostGIS: Sendable, Equatable, Codable {
    public var connection: ConnectionString
    public var schema = "public"
    /// `nil`: named after the pipeline.
    public var table: String?

    public init(connection: ConnectionString) { self.connection = connection }
  }

  /// A form of output of `output.formats`.
  public enum Format: String, Sendable, Equatable, Codable, CaseIterable {
    case classes, confidence, probabilities, gpkg, shp, csv, geojson, fgb, postgis, preview, stac, qgis

    /// Whether the format holds polygons.
    public var isVector: Bool {
      switch self {
      case .gpkg, .shp, .csv, .geojson, .fgb, .postgis: true
      case .classes, .confidence, .probabilities, .preview, .stac, .qgis: false
      }
    }
  }

  /// `output.merge`.
  public enum Merge: String, Sendable, Equatable, Codable, CaseIterable {
    case none = "false"
    /// A merged layer beside those of the sources.
    case beside = "true"
    /// A merged layer in place of those of the sources.
    case only
  }

  /// What a source's folder below the output directory is called.
  public enum NamePattern: Sendable, Equatable, Codable {
    /// The source's path below its pattern's fixed folder, without extension.
    case auto
    /// A text with the placeholders `{name}` (what `auto` gives), `{file}` (the file's name without extension), `{folder}`
    /// (the name of the folder it lies in) and `{extension}` (without the dot). Relative, never leading upwards.
    case pattern(String)

    /// The placeholders that a pattern may hold, without braces.
    public static let placeholders = ["name", "file", "folder", "extension"]
  }
}
