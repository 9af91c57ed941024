import ArgumentParser
import Runs
import Tools

struct PreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "preview", abstract: "Draw a picture of a source with its layers.")

  @Argument(help: "A raster.") var source: String
  @Option(help: "Polygons to draw over it: a GeoPackage that a run wrote.") var layer: String?
  @Option(help: "The PNG to write.") var output = "preview.png"
  @Option(help: "Band numbers, separated by commas.") var bands: String?
  @Option(help: "The values that become black and white: 0,3000.") var scale: String?

  func validate() throws {
    if let bands, Self.numbers(bands).count != bands.split(separator: ",").count {
      throw ValidationError("--bands takes numbers, separated by commas")
    }
    if let scale, Self.doubles(scale).count != 2 { throw ValidationError("--scale takes two numbers, separated by a comma") }
  }

  func run() throws {
    let range = scale.map { Self.doubles($0) }.map { (min: $0[0], max: $0[1]) }
    try PreviewRequest(source: source, layer: layer, picture: output, bands: bands.map { Self.numbers($0) }, scale: range).perform()
    Standard.output(output)
  }

  private static func numbers(_ text: String) -> [Int] { text.split(separator: ",").compactMap { Int($0) } }
  private static func doubles(_ text: String) -> [Double] { text.split(separator: ",").compactMap { Double($0) } }
}
