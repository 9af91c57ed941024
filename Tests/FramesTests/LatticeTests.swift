import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Frames
@testable import Geodata

/// Positions by cells against those by the place on the earth of each: what the warper asks for.
@Suite struct LatticeTests {
  /// What was compared.
  private struct Comparison {
    /// Positions in the picture, or at most a pixel beside it.
    var seen = 0
    /// Of these, how many lie in cells that are interpolated.
    var interpolated = 0
    var worst = 0.0
    /// Seen by one alone.
    var lost = 0
  }

  private func compare(_ lattice: GroundLattice, _ camera: Camera, at pixels: [Point]) -> Comparison {
    let (fast, exact) = (lattice.picturePixels(pixels), lattice.exactPicturePixels(pixels))
    var result = Comparison()
    let (width, height) = (Double(camera.size.width), Double(camera.size.height))
    func isSeen(_ pixel: Point?, margin: Double) -> Bool {
      pixel.map { $0.x > -margin && $0.y > -margin && $0.x < width + margin && $0.y < height + margin } ?? false
    }
    for index in pixels.indices {
      // What lies on the picture's edge may be seen by either alone.
      let (first, second) = (fast[index], exact[index])
      if isSeen(first, margin: -0.01) && !isSeen(second, margin: 0.01) || isSeen(second, margin: -0.01) && !isSeen(first, margin: 0.01) {
        result.lost += 1
      }
      guard let one = fast[index], let other = exact[index], isSeen(other, margin: 1) else { continue }
      result.seen += 1
      result.interpolated += lattice.isSmooth(at: pixels[index]) ? 1 : 0
      result.worst = max(result.worst, ((one.x - other.x) * (one.x - other.x) + (one.y - other.y) * (one.y - other.y)).squareRoot())
    }
    return result
  }

  /// A grid around a frame's footprint, with pixels as large as those in its middle, in a zone of UTM.
  private func lattice(_ frame: Frame, _ footprint: Footprint) throws -> (lattice: GroundLattice, size: RasterSize) {
    let crs = try PlacedFrame.universalTransverseMercator(footprint.middle)
    let degrees = try CoordinateSystem("EPSG:4326")
    var outline = footprint.outline.map { Point(x: $0.longitude, y: $0.latitude) }
    try CoordinateTransformation(from: degrees, to: crs).apply(to: &outline)
    let bounds = try #require(Bounds(of: outline))
    let pixel = try #require(frame.pixelSize(at: footprint.middlePixel))
    let side = max((pixel.width * pixel.height).squareRoot(), max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY) / 20_000)
    let size = RasterSize(width: Int((bounds.maxX - bounds.minX) / side) + 2, height: Int((bounds.maxY - bounds.minY) / side) + 2)
    let back = try CoordinateTransformation(from: crs, to: degrees)
    let lattice = GroundLattice(frame, geotransform: Geotransform(bounds.minX, side, 0, bounds.maxY, 0, -side), size: size) { places in
      var places = places
      let known = back.applyEach(to: &places)
      return zip(places, known).map { $1 ? $0 : nil }
    }
    return (lattice, size)
  }

  private func positions(_ count: Int, in size: RasterSize, _ random: inout Seeded) -> [Point] {
    // Rows as the warper asks for them, and places of their own.
    (0..<count).flatMap { index -> [Point] in
      let (x, y) = (Double.random(in: 0..<Double(size.width), using: &random), Double.random(in: 0..<Double(size.height), using: &random))
      guard index % 8 == 0 else { return [Point(x: x, y: y)] }
      return (0..<24).map { Point(x: x.rounded(.down) + Double($0) + 0.5, y: y.rounded(.down) + 0.5) }.filter { $0.x < Double(size.width) }
    }
  }

  /// Anywhere on earth, at any attitude, up to the horizon, with lenses that bend by a quarter.
  @Test func cellsAreAsGoodAsTheirBound() throws {
    var random = Seeded(seed: 24)
    var all = Comparison()
    var frames = 0
    for index in 0..<160 {
      let camera = Camera.random(leastSide: 300, isBent: index % 2 != 0, using: &random)
      let ground = Double.random(in: -400...3000, using: &random)
      let frame = Frame(
        camera: camera,
        position: Position(
          longitude: Double.random(in: -180...180, using: &random), latitude: Double.random(in: -89...89, using: &random),
          height: ground + pow(10, Double.random(in: 0.5...3.7, using: &random))),
        rotation: Attitude.gimbal(
          yaw: Double.random(in: 0...360, using: &random), pitch: Double.random(in: -110...(-4), using: &random),
          roll: Double.random(in: -180...180, using: &random)),
        ground: .level(ground), minimumDip: Double.random(in: 0.5...8, using: &random))
      guard let footprint = frame.footprint() else { continue }
      let (lattice, grid) = try lattice(frame, footprint)
      let found = compare(lattice, frame.camera, at: positions(300, in: grid, &random))
      frames += 1
      all.seen += found.seen
      all.interpolated += found.interpolated
      all.worst = max(all.worst, found.worst)
      all.lost += found.lost
      #expect(found.worst <= GroundLattice.bound, "\(index): \(frame)")
      #expect(found.lost == 0, "\(index): \(frame)")
    }
    #expect(frames > 100)
    #expect(all.seen > 20_000)
    // Else there would be nothing to compare.
    #expect(Double(all.interpolated) > 0.99 * Double(all.seen), "\(all)")
    #expect(all.worst > 0, "\(all)")
  }

  /// Behind a hill, and on it.
  @Test func whatATerrainHidesStaysHidden() throws {
    var random = Seeded(seed: 7)
    let frame = Frame(
      camera: Camera(size: RasterSize(width: 600, height: 400), fx: 500, fy: 500),
      position: Position(longitude: 10, latitude: 50, height: 120), rotation: Attitude.gimbal(yaw: 0, pitch: -25, roll: 0),
      ground: .surface(Hill()), minimumDip: 3)
    let (lattice, size) = try lattice(frame, try #require(frame.footprint()))
    let pixels = positions(2000, in: size, &random)
    let found = compare(lattice, frame.camera, at: pixels)
    #expect(found.seen > 500)
    #expect(found.interpolated == found.seen)
    #expect(found.worst <= GroundLattice.bound && found.worst > 0)
    #expect(found.lost == 0)
    #expect(lattice.picturePixels(pixels).filter { $0 == nil }.count > 20)
  }

  /// Bytes must not depend on the blocks in which they are made.
  @Test func aPositionDoesNotDependOnWhatElseIsAskedFor() throws {
    var random = Seeded(seed: 8)
    let frame = Frame(
      camera: Camera(size: RasterSize(width: 4000, height: 3000), fx: 3000, fy: 3000),
      position: Position(longitude: 10, latitude: 50, height: 120), rotation: Attitude.gimbal(yaw: 30, pitch: -40, roll: 4),
      ground: .level(0), minimumDip: 5)
    let footprint = try #require(frame.footprint())
    let (one, size) = try lattice(frame, footprint)
    let other = try lattice(frame, footprint).lattice
    // More rows of cells than are kept.
    #expect(size.area > 150 * 64 * one.spacing * one.spacing)
    let pixels = positions(400, in: size, &random)
    let together = one.picturePixels(pixels)
    var order = Array(pixels.indices)
    order.shuffle(using: &random)
    for index in order { #expect(other.picturePixels([pixels[index]]) == [together[index]]) }
    #expect(one.picturePixels([]).isEmpty)
    // Beyond the grid, and no place at all.
    let odd = [Point(x: -5, y: 3), Point(x: .nan, y: 3), Point(x: Double(size.width) + 500, y: 7), Point(x: .infinity, y: -1)]
    #expect(one.picturePixels(odd) == one.exactPicturePixels(odd))
  }
}

/// The same over the made frames.
extension OracleTests {
  @Test(arguments: OracleFrame.all.filter { $0.outcome.contains("placed") }) func cellsAreAsGoodAsTheirBound(_ oracle: OracleFrame) throws {
    guard let source = try? open(oracle), let placed = source.frame else { return }
    var random = Seeded(seed: 3)
    // Each exact place on a terrain takes a march of its own.
    let pixels = (0..<(oracle.ground.hasSuffix(".tif") ? 400 : 4000)).map { _ in
      Point(
        x: Double.random(in: 0..<Double(placed.size.width), using: &random),
        y: Double.random(in: 0..<Double(placed.size.height), using: &random))
    }
    let (fast, exact) = (placed.lattice.picturePixels(pixels), placed.lattice.exactPicturePixels(pixels))
    var (worst, count, interpolated) = (0.0, 0, 0)
    for index in pixels.indices {
      #expect((fast[index] == nil) == (exact[index] == nil))
      guard let one = fast[index], let other = exact[index], placed.frame.camera.holds(other) else { continue }
      worst = max(worst, ((one.x - other.x) * (one.x - other.x) + (one.y - other.y) * (one.y - other.y)).squareRoot())
      count += 1
      interpolated += placed.lattice.isSmooth(at: pixels[index]) ? 1 : 0
    }
    #expect(worst <= GroundLattice.bound)
    #expect(count > 100)
    #expect(interpolated == count)
  }

  /// In parts of any size, and as a whole.
  @Test(arguments: ["o45.jpg", "horizon.jpg"]) func theViewDoesNotDependOnItsBlocks(_ file: String) throws {
    let oracle = try #require(OracleFrame.named(file))
    let whole = try open(oracle)
    let size = RasterSize(width: min(700, whole.size.width), height: min(500, whole.size.height))
    guard case .bytes(let expected) = try whole.read(Window(size)).values else { throw TestFailure() }
    var random = Seeded(seed: 6)
    for _ in 0..<12 {
      let (column, row) = (Int.random(in: 0..<size.width - 1, using: &random), Int.random(in: 0..<size.height - 1, using: &random))
      let window = Window(
        column: column, row: row, width: Int.random(in: 1...min(150, size.width - column), using: &random),
        height: Int.random(in: 1...min(150, size.height - row), using: &random))
      guard case .bytes(let part) = try open(oracle).read(window).values else { throw TestFailure() }
      var cut: [UInt8] = []
      for line in row..<row + window.height {
        let start = (line * size.width + column) * 3
        cut += expected[start..<start + window.width * 3]
      }
      #expect(part == cut, "\(window)")
    }
  }
}
