import Basics
import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

@Suite struct RasterSourceTests {
  let scratch = Scratch()
  let size = RasterSize(width: 7, height: 5)

  private func all(_ source: some PixelSource) throws -> PixelBlock { try source.read(Window(source.size)) }

  @Test func bytesComeInterleavedAndAsTheyAre() throws {
    let path = scratch.path("a.tif")
    Painting(size: size).paint(path) { Double(($0 + 10 * $1 + 60 * $2) % 256) }
    let source = try RasterSource(path: path)
    let block = try source.read(Window(column: 2, row: 1, width: 3, height: 2))
    guard case .bytes(let bytes) = block.values else {
      Issue.record("not bytes")
      return
    }
    #expect(Array(bytes.prefix(6)) == [12, 72, 132, 13, 73, 133])
    #expect(block.valid == nil)
    #expect(source.crs?.authority == "EPSG:32633")
    #expect(source.bandDescription == "bands 1 (red), 2 (green), 3 (blue)")
    #expect(try source.validCoverage(Window(size)) == .all)
  }

  @Test func colorInterpretationChoosesTheBands() throws {
    let path = scratch.path("bgra.tif")
    Painting(
      size: size, bands: 4, options: ["ALPHA=YES", "PHOTOMETRIC=MINISBLACK"],
      interpretation: [GCI_BlueBand, GCI_GreenBand, GCI_RedBand, GCI_AlphaBand]
    ).paint(path) { column, _, band in band == 3 ? (column == 0 ? 0 : 1) : Double(band) }
    let source = try RasterSource(path: path)
    let block = try all(source)
    #expect(Array(block.numbers.prefix(6)) == [0, 0, 0, 2, 1, 0])
    #expect(Array(block.flags.prefix(3)) == [0, 1, 1])
    #expect(source.hasMask)
  }

  @Test func namesMatchDescriptionsAndInterpretation() throws {
    let path = scratch.path("names.tif")
    Painting(size: size, bands: 4, options: ["ALPHA=NO"], descriptions: ["", "", "", "NIR"]).paint(path) { _, _, band in Double(band) }
    let source = try RasterSource(path: path, options: RasterSourceOptions(bands: .names(["nir", "Red", "green"])))
    #expect(Array(try all(source).numbers.prefix(3)) == [3, 0, 1])
    let error = #expect(throws: GeodataError.self) {
      try RasterSource(path: path, options: RasterSourceOptions(bands: .names(["swir", "red", "green"])))
    }
    #expect(error?.reason.contains("'swir'") == true)
    #expect(error?.reason.contains("4 undefined 'NIR'") == true)
  }

  @Test(arguments: [1, 2]) func tooFewBandsAreRefusedWithTheLineToPaste(bands: Int) throws {
    let path = scratch.path("few\(bands).tif")
    Painting(size: size, bands: bands).paint(path) { column, _, band in Double(column + band) }
    let error = #expect(throws: GeodataError.self) { try RasterSource(path: path) }
    #expect(error?.code == .unsupported)
    #expect(error?.remedy == "set in input: bands: [1, 1, 1]")
    let source = try RasterSource(path: path, options: RasterSourceOptions(bands: .numbers([1, 1, 1])))
    #expect(Array(try all(source).numbers.prefix(6)) == [0, 0, 0, 1, 1, 1])
  }

  @Test func wideValuesNeedAScaleAndTheProposalWorks() throws {
    let path = scratch.path("wide.tif")
    let large = RasterSize(width: 100, height: 100)
    Painting(size: large, type: GDT_UInt16).paint(path) { column, row, _ in Double(1000 + (column + 100 * row) / 5) }
    let error = #expect(throws: GeodataError.self) { try RasterSource(path: path) }
    #expect(error?.remedy == "set in input: scale: {min: 1000, max: 3000}")
    let scaled = try RasterSource(path: path, options: RasterSourceOptions(scale: .shared(.init(min: 1000, max: 2000))))
    let block = try all(scaled)
    #expect(block.numbers.first == 0)
    #expect(block.numbers.last == 255)
    #expect(abs(block.numbers[3 * 2500] - 127.5) < 1e-4)
    #expect(scaled.dataType == "UInt16")
  }

  @Test func perBandScaleMustFitTheBands() throws {
    let path = scratch.path("perband.tif")
    Painting(size: size, type: GDT_Int16).paint(path) { _, _, band in Double(band * 100) }
    let ranges = [0, 100, 200].map { RasterSourceOptions.Range(min: Double($0), max: Double($0 + 100)) }
    let source = try RasterSource(path: path, options: RasterSourceOptions(scale: .perBand(ranges)))
    #expect(try all(source).numbers.allSatisfy { $0 == 0 })
    #expect(throws: GeodataError.self) { try RasterSource(path: path, options: RasterSourceOptions(scale: .shared(.init(min: 5, max: 5)))) }
    #expect(throws: GeodataError.self) {
      try RasterSource(path: path, options: RasterSourceOptions(scale: .perBand(Array(ranges.prefix(2)))))
    }
  }

  @Test func nodataCountsOnlyWhereEveryBandHasIt() throws {
    let path = scratch.path("nodata.tif")
    Painting(size: size, nodata: 7).paint(path) { column, _, band in column == 0 || (column == 1 && band == 0) ? 7 : 9 }
    let block = try all(try RasterSource(path: path))
    #expect(Array(block.flags.prefix(3)) == [0, 1, 1])
    #expect(Array(block.numbers.prefix(6)) == [0, 0, 0, 7, 9, 9])
  }

  @Test func nodataThatTheTypeCannotHoldIsIgnored() throws {
    let path = scratch.path("minus.tif")
    Painting(size: size, nodata: -10_000).paint(path) { _, _, _ in 0 }
    #expect(try all(try RasterSource(path: path)).valid == nil)
  }

  @Test func thePipelinesNodataCountsBesides() throws {
    let path = scratch.path("extra.tif")
    Painting(size: size, nodata: 7).paint(path) { column, _, _ in Double(column) }
    let block = try all(try RasterSource(path: path, options: RasterSourceOptions(nodata: 3)))
    #expect(Array(block.flags.prefix(7)) == [1, 1, 1, 0, 1, 1, 1])
    let path2 = scratch.path("extra2.tif")
    Painting(size: RasterSize(width: 9, height: 1), nodata: 7).paint(path2) { column, _, _ in Double(column) }
    #expect(try all(try RasterSource(path: path2, options: RasterSourceOptions(nodata: 3))).flags == [1, 1, 1, 0, 1, 1, 1, 0, 1])
  }

  @Test func anyNaNOrInfinityIsInvalid() throws {
    let path = scratch.path("nan.tif")
    Painting(size: size, type: GDT_Float32).paint(path) { column, _, band in
      column == 1 && band == 1 ? .nan : column == 2 && band == 0 ? .infinity : 0.5
    }
    let block = try all(try RasterSource(path: path, options: RasterSourceOptions(scale: .shared(.init(min: 0, max: 1)))))
    #expect(Array(block.flags.prefix(4)) == [1, 0, 0, 1])
    #expect(block.numbers[0] == 127.5 && block.numbers[3] == 0)
  }

  @Test func sixteenBitAlphaOf255IsOpaque() throws {
    let path = scratch.path("alpha16.tif")
    Painting(
      size: size, bands: 4, type: GDT_UInt16, interpretation: [GCI_RedBand, GCI_GreenBand, GCI_BlueBand, GCI_AlphaBand]
    ).paint(path) { column, _, band in band == 3 ? (column == 0 ? 0 : 255) : 100 }
    let block = try all(try RasterSource(path: path, options: RasterSourceOptions(scale: .shared(.init(min: 0, max: 200)))))
    #expect(Array(block.flags.prefix(3)) == [0, 1, 1])
  }

  @Test func alphaDecidesBeforeNodata() throws {
    let path = scratch.path("alphaNodata.tif")
    Painting(
      size: size, bands: 4, nodata: 0, interpretation: [GCI_RedBand, GCI_GreenBand, GCI_BlueBand, GCI_AlphaBand]
    ).paint(path) { column, _, band in band == 3 ? (column == 0 ? 0 : 255) : 0 }
    #expect(Array(try all(try RasterSource(path: path)).flags.prefix(3)) == [0, 1, 1])
  }

  @Test func blocksThatASparseFileDoesNotHoldAreInvalid() throws {
    let path = scratch.path("sparse.tif")
    let large = RasterSize(width: 64, height: 48)
    Painting(
      size: large, options: ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "SPARSE_OK=TRUE", "COMPRESS=DEFLATE"],
      windows: [Window(column: 16, row: 16, width: 16, height: 16)]
    ).paint(path) { _, _, _ in 5 }
    let source = try RasterSource(path: path)
    #expect(try source.validCoverage(Window(column: 32, row: 0, width: 32, height: 48)) == .none)
    #expect(try source.validCoverage(Window(large)) == .some)
    #expect(try source.validCoverage(Window(column: 16, row: 16, width: 16, height: 16)) == .all)
    let block = try all(source)
    for row in 0..<48 {
      for column in 0..<64 {
        #expect(block.flags[row * 64 + column] == ((16..<32).contains(column) && (16..<32).contains(row) ? 1 : 0))
      }
    }
  }

  /// Whether anything is stored is one question, however many blocks there are.
  @Test func aSparseFileOfManyBlocksIsFoundEmptyAtOnce() throws {
    let path = scratch.path("wide.tif")
    let large = RasterSize(width: 16 * 250, height: 16 * 160)
    Painting(size: large, bands: 1, options: ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "SPARSE_OK=TRUE"], windows: []).paint(path) {
      _, _, _ in 5
    }
    let source = try RasterSource(path: path, options: RasterSourceOptions(bands: .numbers([1, 1, 1])))
    #expect(try source.validCoverage(Window(large)) == .none)
    #expect(try source.read(Window(column: 8, row: 8, width: 100, height: 90)).flags.allSatisfy { $0 == 0 })
  }

  @Test func aSparseBandBesideAStoredOneIsValid() throws {
    let path = scratch.path("sparseBand.tif")
    let large = RasterSize(width: 32, height: 16)
    Painting(
      size: large, options: ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "SPARSE_OK=TRUE", "INTERLEAVE=BAND"]
    ).paint(path) { column, _, band in band == 1 && column < 16 ? 8 : 0 }
    let block = try all(try RasterSource(path: path))
    #expect(block.flags[0] == 1)
    #expect(block.flags[16] == 0)
  }

  @Test func complexNumbersAreRefused() {
    let path = scratch.path("complex.tif")
    Painting(size: size, type: GDT_CFloat32).paint(path) { _, _, _ in 1 }
    let error = #expect(throws: GeodataError.self) { try RasterSource(path: path) }
    #expect(error?.reason.contains("complex") == true)
  }

  @Test func palettesAreExpanded() throws {
    let path = scratch.path("palette.tif")
    let bytes = Painting(size: size, bands: 1, options: ["PHOTOMETRIC=PALETTE"])
    // The color table goes in through a category raster of our own.
    let writer = try COGWriter(
      path: path, size: bytes.size, geotransform: bytes.geotransform, crs: try CoordinateSystem("EPSG:32633"),
      content: .classes(names: [], colors: [Color(red: 1, green: 2, blue: 3), Color(red: 4, green: 5, blue: 6)]))
    var values = [UInt8](repeating: 1, count: size.area)
    values[0] = 0
    values[2] = 255
    try writer.write(values, rows: size.height)
    _ = try writer.finish()
    for bands in [RasterSourceOptions.Bands.auto, .numbers([1, 1, 1]), .names(["red", "green", "blue"])] {
      let source = try RasterSource(path: path, options: RasterSourceOptions(bands: bands))
      let block = try all(source)
      #expect(Array(block.numbers.prefix(9)) == [1, 2, 3, 4, 5, 6, 0, 0, 0])
      #expect(Array(block.flags.prefix(3)) == [1, 1, 0])
      #expect(source.bandDescription == "band 1 (palette)")
    }
  }

  @Test func controlPointsGiveANorthUpView() throws {
    let path = scratch.path("gcp.tif")
    let large = RasterSize(width: 40, height: 40)
    // A quarter turn: columns run south.
    let points = [(0.0, 0.0), (40, 0), (0, 40), (40, 40)].map { pixel in
      (pixel: Point(x: pixel.0, y: pixel.1), place: Point(x: 500_000 + pixel.1, y: 6_000_000 - pixel.0))
    }
    Painting(size: large, geotransform: nil, points: points).paint(path) { column, row, _ in Double(3 * column + 2 * row) }
    let source = try RasterSource(path: path)
    #expect(source.geotransform.isNorthUp)
    #expect(source.isPlaced && source.crs?.authority == "EPSG:32633")
    #expect(source.warnings.contains { $0.contains("4 ground control points") })
    #expect(abs(source.geotransform.c0 - 500_000) < 1e-6 && abs(source.geotransform.c3 - 6_000_000) < 1e-6)
    let block = try all(source)
    // Pixel (10, 20) of the view is column 20, row 10 of the file.
    let value = block.numbers[(20 * source.size.width + 10) * 3]
    #expect(abs(value - 80) <= 1, "\(value)")
  }

  @Test func withoutAPlaceItIsDoneInPixels() throws {
    let path = scratch.path("nowhere.tif")
    Painting(size: size, geotransform: nil, crs: nil).paint(path) { _, _, _ in 1 }
    let source = try RasterSource(path: path)
    #expect(source.geotransform == .pixels && source.crs == nil && !source.isPlaced)
    #expect(source.warnings == ["it is not georeferenced: its layers are in pixel coordinates, without a crs"])
  }

  @Test func tagsWinOverTheWorldFileWithAWarning() throws {
    let path = scratch.path("rival.tif")
    Painting(size: size).paint(path) { _, _, _ in 1 }
    try "0.5\n0\n0\n-0.5\n1000.25\n1999.75\n".write(toFile: scratch.path("rival.tfw"), atomically: true, encoding: .utf8)
    let source = try RasterSource(path: path)
    #expect(source.geotransform.c0 == 500_000)
    #expect(source.warnings.contains { $0.contains("rival.tfw") })
    try "0.5\n0\n0\n-0.5\n500000.25\n5999999.75\n".write(toFile: scratch.path("rival.tfw"), atomically: true, encoding: .utf8)
    #expect(try RasterSource(path: path).warnings.isEmpty)
  }

  @Test func namesWithSpacesAndHangulAndLyingEndingsOpen() throws {
    let path = scratch.path("정사 영상 1.tif")
    Painting(size: RasterSize(width: 16, height: 16), driver: "JPEG").paint(path) { column, row, _ in Double(column * 8 + row) }
    let source = try RasterSource(path: path)
    #expect(source.files.contains { $0.hasSuffix("정사 영상 1.tif") })
    #expect(try all(source).bands == 3)
  }

  @Test func aFileThatIsNotARasterIsRefusedInOneLine() throws {
    for (name, text) in [("empty.tif", ""), ("text.tif", "hello\n")] {
      try text.write(toFile: scratch.path(name), atomically: true, encoding: .utf8)
      let error = #expect(throws: GeodataError.self) { try RasterSource(path: scratch.path(name)) }
      #expect(error?.code == .unreadable)
      #expect(error.map { !"\($0)".contains("\n") } == true)
    }
    for path in ["/vsicurl/http://localhost/x.tif", scratch.folder, scratch.path("missing.tif")] {
      #expect(throws: GeodataError.self) { try RasterSource(path: path) }
    }
  }

  @Test func truncatedFilesAreDamaged() throws {
    let path = scratch.path("cut.tif")
    Painting(size: RasterSize(width: 64, height: 64), options: ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"]).paint(path) { c, r, b in
      Double(noise(c, r, b) % 256)
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for part in [whole.count / 2, whole.count - 1, 300, 9] {
      try whole.prefix(part).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: GeodataError.self) { try all(try RasterSource(path: path)) }
      #expect(error.map { [.damaged, .unreadable].contains($0.code) } == true, "\(part): \(String(describing: error))")
    }
  }

  @Test func anAlphaBandAskedForIsAChannel() throws {
    let path = scratch.path("nir.tif")
    Painting(size: size, bands: 4, options: ["ALPHA=YES"]).paint(path) { column, _, band in band == 3 ? Double(column) : 9 }
    let options = RasterSourceOptions(bands: .numbers([1, 2, 3, 4]), channels: 4)
    let block = try all(try RasterSource(path: path, options: options))
    #expect(block.valid == nil && Array(block.numbers.prefix(4)) == [9, 9, 9, 0])
  }

  @Test func jpeg2000Opens() throws {
    let path = scratch.path("a.jp2")
    guard GDALGetDriverByName("JP2OpenJPEG") != nil else { return }
    Painting(size: RasterSize(width: 64, height: 64), driver: "JP2OpenJPEG", options: ["REVERSIBLE=YES", "QUALITY=100"])
      .paint(path) { column, row, _ in Double(column + row) }
    let source = try RasterSource(path: path)
    let numbers = try all(source).numbers
    #expect(numbers[3 * (64 * 10 + 5)] == 15)
    #expect(source.crs?.authority == "EPSG:32633")
  }

  @Test func mutatedFilesAreReadOrRefused() throws {
    let path = scratch.path("m.tif")
    Painting(
      size: RasterSize(width: 40, height: 40), options: ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "COMPRESS=DEFLATE"], nodata: 3
    ).paint(path) { c, r, b in Double(noise(c / 3, r / 3, b) % 256) }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var refused = 0
    for round in 0..<200 {
      var bytes = whole
      for change in 0...(round % 3) {
        let head = min(bytes.count, change == 0 ? 400 : bytes.count)
        bytes[8 + noise(round, change) % (head - 8)] = UInt8(noise(round, change, 7) & 255)
      }
      try bytes.write(to: URL(fileURLWithPath: path))
      do throws(GeodataError) {
        let source = try RasterSource(path: path, options: RasterSourceOptions(scale: .shared(.init(min: 0, max: 255))))
        _ = try source.read(Window(column: 0, row: 0, width: 50, height: 50).intersection(Window(source.size)))
      } catch {
        refused += 1
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(refused > 0)
  }

  @Test func theFolderStaysAsItIs() throws {
    let path = scratch.path("wide.tif")
    Painting(size: RasterSize(width: 50, height: 50), type: GDT_UInt16, nodata: 3).paint(path) { c, r, b in Double(noise(c, r, b)) }
    let before = try FileManager.default.contentsOfDirectory(atPath: scratch.folder).sorted()
    _ = try? RasterSource(path: path)
    let source = try RasterSource(path: path, options: RasterSourceOptions(scale: .shared(.init(min: 0, max: 65_535))))
    _ = try all(source)
    _ = try source.picture(side: 20)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder).sorted() == before)
  }

  @Test func picturesAreSmallAndTransparentWhereInvalid() throws {
    let path = scratch.path("picture.tif")
    Painting(size: RasterSize(width: 80, height: 40), nodata: 0).paint(path) { column, _, _ in column < 40 ? 0 : 90 }
    let picture = try RasterSource(path: path).picture(side: 20)
    #expect(picture.size == RasterSize(width: 20, height: 10))
    #expect(Array(picture.rgba.prefix(4)) == [0, 0, 0, 0])
    #expect(Array(picture.rgba.suffix(4)) == [90, 90, 90, 255])
    try PictureWriter.writePNG(picture, to: scratch.path("picture.png"))
    let back = try RasterSource(path: scratch.path("picture.png")).read(Window(picture.size))
    #expect(back.numbers.last == 90 && back.flags.first == 0)
  }
}
