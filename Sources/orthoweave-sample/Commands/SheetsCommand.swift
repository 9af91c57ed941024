import ArgumentParser
import Foundation
import GeoTypes
import Geodata

/// Paints the sheets of SampleData/orthophotos.
struct SheetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sheets",
    abstract: "Paints the sample orthophotos with their truths.",
    discussion: """
      A block of four neighboring sheets of 1500 x 1500 pixels (one has a collar without image), a rotated sheet, and a sheet of \
      600 x 600 with four bands of 16 bits. The same seed gives the same pixels.
      """)

  @Argument(help: "The folder to write to.") var out: String
  @Option(help: "The world.") var seed: UInt64 = 3
  @Option(help: "JPEG quality, 1 to 100.") var quality = 88

  /// Shares of the classes in the block of four, by id.
  static let wanted = [0.06, 0.08, 0.36, 0.34, 0.1, 0.05, 0.01]
  /// Meters a pixel.
  static let pixel = 0.25
  /// The crs, and where the world's origin lies in it: in the southern Baltic.
  static let crs = "EPSG:32633"
  static let origin = (easting: 500_000.0, northing: 6_000_000.0)

  func run() throws {
    let files = try SampleFiles(folder: out)
    let crs = try CoordinateSystem(Self.crs)
    let world = World(seed: seed)
    let light = Light(azimuth: 2.75, elevation: 0.78)
    let survey = Survey(world: world)
    let block = survey.place(side: 750, wanted: Self.wanted, tries: 60, seed: seed)

    for row in 0..<2 {
      for column in 0..<2 {
        let frame = Frame(
          width: 1500, height: 1500, originX: block.x + Double(column) * 375, originY: block.y + 750 - Double(row) * 375, pixel: Self.pixel)
        // Neighboring sheets come from different flight lines: a little lighter or warmer.
        var dice = Dice(seed &+ UInt64(row * 2 + column) &* 101)
        let tint =
          Reflectance(Float(dice.from(0.985, to: 1.015)), 1, Float(dice.from(0.98, to: 1.02)), 1) * Float(dice.from(0.975, to: 1.025))
        let scene = Scene(world: world, frame: frame, light: light, sensor: Sensor(cast: tint, seed: dice.next()), glint: 0.55)
        let mask = row == 1 && column == 0 ? Self.collar(scene) : nil
        let name = "sheet-\(row + 1)\(column + 1)"
        try files.writeOrthophoto(scene, mask: mask, place: Self.place(frame), crs: crs, quality: quality, to: "\(name).tif")
        try files.writeTruth(scene, mask: mask, place: Self.place(frame), crs: crs, to: "truth/\(name).classes.tif")
        report(name, scene)
      }
    }

    // The rotated sheet looks at another place, as a single flight line along a coast does.
    let other = survey.place(side: 350, wanted: [0.05, 0.08, 0.36, 0.34, 0.1, 0.06, 0.01], tries: 80, seed: seed &+ 77)
    let turned = Frame(width: 1200, height: 800, originX: other.x + 40, originY: other.y + 330, pixel: Self.pixel, angle: -0.35)
    let rotated = Scene(world: world, frame: turned, light: light, sensor: Sensor(seed: seed &+ 8), glint: 0.4)
    try files.writeOrthophoto(rotated, place: Self.place(turned), crs: crs, quality: quality, to: "other/rotated.tif")
    try files.writeTruth(rotated, place: Self.place(turned), crs: crs, to: "truth/rotated.classes.tif")
    report("rotated", rotated)

    let third = survey.place(side: 150, wanted: [0.12, 0.12, 0.5, 0.15, 0.11, 0, 0], tries: 120, seed: seed &+ 99)
    let square = Frame(width: 600, height: 600, originX: third.x, originY: third.y + 150, pixel: Self.pixel)
    var sensor = Sensor(seed: seed &+ 9)
    sensor.noise = 0.6
    let fourBands = Scene(world: world, frame: square, light: light, sensor: sensor, glint: 0.3)
    try files.writeMultispectral(fourBands, scale: 4000, place: Self.place(square), crs: crs, to: "other/multispectral.tif")
    try files.writeTruth(fourBands, place: Self.place(square), crs: crs, to: "truth/multispectral.classes.tif")
    report("multispectral", fourBands)
  }

  static func place(_ frame: Frame) -> Geotransform {
    let (c, s) = (cos(frame.angle) * frame.pixel, sin(frame.angle) * frame.pixel)
    // An exact zero, not a sine of zero with its rounding, keeps a sheet north-up.
    return Geotransform(
      origin.easting + frame.originX, c, frame.angle == 0 ? 0 : s, origin.northing + frame.originY, frame.angle == 0 ? 0 : s, -c)
  }

  /// A collar as resampling to a map projection leaves one: the image is a slightly turned rectangle.
  static func collar(_ scene: Scene) -> [UInt8] {
    var mask = [UInt8](repeating: 255, count: scene.width * scene.height)
    for row in 0..<scene.height {
      for column in 0..<scene.width {
        let left = 64.0 - Double(row) * 0.03
        let bottom = Double(scene.height) - 70 + Double(column) * 0.035
        if Double(column) < left || Double(row) > bottom { mask[row * scene.width + column] = 0 }
      }
    }
    return mask
  }

  private func report(_ name: String, _ scene: Scene) {
    var counts = [Int](repeating: 0, count: SampleClass.allCases.count)
    for id in scene.classes { counts[Int(id)] += 1 }
    let shares = zip(SampleClass.allCases, counts).map { kind, count in
      "\(kind.name) \((Double(count) * 1000 / Double(scene.classes.count)).rounded() / 10) %"
    }
    print("\(name): \(shares.joined(separator: ", "))")
  }
}
