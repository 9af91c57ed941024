public import Basics
import CGDAL
import Foundation
public import GeoTypes

/// A raster of class labels of any origin, in any data type that holds whole numbers; or a mask of colors.
///
/// One thread at a time: GDAL's datasets are not to be shared between threads.
public final class LabelRaster {
  public let path: String
  public let size: RasterSize
  public let bands: Int
  public let geotransform: Geotransform
  public let isPlaced: Bool
  public let crs: CoordinateSystem?
  /// The nodata value where the file names a whole number, within the range of `read`.
  public let nodata: Int32?
  /// Category names, from label 0 on, without blanks at their ends; empty where there are none.
  public let names: [String]
  /// Colors of a palette, from label 0 on; empty where there are none.
  public let colors: [Color]
  /// How the file compresses with loss, such as "JPEG": its labels may not be those that were written. `nil` where it does not.
  public let lossyCompression: String?
  private let nodataNumber: Double?
  private let layout: Layout
  private let isMasked: Bool
  private let blockRows: Int
  private let dataset: RasterDataset

  /// What `read` gives for pixels without a label: nodata, masked out, or not a number.
  public static let noLabel = Int32.min

  /// Formats of class rasters and masks that other programs write; those that no source needs are registered when a truth or a raster to
  /// trace is opened.
  static let drivers = ["GTiff", "PNG", "VRT", "HFA", "AAIGrid", "ENVI", "BMP", "GIF", "JPEG", "JP2OpenJPEG"]

  /// What the whole numbers of a raster are, for messages.
  public enum Content: Sendable {
    case classes
    /// Confidences, 0…100.
    case percentages

    fileprivate var noun: String { self == .classes ? "class raster" : "raster of percentages" }
    fileprivate var remedy: String { self == .classes ? "give a raster of class ids" : "give a raster of whole percentages" }
  }

  private let content: Content

  private enum Layout {
    case bytes, signedBytes, integers, singles, doubles
  }

  /// Values converted at once, where they are not read as integers: 8 MB.
  private static let mostConverted = 1 << 20

  /// - Throws: `unreadable`, `damaged`, `tooLarge`, or `unsupported` where the values are complex numbers.
  public init(path: String, holds content: Content = .classes) throws(GeodataError) {
    let opened = try ClassDataset(path: path, drivers: Self.drivers)
    let (dataset, band) = (opened.dataset, opened.band)
    switch band.type {
    case GDT_Byte: layout = band.isSignedByte ? .signedBytes : .bytes
    case GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32: layout = .integers
    case GDT_Float32: layout = .singles
    case GDT_Float64, GDT_Int64, GDT_UInt64: layout = .doubles
    default:
      throw GeodataError(
        .unsupported, file: path, reason: "is not a \(content.noun) (its values are of type \(band.typeName))", remedy: content.remedy)
    }
    self.content = content
    self.path = path
    self.dataset = dataset
    size = dataset.size
    bands = dataset.bandCount
    geotransform = opened.geotransform
    isPlaced = opened.isPlaced
    crs = opened.crs
    nodataNumber = band.nodata
    nodata = band.nodata.flatMap { $0 == $0.rounded() && abs($0) <= Double(Int32.max) ? Int32($0) : nil }
    names = opened.names.map { $0.trimmingCharacters(in: .whitespaces) }
    colors = opened.colors
    // A mask that belongs to all bands, and is neither alpha nor made of the nodata value.
    isMasked = band.maskFlags & Int32(GMF_PER_DATASET | GMF_ALPHA) == Int32(GMF_PER_DATASET)
    blockRows = max(1, min(band.blockSize.height, 1024))
    lossyCompression = Self.lossyCompression(dataset)
  }

  /// What is odd about the place that it claims, and the sides of a pixel on the ground in meters, where it has a place in a coordinate system.
  ///
  /// - Throws: `unsupported` where its numbers cannot be positions in its crs at all.
  public func checkPlace() throws(GeodataError) -> (warnings: [String], pixel: (x: Double, y: Double)?) {
    guard isPlaced, let crs else { return ([], nil) }
    let check = try PlaceCheck(crs: crs, geotransform: geotransform, size: size, file: path)
    return (check.warnings, GroundLength.usable(geotransform, size, crs))
  }

  /// Whether a file begins as a raster of one of the formats does. It is not read any further.
  public static func recognizes(_ path: String) -> Bool {
    guard (try? GDALLibrary.allow(drivers)) != nil, let confinement = try? Confinement(named: path, isRaster: true) else { return false }
    return confinement.knows(path, drivers: drivers)
  }

  private static func lossyCompression(_ dataset: RasterDataset) -> String? {
    if dataset.driver == "JPEG" { return "JPEG" }
    let compression = dataset.metadata("COMPRESSION", domain: "IMAGE_STRUCTURE") ?? ""
    let isReversible = dataset.metadata("COMPRESSION_REVERSIBILITY", domain: "IMAGE_STRUCTURE").map { $0.hasPrefix("LOSSLESS") } ?? false
    return ["JPEG", "YCbCr JPEG", "WEBP", "JPEG2000", "LERC"].contains(compression) && !isReversible && compression != "LERC"
      ? compression : nil
  }

  /// Ranges of rows that decode each block once, of a height that keeps memory small.
  public var strips: [Range<Int>] {
    let height = max(1, 256 / blockRows) * blockRows
    return stride(from: 0, to: size.height, by: height).map { $0..<min(size.height, $0 + height) }
  }

  /// Labels of a window, `[height][width]`: values beyond ±(2³¹ − 1) become the nearest of these, pixels without a label `noLabel`.
  ///
  /// - Parameter window: in pixels, inside the raster.
  /// - Parameter keepsNodata: takes the file's nodata value as a label like any other.
  /// - Throws: `damaged`; `unsupported` where a value is not a whole number.
  public func read(_ window: Window, keepsNodata: Bool = false) throws(GeodataError) -> [Int32] {
    precondition(Window(size).contains(window) && !window.isEmpty, "\(window) does not lie in the raster")
    var labels: [Int32]
    switch layout {
    case .bytes, .integers: labels = try dataset.read(bands: [1], window, as: GDT_Int32, Int32.self)
    case .signedBytes:
      labels = try dataset.read(bands: [1], window, as: GDT_Int32, Int32.self)
      for index in labels.indices where labels[index] > 127 { labels[index] -= 256 }
    case .singles, .doubles: labels = try readNumbers(window, keepsNodata: keepsNodata)
    }
    if !keepsNodata, let nodata {
      for index in labels.indices where labels[index] == nodata { labels[index] = Self.noLabel }
    }
    if isMasked {
      let mask = try dataset.readMask(band: 1, window)
      for index in labels.indices where mask[index] == 0 { labels[index] = Self.noLabel }
    }
    return labels
  }

  /// Whole rows.
  public func readRows(_ rows: Range<Int>) throws(GeodataError) -> [Int32] {
    try read(Window(column: 0, row: rows.lowerBound, width: size.width, height: rows.count))
  }

  /// Colors of a window, `[height][width]` of 0xRRGGBB, from bands 1, 2 and 3.
  ///
  /// - Throws: `damaged`, or `unsupported` where the bands are not bytes.
  public func readColors(_ window: Window) throws(GeodataError) -> [UInt32] {
    precondition(bands >= 3 && Window(size).contains(window) && !window.isEmpty, "\(window) does not lie in a raster of colors")
    for number in 1...3 {
      let band = dataset.describe(band: number)
      guard band.type == GDT_Byte, !band.isSignedByte else {
        throw GeodataError(
          .unsupported, file: path, reason: "is not a mask of colors (its band \(number) is of type \(band.typeName))",
          remedy: "save it with 8 bits a band")
      }
    }
    let values = try dataset.read(bands: [1, 2, 3], window, as: GDT_Byte, UInt8.self)
    return (0..<window.area).map {
      UInt32(values[3 * $0]) << 16 | UInt32(values[3 * $0 + 1]) << 8 | UInt32(values[3 * $0 + 2])
    }
  }

  /// Labels of floating-point numbers and of integers of 64 bits, some rows at a time.
  private func readNumbers(_ window: Window, keepsNodata: Bool) throws(GeodataError) -> [Int32] {
    var labels: [Int32] = []
    labels.reserveCapacity(window.area)
    let height = max(1, Self.mostConverted / window.width)
    for row in stride(from: window.row, to: window.maxRow, by: height) {
      let part = Window(column: window.column, row: row, width: window.width, height: min(height, window.maxRow - row))
      for value in try dataset.read(bands: [1], part, as: GDT_Float64, Double.self) {
        if value.isNaN || !keepsNodata && isNodata(value) {
          labels.append(Self.noLabel)
          continue
        }
        guard value == value.rounded() else {
          let isShare = content == .percentages && 0...1 ~= value
          throw GeodataError(
            .unsupported, file: path, reason: "is not a \(content.noun) (it holds \(value), which is not a whole number)",
            remedy: isShare ? "its values look like shares of 0…1: multiply them by 100 and round them" : content.remedy)
        }
        labels.append(Int32(max(-Double(Int32.max), min(Double(Int32.max), value))))
      }
    }
    return labels
  }

  private func isNodata(_ value: Double) -> Bool {
    guard let nodataNumber else { return false }
    return value == nodataNumber || layout == .singles && Float(value) == Float(nodataNumber)
  }
}
