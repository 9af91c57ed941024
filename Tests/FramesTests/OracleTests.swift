import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Frames
@testable import Geodata

/// The made frames of ../shared: what the tags say, against the truth.
@Suite(.enabled(if: !OracleFrame.all.isEmpty, "needs ../shared/reference/frames")) struct OracleTests {
  func open(_ oracle: OracleFrame) throws(GeodataError) -> RasterSource {
    let folder = OracleFrame.folder ?? ""
    var frames = FrameOptions()
    frames.settings.minimumDip = 1
    if oracle.usesTakeoff {
      frames.settings.vertical = .takeoff
      frames.settings.takeoff = 4
    }
    frames.terrain = Double(oracle.ground).map { .level($0) } ?? .model(folder + "/" + oracle.ground)
    frames.table = oracle.table.map { folder + "/" + $0 }
    var options = RasterSourceOptions()
    options.frames = frames
    return try RasterSource(path: folder + "/" + oracle.file, options: options)
  }

  @Test(arguments: OracleFrame.all) func tagsGiveTheTruth(_ oracle: OracleFrame) throws {
    let source: RasterSource
    do throws(GeodataError) { source = try open(oracle) } catch {
      #expect(oracle.outcome.contains("refused"), "\(error)")
      #expect(error.reason.contains(oracle.reason ?? ""), "\(error)")
      return
    }
    #expect(oracle.outcome.contains("placed"))
    let placed = try #require(source.frame)
    // A guess is as good as its tag.
    let tolerance = oracle.file == "only35mm.jpg" ? 10 : 0.05
    for (pixel, place) in oracle.points {
      guard let place else {
        #expect(placed.frame.place(of: pixel) == nil, "\(pixel)")
        continue
      }
      guard let dip = placed.frame.dip(pixel), dip > placed.frame.leastDip else { continue }
      let found = try #require(
        placed.frame.pixel(of: Position(longitude: place.longitude, latitude: place.latitude, height: place.height + oracle.undulation)))
      let error = ((found.x - pixel.x) * (found.x - pixel.x) + (found.y - pixel.y) * (found.y - pixel.y)).squareRoot()
      #expect(error <= tolerance, "column \(pixel.x), row \(pixel.y): \(found)")
      // And from the picture to the ground: as long as a fraction of a pixel there.
      let ground = try #require(placed.frame.place(of: pixel))
      let back = try #require(placed.frame.pixel(of: ground))
      #expect(abs(back.x - pixel.x) < 1e-6 && abs(back.y - pixel.y) < 1e-6)
      if oracle.file != "only35mm.jpg" {
        let size = try #require(placed.frame.pixelSize(at: pixel))
        #expect(distance(ground, place, oracle.undulation) <= 0.06 * max(size.width, size.height) + 0.001, "\(pixel)")
      }
    }
  }

  private func distance(_ first: Position, _ second: Position, _ undulation: Double) -> Double {
    var second = second
    second.height += undulation
    return (Earth.geocentric(first) - Earth.geocentric(second)).length
  }

  @Test func asManyAreRefusedAsShouldBe() {
    let refused = OracleFrame.all.filter { (try? open($0)) == nil }.map(\.file).sorted()
    #expect(
      refused == [
        "csv/t4.jpg", "csv/t5.jpg", "gimbal-zero.jpg", "no-altitude.jpg", "no-attitude.jpg", "no-focal.jpg", "no-position.jpg",
        "zero-position.jpg",
      ])
    #expect(OracleFrame.all.count == 41)
  }

  /// The view's pixels are those of the picture at the places that the geometry gives, and none is missing.
  @Test(arguments: ["h135.jpg", "antimeridian.jpg", "pix4d.tif", "terrain.jpg"])
  func theViewShowsWhatThePictureShows(_ file: String) throws {
    let oracle = try #require(OracleFrame.named(file))
    let source = try open(oracle)
    let placed = try #require(source.frame)
    let folder = try #require(OracleFrame.folder)
    let picture = try RasterSource(path: folder + "/" + file)
    guard case .bytes(let taken) = try picture.read(Window(picture.size)).values else { throw TestFailure() }
    // A part: hidden places take their time.
    let window = Window(column: source.size.width / 4, row: source.size.height / 3, width: 100, height: min(160, source.size.height))
    let block = try source.read(window)
    guard case .bytes(let shown) = block.values else { throw TestFailure() }
    let valid = block.valid ?? [UInt8](repeating: 1, count: window.area)
    let grid = (0..<window.height).flatMap { row in
      (0..<window.width).map { Point(x: Double(window.column + $0) + 0.5, y: Double(window.row + row) + 0.5) }
    }
    let pixels = placed.lattice.exactPicturePixels(grid)
    var (missing, tooMany, worst, sum, count) = (0, 0, 0.0, 0.0, 0)
    for index in pixels.indices {
      guard let pixel = pixels[index], pixel.x > 1, pixel.y > 1, pixel.x < Double(picture.size.width) - 1,
        pixel.y < Double(picture.size.height) - 1
      else {
        let near = pixels[index].map {
          $0.x > -1 && $0.y > -1 && $0.x < Double(picture.size.width) + 1 && $0.y < Double(picture.size.height) + 1
        }
        if valid[index] == 1, near != true { tooMany += 1 }
        continue
      }
      guard valid[index] == 1 else {
        missing += 1
        continue
      }
      // Bilinear by hand.
      let (column, row) = (Int(pixel.x - 0.5), Int(pixel.y - 0.5))
      let (u, v) = (pixel.x - 0.5 - Double(column), pixel.y - 0.5 - Double(row))
      for band in 0..<3 {
        func value(_ dx: Int, _ dy: Int) -> Double { Double(taken[((row + dy) * picture.size.width + column + dx) * 3 + band]) }
        let expected = (1 - v) * ((1 - u) * value(0, 0) + u * value(1, 0)) + v * ((1 - u) * value(0, 1) + u * value(1, 1))
        let error = abs(expected - Double(shown[index * 3 + band]))
        worst = max(worst, error)
        sum += error
        count += 1
      }
    }
    // Small pictures come from overviews of the picture.
    let small = try source.picture(side: 100)
    #expect(small.size.width <= 100 && small.size.height <= 100)
    #expect(missing == 0)
    #expect(tooMany == 0)
    #expect(count > 3000)
    #expect(worst <= 1.01, "mean \(sum / Double(max(1, count)))")
  }
}

struct TestFailure: Error {}
