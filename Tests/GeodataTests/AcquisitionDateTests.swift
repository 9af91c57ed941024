import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Geodata

struct AcquisitionDateTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder("dates") }

  @Test(arguments: [
    ("2024:06:01 10:20:30", "2024-06-01T10:20:30"), ("2024-06-01T10:20:30Z", "2024-06-01T10:20:30"),
    ("2024:02:29 00:00:00", "2024-02-29T00:00:00"),
  ])
  func tagsAreRead(_ tag: String, _ text: String) { #expect(AcquisitionDate(tag: tag)?.text == text) }

  @Test(arguments: [
    "", "0000:00:00 00:00:00", "yesterday", "2024:13:01 00:00:00", "2023:02:29 00:00:00", "2024:06:31 00:00:00", "2024:06:01 24:00:00",
    "2024:06:01", "    :  :     :  :  ",
  ])
  func tagsWithoutADateGiveNone(_ tag: String) { #expect(AcquisitionDate(tag: tag) == nil) }

  @Test(arguments: [
    ("*_{year}{month}{day}_*", "flight_20240601_003.tif", "2024-06-01"), ("{day}.{month}.{year}.tif", "01.06.2024.tif", "2024-06-01"),
    // Where the first place is not a date, the next is tried.
    ("*{year}{month}{day}*", "tile_99999999_20240601.tif", "2024-06-01"),
    ("*-{year}-{month}-{day}.tif", "a-b-2024-06-01.tif", "2024-06-01"),
  ])
  func namesAreRead(_ pattern: String, _ name: String, _ text: String) {
    #expect(DatePattern(pattern)?.date(in: name)?.text == text)
  }

  @Test(arguments: [
    ("*_{year}{month}{day}_*", "flight_20240631_003.tif"), ("{year}{month}{day}", "20240601.tif"), ("{year}{month}{day}*", "2024060"),
    ("*{year}{month}{day}", ""), ("{year}-{month}-{day}.tif", "٢٠٢٤-06-01.tif"),
  ])
  func otherNamesGiveNoDate(_ pattern: String, _ name: String) throws {
    #expect(try #require(DatePattern(pattern)).date(in: name) == nil)
  }

  @Test(arguments: ["", "*", "{year}{month}", "{year}{month}{day}{day}", "{year}{month}{day}{hour}", "{year}{month}{day}}"])
  func otherPatternsAreRefused(_ pattern: String) { #expect(DatePattern(pattern) == nil) }

  @Test func aLongNameWithManyStarsIsDoneAtOnce() throws {
    let pattern = try #require(DatePattern(String(repeating: "*a", count: 40) + "{year}{month}{day}"))
    #expect(pattern.date(in: String(repeating: "a", count: 250)) == nil)
  }

  @Test(arguments: ["1904:01:01 00:00:00", "1970:01:01 00:00:01", "1980:01:01 12:00:00", "1980:01:06 00:00:00"])
  func daysOnWhichClocksBeginAreNotUsed(_ tag: String) throws {
    let source = try RasterSource(path: tagged(tag))
    #expect(source.reading.date == nil)
    #expect(
      source.warnings.contains { $0.contains(tag) && $0.hasSuffix("is the initial value of a clock that was never set, and is not used") },
      "\(source.warnings)")
  }

  @Test func aDateInTheFutureIsUsedAndSaid() throws {
    let source = try RasterSource(path: tagged("2987:03:04 05:06:07"))
    #expect(source.reading.date?.text == "2987-03-04T05:06:07")
    #expect(
      source.warnings.contains("its date (2987-03-04T05:06:07) lies in the future; check the clock that it comes from"),
      "\(source.warnings)")
  }

  @Test func theTagComesBeforeTheName() throws {
    let size = RasterSize(width: 8, height: 8)
    let geotransform = Geotransform(500_000, 1, 0, 5_800_000, 0, -1)
    let plain = folder("a_20230405.tif")
    Painting(size: size, geotransform: geotransform).paint(plain) { _, _, _ in 9 }
    var options = RasterSourceOptions()
    #expect(try RasterSource(path: plain, options: options).reading.date == nil)
    options.datePattern = DatePattern("*_{year}{month}{day}.tif")
    #expect(try RasterSource(path: plain, options: options).reading.date?.text == "2023-04-05")
    #expect(try RasterSource(path: plain, options: options).reading.lines.contains("taken 2023-04-05"))

    let tagged = folder("b_20230405.tif")
    try run("gdal_translate", ["-q", "-mo", "TIFFTAG_DATETIME=2024:06:01 10:20:30", plain, tagged])
    #expect(try RasterSource(path: tagged, options: options).reading.date?.text == "2024-06-01T10:20:30")

    let other = folder("other.tif")
    try run("gdal_translate", ["-q", plain, other])
    let source = try RasterSource(path: other, options: options)
    #expect(source.reading.date == nil)
    #expect(source.warnings.contains { $0.contains("input.date") }, "\(source.warnings)")
  }

  @Test func aMosaicHasTheDatesOfItsSheets() throws {
    let size = RasterSize(width: 8, height: 8)
    var options = RasterSourceOptions()
    options.datePattern = DatePattern("*_{year}{month}{day}.tif")
    func mosaic(_ names: [String]) throws -> RasterReading {
      let paths = names.enumerated().map { index, name in
        let path = folder(name)
        Painting(size: size, geotransform: Geotransform(500_000 + 8 * Double(index), 1, 0, 5_800_000, 0, -1)).paint(path) { _, _, _ in 9 }
        return path
      }
      return try MosaicSource(name: "m", paths: paths, options: options).reading
    }
    let several = try mosaic(["a_20230405.tif", "b_20230401.tif"])
    #expect(several.date?.text == "2023-04-01" && several.lastDate?.text == "2023-04-05" && several.differences.isEmpty)
    let one = try mosaic(["c_20230405.tif", "d_20230405.tif"])
    #expect(one.date?.text == "2023-04-05" && one.lastDate == nil)
    #expect(try mosaic(["e_20230405.tif", "f.tif"]).date == nil)
  }

  private func run(_ name: String, _ arguments: [String]) throws {
    let program = try #require(Program.find(name), "\(name) is not installed")
    let result = try Program.run(program, arguments)
    #expect(result.status == 0, "\(result.error)")
  }

  /// A raster with a date in its tag.
  private func tagged(_ text: String) throws -> String {
    let (plain, tagged) = (folder("plain.tif"), folder("tagged.tif"))
    Painting(size: RasterSize(width: 8, height: 8)).paint(plain) { _, _, _ in 9 }
    try run("gdal_translate", ["-q", "-mo", "TIFFTAG_DATETIME=\(text)", plain, tagged])
    return tagged
  }

  @Test(arguments: [
    ("01.06.2024 10:20:30", true), ("2024:13:01 00:00:00", true), ("June 2024", true), ("0000:00:00 00:00:00", false),
    ("    :  :     :  :  ", false), ("2024:06:01 10:20:30", false),
  ])
  func aTagThatIsNotADateIsSaid(_ text: String, _ isSaid: Bool) throws {
    let source = try RasterSource(path: tagged(text))
    #expect(source.warnings.contains { $0.hasPrefix("its date (TIFFTAG_DATETIME '\(text)') is not one") } == isSaid, "\(source.warnings)")
    #expect(source.reading.ignored.contains { $0.hasPrefix("its date") } == isSaid)
  }
}
