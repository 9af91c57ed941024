import ArgumentParser
import Foundation
import Geodata

/// Paints pictures and masks for training, each of another place, under another light.
struct TrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Paints pairs of picture and class mask for mmsegmentation.",
    discussion: "Writes OUT/img/NNNNN.png (RGB) and OUT/ann/NNNNN.png (class ids). Pair N depends on the seed and on N alone.")

  @Argument(help: "The folder to write to.") var out: String
  @Option(help: "How many pairs.") var count = 600
  @Option(help: "The first pair's number: to go on, or to share the work.") var first = 0
  @Option(help: "Pixels a side.") var size = 512
  @Option(help: "Seed of worlds, places and lights; the sample sheets' world is never used.") var seed: UInt64 = 1

  func run() throws {
    let files = try SampleFiles(folder: out)
    for index in first..<first + count {
      let name = String(repeating: "0", count: max(0, 5 - String(index).count)) + String(index)
      let done = files.folder.appendingPathComponent("ann/\(name).png").path
      if FileManager.default.fileExists(atPath: done) { continue }
      let scene = Self.scene(index: index, size: size, seed: seed)
      try files.writePicture(scene, to: "img/\(name).png")
      try files.writeMask(scene, to: "ann/\(name).png")
    }
  }

  /// What the places are chosen for, in turn: rare classes come up often enough to be learned.
  private static let themes: [[Double]] = [
    [0.02, 0.03, 0.15, 0.7, 0.06, 0.03, 0.01],
    [0.14, 0.16, 0.6, 0.03, 0.07, 0, 0],
    [0, 0, 0, 0.8, 0, 0.18, 0.02],
    [0.02, 0.07, 0.6, 0.05, 0.26, 0, 0],
    [0.1, 0.2, 0.35, 0.05, 0.3, 0, 0],
    [0, 0, 0, 0.94, 0, 0.01, 0.05],
    [0.01, 0.05, 0.84, 0.05, 0.05, 0, 0],
    [0.05, 0.08, 0.3, 0.35, 0.18, 0.03, 0.01],
  ]

  static func scene(index: Int, size: Int, seed: UInt64) -> Scene {
    var dice = Dice(index, 0, seed ^ 0x7A41)
    let world = World(seed: 1_000 + dice.next() % 1_000_000)
    // Most pictures are taken at the sample sheets' scale, some nearer or farther.
    let pixel = dice.chance(0.5) ? 0.25 : dice.from(0.19, to: 0.36)
    let side = Double(size) * pixel
    let place = Survey(world: world).place(side: side, wanted: themes[index % themes.count], tries: 8, seed: dice.next())
    let frame = Frame(
      width: size, height: size, originX: place.x + dice.from(-0.2, to: 0.2) * side, originY: place.y + (1 + dice.from(-0.2, to: 0.2)) * side, pixel: pixel,
      angle: dice.chance(0.3) ? dice.from(-.pi, to: .pi) : 0)
    var light = Light(azimuth: dice.from(0, to: 2 * .pi), elevation: dice.from(0.45, to: 1.15))
    let warmth = Float(dice.from(-0.05, to: 0.06))
    light.sun *= Reflectance(1 + warmth, 1, 1 - warmth, 1)
    light.haze *= Float(dice.from(0.3, to: 3.5))
    light.exposure = Float(dice.from(1.05, to: 1.75))
    let cast = Reflectance(Float(dice.from(0.92, to: 1.08)), Float(dice.from(0.96, to: 1.04)), Float(dice.from(0.9, to: 1.1)), 1)
    let sensor = Sensor(
      blur: Float(dice.from(0.3, to: 1.1)), noise: Float(dice.from(0.5, to: 5)), cast: cast, contrast: Float(dice.from(0.88, to: 1.15)), seed: dice.next())
    return Scene(world: world, frame: frame, light: light, sensor: sensor, glint: Float(dice.from(0, to: 1)))
  }
}
