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
  @Option(help: "The number of the first pair, for resuming or sharing the work.") var first = 0
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
  private static let themes: [Theme] = [
    .mixture([0.02, 0.04, 0.2, 0.6, 0.13, 0, 0.01]), .mixture([0.14, 0.16, 0.6, 0.03, 0.07, 0, 0]), .slick,
    .mixture([0.02, 0.07, 0.6, 0.05, 0.26, 0, 0]),
    .ship, .mixture([0.1, 0.2, 0.35, 0.05, 0.3, 0, 0]), .slick, .mixture([0.01, 0.05, 0.84, 0.05, 0.05, 0, 0]), .ship,
    .mixture([0.05, 0.08, 0.3, 0.35, 0.22, 0, 0]),
  ]

  private enum Theme {
    /// A place with about these shares of the classes, by id.
    case mixture([Double])
    case slick
    case ship
  }

  /// The south-western corner of a place of a theme.
  private static func corner(world: World, theme: Theme, side: Double, dice: inout Dice) -> (x: Double, y: Double) {
    if case .mixture(let wanted) = theme {
      let found = Survey(world: world).place(side: side, wanted: wanted, tries: 8, seed: dice.next())
      return (found.x, found.y)
    }
    // Looks about until there is water with one; the world has plenty.
    for _ in 0..<60 {
      let (x, y) = (dice.from(-12_000, to: 12_000), dice.from(-12_000, to: 12_000))
      guard world.height(x, y) < -1 else { continue }
      if case .slick = theme {
        let slicks = world.slicks(x0: x - 400, y0: y - 400, x1: x + 400, y1: y + 400)
        guard !slicks.isEmpty else { continue }
        let slick = dice.pick(slicks)
        let along = slick.length * dice.from(0.1, to: 0.8)
        return (slick.x + cos(slick.angle) * along - side / 2, slick.y + sin(slick.angle) * along - side / 2)
      }
      let ships = world.ships(x0: x - 300, y0: y - 300, x1: x + 300, y1: y + 300)
      guard !ships.isEmpty else { continue }
      let ship = dice.pick(ships)
      return (ship.x - side / 2, ship.y - side / 2)
    }
    return (0, 0)
  }

  static func scene(index: Int, size: Int, seed: UInt64) -> Scene {
    var dice = Dice(index, 0, seed ^ 0x7A41)
    let world = World(seed: 1_000 + dice.next() % 1_000_000)
    // Most pictures are taken at the sample sheets' scale, some nearer or farther.
    let pixel = dice.chance(0.5) ? 0.25 : dice.from(0.19, to: 0.36)
    let side = Double(size) * pixel
    let corner = Self.corner(world: world, theme: themes[index % themes.count], side: side, dice: &dice)
    let frame = Frame(
      width: size, height: size, originX: corner.x + dice.from(-0.2, to: 0.2) * side,
      originY: corner.y + (1 + dice.from(-0.2, to: 0.2)) * side,
      pixel: pixel, angle: dice.chance(0.3) ? dice.from(-.pi, to: .pi) : 0)
    var light = Light(azimuth: dice.from(0, to: 2 * .pi), elevation: dice.from(0.45, to: 1.15))
    let warmth = Float(dice.from(-0.05, to: 0.06))
    light.sun *= Reflectance(1 + warmth, 1, 1 - warmth, 1)
    light.haze *= Float(dice.from(0.3, to: 3.5))
    light.exposure = Float(dice.from(1.05, to: 1.75))
    let cast = Reflectance(Float(dice.from(0.92, to: 1.08)), Float(dice.from(0.96, to: 1.04)), Float(dice.from(0.9, to: 1.1)), 1)
    let sensor = Sensor(
      blur: Float(dice.from(0.3, to: 1.1)), noise: Float(dice.from(0.5, to: 5)), cast: cast, contrast: Float(dice.from(0.88, to: 1.15)),
      seed: dice.next())
    return Scene(world: world, frame: frame, light: light, sensor: sensor, glint: Float(dice.from(0, to: 1)))
  }
}
