extension Pipeline {
  /// Which rasters, and how their pixels become what the network sees.
  public struct Input: Sendable, Equatable, Codable {
    /// Files, folders (`**` for all folders below, but for links) and globs; at least one in a pipeline that was read.
    public var sources: [PipelinePath] = []
    /// Whether all sources are the sheets of one mosaic.
    public var mosaic = false
    public var bands = Bands.auto
    public var scale = Scale.none
    /// A value taken as nodata besides what a file itself declares.
    public var nodata: Double?
    /// Values this close to nodata count as nodata where they are connected with the raster's edge.
    public var nodataTolerance = 0.0
    public var alpha = Alpha.auto
    /// The crs of sources that name none, as "EPSG:25833".
    public var crs: String?
    /// A height model for sources placed by rational polynomials.
    public var dem: PipelinePath?
    public var resolution = Resolution.native
    public var gcp = ControlPoints.auto
    public var frames = Frames()
    /// Where a file's name holds the day on which it was taken, with {year}, {month} and {day} once each.
    public var date: String?
    /// A vector file: only what lies inside its polygons is done.
    public var area: PipelinePath?
    /// Short names of the GDAL drivers that may open a source.
    public var drivers = ["GTiff", "JPEG", "PNG", "JP2OpenJPEG"]
    /// Where links among the sources may lead.
    public var follow = Follow.folder
    /// Files modified more recently than this are retried after all other sources.
    public var settle = Duration.seconds(60)

    public init() {}
  }

  /// Which links count, in a folder of sources that others fill.
  public enum Follow: String, Sendable, Equatable, Codable, CaseIterable {
    /// Those that end within the folder.
    case folder
    /// All.
    case links
  }

  /// `input.alpha`.
  public enum Alpha: Sendable, Equatable, Codable {
    /// Above 0, or from the middle on where alpha is compressed with loss.
    case auto
    /// A band tagged as alpha is a band like others.
    case none
    /// Pixels are valid from this alpha on; above 0.
    case from(Double)
  }

  /// `input.bands`.
  public enum Bands: Sendable, Equatable, Codable {
    /// Red, green, blue by color interpretation, else the first three.
    case auto
    /// Band numbers, from 1.
    case numbers([Int])
    /// Names, matched with color interpretation and band descriptions.
    case names([String])
  }

  /// How a source without a geotransform is placed by its ground control points.
  public enum ControlPoints: String, Sendable, Equatable, Codable, CaseIterable {
    /// As `polynomial`.
    case auto
    /// First order up to five points, second order beyond.
    case polynomial
    /// A thin plate spline through all points.
    case tps
  }

  /// Which values of a source become 0…255; beyond them is clamped.
  public enum Scale: Sendable, Equatable, Codable {
    case none
    case all(ValueRange)
    /// One range for each read band, in the order of `bands`.
    case perBand([ValueRange])
  }

  /// Finite, `min` below `max`, in the source's own values.
  public struct ValueRange: Sendable, Equatable, Codable {
    public var min: Double
    public var max: Double

    public init(min: Double, max: Double) {
      self.min = min
      self.max = max
    }
  }

  /// `input.resolution`.
  public enum Resolution: Sendable, Equatable, Codable {
    case native
    /// The ground size of a pixel, above 0.
    case meters(Double)
    /// That of the pixels that the model was trained with.
    case model
  }
}
