import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

/// Values that `input.scale` does not fit, nodata that nobody declares, and what is proposed for them.
@Suite struct ValueRemarksTests {
  let scratch = Scratch()
  let size = RasterSize(width: 96, height: 64)

  private func values(_ low: Double, _ high: Double) -> (Int, Int, Int) -> Double {
    { column, row, band in low + (high - low) * Double(noise(column, row, band)) / 65_535 }
  }

  private func warnings(
    _ type: GDALDataType, _ scale: RasterSourceOptions.Scale, nodata: Double? = nil, _ value: @escaping (Int, Int, Int) -> Double
  ) throws -> [String] {
    let path = scratch.path("values.tif")
    Painting(size: size, type: type, options: ["PHOTOMETRIC=RGB"], nodata: nodata).paint(path, value)
    return try RasterSource(path: path, options: RasterSourceOptions(scale: scale)).warnings
  }

  private func refusal(_ type: GDALDataType, nodata: Double? = nil, _ value: @escaping (Int, Int, Int) -> Double) -> [String] {
    let path = scratch.path("refused.tif")
    Painting(size: size, type: type, options: ["PHOTOMETRIC=RGB"], nodata: nodata).paint(path, value)
    do { _ = try RasterSource(path: path) } catch { return error.lines }
    return []
  }

  // MARK: - Scale

  @Test func aScaleThatFitsNeedsNoWord() throws {
    #expect(try warnings(GDT_UInt16, .shared(.init(min: 0, max: 3000)), values(100, 3050)) == [])
    #expect(try warnings(GDT_Float32, .shared(.init(min: 0, max: 1)), values(0.02, 0.6)) == [])
    // The bright and dark ends, which the proposal itself cuts off.
    #expect(try warnings(GDT_UInt16, .shared(.init(min: 200, max: 2900)), values(100, 3000)) == [])
  }

  @Test func valuesOutsideTheScaleAreSaidWithNumbers() throws {
    let found = try warnings(GDT_UInt16, .shared(.init(min: 0, max: 1000)), values(0, 2000))
    #expect(found.count == 1)
    let text = try #require(found.first)
    for band in 1...3 { #expect(text.contains("in band \(band), whose values are "), "\(text)") }
    #expect(text.contains("many of its values lie outside input.scale and become 0 or 255, about "), "\(text)")
    #expect(text.contains("% above 1000") && !text.contains("below"), "\(text)")
    #expect(text.hasSuffix("input.scale: {min: 0, max: 2000} would fit it"), "\(text)")
    // A band of its own.
    let one = try warnings(
      GDT_Int16, .perBand([.init(min: 0, max: 100), .init(min: 0, max: 100), .init(min: 50, max: 100)]), values(0, 100))
    #expect(one.count == 1 && one[0].contains("% below 50 in band 3") && !one[0].contains("band 1"), "\(one)")
  }

  @Test func allValuesInASmallPartOfTheScaleAreSaid() throws {
    let dark = try warnings(GDT_Float32, .shared(.init(min: 0, max: 10_000)), values(0, 1))
    #expect(dark.count == 1 && dark[0].hasPrefix("it is nearly black to the network, as input.scale 0…10000 is far wider"), "\(dark)")
    #expect(dark.first?.hasSuffix("would fit it") == true, "\(dark)")
    let bright = try warnings(GDT_UInt16, .shared(.init(min: 0, max: 60_000)), values(59_000, 60_000))
    #expect(bright.count == 1 && bright[0].hasPrefix("it is nearly white"), "\(bright)")
    let flat = try warnings(GDT_Int16, .shared(.init(min: -20_000, max: 20_000)), values(0, 255))
    #expect(flat.count == 1 && flat[0].hasPrefix("it is of nearly one shade"), "\(flat)")
  }

  // MARK: - Undeclared nodata

  private func collared(_ nodata: Double, _ inside: @escaping (Int, Int, Int) -> Double) -> (Int, Int, Int) -> Double {
    { column, row, band in column < 16 ? nodata : inside(column, row, band) }
  }

  @Test(arguments: [
    (GDT_Int16, -9999.0, 0.0, 2550.0), (GDT_Int16, -32_768, 0, 2550), (GDT_UInt16, 65_535, 200, 2900), (GDT_UInt16, 0, 200, 2900),
    (GDT_Float32, -9999, 0, 1), (GDT_Float32, 1e20, 0, 1), (GDT_Float32, -3.402823466385288598e38, 0, 1), (GDT_Float64, -99_999, 10, 50),
  ])
  func undeclaredNodataIsNoData(type: GDALDataType, nodata: Double, low: Double, high: Double) throws {
    let plain = refusal(type, values(low, high))
    let lines = refusal(type, collared(nodata, values(low, high)))
    // The scale is that of the values; the nodata value comes besides.
    #expect(plain.count == 1 && lines.count == 2, "\(plain) \(lines)")
    let range = lines.first.map { $0.split { !"-.0123456789".contains($0) }.compactMap { Double($0) } } ?? []
    let margin = 0.1 * (high - low)
    #expect(range.count == 2 && range.allSatisfy { (low - margin)...(high + margin) ~= $0 }, "\(lines)")
    let text = lines.last.map { $0.dropFirst("nodata: ".count) } ?? ""
    #expect(lines.last?.hasPrefix("nodata: ") == true && Double(text) == Double(Float(nodata)) || Double(text) == nodata, "\(lines)")
    let found = try warnings(type, .shared(.init(min: low - 1, max: high)), collared(nodata, values(low, high)))
    #expect(found.count == 1 && found[0].hasPrefix("about 17 % of its pixels are ") && found[0].contains("set input.nodata: "), "\(found)")
    // Once it is declared, it is not said.
    #expect(refusal(type, nodata: nodata, collared(nodata, values(low, high))) == plain)
    #expect(try warnings(type, .shared(.init(min: low - 1, max: high)), nodata: nodata, collared(nodata, values(low, high))) == [])
  }

  @Test func holesFarFromAllOtherValuesCountInside() {
    let lines = refusal(GDT_Int32) { column, row, band in
      30...50 ~= column && 20...40 ~= row ? -777_777 : Double(noise(column, row, band) % 1000)
    }
    #expect(lines.last == "nodata: -777777", "\(lines)")
  }

  @Test func whatOnlyLooksLikeNodataIsTakenForData() throws {
    // Dark water, down to 0 and not apart from it.
    let water = refusal(GDT_UInt16) { column, row, band in max(0, Double(noise(column, row) % 1000) - 100) }
    #expect(water.count == 1, "\(water)")
    // Saturated clouds, up to the end of the type.
    let clouds = refusal(GDT_UInt16) { column, row, _ in min(65_535, 5000 + Double(noise(column, row))) }
    #expect(clouds.count == 1, "\(clouds)")
    // A few dead pixels, and a raster of one value.
    #expect(
      refusal(GDT_UInt16) { column, row, band in column == 3 && row < 5 ? 0 : 500 + Double(noise(column, row, band) % 500) }.count == 1)
    #expect(refusal(GDT_UInt16) { _, _, _ in 0 }.count == 1)
  }

  /// Along an edge in one compact piece, whatever else is dark or bright in the picture, and after lossy compression.
  @Test(arguments: [0.0, 255], ["DEFLATE", "JPEG"]) func collarsOfPicturesWithDarkAndBrightPixelsAreSaid(value: Double, compression: String)
    throws
  {
    let path = scratch.path("collar.tif")
    Painting(
      size: RasterSize(width: 192, height: 128),
      options: ["COMPRESS=\(compression)", "PHOTOMETRIC=\(compression == "JPEG" ? "YCBCR" : "RGB")"]
    )
    .paint(path) { column, row, band in
      // Cut obliquely.
      column < 16 + row / 8 ? value : Double(noise(column / 6, row / 6, band) % 256)
    }
    let found = try RasterSource(path: path).warnings
    #expect(found.contains { $0.contains("set input.nodata: \(Int(value)) if it means nodata") }, "\(found)")
  }

  /// Clouds that a camera cut off are as white, and ragged.
  @Test func raggedCloudsAtTheEdgeAreNot() throws {
    let clouds = try warnings(GDT_Byte, .none) { column, row, band in
      let cloud = column < 40 && noise(column / 2, row / 2) % 10 < 6
      return cloud ? 255 : Double(min(254, 150 + noise(column, row) % 104 + band))
    }
    #expect(clouds == [], "\(clouds)")
  }

  @Test func bandsThatHoldNothingOfTheirOwnAreSaid() throws {
    let zero = try warnings(GDT_Byte, .none) { column, row, band in band == 2 ? 0 : Double(40 + noise(column, row, band) % 180) }
    #expect(zero.contains { $0.hasPrefix("its band 3 holds 0 alone, while the others differ") }, "\(zero)")
    let twice = try warnings(GDT_Byte, .none) { column, row, band in Double(40 + noise(column, row, band == 1 ? 0 : band) % 180) }
    #expect(twice.contains { $0.hasPrefix("its bands 1 and 2 hold the same values, while others differ") }, "\(twice)")
  }

  @Test func aBlackOrWhiteCollarOfBytesIsSaid() throws {
    for value in [0.0, 255] {
      let found = try warnings(GDT_Byte, .none, collared(value) { column, row, band in Double(40 + noise(column, row, band) % 180) })
      #expect(found.count == 1 && found[0].contains("set input.nodata: \(Int(value)) if it means nodata"), "\(found)")
    }
    // Of any value: below an end of the values it has none beside it, inside them it is repeated as no other.
    for value in [1.0, 30, 221, 254] {
      let found = try warnings(GDT_Byte, .none, collared(value) { column, row, band in Double(noise(column, row, band) % 256) })
      #expect(found.count == 1 && found[0].contains("set input.nodata: \(Int(value)) if it means nodata"), "\(value) \(found)")
    }
    for value in [1023.0, 4095, 16_383] {
      let found = try warnings(
        GDT_UInt16, .shared(.init(min: 0, max: value)),
        collared(value) { column, row, band in
          (Double(noise(column, row, band)) / 65_535 * 0.8 * value).rounded()
        })
      #expect(found.count == 1 && found[0].contains("set input.nodata: \(Int(value)) if it means nodata"), "\(value) \(found)")
    }
    let magenta = try warnings(GDT_Byte, .none) { column, row, band in
      column < 16 ? (band == 1 ? 0 : 255) : Double(noise(column, row, band) % 256)
    }
    #expect(
      magenta.count == 1 && magenta[0].contains("are 255, 0, 255 in the bands read")
        && magenta[0].contains("nearblack -color 255,0,255 -setmask"),
      "\(magenta)")
    // Black inside, such as a roof, is not a collar; nor is a picture that is dark all over.
    let roof = try warnings(GDT_Byte, .none) { column, row, band in
      30...50 ~= column && 20...40 ~= row ? 0 : Double(40 + noise(column, row, band) % 180)
    }
    #expect(roof == [], "\(roof)")
    // Nor are snow and shadows that the camera cut off, or a white roof at the edge.
    let snow = try warnings(GDT_Byte, .none) { column, row, band in min(255, Double(100 + noise(column, row) % 400 + band)) }
    let shadow = try warnings(GDT_Byte, .none) { column, row, band in max(0, Double(noise(column, row) % 250 + band) - 50) }
    let hall = try warnings(GDT_Byte, .none) { column, row, band in
      column < 10 && 20...30 ~= row ? 255 : Double(40 + noise(column, row, band) % 180)
    }
    #expect(snow == [] && shadow == [] && hall == [], "\(snow) \(shadow) \(hall)")
    #expect(try warnings(GDT_Byte, .none) { column, row, band in Double(noise(column, row, band) % 40) } == [])
  }

  @Test func sheetsWithOtherNumbersAreOneRemark() throws {
    let paths = (0..<6).map { sheet in
      let path = scratch.path("sheet\(sheet).tif")
      Painting(
        size: size, type: GDT_UInt16, options: ["PHOTOMETRIC=RGB"],
        geotransform: Geotransform(500_000 + Double(48 * sheet), 0.5, 0, 6_000_000, 0, -0.5)
      ).paint(path, values(0, 2000 + 100 * Double(sheet)))
      return path
    }
    let mosaic = try MosaicSource(name: "m", paths: paths, options: RasterSourceOptions(scale: .shared(.init(min: 0, max: 1000))))
    let found = mosaic.warnings.filter { $0.contains("outside input.scale") }
    #expect(found.count == 1 && found[0].hasPrefix("sheet0.tif and 5 more sheets, these with other numbers: many of its"), "\(found)")
  }

  // MARK: - Colors

  @Test func grayPicturesAreSaid() throws {
    let same = try warnings(GDT_Byte, .none) { column, row, _ in Double(40 + noise(column, row) % 180) }
    #expect(
      same.count == 1 && same[0].hasPrefix("it is gray (its bands hold the same values), and the network takes 3 channels"), "\(same)")
    let path = scratch.path("gray.tif")
    Painting(size: size, bands: 1).paint(path) { column, row, _ in Double(40 + noise(column, row) % 180) }
    // One band for all channels is what the pipeline says.
    #expect(try RasterSource(path: path, options: RasterSourceOptions(bands: .numbers([1, 1, 1]))).warnings == [])
    // Of a source of colors, too, but perhaps for the sake of others.
    Painting(size: size, bands: 3).paint(scratch.path("colors.tif")) { Double(40 + noise($0, $1, $2) % 180) }
    let one = try RasterSource(path: scratch.path("colors.tif"), options: RasterSourceOptions(bands: .numbers([2, 2, 2]))).warnings
    #expect(one == ["input.bands takes band 2 of its 3 for all 3 channels, as of a gray picture"])
    // A network of one channel takes it as it is.
    #expect(try RasterSource(path: path, options: RasterSourceOptions(channels: 1)).warnings == [])
    // A single colored pixel is a color.
    #expect(try warnings(GDT_Byte, .none) { $0 == 5 && $1 == 5 && $2 == 0 ? 39 : Double(40 + noise($0, $1) % 180) } == [])
  }
}
