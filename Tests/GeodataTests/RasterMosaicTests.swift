import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

@Suite struct RasterMosaicTests {
  let scratch = Scratch()
  let whole = RasterSize(width: 50, height: 40)
  let geotransform = Geotransform(500_000, 0.5, 0, 6_000_000, 0, -0.5)

  private func value(_ column: Int, _ row: Int, _ band: Int) -> Double { Double(1 + noise(column, row, band) % 255) }

  /// Cuts sheets out of the whole; `off` moves a sheet by fractions of a pixel.
  private func sheet(
    _ name: String, _ window: Window, off: Double = 0, nodata: Double? = nil, _ change: ((Int, Int, Int) -> Double?)? = nil
  ) -> String {
    let path = scratch.path(name)
    let place = geotransform.apply(column: Double(window.column) + off, row: Double(window.row) + off)
    Painting(size: window.size, geotransform: Geotransform(place.x, 0.5, 0, place.y, 0, -0.5), nodata: nodata).paint(path) { c, r, b in
      change?(window.column + c, window.row + r, b) ?? value(window.column + c, window.row + r, b)
    }
    return path
  }

  @Test func sheetsAreReadLikeOneFile() throws {
    let path = scratch.path("whole.tif")
    Painting(size: whole, geotransform: geotransform).paint(path, value)
    let one = try RasterSource(path: path)
    var paths: [String] = []
    for row in 0..<2 {
      for column in 0..<2 {
        paths.append(
          sheet("\(row)\(column).tif", Window(column: column * 25, row: row * 20, width: 25, height: 20), off: 0.001 * Double(column)))
      }
    }
    let mosaic = try MosaicSource(name: "all", paths: paths.reversed())
    #expect(mosaic.size == whole && mosaic.sheets.map(\.path) == paths)
    for (a, b) in zip(mosaic.geotransform.coefficients, geotransform.coefficients) { #expect(abs(a - b) < 1e-3) }
    for window in [Window(whole), Window(column: 20, row: 15, width: 11, height: 9), Window(column: 0, row: 0, width: 1, height: 1)] {
      let (first, second) = (try mosaic.read(window), try one.read(window))
      #expect(first.numbers == second.numbers && first.valid == nil)
      #expect(try mosaic.validCoverage(window) == (window.area == 2000 || window.column == 20 ? .some : .all))
    }
    #expect(mosaic.givesBytes)
  }

  @Test func sheetsUnderOthersAreNamed() throws {
    let paths = [
      sheet("a.tif", Window(column: 0, row: 0, width: 20, height: 20)), sheet("b.tif", Window(column: 0, row: 0, width: 20, height: 12)),
      sheet("c.tif", Window(column: 0, row: 12, width: 24, height: 10)), sheet("d.tif", Window(column: 22, row: 0, width: 20, height: 20)),
    ]
    let warnings = try MosaicSource(name: "all", paths: paths).warnings
    #expect(
      warnings.contains {
        $0.hasPrefix("sheets lie under later ones") && $0.contains(": a.tif (100 % of it, under c.tif, b.tif); check that")
      }, "\(warnings)")
    #expect(!warnings.contains { $0.contains("d.tif") })
    // Half an overlap is how flights are made.
    let half = [
      sheet("e.tif", Window(column: 0, row: 0, width: 20, height: 20)), sheet("f.tif", Window(column: 10, row: 0, width: 20, height: 20)),
    ]
    #expect(try !MosaicSource(name: "all", paths: half).warnings.contains { $0.contains("lie under") })
  }

  @Test func exactSheetsKeepTheExactPlace() throws {
    let paths = [
      sheet("a.tif", Window(column: 25, row: 0, width: 25, height: 40)), sheet("b.tif", Window(column: 0, row: 0, width: 25, height: 40)),
    ]
    #expect(try MosaicSource(name: "m", paths: paths).geotransform == geotransform)
  }

  @Test func thePixelIsTheLastSheetsThatHasItValid() throws {
    let paths = [
      sheet("a.tif", Window(column: 0, row: 0, width: 30, height: 10), nodata: 0) { c, _, _ in c < 3 ? 0 : 11 },
      sheet("b.tif", Window(column: 20, row: 0, width: 30, height: 10), nodata: 0) { c, r, band in
        // One band of nodata alone is valid.
        r == 5 ? 0 : (c == 25 && band == 0 ? 0 : 22)
      },
    ]
    let block = try MosaicSource(name: "m", paths: paths).read(Window(column: 0, row: 0, width: 50, height: 10))
    let numbers = block.numbers
    func pixel(_ column: Int, _ row: Int) -> [Float] { Array(numbers[((row * 50 + column) * 3)..<((row * 50 + column) * 3 + 3)]) }
    #expect(block.flags[0] == 0)
    #expect(pixel(10, 0) == [11, 11, 11] && pixel(24, 0) == [22, 22, 22] && pixel(25, 0) == [0, 22, 22])
    #expect(pixel(24, 5) == [11, 11, 11])
    #expect(block.flags[5 * 50 + 40] == 0)
  }

  @Test func gapsAreInvalid() throws {
    let paths = [
      sheet("a.tif", Window(column: 0, row: 0, width: 10, height: 10)), sheet("b.tif", Window(column: 30, row: 20, width: 10, height: 10)),
    ]
    let mosaic = try MosaicSource(name: "m", paths: paths)
    #expect(mosaic.size == RasterSize(width: 40, height: 30))
    #expect(try mosaic.validCoverage(Window(column: 12, row: 0, width: 28, height: 19)) == .none)
    let block = try mosaic.read(Window(mosaic.size))
    #expect(block.flags.count { $0 == 1 } == 200)
  }

  @Test func sheetsThatDoNotFitAreNamed() throws {
    let good = [
      sheet("a.tif", Window(column: 0, row: 0, width: 10, height: 10)), sheet("b.tif", Window(column: 10, row: 0, width: 10, height: 10)),
      sheet("c.tif", Window(column: 20, row: 0, width: 10, height: 10)),
    ]
    let finer = scratch.path("finer.tif")
    Painting(size: RasterSize(width: 20, height: 20), geotransform: Geotransform(500_010, 0.25, 0, 6_000_000, 0, -0.25)).paint(finer) {
      _, _, _ in 1
    }
    let abroad = scratch.path("abroad.tif")
    Painting(size: RasterSize(width: 20, height: 20), geotransform: geotransform, crs: "EPSG:32634").paint(abroad) { _, _, _ in 1 }
    let nowhere = scratch.path("nowhere.tif")
    Painting(size: RasterSize(width: 20, height: 20), geotransform: nil, crs: nil).paint(nowhere) { _, _, _ in 1 }
    for bad in [finer, abroad, nowhere] {
      let error = #expect(throws: GeodataError.self) { try MosaicSource(name: "m", paths: good + [bad]) }
      #expect(error?.reason.contains(bad) == true, "\(String(describing: error))")
    }
    #expect(try MosaicSource(name: "m", paths: good).sheets.count == 3)
  }

  /// Twenty sheets in a row; the names of the odd ones come first.
  private func twenty() -> [String] {
    (0..<20).map { sheet("sheet-\($0 + 10).tif", Window(column: 10 * $0, row: 0, width: 10, height: 10)) }
  }

  @Test func mosaicHalfPixel() throws {
    let first = sheet("a.tif", Window(column: 0, row: 0, width: 10, height: 10))
    let near = sheet("near.tif", Window(column: 10, row: 0, width: 10, height: 10), off: 0.4)
    let pair = try MosaicSource(name: "m", paths: [first, near])
    #expect(pair.size == RasterSize(width: 20, height: 10) && pair.geotransform == geotransform)
    #expect(pair.warnings.contains { $0.hasPrefix("near.tif lies 0.40 × 0.40 pixels off") }, "\(pair.warnings)")
    // Most sheets stay where they are, also where the first name is the one that is moved.
    let odd = sheet("a-odd.tif", Window(column: 0, row: 10, width: 10, height: 10), off: 0.3)
    let many = try MosaicSource(name: "m", paths: twenty() + [odd])
    #expect(abs(many.geotransform.c0 - 500_000) < 1e-6 && abs(many.geotransform.c3 - 6_000_000) < 1e-6)
    #expect(many.warnings.count == 1 && many.warnings[0].hasPrefix("a-odd.tif lies 0.30 × 0.30 pixels"), "\(many.warnings)")
    #expect(try MosaicSource(name: "m", paths: twenty()).warnings == [])
  }

  @Test func mosaicOverviewSheet() throws {
    let overview = scratch.path("a-overview.tif")
    Painting(size: RasterSize(width: 10, height: 10), geotransform: Geotransform(500_000, 10, 0, 6_000_000, 0, -10)).paint(overview) {
      _, _, _ in 1
    }
    let abroad = scratch.path("a-abroad.tif")
    Painting(size: RasterSize(width: 20, height: 20), geotransform: geotransform, crs: "EPSG:32634").paint(abroad) { _, _, _ in 1 }
    let turned = scratch.path("a-turned.tif")
    Painting(size: RasterSize(width: 20, height: 20), geotransform: Geotransform(500_000, 0.4, 0.3, 6_000_000, 0.3, -0.4)).paint(turned) {
      _, _, _ in 1
    }
    for (odd, what, remedy) in [
      (overview, "pixels of 10 × 10 instead of 0.5 × 0.5", "resample it"), (abroad, "EPSG:32634", "reproject it"),
      (turned, "turned by", "resample it"),
    ] {
      let error = #expect(throws: GeodataError.self) { try MosaicSource(name: "m", paths: twenty() + [odd]) }
      let reason = error?.reason ?? ""
      #expect(reason.hasPrefix("1 of its 21 sheets does not fit") && reason.contains(odd) && reason.contains(what), "\(reason)")
      #expect(!reason.contains("sheet-") && error?.remedy == "leave it out, or \(remedy)", "\(error?.remedy ?? "")")
    }
  }

  @Test func mosaicSouthUpOne() throws {
    let flipped = scratch.path("a-south.tif")
    Painting(size: RasterSize(width: 10, height: 10), geotransform: Geotransform(500_000, 0.5, 0, 6_000_000, 0, 0.5)).paint(flipped) {
      _, _, _ in 1
    }
    for others in [Array(twenty().prefix(1)), twenty()] {
      let error = #expect(throws: GeodataError.self) { try MosaicSource(name: "m", paths: others + [flipped]) }
      #expect(error?.reason.contains("\(flipped) (its rows run from south to north)") == true, "\(String(describing: error))")
      #expect(error?.reason.contains("sheet-") == false && error?.remedy == "leave it out, or turn it north up")
    }
  }

  @Test func mosaicOutlierIsNamedWithNumbers() throws {
    let far = sheet("a-far.tif", Window(column: 40_000, row: 3000, width: 10, height: 10))
    let mosaic = try MosaicSource(name: "m", paths: twenty() + [far])
    #expect(mosaic.warnings.count == 1, "\(mosaic.warnings)")
    let warning = mosaic.warnings.first ?? ""
    #expect(warning.hasPrefix("only 0.00") && warning.contains("a-far.tif lies 20"), "\(mosaic.warnings)")
    let beyond = sheet("a-beyond.tif", Window(column: 2_000_000_000, row: 0, width: 10, height: 10))
    let error = #expect(throws: GeodataError.self) { try MosaicSource(name: "m", paths: twenty() + [beyond]) }
    #expect(error.map { "\($0)".contains("a-beyond.tif") } == true, "\(String(describing: error))")
  }

  @Test func manySheetsAreReadWithFewOpen() throws {
    var paths: [String] = []
    for index in 0..<50 { paths.append(sheet("\(100 + index).tif", Window(column: index, row: 0, width: 1, height: 40))) }
    let mosaic = try MosaicSource(name: "m", paths: paths)
    let block = try mosaic.read(Window(whole))
    for (index, number) in block.numbers.enumerated() {
      let pixel = index / 3
      #expect(number == Float(value(pixel % 50, pixel / 50, index % 3)))
    }
  }

  @Test func sheetsShareOneScaleAndResolution() throws {
    let paths = ["a", "b"].enumerated().map { index, name in
      let path = scratch.path("\(name).tif")
      Painting(
        size: RasterSize(width: 10, height: 10), type: GDT_UInt16,
        geotransform: Geotransform(500_000 + 5 * Double(index), 0.5, 0, 6_000_000, 0, -0.5), crs: nil
      ).paint(path) { _, _, _ in index == 0 ? 1000 : 2000 }
      return path
    }
    let options = RasterSourceOptions(scale: .shared(.init(min: 0, max: 2000)), resolution: .meters(1))
    let mosaic = try MosaicSource(name: "m", paths: paths, options: options)
    #expect(mosaic.size == RasterSize(width: 10, height: 5))
    let block = try mosaic.read(Window(mosaic.size))
    #expect(block.numbers[0] == 127.5 && block.numbers[27] == 255)
    #expect(mosaic.window(of: mosaic.sheets[1]).contains(Window(column: 5, row: 0, width: 5, height: 5)))
    let error = #expect(throws: GeodataError.self) { try MosaicSource(name: "m", paths: paths) }
    #expect(error?.remedy.hasPrefix("set in input: scale:") == true)
  }

  @Test func virtualRastersMustStayBelowTheirFolder() throws {
    let sheetPath = sheet("a.tif", Window(column: 0, row: 0, width: 10, height: 10))
    let folder = scratch.path("inner")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func write(_ name: String, source: String, relative: Int) throws -> String {
      let bands = (1...3).map {
        """
        <VRTRasterBand dataType="Byte" band="\($0)"><SimpleSource><SourceFilename relativeToVRT="\(relative)">\(source)</SourceFilename>
        <SourceBand>\($0)</SourceBand><SrcRect xOff="0" yOff="0" xSize="10" ySize="10"/><DstRect xOff="0" yOff="0" xSize="10" ySize="10"/>
        </SimpleSource></VRTRasterBand>
        """
      }
      let text = "<VRTDataset rasterXSize=\"10\" rasterYSize=\"10\">\(bands.joined())</VRTDataset>"
      try text.write(toFile: scratch.path(name), atomically: true, encoding: .utf8)
      return scratch.path(name)
    }
    let options = RasterSourceOptions(allowVRT: true)
    #expect(try RasterSource(path: write("good.vrt", source: "a.tif", relative: 1), options: options).size.width == 10)
    #expect(try RasterSource(path: write("nested.vrt", source: "good.vrt", relative: 1), options: options).size.width == 10)
    #expect(try VirtualRaster.files(of: scratch.path("nested.vrt")) == [scratch.path("a.tif"), scratch.path("good.vrt")])
    #expect(
      try Set(RasterSource(path: scratch.path("nested.vrt"), options: options).files)
        == Set(["a.tif", "good.vrt", "nested.vrt"].map { scratch.path($0) }))
    let bad = [
      ("up.vrt", "../a.tif", 1), ("inner/up.vrt", "../a.tif", 1), ("inner/away.vrt", sheetPath, 0), ("gone.vrt", "b.tif", 1),
      ("net.vrt", "/vsicurl/http://localhost/a.tif", 0), ("self.vrt", "self.vrt", 1), ("passwd.vrt", "/etc/passwd", 0),
      ("inner/nest.vrt", "../good.vrt", 1),
    ]
    for (name, source, relative) in bad {
      let path = try write(name, source: source, relative: relative)
      #expect(throws: GeodataError.self, "\(name)") { try RasterSource(path: path, options: options) }
    }
    #expect(throws: GeodataError.self) { try RasterSource(path: scratch.path("good.vrt")) }
    // A VRT by content under another name stays closed.
    try FileManager.default.copyItem(atPath: scratch.path("good.vrt"), toPath: scratch.path("lie.tif"))
    #expect(throws: GeodataError.self) { try RasterSource(path: scratch.path("lie.tif"), options: options) }
  }
}
