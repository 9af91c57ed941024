/// How sources are to be read: the keys of `input` that concern one raster.
public struct RasterSourceOptions: Sendable {
  /// Which bands become the network's channels, in this order.
  public enum Bands: Sendable, Hashable {
    /// Red, green, blue by color interpretation, else the first ones.
    case auto
    /// Counted from 1; a band may come more than once.
    case numbers([Int])
    /// Color interpretations ("red") or band descriptions, in any case.
    case names([String])
  }

  /// The values that become 0 and 255.
  public struct Range: Sendable, Hashable {
    public var min: Double
    public var max: Double

    public init(min: Double, max: Double) {
      self.min = min
      self.max = max
    }
  }

  /// How values that are not plain bytes become 0…255.
  public enum Scale: Sendable, Hashable {
    case none
    case shared(Range)
    /// One for each band read.
    case perBand([Range])
  }

  /// The pixel size at which a source is read.
  public enum Resolution: Sendable, Hashable {
    case native
    /// The side of a pixel on the ground; units of the source where it has no crs.
    case meters(Double)
  }

  /// How a raster is placed by its ground control points.
  public enum ControlPoints: Sendable, Hashable {
    /// First order up to five points, second order beyond.
    case polynomial
    /// Through all points.
    case thinPlate
  }

  /// What an alpha band decides.
  public enum Alpha: Sendable, Hashable {
    /// Pixels are valid where alpha is above 0, or from the middle on where it is compressed with loss.
    case auto
    /// Nothing: a band tagged as alpha is a band like others.
    case none
    /// Pixels are valid from this alpha on; above 0.
    case from(Double)
  }

  /// GDAL's short names.
  public var drivers: [String]
  /// Whether a VRT may be opened: only where the user named it.
  public var allowVRT: Bool
  /// The fixed folders of the patterns that found sources, which links must not lead out of; `nil` where the user names the file itself.
  public var folders: [String]?
  /// Whether links may lead out of those folders.
  public var followsLinks: Bool
  public var bands: Bands
  /// The number of channels that the network takes.
  public var channels: Int
  public var scale: Scale
  /// A value that counts as nodata besides what the file says.
  public var nodata: Double?
  /// Values this close to nodata count as nodata where they are connected with the raster's edge; 0 for exact values only.
  public var nodataTolerance = 0.0
  public var alpha = Alpha.auto
  /// Where a file's name holds the day on which it was taken, for files whose tags do not say.
  public var datePattern: DatePattern?
  /// The crs of sources that name none.
  public var crs: CoordinateSystem?
  /// A height model for sources placed by rational polynomials.
  public var dem: String?
  public var resolution: Resolution
  public var controlPoints = ControlPoints.polynomial
  /// How pictures without georeferencing are placed by their tags; `nil` where they are not.
  public var frames: FrameOptions?
  /// Bytes that may be taken by blocks while they are decoded. Blocks that need more are refused before any is.
  public var mostBlockBytes = RasterLimits.blockBytes
  /// Called before blocks are decoded that need more than a few megabytes, so that others can wait; `false` if there will be no turn.
  public var awaitsTurn: @Sendable () -> Bool = { true }
  /// Whether pixels are looked at for remarks alone; what decides about pixels is looked at in any case.
  public var looksAtPixels = true
  /// What was found out by looking at pixels, shared by all that open the same sources.
  public var findings = RasterFindings()

  public init(
    drivers: [String] = ["GTiff", "JPEG", "PNG", "JP2OpenJPEG"], allowVRT: Bool = false, folders: [String]? = nil,
    followsLinks: Bool = false, bands: Bands = .auto, channels: Int = 3, scale: Scale = .none, nodata: Double? = nil,
    resolution: Resolution = .native
  ) {
    self.drivers = drivers
    self.allowVRT = allowVRT
    self.folders = folders
    self.followsLinks = followsLinks
    self.bands = bands
    self.channels = channels
    self.scale = scale
    self.nodata = nodata
    self.resolution = resolution
  }
}
