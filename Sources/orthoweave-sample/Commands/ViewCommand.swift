import ArgumentParser
import Foundation

struct ViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "view", abstract: "Paints one place of one world, to look at (PPM).")

  @Argument(help: "The picture to write; its classes are written beside, ending in .classes.ppm.") var out: String
  @Option(help: "The world.") var seed: UInt64 = 1
  @Option(help: "Metres east of the world's origin.") var x = 0.0
  @Option(help: "Metres north of the world's origin.") var y = 0.0
  @Option(help: "Pixels a side.") var size = 1500
  @Option(help: "Metres a pixel.") var pixel = 0.25

  func run() throws {
    let frame = Frame(width: size, height: size, originX: x, originY: y, pixel: pixel)
    let scene = Scene(
      world: World(seed: seed), frame: frame, light: Light(azimuth: 2.6, elevation: 0.8), sensor: Sensor(seed: seed), glint: 0.5)
    let header = Data("P6\n\(size) \(size)\n255\n".utf8)
    try (header + Data(scene.rgb)).write(to: URL(fileURLWithPath: out))
    let colours = scene.classes.flatMap { id -> [UInt8] in
      let colour = SampleClass(rawValue: id)?.colour ?? (0, 0, 0)
      return [colour.0, colour.1, colour.2]
    }
    try (header + Data(colours)).write(to: URL(fileURLWithPath: out + ".classes.ppm"))
  }
}
