public import GeoTypes

/// Pixels of one window as the network is to see them, with the knowledge which of them are valid.
public struct PixelBlock: Sendable {
  /// The pixels, interleaved: `[height][width][bands]`, in 0…255.
  public enum Values: Sendable {
    /// Bytes as the source holds them.
    case bytes([UInt8])
    /// Scaled or resampled values.
    case floats([Float])
  }

  /// The place of the block, in pixels of its source.
  public let window: Window
  public let bands: Int
  /// Invalid pixels hold 0 in every band.
  public var values: Values
  /// 1 for a valid pixel, 0 for an invalid one, `[height][width]`; `nil` where every pixel is valid.
  public var valid: [UInt8]?

  public init(window: Window, bands: Int, values: Values, valid: [UInt8]?) {
    self.window = window
    self.bands = bands
    self.values = values
    self.valid = valid
  }

  public var hasValidPixel: Bool {
    guard let valid else { return !window.isEmpty }
    return valid.contains(1)
  }
}

/// What is known of the pixels of a window without decoding them.
public enum Coverage: Sendable, Hashable {
  /// No pixel is valid.
  case none
  /// Only reading can tell.
  case some
  /// Every pixel is valid.
  case all
}

/// A source of pixels: a file, a mosaic, or one of them restricted to an area.
///
/// Sources own GDAL datasets, which belong to one thread at a time: none is `Sendable`, and only blocks leave the reader's thread.
public protocol PixelSource: AnyObject {
  /// The path as the user knows it; a mosaic's name.
  var name: String { get }
  /// The raster's size, after resampling.
  var size: RasterSize { get }
  /// From pixels to the crs, after resampling; `Geotransform.pixels` where nothing is known.
  var geotransform: Geotransform { get }
  /// `nil` where the source names none, or its place is unknown.
  var crs: CoordinateSystem? { get }
  /// Whether a geotransform is known.
  var isPlaced: Bool { get }
  /// The number of values of a pixel.
  var channels: Int { get }
  /// Whether every block holds bytes; else every block holds floats.
  var givesBytes: Bool { get }
  /// Sentences for the run's report.
  var warnings: [String] { get }
  /// Every file that the pixels or their place come from, without repetition.
  var files: [String] { get }
  /// What is read, and how that was decided.
  var reading: RasterReading { get }
  /// The storage blocks' size: windows along them decode every block once. (1 × 1 or more.)
  var blockSize: RasterSize { get }
  /// Bytes that decoding blocks takes, at most, besides what is read.
  var blockBytes: Int { get }

  /// By path, where QGIS finds the transparency of a file: an alpha band from 1, or the band after the last for a mask. Files without are left out.
  var alphaBands: [String: Int] { get }

  /// The geometry of a picture that is placed by its tags; `nil` for others.
  var frame: PlacedFrame? { get }

  /// Windows outside of which no pixel is valid, known without looking at any: the sheets of a mosaic.
  var occupied: [Window] { get }

  /// Reads a window, which must lie in the raster. The same pixels come whatever window they are read with.
  ///
  /// - Throws: `GeodataError.Code.damaged` where stored pixels cannot be decoded.
  func read(_ window: Window) throws(GeodataError) -> PixelBlock

  /// What is known of a window's valid pixels without decoding any.
  ///
  /// - Throws: `GeodataError.Code.damaged` where the file's index of its blocks cannot be read.
  func validCoverage(_ window: Window) throws(GeodataError) -> Coverage

  /// A small picture of the whole raster, at most `side` pixels wide and high, from overviews where there are some.
  func picture(side: Int) throws(GeodataError) -> Picture
}

extension PixelSource {
  /// The sides of a pixel on the ground, after resampling, in meters; `nil` where the source is not georeferenced.
  public var groundPixel: (x: Double, y: Double)? {
    guard isPlaced, let crs else { return nil }
    return GroundLength.usable(geotransform, size, crs)
  }
  public var occupied: [Window] { [Window(size)] }

  public var frame: PlacedFrame? { nil }

  public var blockBytes: Int { 0 }

  public var alphaBands: [String: Int] { [:] }

  /// Which bands are read, such as "bands 3 (red), 2 (green), 1 (blue)".
  public var bandDescription: String { reading.bandText }

  /// Traps where a window leaves the raster: the plan made it, not a file.
  func requireInside(_ window: Window) {
    precondition(
      Window(size).contains(window) && !window.isEmpty, "\(window) does not lie in a raster of \(size.width) × \(size.height)")
  }
}
