import CGDAL
import Foundation
import GeoTypes
import Testing

@testable import Geodata

/// Sources that rational polynomials place, with and without the heights of `input.dem`.
///
/// The polynomials are linear: column = 32 + 32 (l + 0.5 h), row = 32 − 32 p, with l and p in hundredths of a degree from 10° E, 50° N, and h in
/// kilometers: at 1000 m all lies 16 pixels, 0.005°, further west than at 0 m.
struct HeightModelTests {
  let scratch = Scratch()

  private func source(_ name: String = "source.tif") -> String {
    func polynomial(_ terms: [Int: Double]) -> String { (0..<20).map { "\(terms[$0] ?? 0)" }.joined(separator: " ") }
    let path = scratch.path(name)
    Painting(
      size: RasterSize(width: 64, height: 64), geotransform: nil, crs: nil,
      rational: [
        "LINE_OFF=31.5", "SAMP_OFF=31.5", "LAT_OFF=50", "LONG_OFF=10", "HEIGHT_OFF=0", "LINE_SCALE=32", "SAMP_SCALE=32", "LAT_SCALE=0.01",
        "LONG_SCALE=0.01", "HEIGHT_SCALE=1000", "LINE_NUM_COEFF=" + polynomial([2: -1]), "LINE_DEN_COEFF=" + polynomial([0: 1]),
        "SAMP_NUM_COEFF=" + polynomial([1: 1, 3: 0.5]), "SAMP_DEN_COEFF=" + polynomial([0: 1]),
      ]
    ).paint(path) { column, _, _ in Double(3 * column + 20) }
    return path
  }

  /// Heights over 9.9…10.1° E, 49.9…50.1° N, in pixels of 0.002°.
  private func heights(
    _ name: String, columns: Int = 100, crs: String? = "EPSG:4326", geotransform: Geotransform? = nil, nodata: Double? = nil,
    _ height: (Int, Int) -> Double
  ) -> String {
    let path = scratch.path(name)
    try? FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    Painting(
      size: RasterSize(width: columns, height: 100), bands: 1, type: GDT_Float32,
      geotransform: geotransform ?? Geotransform(9.9, 0.002, 0, 50.1, 0, -0.002), crs: crs, nodata: nodata
    ).paint(path) { column, row, _ in height(column, row) }
    return path
  }

  private func open(_ path: String, _ dem: String?) throws(GeodataError) -> RasterSource {
    var options = RasterSourceOptions()
    options.dem = dem
    options.folders = [scratch.folder]
    return try RasterSource(path: path, options: options)
  }

  @Test(arguments: ["geographic", "projected"]) func heightsMoveASourceAsItsPolynomialsSay(crs: String) throws {
    let path = source()
    let flat = try open(path, nil)
    #expect(flat.reading.place?.by == .rationalPolynomials && flat.reading.place?.heights == nil)
    // In a folder of its own, which is not that of the sources.
    let dem =
      crs == "geographic"
      ? heights("models/dem.tif") { _, _ in 1000 }
      : heights("models/dem.tif", crs: "EPSG:32632", geotransform: Geotransform(560_000, 300, 0, 5_555_000, 0, -300)) { _, _ in 1000 }
    let high = try open(path, dem)
    #expect(high.reading.place?.heights == HeightUse(file: "dem.tif", shareWithout: 0))
    #expect(high.crs?.authority == "EPSG:4326")
    #expect(high.warnings.contains { $0.contains("and the heights of dem.tif") } && !high.warnings.contains { $0.contains("no height") })
    let shift = high.geotransform.c0 - flat.geotransform.c0
    #expect(abs(shift + 0.005) < 1e-5, "\(shift)")
    #expect(abs(high.geotransform.c3 - flat.geotransform.c3) < 1e-5)
  }

  @Test func everyPixelLiesWhereItsHeightPutsIt() throws {
    // From 0 m in the west to 1000 m in the east.
    let dem = heights("slope.tif") { column, _ in (Double(column) + 0.5) * 10 }
    let high = try open(source(), dem)
    let block = try high.read(Window(high.size))
    var compared = 0
    for row in stride(from: 4, to: high.size.height - 4, by: 7) {
      for column in 0..<high.size.width where block.flags[row * high.size.width + column] == 1 {
        let longitude = high.geotransform.apply(column: Double(column) + 0.5, row: Double(row) + 0.5).x
        let height = (longitude - 9.9) * 5000
        let pixel = 31.5 + 32 * ((longitude - 10) * 100 + 0.5 * height / 1000)
        guard (1.5..<62).contains(pixel) else { continue }
        let value = Double(block.numbers[(row * high.size.width + column) * 3])
        #expect(abs(value - (3 * pixel + 20)) <= 2.1, "\(column), \(row): \(value), pixel \(pixel)")
        compared += 1
      }
    }
    #expect(compared > 200)
  }

  @Test(arguments: ["short", "nodata"]) func pixelsWithoutAHeightAreInvalidAndSaid(how: String) throws {
    // Heights end in the middle of the source.
    let dem =
      how == "short"
      ? heights("half.tif", columns: 50) { _, _ in 0 }
      : heights("half.tif", nodata: -9999) { column, _ in column < 50 ? 0 : -9999 }
    let half = try open(source(), dem)
    let share = try #require(half.reading.place?.heights?.shareWithout)
    #expect((0.35...0.6).contains(share), "\(share)")
    #expect(half.warnings.contains { $0.contains("half.tif (input.dem) has no height for about") && $0.contains("are not valid") })
    let block = try half.read(Window(half.size))
    let longitudes = (0..<half.size.area).filter { block.flags[$0] == 1 }.map {
      half.geotransform.apply(column: Double($0 % half.size.width) + 0.5, row: 0).x
    }
    #expect(longitudes.count > half.size.area / 4)
    #expect((longitudes.max() ?? 11) < 10.003)
  }

  @Test func aSourceThatNoHeightCoversFailsAndSaysSo() throws {
    let far = heights("far.tif", geotransform: Geotransform(30, 0.002, 0, 40, 0, -0.002)) { _, _ in 1000 }
    let void = heights("void.tif", nodata: -9999) { _, _ in -9999 }
    for dem in [far, void] {
      let error = #expect(throws: GeodataError.self) { try open(source(), dem) }
      #expect(error?.reason.contains("(input.dem) has no height where it lies") == true, "\(error?.description ?? "")")
      #expect(error?.file.hasSuffix("source.tif") == true && error?.remedy.contains("leave input.dem out") == true)
    }
  }

  @Test func whatIsNoModelOfHeightsIsRefused() throws {
    let unplaced = heights("unplaced.tif", crs: nil) { _, _ in 1 }
    let missing = scratch.path("missing.tif")
    let text = scratch.path("text.tif")
    try "heights".write(toFile: text, atomically: true, encoding: .utf8)
    let picture = scratch.path("picture.png")
    Painting(size: RasterSize(width: 8, height: 8), bands: 1, driver: "PNG").paint(picture) { _, _, _ in 1 }
    for path in [unplaced, missing, text, picture] {
      for body in [{ try HeightModel.check(path) }, { _ = try open(source(), path) }] {
        let error = #expect(throws: GeodataError.self) { try body() }
        #expect(error?.file == path && error?.remedy == "give a GeoTIFF of heights in input.dem", "\(error?.description ?? path)")
      }
    }
  }

  /// The folder of the heights is open to a source, and no other.
  @Test func heightsAreReadInTheConfinementOfTheSource() throws {
    let dem = heights("models/dem.tif") { _, _ in 1000 }
    let outside = Scratch()
    try "<PAMDataset/>".write(toFile: outside.path("a.xml"), atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(atPath: dem + ".aux.xml", withDestinationPath: outside.path("a.xml"))
    let error = #expect(throws: GeodataError.self) { try open(source(), dem) }
    #expect(error?.description.contains("dem.tif.aux.xml") == true, "\(error?.description ?? "")")
  }

  // MARK: - Control points

  /// Nine points of a square that is bent in its middle, as a scan of a folded map.
  private func bent(_ name: String) -> String {
    let path = scratch.path(name)
    var points: [(pixel: Point, place: Point)] = []
    for y in [0.0, 20, 40] {
      for x in [0.0, 20, 40] {
        let fold = x == 20 && y == 20 ? 6.0 : 0
        points.append((pixel: Point(x: x, y: y), place: Point(x: 500_000 + x + fold, y: 6_000_000 - y)))
      }
    }
    Painting(size: RasterSize(width: 40, height: 40), geotransform: nil, points: points).paint(path) { column, row, _ in
      Double(4 * column + row)
    }
    return path
  }

  @Test func controlPointsAreFittedOrGoneThrough() throws {
    let path = bent("bent.tif")
    var options = RasterSourceOptions()
    let fitted = try RasterSource(path: path, options: options)
    let polynomial = try #require(fitted.reading.place?.controlPoints)
    #expect(polynomial.method == "polynomial" && polynomial.points == 9 && polynomial.maxPixels > 1)
    #expect(fitted.warnings.contains { $0.contains("set input.gcp: tps") })
    options.controlPoints = .thinPlate
    let through = try RasterSource(path: path, options: options)
    let spline = try #require(through.reading.place?.controlPoints)
    #expect(spline.method == "thin plate spline" && spline.maxPixels < 0.01)
    #expect(!through.warnings.contains { $0.contains("input.gcp") })
    // The middle of the picture, 6 m further east than a straight map would have it.
    let column = Int((500_026 - through.geotransform.c0) / through.geotransform.pixelSize.width)
    let row = Int((through.geotransform.c3 - 5_999_980) / through.geotransform.pixelSize.height)
    let value = try through.read(Window(column: column, row: row, width: 1, height: 1)).numbers[0]
    #expect(abs(value - 100) <= 5, "\(value)")
  }
}
