import GeoTypes
import Geodata

/// The class map and the confidence of a source as they were published.
struct PublishedRows: ClassRows {
  private let classes: ClassRasterReader
  private let confidence: ClassRasterReader

  var size: RasterSize { classes.size }

  /// `nil` where one of the rasters is not there or they do not fit each other: then pixels have to be inferred again.
  init?(classes: String, confidence: String) throws {
    guard let first = try? ClassRasterReader(path: classes), let second = try? ClassRasterReader(path: confidence),
      first.size == second.size, first.bands == 1, second.bands == 1
    else { return nil }
    self.classes = first
    self.confidence = second
  }

  func forEachStrip(_ body: (_ firstRow: Int, _ planes: [[UInt8]]) throws -> Void) throws {
    let height = max(256, classes.blockHeight)
    for row in stride(from: 0, to: classes.size.height, by: height) {
      try body(row, try planes(row..<min(classes.size.height, row + height)))
    }
  }

  /// Class and confidence of whole rows, [rows][width] each; 255 where there is none. What others say in an .aux.xml beside the raster, such as
  /// another nodata value, does not count.
  ///
  /// - Throws: `GeodataError` where a raster cannot be read.
  func planes(_ rows: Range<Int>) throws -> [[UInt8]] {
    [try classes.readRows(rows), try confidence.readRows(rows)]
  }
}
