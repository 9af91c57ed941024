import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

/// Which pixels are valid, and what is reported where a file's word on it is not followed. Cases are named after the reports that they come from.
@Suite struct RasterValidityTests {
  let scratch = Scratch()
  let size = RasterSize(width: 96, height: 64)

  private func picture(_ column: Int, _ row: Int, _ band: Int) -> Double { Double(40 + noise(column, row, band) % 180) }
  private static let rgba = [GCI_RedBand, GCI_GreenBand, GCI_BlueBand, GCI_AlphaBand]

  private func source(_ path: String, _ change: (inout RasterSourceOptions) -> Void = { _ in }) throws -> RasterSource {
    var options = RasterSourceOptions()
    change(&options)
    return try RasterSource(path: path, options: options)
  }

  private func flags(_ source: some PixelSource) throws -> [UInt8] { try source.read(Window(source.size)).flags }

  private func has(_ source: RasterSource, _ words: String...) -> Bool {
    source.warnings.contains { warning in words.allSatisfy { warning.contains($0) } }
  }

  /// A collar of the 16 columns on the left.
  private func isCollar(_ pixel: Int) -> Bool { pixel % size.width < 16 }

  private func isOnlyTheCollarInvalid(_ source: RasterSource) throws -> Bool {
    try flags(source).enumerated().allSatisfy { ($0.element == 0) == isCollar($0.offset) }
  }

  // MARK: - Nodata

  @Test(arguments: [(-9999.0, GDT_Byte), (256, GDT_Byte), (0.5, GDT_Byte), (-1, GDT_UInt16), (70_000, GDT_Int16), (.nan, GDT_Byte)])
  func nodataNeg9999U8(value: Double, type: GDALDataType) throws {
    let path = scratch.path("range.tif")
    Painting(size: size, type: type, options: ["PHOTOMETRIC=RGB"], nodata: value).paint(path, picture)
    let source = try source(path) { if type != GDT_Byte { $0.scale = .shared(.init(min: 0, max: 255)) } }
    #expect(has(source, "nodata value", "is not used"), "\(source.warnings)")
    #expect(try !flags(source).contains(0))
    #expect(source.reading.bands.allSatisfy { $0.nodata == nil })
  }

  @Test func nodataPipelineOutOfRange() throws {
    let path = scratch.path("pipeline.tif")
    Painting(size: size).paint(path, picture)
    let source = try source(path) { $0.nodata = -9999 }
    #expect(source.warnings == ["input.nodata -9999 is not used, as Byte values cannot be that"])
    #expect(source.reading.ignored == source.warnings)
    #expect(source.reading.validity.pipelineNodata == nil)
  }

  @Test(arguments: [1, 2, 3]) func nodataOneBandPAM(band: Int) throws {
    let path = scratch.path("one.tif")
    Painting(size: size).paint(path) { column, row, band in column < 16 ? 0 : row == 3 && band == 0 ? 0 : picture(column, row, band) }
    try "<PAMDataset><PAMRasterBand band=\"\(band)\"><NoDataValue>0</NoDataValue></PAMRasterBand></PAMDataset>"
      .write(toFile: path + ".aux.xml", atomically: true, encoding: .utf8)
    let source = try source(path)
    #expect(try isOnlyTheCollarInvalid(source))
    #expect(has(source, "nodata 0 is declared for 1 of the 3 bands read", "taken for all"))
  }

  @Test func nodataOnABandThatIsNotReadCountsForThoseReadAndIsSaid() throws {
    let path = scratch.path("fourth.tif")
    Painting(size: size, bands: 4, options: ["ALPHA=NO", "PHOTOMETRIC=RGB"]).paint(path) { $0 < 16 ? 0 : picture($0, $1, $2) }
    try "<PAMDataset><PAMRasterBand band=\"4\"><NoDataValue>0</NoDataValue></PAMRasterBand></PAMDataset>"
      .write(toFile: path + ".aux.xml", atomically: true, encoding: .utf8)
    let source = try source(path)
    #expect(try isOnlyTheCollarInvalid(source))
    #expect(has(source, "not read"))
  }

  // MARK: - Alpha

  @Test func nirAsAlpha() throws {
    let path = scratch.path("nir.tif")
    // Water, which is dark in infrared, is a fifth of the picture.
    Painting(size: size, bands: 4, interpretation: Self.rgba)
      .paint(path) { column, row, band in band < 3 ? picture(column, row, band) : column < 16 ? 0 : picture(column, row, 3) }
    let asked = try source(path)
    #expect(has(asked, "band 4 is tagged as alpha but looks like a picture", "input.alpha: none", "input.alpha: 1"))
    let none = try source(path) { $0.alpha = .none }
    #expect(try !flags(none).contains(0))
    #expect(none.reading.validity.alpha == nil)
    #expect(none.warnings.isEmpty)
    let one = try source(path) { $0.alpha = .from(1) }
    #expect(try isOnlyTheCollarInvalid(one))
    #expect(one.warnings.isEmpty)
    let four = try source(path) {
      $0.channels = 4
      $0.alpha = .none
    }
    #expect(four.reading.bands.map(\.number) == [1, 2, 3, 4])
    let error = #expect(throws: GeodataError.self) { try self.source(path) { $0.channels = 4 } }
    #expect(error?.remedy == "set in input: bands: [1, 2, 3, 4]")
  }

  @Test func aFeatheredMaskIsNotQuestioned() throws {
    let path = scratch.path("feathered.tif")
    Painting(size: size, bands: 4, interpretation: Self.rgba)
      .paint(path) { column, row, band in band < 3 ? picture(column, row, band) : Double(min(255, max(0, (column - 15) * 20))) }
    let source = try source(path)
    #expect(source.warnings.isEmpty, "\(source.warnings)")
    #expect(try isOnlyTheCollarInvalid(source))
    #expect(try flags(self.source(path) { $0.alpha = .from(200) }).prefix(96).firstIndex(of: 1) == 25)
  }

  @Test func alphaAndNodata() throws {
    let path = scratch.path("both.tif")
    Painting(size: size, bands: 4, nodata: 0, interpretation: Self.rgba)
      .paint(path) { column, row, band in band == 3 ? 255 : column < 16 ? 0 : picture(column, row, band) }
    let source = try source(path)
    #expect(try isOnlyTheCollarInvalid(source))
    #expect(has(source, "alpha band is opaque", "nodata 0 counts besides"))
    let masked = scratch.path("masked.tif")
    Painting(size: size, bands: 4, nodata: 0, interpretation: Self.rgba)
      .paint(masked) { column, row, band in band == 3 ? column < 16 ? 0 : 255 : row < 9 ? 0 : picture(column, row, band) }
    let other = try self.source(masked)
    #expect(try isOnlyTheCollarInvalid(other))
    #expect(has(other, "nodata value 0 is not used", "alpha band decides"))
  }

  @Test func alphaJPEGLossy() throws {
    let path = scratch.path("lossy.tif")
    Painting(size: size, bands: 4, options: ["COMPRESS=JPEG", "ALPHA=YES", "JPEG_QUALITY=60"], interpretation: Self.rgba)
      .paint(path) { column, row, band in band == 3 ? column < 21 ? 0 : 255 : picture(column, row, band) }
    let source = try source(path)
    #expect(source.reading.validity.alpha == .init(band: 4, from: 128))
    #expect(has(source, "alpha is compressed with loss (JPEG)", "alpha 128"))
    let flags = try flags(source)
    for pixel in flags.indices { #expect((flags[pixel] == 0) == (pixel % size.width < 21)) }
  }

  @Test func alphaPremult2() throws {
    for type in [GDT_Byte, GDT_UInt16] {
      let full = type == GDT_Byte ? 255.0 : 65_535
      let path = scratch.path("premultiplied\(type.rawValue).tif")
      func alpha(_ column: Int) -> Double { column < 16 ? 0 : column < 30 ? (full / 2).rounded() : full }
      func color(_ column: Int, _ row: Int, _ band: Int) -> Double { picture(column, row, band) * (full / 255).rounded() }
      Painting(size: size, bands: 4, type: type, options: ["ALPHA=PREMULTIPLIED", "PHOTOMETRIC=RGB"])
        .paint(path) { column, row, band in
          band == 3 ? alpha(column) : (color(column, row, band) * alpha(column) / full).rounded()
        }
      let source = try source(path) { if type != GDT_Byte { $0.scale = .shared(.init(min: 0, max: 65_535)) } }
      #expect(has(source, "multiplied by alpha", "divided"))
      let block = try source.read(Window(size))
      #expect(try isOnlyTheCollarInvalid(source))
      for row in 0..<size.height {
        for column in 16..<size.width {
          for band in 0..<3 {
            let value = block.numbers[(row * size.width + column) * 3 + band]
            #expect(abs(Double(value) - picture(column, row, band)) <= 1.01)
          }
        }
      }
    }
  }

  @Test func aTagThatLiesAboutMultipliedColorsIsSaid() throws {
    let path = scratch.path("lie.tif")
    Painting(size: size, bands: 4, options: ["ALPHA=PREMULTIPLIED", "PHOTOMETRIC=RGB"])
      .paint(path) { column, row, band in band == 3 ? column < 10 ? 20 : 255 : picture(column, row, band) }
    let source = try source(path)
    #expect(has(source, "many exceed it", "as they are"))
    #expect(try source.read(Window(column: 0, row: 0, width: 1, height: 1)).numbers == (0..<3).map { Float(picture(0, 0, $0)) })
  }

  // MARK: - Collars

  private func collar(_ path: String, _ nodata: Double) {
    Painting(size: size, options: ["COMPRESS=JPEG", "JPEG_QUALITY=75", "PHOTOMETRIC=RGB"], nodata: nodata)
      .paint(path) { column, row, band in column < 16 ? nodata : picture(column, row, band) }
  }

  @Test(arguments: [0.0, 255]) func collarJPEGBlack(nodata: Double) throws {
    let path = scratch.path("collar.tif")
    // Noise over the collar's edge, as a block of 8 pixels that holds some of both has.
    Painting(size: size, options: ["COMPRESS=JPEG", "JPEG_QUALITY=75", "PHOTOMETRIC=RGB"], nodata: nodata)
      .paint(path) { column, row, band in
        column < 16 ? abs(nodata - Double(noise(column, row, band) % 4)) : 60 + Double(noise(column / 4, row / 4, band) % 100)
      }
    let said = try source(path)
    #expect(has(said, "compressed with loss (JPEG)", "nodata", "input.nodataTolerance"))
    #expect(try flags(said).contains(1))
    let source = try source(path) { $0.nodataTolerance = 12 }
    #expect(try isOnlyTheCollarInvalid(source))
    #expect(source.warnings.isEmpty)
    #expect(source.reading.validity.tolerance == 12)
  }

  @Test func theCollarDoesNotDependOnWindowsAndEndsAtTheFirstOtherPixel() throws {
    let path = scratch.path("connected.tif")
    // Dark spots inside that touch no edge, a bay that turns, and a spot that is joined by a corner alone.
    let map = [
      "..........", ".#########", ".#.#####.#", ".#########", ".###.#####", ".##..#####", ".###.#####", "..########", "##.#######",
      "###.#####.",
    ]
    let small = RasterSize(width: 10, height: 10)
    Painting(size: small, options: ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"], nodata: 0)
      .paint(path) { column, row, _ in Array(map[row])[column] == "." ? Double(1 + (column + row) % 3) : 90 }
    let expected = [
      "..........", ".#########", ".#########", ".#########", ".#########", ".#########", ".#########", "..########", "##.#######",
      "###.#####.",
    ].flatMap { $0.map { UInt8($0 == "." ? 0 : 1) } }
    let source = try source(path) { $0.nodataTolerance = 3 }
    #expect(try flags(source) == expected)
    for window in [Window(column: 3, row: 2, width: 5, height: 6), Window(column: 0, row: 7, width: 10, height: 1)] {
      let block = try source.read(window)
      for row in 0..<window.height {
        for column in 0..<window.width {
          #expect(block.flags[row * window.width + column] == expected[(window.row + row) * 10 + window.column + column])
        }
      }
    }
  }

  @Test func aCollarIsThatOfANaiveFlood() throws {
    for seed in 0..<12 {
      let size = RasterSize(width: 23 + seed, height: 17)
      let path = scratch.path("flood\(seed).tif")
      let isNear = (0..<size.area).map { noise($0, seed, 5) % 100 < 30 + 4 * seed }
      Painting(size: size, bands: 1, nodata: 10).paint(path) { column, row, _ in isNear[row * size.width + column] ? 12 : 80 }
      var reached = [Bool](repeating: false, count: size.area)
      var open = (0..<size.area).filter { pixel in
        let (x, y) = (pixel % size.width, pixel / size.width)
        return isNear[pixel] && (x == 0 || y == 0 || x == size.width - 1 || y == size.height - 1)
      }
      while let pixel = open.popLast() {
        guard !reached[pixel] else { continue }
        reached[pixel] = true
        for dy in -1...1 {
          for dx in -1...1 {
            let (x, y) = (pixel % size.width + dx, pixel / size.width + dy)
            if x >= 0, y >= 0, x < size.width, y < size.height, isNear[y * size.width + x] { open.append(y * size.width + x) }
          }
        }
      }
      let source = try source(path) {
        $0.nodataTolerance = 2
        $0.bands = .numbers([1, 1, 1])
      }
      #expect(try flags(source) == reached.map { $0 ? 0 : 1 })
    }
  }

  @Test func aToleranceWithoutNodataIsSaidToBeUnused() throws {
    let path = scratch.path("nothing.tif")
    Painting(size: size).paint(path, picture)
    #expect(try has(source(path) { $0.nodataTolerance = 5 }, "input.nodataTolerance is not used"))
  }

  // MARK: - Masks beside

  @Test func mskPlain() throws {
    let path = scratch.path("plain.tif")
    Painting(size: size).paint(path, picture)
    Painting(size: size, bands: 1, geotransform: nil, crs: nil).paint(path + ".msk") { column, _, _ in column < 16 ? 0 : 255 }
    let source = try source(path)
    #expect(has(source, "plain.tif.msk is not used", "INTERNAL_MASK_FLAGS"))
    #expect(source.reading.ignored.count == 1)
  }

  @Test func mskWrongSize() throws {
    let path = scratch.path("wrong.tif")
    Painting(size: size).paint(path, picture)
    let other = scratch.path("other.tif")
    Painting(size: RasterSize(width: 48, height: 32)).paint(other, picture)
    GDALSetCacheMax64(64_000_000)
    let dataset = try #require(GDALOpenEx(other, UInt32(GDAL_OF_RASTER | GDAL_OF_READONLY), nil, nil, nil))
    GDALCreateDatasetMaskBand(dataset, GMF_PER_DATASET)
    GDALFillRaster(GDALGetMaskBand(GDALGetRasterBand(dataset, 1)), 255, 0)
    GDALClose(dataset)
    try FileManager.default.moveItem(atPath: other + ".msk", toPath: path + ".msk")
    let error = #expect(throws: GeodataError.self) { try self.source(path) }
    #expect(error?.file == path + ".msk")
    #expect(error?.reason.contains("48 × 32") == true)
    #expect(error?.remedy.isEmpty == false)
  }

  // MARK: - Virtual rasters

  private func virtual(_ name: String, size: RasterSize, band: String = "", sources: [(file: String, column: Int, width: Int)]) throws
    -> String
  {
    let path = scratch.path(name)
    let bands = (1...3).map { number in
      let parts = sources.map { source in
        "<SimpleSource><SourceFilename relativeToVRT=\"1\">\(source.file)</SourceFilename><SourceBand>\(number)</SourceBand>"
          + "<SrcRect xOff=\"0\" yOff=\"0\" xSize=\"\(source.width)\" ySize=\"\(size.height)\"/>"
          + "<DstRect xOff=\"\(source.column)\" yOff=\"0\" xSize=\"\(source.width)\" ySize=\"\(size.height)\"/></SimpleSource>"
      }
      return "<VRTRasterBand dataType=\"Byte\" band=\"\(number)\">\(band)\(parts.joined())</VRTRasterBand>"
    }
    try """
    <VRTDataset rasterXSize="\(size.width)" rasterYSize="\(size.height)"><SRS>EPSG:32633</SRS>
    <GeoTransform>500000,0.5,0,6000000,0,-0.5</GeoTransform>\(bands.joined())</VRTDataset>
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func vrtGapNonodata() throws {
    Painting(size: RasterSize(width: 20, height: 8)).paint(scratch.path("1.tif"), picture)
    let whole = RasterSize(width: 50, height: 8)
    let path = try virtual("gap.vrt", size: whole, sources: [("1.tif", 0, 20), ("1.tif", 30, 20)])
    let source = try source(path) { $0.allowVRT = true }
    #expect(try flags(source) == (0..<whole.area).map { (20..<30).contains($0 % 50) ? 0 : 1 })
    #expect(source.reading.validity.leavesOutGaps)
    #expect(try source.validCoverage(Window(column: 20, row: 0, width: 10, height: 8)) == .none)
    #expect(try source.validCoverage(Window(column: 31, row: 0, width: 10, height: 8)) == .all)
    #expect(try source.picture(side: 25).rgba.count > 0)
    // Within another virtual raster the gap stays one.
    let outer = try virtual("outer.vrt", size: whole, sources: [("gap.vrt", 0, 50)])
    #expect(try flags(self.source(outer) { $0.allowVRT = true }) == flags(source))
    let tight = try virtual("tight.vrt", size: RasterSize(width: 40, height: 8), sources: [("1.tif", 0, 20), ("1.tif", 20, 20)])
    #expect(try !flags(self.source(tight) { $0.allowVRT = true }).contains(0))
    let own = try virtual("own.vrt", size: whole, band: "<NoDataValue>7</NoDataValue>", sources: [("1.tif", 0, 20), ("1.tif", 30, 20)])
    let withNodata = try self.source(own) { $0.allowVRT = true }
    #expect(try flags(withNodata) == flags(source))
    #expect(!withNodata.reading.validity.leavesOutGaps)
  }

  // MARK: - The files of the reports

  private static let cases = sharedData.map { ($0 as NSString).deletingLastPathComponent + "/cases/rasters" }
    .flatMap { FileManager.default.fileExists(atPath: $0 + "/README.md") ? $0 : nil }

  /// Case, file, tolerance, and how many pixels of the collar's edge may differ from the mask that the image was made with.
  static let files: [(name: String, file: String, tolerance: Double, allowed: Int)] = [
    ("collar-jpeg-black", "a.tif", 12, 260), ("nodata-one-band-pam", "a.tif", 0, 0), ("alpha-and-nodata", "a.tif", 0, 0),
    ("alpha-jpeg-lossy", "a.tif", 0, 40), ("vrt-gap-nonodata", "m.vrt", 0, 0),
  ]

  @Test(.enabled(if: cases != nil, "the reports' files are not here"), arguments: files)
  func theFilesOfTheReportsHaveTheMasksTheyWereMadeWith(name: String, file: String, tolerance: Double, allowed: Int) throws {
    let folder = try #require(Self.cases) + "/" + name
    let source = try source(folder + "/" + file) {
      $0.allowVRT = true
      $0.nodataTolerance = tolerance
    }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/expected_mask.npy"))
    let expected = Array(bytes.suffix(source.size.area))
    let different = try zip(flags(source), expected).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    #expect(different <= allowed, "\(different) pixels")
  }
}
