import Foundation
import GeoTypes
import Testing

@testable import orthoweave_sample

struct SceneTests {
  /// A place of the sample sheets' world with shore, road and houses.
  private func frame(_ width: Int, _ height: Int, column: Int = 0, row: Int = 0) -> Frame {
    Frame(width: width, height: height, originX: 9195 + Double(column) * 0.25, originY: -1660 - Double(row) * 0.25, pixel: 0.25)
  }

  @Test func theSameSeedPaintsTheSamePixels() {
    func scene(_ seed: UInt64) -> Scene {
      Scene(world: World(seed: seed), frame: frame(40, 30), light: Light(azimuth: 2.7, elevation: 0.8), sensor: Sensor(seed: 1), glint: 0.5)
    }
    let first = scene(3)
    let second = scene(3)
    #expect(first.rgb == second.rgb)
    #expect(first.classes == second.classes)
    #expect(scene(4).rgb != first.rgb)
  }

  /// Ground and all that stands upon it are functions of the place, so that neighbors fit; only the camera's noise differs.
  @Test func neighboringFramesShowTheSameWorld() {
    let painter = ScenePainter(world: World(seed: 3), glint: 0.5)
    let whole = painter.paint(frame(120, 60))
    let part = painter.paint(frame(60, 40, column: 45, row: 12))
    var differing = 0
    for row in 0..<40 {
      for column in 0..<60 {
        let (a, b) = ((row + 12) * 120 + column + 45, row * 60 + column)
        let far = simdDistance(whole.color[a], part.color[b]) > 1e-4
        if far || whole.classID[a] != part.classID[b] || abs(whole.height[a] - part.height[b]) > 1e-3 { differing += 1 }
      }
    }
    #expect(differing <= 2, "\(differing) of 2400 pixels differ")
  }

  private func simdDistance(_ a: Reflectance, _ b: Reflectance) -> Float {
    let d = a - b
    return (d * d).sum().squareRoot()
  }

  @Test func everyClassIsPaintedSomewhere() {
    let survey = Survey(world: World(seed: 3))
    let shares = survey.shares(width: 750, height: 750, x: 9195, y: -2033)
    for (kind, share) in zip(SampleClass.allCases, shares) { #expect(share > 0, "\(kind.name)") }
    #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
  }

  @Test func blocksTileThePlane() {
    let world = World(seed: 9)
    var dice = Dice(5)
    for _ in 0..<200 {
      let (u, v) = (dice.from(-3000, to: 3000), dice.from(-3000, to: 3000))
      let block = world.block(u: u, v: v)
      #expect(block.contains(u: u, v: v))
      // Both sides of a border know it as the same kind of road.
      let below = world.block(u: (block.u0 + block.u1) / 2, v: block.v0 - 1e-6)
      #expect(below.column == block.column && below.v1 == block.v0 && below.borders.3 == block.borders.2)
      let left = world.block(u: block.u0 - 1e-6, v: v)
      #expect(left.u1 == block.u0 && left.borders.1 == block.borders.0)
    }
  }

  @Test func blockCoordinatesAreInverted() {
    let world = World(seed: 12)
    var dice = Dice(6)
    for _ in 0..<100 {
      let (x, y) = (dice.from(-5000, to: 5000), dice.from(-5000, to: 5000))
      let (u, v) = world.blockCoordinates(x, y)
      let back = world.place(u: u, v: v)
      #expect(abs(back.x - x) < 0.02 && abs(back.y - y) < 0.02)
    }
  }

  @Test func aHouseThrowsItsShadowAwayFromTheSun() {
    var canvas = Canvas(frame: Frame(width: 60, height: 60, originX: 0, originY: 15, pixel: 0.25))
    for index in canvas.color.indices { canvas.color[index] = Reflectance(repeating: 0.2) }
    for row in 25..<35 {
      for column in 25..<35 {
        canvas.height[row * 60 + column] = 3
        canvas.object[row * 60 + column] = 1
      }
    }
    // The sun stands in the south: the shadow lies to the north, above the house.
    let light = Light(azimuth: .pi, elevation: .pi / 4)
    let radiance = light.radiance(canvas, margin: 1)
    func gray(_ row: Int, _ column: Int) -> Float { radiance[(row - 1) * 58 + column - 1].y }
    #expect(gray(18, 30) < 0.6 * gray(45, 30))
    #expect(abs(gray(45, 30) - gray(8, 30)) < 0.01)
    #expect(abs(gray(30, 15) - gray(45, 30)) < 0.02)
  }

  @Test func aTurnedFramesGeotransformPutsPixelsWhereTheyWerePainted() {
    let frame = Frame(width: 100, height: 80, originX: 50, originY: 20, pixel: 0.25, angle: -0.35)
    let place = SheetsCommand.place(frame)
    for (column, row) in [(0.0, 0.0), (100, 0), (0, 80), (33.5, 12.25)] {
      let (x, y) = frame.place(column, row)
      let found = place.apply(column: column, row: row)
      #expect(abs(found.x - SheetsCommand.origin.easting - x) < 1e-6 && abs(found.y - SheetsCommand.origin.northing - y) < 1e-6)
      let back = frame.position(x, y)
      #expect(abs(back.column - column) < 1e-6 && abs(back.row - row) < 1e-6)
    }
    #expect(SheetsCommand.place(Frame(width: 1, height: 1, originX: 0, originY: 0, pixel: 0.25)).isNorthUp)
  }

  @Test func noiseIsCenterdAndBounded() {
    let noise = Noise(3)
    var sum: Float = 0
    for step in 0..<4000 {
      let value = noise(Double(step) * 0.37, Double(step % 61) * 1.13)
      #expect(abs(value) <= 1.6)
      sum += value
    }
    #expect(abs(sum / 4000) < 0.06)
  }

  @Test func theTrainingConfigurationHasTheSameClasses() throws {
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appendingPathComponent("SampleData/training/config.py").path) {
      folder = folder.deletingLastPathComponent()
    }
    let text = try String(contentsOf: folder.appendingPathComponent("SampleData/training/config.py"), encoding: .utf8)
    let names = SampleClass.allCases.map { "'\($0.name)'" }.joined(separator: ", ")
    #expect(text.contains("classes = (\(names))"))
    let colors = SampleClass.allCases.map { "[\($0.color.0), \($0.color.1), \($0.color.2)]" }.joined(separator: ", ")
    #expect(text.contains("palette = [\(colors)]"))
  }
}
