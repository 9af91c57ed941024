import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

@Test func coverageSumsToTheArea() {
  var raster = CoverageRaster()
  let size = RasterSize(width: 40, height: 30)
  let square = [Point(x: 3.25, y: 4.5), Point(x: 9.75, y: 4.5), Point(x: 9.75, y: 11), Point(x: 3.25, y: 11)]
  let star = (0..<11).map { index -> Point in
    let (angle, radius) = (Double(index) * 0.571, index % 2 == 0 ? 13.0 : 5)
    return Point(x: 20 + radius * cos(angle), y: 15 + 12.5 * sin(angle))
  }
  let triangle = [Point(x: 0, y: 0), Point(x: 40, y: 1), Point(x: 1, y: 30)]
  for ring in [square, star, triangle] {
    var sum = 0.0
    raster.cover([ring], canvas: size) { _, _, share in sum += Double(share) }
    #expect(abs(sum - abs(Ring(ring).signedArea)) < 0.15)
  }
  var sum = 0.0
  let hole = [Point(x: 5, y: 6), Point(x: 5, y: 8.5), Point(x: 7.5, y: 8.5), Point(x: 7.5, y: 6)]
  raster.cover([square, hole], canvas: size) { _, _, share in sum += Double(share) }
  #expect(abs(sum - 6.5 * 6.5 + 6.25) < 0.05)
}

@Test func whatLiesOutsideTheCanvasDoesNoHarm() {
  var raster = CoverageRaster()
  var count = 0
  let far = [Point(x: -1e12, y: -50), Point(x: 1e12, y: 3), Point(x: 4, y: 1e12)]
  raster.cover([far], canvas: RasterSize(width: 10, height: 10)) { column, row, _ in
    #expect((0..<10).contains(column) && (0..<10).contains(row))
    count += 1
  }
  #expect(count > 0)
}

@Test func aPictureIsWrittenTwiceWithTheSameBytes() throws {
  let map = SmallMap(width: 60, height: 40, count: 3, seed: 2)
  let rgba = map.classes.flatMap { value -> [UInt8] in value == 255 ? [0, 0, 0, 0] : [UInt8(60 * value), 120, 90, 255] }
  var files: [[UInt8]] = []
  for _ in 0..<2 {
    let preview = Preview(
      source: map.size, image: Picture(size: map.size, rgba: rgba), title: "정사/sheet",
      catalog: ClassCatalog(names: ["sea", "ship", "oil"]),
      metersPerPixel: 0.25)
    for region in map.regions() { preview.draw(region.polygons, classID: region.classID) }
    files.append(try preview.png())
  }
  #expect(files[0] == files[1] && files[0].count > 1000)
}

@Test func aPreviewOfNothingStillIsAPicture() throws {
  let size = RasterSize(width: 1, height: 1)
  let preview = Preview(
    source: size, image: Picture(size: size, rgba: [0, 0, 0, 0]), title: "", catalog: ClassCatalog([]), metersPerPixel: nil)
  #expect(try preview.png().starts(with: [0x89, 0x50, 0x4E, 0x47]))
}

@Test func theImageIsReadSmallerThanTheSourceNeverLarger() {
  #expect(Preview.imageSize(for: RasterSize(width: 100_000, height: 50_000)) == RasterSize(width: 1400, height: 700))
  #expect(Preview.imageSize(for: RasterSize(width: 10, height: 5)) == RasterSize(width: 10, height: 5))
  #expect(Preview.imageSize(for: RasterSize(width: 1_000_000, height: 1)).height == 1)
}

@Test func namesInAnyScriptAndNorthAreOnThePicture() throws {
  let map = SmallMap(width: 60, height: 40, count: 1, seed: 2)
  let rgba = [UInt8](repeating: 255, count: map.size.area * 4)
  func png(_ name: String, north: Point?) throws -> [UInt8] {
    let preview = Preview(
      source: map.size, image: Picture(size: map.size, rgba: rgba), title: "sheet", catalog: ClassCatalog(names: [name]),
      metersPerPixel: 0.25,
      north: north)
    for region in map.regions() { preview.draw(region.polygons, classID: region.classID) }
    return try preview.png()
  }
  let up = Point(x: 0, y: -1)
  let pictures = try ["Gebäude & Höfe", "Gebaude & Hofe", "水域", "<b>"].map { try png($0, north: up) }
  #expect(Set(pictures).count == 4)
  #expect(try Set([nil, up, Point(x: 1, y: 0), Point(x: .nan, y: 0)].map { try png("a", north: $0) }).count == 3)
}

/// Layers that a user names need not be of the source.
@Test func polygonsOutsideOfThePictureAreLeftOut() throws {
  let size = RasterSize(width: 60, height: 40)
  func preview() -> Preview {
    Preview(
      source: size, image: Picture(size: size, rgba: [UInt8](repeating: 90, count: 60 * 40 * 4)), title: "a",
      catalog: ClassCatalog(names: ["x"]), metersPerPixel: nil)
  }
  let plain = preview()
  plain.draw([], classID: 0)
  for (x, y) in [(-500.0, -500.0), (500, 500), (-500, 10), (10, 900), (1e300, 1e300), (-1e300, 5), (.infinity, 3)] {
    let outside = preview()
    outside.draw([Polygon(shell: Ring([Point(x: x, y: y), Point(x: x + 30, y: y), Point(x: x + 30, y: y + 20)]))], classID: 0)
    #expect(try outside.png() == plain.png(), "\(x), \(y)")
  }
  let across = preview()
  across.draw([Polygon(shell: Ring([Point(x: -1e300, y: -1e300), Point(x: 1e300, y: -5), Point(x: 30, y: 20)]))], classID: 0)
  _ = try across.png()
}
