import CGDAL
import Foundation
import GeoTypes

/// What a file may claim before anything is allocated for it.
enum RasterLimits {
  /// Pixels along one side.
  static let side = 10_000_000
  /// Pixels in all.
  static let pixels = 1_000_000_000_000
  /// Bytes of one storage block, decoded.
  static let blockBytes = 1 << 30
  static let bands = 65_535
}

extension RasterDataset {
  /// Compares what the header claims with the limits and with the file's size, and looks up a few blocks in the file's index.
  ///
  /// - Throws: `tooLarge`, `damaged` or `unsupported`.
  func checkClaims() throws(GeodataError) {
    guard bandCount > 0, size.width > 0, size.height > 0 else {
      throw GeodataError(.unsupported, file: path, reason: "it contains no pixels", remedy: "name one of its subdatasets as a file")
    }
    guard size.width <= RasterLimits.side, size.height <= RasterLimits.side, size.area <= RasterLimits.pixels else {
      throw tooLarge("it claims \(size.width) × \(size.height) pixels, more than this program handles")
    }
    let first = describe(band: 1)
    let interleaved = metadata("INTERLEAVE", domain: "IMAGE_STRUCTURE") == "PIXEL" ? bandCount : 1
    let sample = max(1, Int(GDALGetDataTypeSizeBytes(first.type)))
    // In floating point: four large claims may overflow an Int.
    let bytes = Double(first.blockSize.width) * Double(first.blockSize.height) * Double(sample * interleaved)
    guard bytes <= Double(RasterLimits.blockBytes) else {
      let megabytes = Int(bytes / 1e6)
      throw tooLarge("its blocks of \(first.blockSize.width) × \(first.blockSize.height) pixels take \(megabytes) MB each")
    }
    try checkMask()
    if driver == "GTiff" { try checkBlocks(of: first.blockSize) }
    if driver == "PNG" { try checkDeflatedSize(sample: sample, bits: first.bits) }
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
    GeodataError(.tooLarge, file: path, reason: reason, remedy: "save it in tiles: gdal_translate -co TILED=YES")
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
        remedy: "get a sound copy")
    }
  }

  /// Deflate makes at most 1032 bytes of one.
  private func checkDeflatedSize(sample: Int, bits: Int?) throws(GeodataError) {
    let rowBytes = bits.map { (size.width * $0 + 7) / 8 } ?? size.width * sample
    guard rowBytes * size.height / 1032 <= fileSize() else {
      throw GeodataError(
        .damaged, file: path,
        reason: "it claims \(size.width) × \(size.height) pixels, which a file of \(fileSize()) bytes cannot hold",
        remedy: "get a sound copy")
    }
  }
}
