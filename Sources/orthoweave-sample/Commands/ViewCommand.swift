import ArgumentParser
import Foundation
import Geodata

/// Paints any place, to look at.
struct ViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view", abstract: "Paints one place of one world, to look at: OUT/NAME.png and OUT/NAME.classes.png.")

  @Argument(help: "The folder to write to.") var out: String
  @Option(help: "The pictures' name.") var name = "view"
  @Option(help: "The world.") var seed: UInt64 = 3
  @Option(help: "Meters east of the world's origin.") var x = 0.0
  @Option(help: "Meters north of the world's origin.") var y = 0.0
  @Option(help: "Pixels a side.") var size = 1000
  @Option(help: "Meters a pixel.") var pixel = 0.25

  func run() throws {
    let files = try SampleFiles(folder: out)
    let frame = Frame(width: size, height: size, originX: x, originY: y + Double(size) * pixel, pixel: pixel)
    let scene = Scene(
      world: World(seed: seed), frame: frame, light: Light(azimuth: 2.75, elevation: 0.78), sensor: Sensor(seed: seed), glint: 0.55)
    try files.writePicture(scene, to: "\(name).png")
    try files.writeColoredClasses(scene, to: "\(name).classes.png")
  }
}
