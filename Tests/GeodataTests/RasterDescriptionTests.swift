import Basics
import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

/// What written rasters tell about themselves, read back through GDAL.
@Suite struct RasterDescriptionTests {
  let scratch = Scratch()

  private func write(_ content: COGWriter.Content, bands: Int, _ value: (Int, Int) -> UInt8) throws -> (path: String, values: [UInt8]) {
    let size = RasterSize(width: 61, height: 47)
    let path = scratch.path("a.tif")
    let writer = try COGWriter(
      path: path, size: size, geotransform: nil, crs: nil, content: content,
      description: .init(software: "orthoweave 1.2.3", copyright: "© Höfe. License: CC0-1.0", text: "Land <cover>"))
    var all: [UInt8] = []
    for row in 0..<size.height {
      let values = (0..<size.width * bands).map { value(row * size.width + $0 / bands, $0 % bands) }
      all += values
      try writer.write(values, rows: 1)
    }
    _ = try writer.finish()
    return (path, all)
  }

  private func withDataset<Result>(_ path: String, _ body: (GDALDatasetH) throws -> Result) throws -> Result {
    GDALLibrary.start()
    let dataset = try #require(GDALOpen(path, GA_ReadOnly))
    defer { GDALClose(dataset) }
    return try body(dataset)
  }

  private func item(_ object: GDALMajorObjectH?, _ name: String) -> String? {
    GDALGetMetadataItem(object, name, nil).map { String(cString: $0) }
  }

  @Test func tagsAreInTheFile() throws {
    let (path, _) = try write(.confidence, bands: 1) { index, _ in UInt8(index % 101) }
    try withDataset(path) { dataset in
      #expect(item(dataset, "TIFFTAG_SOFTWARE") == "orthoweave 1.2.3")
      #expect(item(dataset, "TIFFTAG_COPYRIGHT") == "© Höfe. License: CC0-1.0")
      #expect(item(dataset, "TIFFTAG_IMAGEDESCRIPTION") == "Land <cover>")
      #expect(GDALGetRasterUnitType(GDALGetRasterBand(dataset, 1)).map { String(cString: $0) } == "%")
    }
    #expect(!FileManager.default.fileExists(atPath: path + ".aux.xml"))
  }

  /// Against GDAL's own computation, without nodata.
  @Test(arguments: [1, 3]) func statisticsAreThoseOfGDAL(_ bands: Int) throws {
    let names = (0..<bands).map { "band \($0)" }
    let (path, values) = try write(.probabilities(names: names), bands: bands) { index, band in
      noise(index, band) % 5 == 0 ? 255 : UInt8(noise(index, band, 1) % 201)
    }
    try withDataset(path) { dataset in
      for number in 1...bands {
        let band = GDALGetRasterBand(dataset, Int32(number))
        let own = stride(from: number - 1, to: values.count, by: bands).map { values[$0] }
        let valid = own.filter { $0 != 255 }
        let stated = ["MINIMUM", "MAXIMUM", "MEAN", "STDDEV", "VALID_PERCENT"].map {
          item(band, "STATISTICS_\($0)").flatMap { Double($0) } ?? .nan
        }
        var (least, most, mean, deviation) = (0.0, 0.0, 0.0, 0.0)
        #expect(GDALComputeRasterStatistics(band, 0, &least, &most, &mean, &deviation, nil, nil) == CE_None)
        #expect(abs(stated[0] - least) < 1e-9 && abs(stated[1] - most) < 1e-9, "\(stated)")
        #expect(abs(stated[2] - mean) < 1e-6 && abs(stated[3] - deviation) < 1e-6, "\(stated) \(mean) \(deviation)")
        #expect(abs(stated[4] - 100 * Double(valid.count) / Double(own.count)) < 0.01)
        #expect(GDALGetRasterScale(band, nil) == 0.5 && GDALGetRasterOffset(band, nil) == 0)
        #expect(GDALGetDescription(band).map { String(cString: $0) } == names[number - 1])
      }
    }
  }

  @Test func classesHaveNamesAndATable() throws {
    let names = ["Gebäude & Höfe", "수면", "<b>\"x\"</b>", "=1+1"]
    let colors = [Color(red: 1, green: 2, blue: 3), Color(red: 4, green: 5, blue: 6)]
    let (path, values) = try write(.classes(names: names, colors: colors), bands: 1) { index, _ in
      noise(index, 7) % 4 == 0 ? 255 : UInt8(noise(index, 3) % 3)
    }
    try withDataset(path) { dataset in
      let band = GDALGetRasterBand(dataset, 1)
      #expect(names.indices.map { item(band, "CLASS_\($0)") } == names)
      let table = try #require(GDALGetDefaultRAT(band))
      #expect(GDALRATGetRowCount(table) == 4)
      for (row, name) in names.enumerated() {
        let number = Int32(row)
        #expect(GDALRATGetValueAsInt(table, number, GDALRATGetColOfUsage(table, GFU_MinMax)) == number)
        #expect(GDALRATGetValueAsString(table, number, GDALRATGetColOfUsage(table, GFU_Name)).map { String(cString: $0) } == name)
        let count = values.count { $0 == UInt8(row) }
        #expect(GDALRATGetValueAsDouble(table, number, GDALRATGetColOfUsage(table, GFU_PixelCount)) == Double(count), "\(name)")
      }
      #expect(GDALRATGetValueAsInt(table, 1, GDALRATGetColOfUsage(table, GFU_Green)) == 5)
    }
  }

  @Test func aRasterWithoutAValidPixelHasNoStatistics() throws {
    let (path, _) = try write(.confidence, bands: 1) { _, _ in 255 }
    try withDataset(path) { dataset in #expect(item(GDALGetRasterBand(dataset, 1), "STATISTICS_MEAN") == nil) }
  }
}
