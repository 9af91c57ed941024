public import GeoTypes

/// One raster file as the pipeline sees it. Opened for reading only; nothing is ever written beside it.
///
/// Not `Sendable`: GDAL's datasets belong to one thread at a time. A source may be made on one thread and used on another,
/// never on two at once.
public final class RasterSource: PixelSource {
  public let name: String
  public let size: RasterSize
  public let geotransform: Geotransform
  public let crs: CoordinateSystem?
  public let isPlaced: Bool
  public let warnings: [String]
  public let files: [String]
  public let frame: PlacedFrame?
  private let file: RasterFile
  private let resampler: Resampler?

  /// Opens a file and decides everything that its header can tell: bands, scale, mask, place.
  ///
  /// - Throws: `unreadable`, `damaged`, `tooLarge`, or `unsupported` with the lines to paste into the pipeline.
  public init(path: String, options: RasterSourceOptions = RasterSourceOptions()) throws(GeodataError) {
    name = path
    file = try RasterFile(path: path, options: options)
    resampler = try Resampler.forResolution(options.resolution, of: file, name: path)
    size = resampler?.size ?? file.size
    geotransform = resampler?.geotransform(file.geotransform) ?? file.geotransform
    crs = file.crs
    isPlaced = file.isPlaced
    warnings = file.warnings
    files = file.files
    frame = file.frame
  }

  public var channels: Int { file.channels }

  public var givesBytes: Bool { resampler == nil && file.plan.givesBytes }

  public var reading: RasterReading { file.reading }

  /// GDAL's name of the bands' type, such as "Byte" or "UInt16"; "Int8" for signed bytes.
  public var dataType: String { file.plan.descriptions[0].typeName }

  /// Whether a mask or an alpha band decides which pixels are valid.
  public var hasMask: Bool { file.rule.mask != .none }

  /// The file's blocks, in resampled pixels.
  public var blockSize: RasterSize { resampler.map { $0.scaled(file.blockSize) } ?? file.blockSize }

  public var blockBytes: Int { file.blockBytes }

  public var alphaBands: [String: Int] { file.alphaBand.map { [name: $0] } ?? [:] }

  public func read(_ window: Window) throws(GeodataError) -> PixelBlock {
    requireInside(window)
    return if let resampler { try resampler.read(window, from: file) } else { try file.load(window) }
  }

  public func validCoverage(_ window: Window) throws(GeodataError) -> Coverage {
    requireInside(window)
    return try file.coverage(resampler?.sourceWindow(of: window) ?? window)
  }

  public func picture(side: Int) throws(GeodataError) -> Picture {
    let output = Picture.size(of: file.size, side: side)
    return Picture(try file.load(Window(file.size), size: output))
  }
}

extension Resampler {
  /// The resampler for a wanted resolution; `nil` where the native one is wanted.
  static func forResolution(
    _ resolution: RasterSourceOptions.Resolution, of native: some NativePixels, name: String
  ) throws(GeodataError) -> Resampler? {
    guard case .meters(let meters) = resolution else { return nil }
    let pixel = GroundLength.ofPixel(native.geotransform, native.size, native.crs)
    let width = (Double(native.size.width) / snapped(meters / pixel.x)).rounded()
    let height = (Double(native.size.height) / snapped(meters / pixel.y)).rounded()
    guard width <= Double(RasterLimits.side), height <= Double(RasterLimits.side), width * height <= Double(RasterLimits.pixels) else {
      throw GeodataError(
        .tooLarge, file: name, reason: "a resolution of \(meters) m would make it \(width) × \(height) pixels",
        remedy: "change input.resolution")
    }
    let size = RasterSize(width: max(1, Int(width)), height: max(1, Int(height)))
    return size == native.size ? nil : Resampler(source: native.size, size: size)
  }

  /// A factor that is whole but for half a percent is taken as whole: a meter of a UTM zone is 0.9996 to 1.001 meters on the ground,
  /// and a source of 0.1 m is meant to stay as it is at 0.1 m.
  private static func snapped(_ factor: Double) -> Double {
    let whole = factor >= 1 ? factor.rounded() : 1 / (1 / factor).rounded()
    return abs(factor / whole - 1) < 0.005 ? whole : factor
  }

  func scaled(_ block: RasterSize) -> RasterSize {
    RasterSize(
      width: max(1, block.width * size.width / source.width), height: max(1, block.height * size.height / source.height))
  }
}
