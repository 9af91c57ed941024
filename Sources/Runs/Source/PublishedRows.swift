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
    try RasterRows(classes: classes, confidence: confidence).forEachStrip(body)
  }
}
