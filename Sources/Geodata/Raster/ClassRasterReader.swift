public import Basics
import CGDAL
public import GeoTypes

/// Reads rasters of class ids, percentages or probabilities: published ones, and truths to compare with.
///
/// Values come as stored; a palette is only the colors of the classes here.
public final class ClassRasterReader {
  public let path: String
  public let size: RasterSize
  public let bands: Int
  public let geotransform: Geotransform
  public let isPlaced: Bool
  public let crs: CoordinateSystem?
  /// The nodata value where the file names one that a byte can hold.
  public let nodata: UInt8?
  /// Category names, from class 0 on; empty where there are none.
  public let names: [String]
  /// Colors, from class 0 on; empty where there are none.
  public let colors: [Color]
  /// Whether a mask decides which pixels are valid.
  public let isMasked: Bool
  /// What stored values of the first band are multiplied by, and what is added then.
  public let scaling: [Double]
  private let dataset: RasterDataset

  /// - Throws: `unreadable`, `damaged`, `tooLarge`, or `unsupported` if the values are not bytes.
  public init(path: String, drivers: [String] = ["GTiff", "PNG"]) throws(GeodataError) {
    let opened = try ClassDataset(path: path, drivers: drivers)
    let (dataset, band) = (opened.dataset, opened.band)
    guard (1...dataset.bandCount).allSatisfy({ dataset.describe(band: $0).type == GDT_Byte }), !band.isSignedByte else {
      throw GeodataError(.unsupported, file: path, reason: "is not a class raster: its values are not bytes (\(band.typeName))")
    }
    self.path = path
    self.dataset = dataset
    size = dataset.size
    bands = dataset.bandCount
    geotransform = opened.geotransform
    isPlaced = opened.isPlaced
    crs = opened.crs
    nodata = band.nodata.flatMap { $0 == $0.rounded() && (0...255).contains($0) ? UInt8($0) : nil }
    names = opened.names
    colors = opened.colors
    // A mask that belongs to all bands, and is neither alpha nor made of the nodata value.
    isMasked = band.maskFlags & Int32(GMF_PER_DATASET | GMF_ALPHA) == Int32(GMF_PER_DATASET)
    scaling = [band.scale, band.offset]
  }

  /// The values of a window, `[height][width]`.
  ///
  /// - Parameter window: in pixels, inside the raster.
  /// - Parameter band: from 1.
  /// - Throws: `damaged`.
  public func read(_ window: Window, band: Int = 1) throws(GeodataError) -> [UInt8] {
    precondition(Window(size).contains(window) && !window.isEmpty, "\(window) does not lie in the raster")
    precondition((1...bands).contains(band), "the raster has no band \(band)")
    return try dataset.read(bands: [band], window, as: GDT_Byte, UInt8.self)
  }

  /// Whole rows.
  public func readRows(_ rows: Range<Int>, band: Int = 1) throws(GeodataError) -> [UInt8] {
    try read(Window(column: 0, row: rows.lowerBound, width: size.width, height: rows.count), band: band)
  }

  /// Whether the file still has the layout of a Cloud Optimized GeoTIFF.
  public var isCloudOptimized: Bool { dataset.metadata("LAYOUT", domain: "IMAGE_STRUCTURE") == "COG" }

  /// The height of the file's blocks: reading by multiples of it decodes each block once.
  public var blockHeight: Int { dataset.describe(band: 1).blockSize.height }
}
