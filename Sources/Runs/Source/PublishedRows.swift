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

  /// The class raster's own nodata value comes as 255.
  func forEachStrip(_ body: (_ firstRow: Int, _ planes: [[UInt8]]) throws -> Void) throws {
    let height = max(256, classes.blockHeight)
    for row in stride(from: 0, to: classes.size.height, by: height) {
      let rows = row..<min(classes.size.height, row + height)
      var values = try classes.readRows(rows)
      if let nodata = classes.nodata, nodata != ClassMap.nodata {
        for index in values.indices where values[index] == nodata { values[index] = ClassMap.nodata }
      }
      try body(row, [values, try confidence.readRows(rows)])
    }
  }
}
