import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

/// What is read of a raster: bands, values and crs, and what is reported about the rest. Each case is named after the report that it comes from.
@Suite struct RasterReadingTests {
  let scratch = Scratch()
  let size = RasterSize(width: 64, height: 48)

  /// A picture of many values in every band.
  private func picture(_ column: Int, _ row: Int, _ band: Int) -> Double { Double(40 + noise(column, row, band) % 180) }

  private func all(_ source: some PixelSource) throws -> PixelBlock { try source.read(Window(source.size)) }

  private func source(_ path: String, _ change: (inout RasterSourceOptions) -> Void = { _ in }) throws -> RasterSource {
    var options = RasterSourceOptions()
    change(&options)
    return try RasterSource(path: path, options: options)
  }

  private func has(_ source: RasterSource, _ words: String...) -> Bool {
    source.warnings.contains { warning in words.allSatisfy { warning.contains($0) } }
  }

  // MARK: - Bands

  private static let described: [(names: [String], bands: [Int])] = [
    (["blue", "green", "red", "nir"], [3, 2, 1]),
    (["Blue", "Green", "Red", "NIR"], [3, 2, 1]),
    (["coastal_blue", "blue", "green_i", "green", "yellow", "red", "rededge", "nir"], [6, 4, 2]),
    (["B02", "B03", "B04", "B08"], [3, 2, 1]),
    (["SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B9"], [3, 2, 1]),
    (["Near Infrared", "Red (0.665 um)", "Green (0.56 um)", "Blue (0.49 um)"], [2, 3, 4]),
    (["b", "g", "r"], [3, 2, 1]),
    (["NIR", "Red Edge", "Red", "Green", "Blue"], [3, 4, 5]),
  ]

  @Test(arguments: described) func planet4bandBGRN(names: [String], bands: [Int]) throws {
    let path = scratch.path("described.tif")
    Painting(size: size, bands: names.count, type: GDT_UInt16, options: ["PHOTOMETRIC=MINISBLACK"], descriptions: names)
      .paint(path) { _, _, band in Double(band + 1) }
    let source = try source(path) { $0.scale = .shared(.init(min: 0, max: 255)) }
    #expect(source.reading.bands.map(\.number) == bands)
    #expect(source.reading.bands.map(\.role) == ["red", "green", "blue"])
    #expect(source.reading.bandsBy == .descriptions)
    #expect(Array(try all(source).numbers.prefix(3)) == bands.map { Float($0) })
    #expect(!has(source, "input.bands"))
  }

  /// Red, green and blue of Sentinel-2 and Landsat 8 have the numbers of infrared, red and green of earlier Landsats.
  @Test(arguments: [["B4", "B3", "B2"], ["SR_B2", "SR_B3", "SR_B4", "SR_B5"], ["B2", "B3", "B4", "B5", "B7"]])
  func landsat432(names: [String]) throws {
    let path = scratch.path("landsat.tif")
    Painting(size: size, bands: names.count, type: GDT_UInt16, options: ["PHOTOMETRIC=MINISBLACK"], descriptions: names)
      .paint(path) { _, _, band in Double(band + 1) }
    let source = try source(path) { $0.scale = .shared(.init(min: 0, max: 255)) }
    #expect(source.reading.bandsBy == .descriptions)
    #expect(
      has(source, "are taken as Sentinel-2 and Landsat 8 and 9 number them", "Landsat 4 to 7", "set input.bands to decide"),
      "\(source.warnings)")
  }

  /// Writers set the interpretation of three bands by habit: names are found in one way, or by numbers.
  @Test func namesOfBandsAreFoundInOneWay() throws {
    let path = scratch.path("named.tif")
    Painting(size: size, options: ["PHOTOMETRIC=RGB"], descriptions: ["nir", "red", "green"]).paint(path, picture)
    #expect(try source(path) { $0.bands = .names(["nir", "red", "green"]) }.reading.bands.map(\.number) == [1, 2, 3])
    Painting(size: size, options: ["PHOTOMETRIC=RGB"], descriptions: ["nir", "red", ""]).paint(path, picture)
    let error = #expect(throws: GeodataError.self) { try source(path) { $0.bands = .names(["nir", "red", "blue"]) } }
    #expect(error?.description.contains("names one band twice (1, 1, 3)") == true, "\(String(describing: error))")
  }

  @Test func aBandThatIsCalledAMaskAndIsNoneIsNamed() throws {
    let path = scratch.path("mask.tif")
    Painting(size: size, bands: 4, options: ["PHOTOMETRIC=RGB", "ALPHA=UNSPECIFIED"], descriptions: ["", "", "", "Valid mask"]).paint(
      path, picture)
    let source = try source(path)
    #expect(
      has(source, "its band 4 is called 'Valid mask' and is not marked as alpha: it masks nothing", "-colorinterp_4 alpha"),
      "\(source.warnings)")
  }

  @Test func descriptionsThatAreNotUnderstoodAreNamedAlsoBesideColors() throws {
    let path = scratch.path("words.tif")
    Painting(size: size, options: ["PHOTOMETRIC=RGB"], descriptions: ["Blau", "Grün", "Rot"]).paint(path, picture)
    #expect(has(try source(path), "'Blau', 'Grün', 'Rot'", "are not understood: the color interpretation is followed"))
  }

  private static let undescribed: [[String]] = [
    ["rot", "grün", "blau"], ["Band 1", "Band 2", "Band 3"], ["B1", "B2", "B3"], ["B1", "B2", "B3", "B4"],
    ["Band_1", "Band_2", "Band_3", "Band_4"],
    ["red", "red", "blue"], ["infrared", "near", "nir"],
  ]

  @Test(arguments: undescribed) func descriptionsThatNameNoColorsAreSaidAndOrderHolds(names: [String]) throws {
    let path = scratch.path("undescribed.tif")
    Painting(size: size, bands: names.count, type: GDT_UInt16, options: ["PHOTOMETRIC=MINISBLACK"], descriptions: names).paint(
      path, picture)
    let source = try source(path) { $0.scale = .shared(.init(min: 0, max: 255)) }
    #expect(source.reading.bands.map(\.number) == [1, 2, 3])
    #expect(source.reading.bandsBy == .order)
    #expect(has(source, "bands 1, 2, 3 are taken as red, green, blue", "input.bands"))
  }

  @Test func bandsThatAreNotReadAreNamed() throws {
    let path = scratch.path("unread.tif")
    var painting = Painting(size: RasterSize(width: 20, height: 10), bands: 5)
    painting.descriptions = ["red", "green", "blue", "nir", ""]
    painting.interpretation = [GCI_RedBand, GCI_GreenBand, GCI_BlueBand, GCI_Undefined, GCI_AlphaBand]
    painting.paint(path) { column, row, band in band == 4 ? 255 : Double(column + row) }
    let masked = try RasterSource(path: path).reading
    #expect(masked.unread == [RasterReading.Band(number: 4, role: "undefined", name: "nir")])
    #expect(masked.lines[0].hasSuffix("Byte; without band 4 (nir)"), "\(masked.lines)")
    var options = RasterSourceOptions()
    options.alpha = .none
    let plain = try RasterSource(path: path, options: options).reading
    #expect(plain.lines[0].hasSuffix("; without bands 4 (nir), 5 (alpha)"), "\(plain.lines)")
  }

  @Test func descriptionsThatContradictTheInterpretationAreFollowedAndSaid() throws {
    let path = scratch.path("conflict.tif")
    Painting(size: size, options: ["PHOTOMETRIC=RGB"], descriptions: ["blue", "green", "red"]).paint(path, picture)
    let source = try source(path)
    #expect(source.reading.bands.map(\.number) == [3, 2, 1])
    #expect(has(source, "3, 2, 1", "color interpretation says 1, 2, 3", "input.bands"))
    #expect(try !has(self.source(path) { $0.bands = .numbers([1, 2, 3]) }, "descriptions"))
  }

  @Test func infraredBecomesTheFourthChannel() throws {
    let path = scratch.path("eight.tif")
    let names = ["coastal_blue", "blue", "green_i", "green", "yellow", "red", "rededge", "nir"]
    Painting(size: size, bands: 8, options: ["PHOTOMETRIC=MINISBLACK"], descriptions: names).paint(path, picture)
    #expect(try source(path) { $0.channels = 4 }.reading.bands.map(\.number) == [6, 4, 2, 8])
  }

  @Test func cmykIsSaidNotToBeRGB() throws {
    let path = scratch.path("cmyk.tif")
    Painting(
      size: size, bands: 4, options: ["PHOTOMETRIC=MINISBLACK"],
      interpretation: [GCI_CyanBand, GCI_MagentaBand, GCI_YellowBand, GCI_BlackBand]
    ).paint(path, picture)
    #expect(try has(source(path), "cyan, magenta, yellow", "not red, green, blue"))
  }

  @Test func udm2Beside() throws {
    let path = scratch.path("udm2.tif")
    Painting(size: size, bands: 8, options: ["PHOTOMETRIC=MINISBLACK"], descriptions: (0..<8).map { "flag\($0)" })
      .paint(path) { column, _, band in column > 20 + band ? 1 : 0 }
    #expect(try has(source(path), "no more than 2 different values", "flags or classes"))
    let image = scratch.path("image.tif")
    Painting(size: size).paint(image, picture)
    #expect(try source(image).warnings.isEmpty)
  }

  // MARK: - Values

  @Test func scaleOffsetTags() throws {
    let path = scratch.path("scaled.tif")
    Painting(size: size, type: GDT_UInt16, options: ["PHOTOMETRIC=RGB"]).paint(path, picture)
    let band = "<Offset>-0.1</Offset><Scale>0.0001</Scale>"
    try "<PAMDataset>\((1...3).map { "<PAMRasterBand band=\"\($0)\">\(band)</PAMRasterBand>" }.joined())</PAMDataset>"
      .write(toFile: path + ".aux.xml", atomically: true, encoding: .utf8)
    let source = try source(path) { $0.scale = .shared(.init(min: 0, max: 4080)) }
    #expect(has(source, "stored × 0.0001 − 0.1", "not applied", "0…4080 means -0.1…0.308"))
    #expect(source.reading.calibration == [RasterReading.Calibration](repeating: .init(scale: 0.0001, offset: -0.1), count: 3))
    #expect(source.reading.ignored.count == 1)
  }

  @Test func grayMinisWhite() throws {
    let plain = scratch.path("black.tif")
    Painting(size: size, bands: 1).paint(plain, picture)
    let path = scratch.path("white.tif")
    Painting(size: size, bands: 1, options: ["PHOTOMETRIC=MINISWHITE"]).paint(path) { 255 - picture($0, $1, $2) }
    let inverted = try source(path) { $0.bands = .numbers([1, 1, 1]) }
    #expect(try all(inverted).numbers == all(source(plain) { $0.bands = .numbers([1, 1, 1]) }).numbers)
    #expect(inverted.reading.isInverted)
    #expect(has(inverted, "WhiteIsZero"))
  }

  @Test func wideWhiteIsZeroIsInvertedAndNodataStaysStored() throws {
    let path = scratch.path("white16.tif")
    Painting(size: size, bands: 1, type: GDT_UInt16, options: ["PHOTOMETRIC=MINISWHITE"], nodata: 0)
      .paint(path) { column, _, _ in column == 0 ? 0 : 1000 }
    let source = try source(path) {
      $0.bands = .numbers([1, 1, 1])
      $0.scale = .shared(.init(min: 0, max: 1000))
      $0.nodata = nil
    }
    let block = try all(source)
    #expect(Array(block.flags.prefix(2)) == [0, 1])
    #expect(Array(block.numbers.prefix(6)) == [0, 0, 0, 0, 0, 0])
  }

  // MARK: - Orientation

  @Test(arguments: [true, false]) func orientationRot180(isLittle: Bool) throws {
    let path = scratch.path("turned.tif")
    try TagFile(tags: [(274, 3)], isLittle: isLittle).write(path)
    let source = try source(path)
    #expect(has(source, "orientation tag (3, turned by 180°)", "not applied"))
    #expect(source.reading.ignored.count == 1)
    let upright = scratch.path("upright.tif")
    try TagFile(tags: [(274, 1)], isLittle: isLittle).write(upright)
    #expect(try !has(self.source(upright), "orientation"))
  }

  @Test func jpegExifOrientation() throws {
    let path = scratch.path("plain.jpg")
    Painting(size: size, driver: "JPEG", geotransform: nil, crs: nil).paint(path, picture)
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    // APP1: one directory with one entry, the orientation.
    var exif = Data("Exif\0\0II".utf8) + [42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    exif = Data([0xFF, 0xE1, 0, UInt8(exif.count + 2)]) + exif
    data.insert(contentsOf: exif, at: 2)
    let turned = scratch.path("turned.jpg")
    try data.write(to: URL(fileURLWithPath: turned))
    #expect(try has(source(turned), "orientation tag (6, turned by 90°)"))
    #expect(try !has(source(path), "orientation"))
  }

  @Test func tagsThatLieAreReadWithoutHarm() throws {
    let path = scratch.path("lying.tif")
    for tags: [(Int, Int)] in [[(274, 99)], [(274, 0)]] {
      try TagFile(tags: tags, isLittle: true).write(path)
      #expect(try all(source(path)).window.size == RasterSize(width: 4, height: 4))
    }
  }

  // MARK: - Crs

  private static let utm33 = """
    PROJCS["WGS_1984_UTM_Zone_33N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],\
    PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],\
    PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",15.0],PARAMETER["Scale_Factor",0.9996],\
    PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]
    """

  private func uncharted(_ name: String) -> String {
    let path = scratch.path(name)
    Painting(size: size, options: ["PROFILE=BASELINE", "TFW=YES"], crs: nil).paint(path, picture)
    return path
  }

  @Test(arguments: ["prj", "PRJ"]) func tfwPrj(ending: String) throws {
    let path = uncharted("a.tif")
    try Self.utm33.write(toFile: scratch.path("a.\(ending)"), atomically: true, encoding: .utf8)
    let source = try source(path)
    #expect(source.crs?.authority == "EPSG:32633")
    #expect(source.reading.crsFrom == "a.\(ending)")
    #expect(has(source, "a.\(ending)", "EPSG:32633"))
    #expect(source.files.contains(scratch.path("a.\(ending)")))
  }

  @Test func aPrjInFeetIsNotTakenForOneInMeters() throws {
    let path = uncharted("feet.tif")
    let feet = Self.utm33.replacingOccurrences(of: "UNIT[\"Meter\",1.0]", with: "UNIT[\"Foot_US\",0.3048006096012192]")
    try feet.write(toFile: scratch.path("feet.prj"), atomically: true, encoding: .utf8)
    let crs = try #require(try source(path).crs)
    #expect(abs(crs.metersPerUnit - 0.3048006096012192) < 1e-12)
    #expect(crs.authority == nil)
  }

  @Test(arguments: ["tab", "tif.xml", "qpj"]) func filesBesideThatAreNotReadForACrsAreNamed(ending: String) throws {
    let path = uncharted("named.tif")
    try "anything".write(toFile: scratch.path("named.\(ending)"), atomically: true, encoding: .utf8)
    let source = try source(path)
    #expect(source.crs == nil)
    #expect(has(source, "named.\(ending)", "input.crs"), "\(source.warnings)")
  }

  @Test func aPrjThatIsNoneIsNamed() throws {
    let path = uncharted("bad.tif")
    for text in ["", "hello\nworld", String(repeating: "(", count: 70_000), "PROJCS[\"x\"", "\u{0}\u{1}"] {
      try text.write(toFile: scratch.path("bad.prj"), atomically: true, encoding: .utf8)
      let source = try source(path)
      #expect(source.crs == nil)
      #expect(has(source, "bad.prj", "input.crs"))
    }
  }

  @Test func thePipelinesCrsIsForSourcesWithoutOne() throws {
    let given = try CoordinateSystem("EPSG:25833")
    let without = try source(uncharted("without.tif")) { $0.crs = given }
    #expect(without.crs?.authority == "EPSG:25833")
    #expect(without.reading.crsFrom == "input.crs")
    let path = scratch.path("with.tif")
    Painting(size: size).paint(path, picture)
    let with = try source(path) { $0.crs = given }
    #expect(with.crs?.authority == "EPSG:32633")
    #expect(has(with, "input.crs", "is not used", "EPSG:32633"))
    let same = try CoordinateSystem("EPSG:32633")
    #expect(try source(path) { $0.crs = same }.warnings.isEmpty)
  }

  // MARK: - The record

  @Test func aSourceOfSixteenBitsWithAlphaAndNodataTellsWhatIsRead() throws {
    let path = scratch.path("record.tif")
    Painting(
      size: size, bands: 5, type: GDT_UInt16, options: ["PHOTOMETRIC=MINISBLACK"], nodata: 0,
      interpretation: [GCI_GrayIndex, GCI_Undefined, GCI_Undefined, GCI_Undefined, GCI_AlphaBand],
      descriptions: ["blue", "green", "red", "nir", "alpha"]
    ).paint(path) { column, row, band in band == 4 ? 65_535 : column < 8 ? 0 : 10 * picture(column, row, band) }
    let source = try source(path) { $0.scale = .shared(.init(min: 0, max: 3000)) }
    #expect(
      source.reading.lines == [
        "reads bands 3 (red), 2 (green), 1 (blue) by descriptions, UInt16, 0…3000 to 0…255; without band 4 (nir)",
        "valid pixels: alpha of band 5 above 0, not nodata 0", "crs EPSG:32633 (WGS 84 / UTM zone 33N), from file",
      ])
    let coded = try JSONDecoder().decode(RasterReading.self, from: JSONEncoder().encode(source.reading))
    #expect(coded == source.reading)
    let mosaic = try MosaicSource(
      name: "m", paths: [path],
      options: {
        var o = RasterSourceOptions(); o.scale = .shared(.init(min: 0, max: 3000)); return o
      }())
    #expect(mosaic.reading == source.reading)
  }

  @Test func aMosaicNamesSheetsThatAreReadOtherwise() throws {
    let (one, other) = (scratch.path("1.tif"), scratch.path("2.tif"))
    Painting(size: size, options: ["PHOTOMETRIC=RGB"]).paint(one, picture)
    Painting(
      size: size, options: ["PHOTOMETRIC=MINISBLACK"],
      geotransform: Geotransform(500_032, 0.5, 0, 6_000_000, 0, -0.5), descriptions: ["blue", "green", "red"]
    ).paint(other, picture)
    let mosaic = try MosaicSource(name: "m", paths: [one, other])
    #expect(mosaic.reading.bands.map(\.number) == [1, 2, 3])
    #expect(mosaic.reading.differences == ["2.tif: reads bands 3 (red), 2 (green), 1 (blue) by descriptions, Byte"])
  }
}

/// A TIFF of 4 × 4 gray pixels, byte by byte, with tags that GDAL does not write.
struct TagFile {
  var tags: [(tag: Int, value: Int)]
  var isLittle: Bool

  func write(_ path: String) throws {
    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittle ? little : little.reversed()
    }
    let pixels = 48
    var entries: [(tag: Int, value: Int, isLong: Bool)] = [
      (256, 4, false), (257, 4, false), (258, 8, false), (259, 1, false), (262, 2, false), (273, 8, true), (277, 3, false), (278, 4, false),
      (279, pixels, true),
    ]
    entries += tags.map { ($0.tag, $0.value, false) }
    entries.sort { $0.tag < $1.tag }
    var file: [UInt8] = (isLittle ? [0x49, 0x49] : [0x4D, 0x4D]) + bytes(42, 2) + bytes(8 + pixels, 4)
    file += (0..<pixels).map { UInt8(50 + 3 * $0) }
    file += bytes(entries.count, 2)
    for entry in entries {
      file += bytes(entry.tag, 2) + bytes(entry.isLong ? 4 : 3, 2) + bytes(1, 4)
      file += entry.isLong ? bytes(entry.value, 4) : bytes(entry.value, 2) + [0, 0]
    }
    try Data(file + bytes(0, 4)).write(to: URL(fileURLWithPath: path))
  }
}
