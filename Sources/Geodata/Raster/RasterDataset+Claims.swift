import CGDAL
import Foundation
import GeoTypes

/// What a file may claim before anything is allocated for it.
enum RasterLimits {
  /// Pixels along one side.
  static let side = 10_000_000
  /// Pixels in all.
  static let pixels = 1_000_000_000_000
  /// Bytes that decoding blocks may take; see `RasterDataset.blockBytes`.
  static let blockBytes = 1 << 30
  /// Bytes of blocks that several sources may decode at a time without being asked.
  static let smallBlockBytes = 32_000_000
  /// Ground control points of a raster.
  static let controlPoints = 100_000
  /// Those that a thin plate spline goes through: it takes the square of their number.
  static let splinePoints = 2000
  static let bands = 65_535
}

extension RasterDataset {
  static let tilesRemedy = "save it in tiles: gdal_translate -co TILED=YES"

  /// Compares what the header claims with the limits and with the file's size, and looks up a few blocks in the file's index.
  ///
  /// - Parameter mostBlockBytes: what decoding blocks may take.
  /// - Returns: `blockBytes()`.
  /// - Throws: `tooLarge`, `damaged` or `unsupported`.
  @discardableResult
  func checkClaims(mostBlockBytes: Int = RasterLimits.blockBytes) throws(GeodataError) -> Int {
    guard bandCount > 0, size.width > 0, size.height > 0 else {
      throw GeodataError(.unsupported, file: path, reason: "it contains no pixels", remedy: "name one of its subdatasets as a file")
    }
    guard size.width <= RasterLimits.side, size.height <= RasterLimits.side, size.area <= RasterLimits.pixels else {
      throw tooLarge("it claims \(size.width) × \(size.height) pixels, more than this program handles")
    }
    let first = describe(band: 1)
    let sample = max(1, Int(GDALGetDataTypeSizeBytes(first.type)))
    let bytes = blockBytes()
    guard bytes <= min(mostBlockBytes, RasterLimits.blockBytes) else {
      let block = isDecodedWhole ? size : first.blockSize
      throw tooLarge(
        "decoding its blocks of \(block.width) × \(block.height) pixels, or those of its mask or overviews, takes \(bytes / 1_000_000) MB, "
          + (bytes > RasterLimits.blockBytes ? "more than this program handles" : "more than inference.memory leaves for them"))
    }
    guard controlPointCount <= RasterLimits.controlPoints else {
      throw GeodataError(
        .tooLarge, file: path, reason: "it has \(controlPointCount) ground control points, more than this program handles",
        remedy: "reduce them, or warp it with gdalwarp")
    }
    try checkMask()
    if driver == "GTiff" { try checkBlocks(of: first.blockSize) }
    if driver == "PNG" { try checkDeflatedSize(sample: sample, bits: first.bits) }
    return bytes
  }

  /// A mask beside the file that is of another size would be read as nonsense.
  private func checkMask() throws(GeodataError) {
    let beside = path + ".msk"
    guard let mask = maskSize(band: 1), mask != size, FileManager.default.fileExists(atPath: beside) else { return }
    throw GeodataError(
      .unsupported, file: beside,
      reason: "this mask of \(mask.width) × \(mask.height) pixels does not fit its raster of \(size.width) × \(size.height)",
      remedy: "remove it, or create it for this raster")
  }

  private func tooLarge(_ reason: String) -> GeodataError {
    GeodataError(.tooLarge, file: path, reason: reason, remedy: RasterDataset.tilesRemedy)
  }

  /// The first, the middle and the last block must lie in the file, or be left out.
  private func checkBlocks(of block: RasterSize) throws(GeodataError) {
    let columns = (size.width + block.width - 1) / block.width
    let rows = (size.height + block.height - 1) / block.height
    for (column, row) in [(0, 0), (columns / 2, rows / 2), (columns - 1, rows - 1)] {
      try requireInFile(try storedBlock(band: 1, column: column, row: row))
    }
  }

  /// - Throws: `damaged` where a stored block ends behind the file's end.
  func requireInFile(_ block: StoredBlock) throws(GeodataError) {
    guard case .stored(let offset, let bytes) = block else { return }
    let (end, overflow) = offset.addingReportingOverflow(bytes)
    guard !overflow, end <= fileSize() else {
      throw GeodataError(
        .damaged, file: path,
        reason: "it claims \(size.width) × \(size.height) pixels, but the file of \(fileSize()) bytes does not hold them all",
        remedy: "get an intact copy")
    }
  }

  /// Deflate makes at most 1032 bytes of one.
  private func checkDeflatedSize(sample: Int, bits: Int?) throws(GeodataError) {
    let rowBytes = bits.map { (size.width * $0 + 7) / 8 } ?? size.width * sample
    guard rowBytes * size.height / 1032 <= fileSize() else {
      throw GeodataError(
        .damaged, file: path,
        reason: "it claims \(size.width) × \(size.height) pixels, which a file of \(fileSize()) bytes cannot hold",
        remedy: "get an intact copy")
    }
  }
}
