import ArgumentParser
import Foundation
import Runs

/// Whole runs with a network that sleeps: how well many workers are fed, on a machine of few cores.
struct ScheduleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "Tiles a second of whole runs with a network that sleeps, against workers ÷ seconds per tile. All else is real.")

  @Argument(help: "The checkpoint, for its classes.")
  var checkpoint: String
  @Option(help: "Workers, a thread each.")
  var workers: [Int] = [16, 64, 256]
  @Option(help: "Seconds that a tile takes.")
  var tileSeconds: [Double] = [0.8, 0.05]
  @Option(help: "Sides of sources, in pixels.")
  var sides: [Int] = [512, 2048, 20_000]
  @Option(help: "Seconds that the tiles of a run take at least, by the number of sources.")
  var seconds = 8.0
  @Option(help: "What is written.")
  var formats: [String] = ["classes", "confidence", "gpkg", "preview", "stac"]
  @Option(help: "A folder for sources and layers.")
  var folder = NSTemporaryDirectory()

  func run() throws {
    print(
      "| source | workers | s a tile | sources | tiles | s | tiles/s | of workers ÷ s | busy | seconds by stage |\n"
        + "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for side in sides {
      for workers in workers {
        for tileSeconds in tileSeconds { try measure(side, workers, tileSeconds) }
      }
    }
  }

  private func measure(_ side: Int, _ workers: Int, _ tileSeconds: Double) throws {
    let place = "\(folder)/orthoweave-schedule-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: place + "/in", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    let perSide = max(0, side - 512 + 383) / 384 + 1
    let wanted = Int((seconds * Double(workers) / tileSeconds / Double(perSide * perSide)).rounded(.up))
    let count = side > 10_000 ? 1 : max(4, min(1000, wanted))
    for number in 0..<count { try GrayRaster.write("\(place)/in/\(number).tif", side: side, number: number) }
    let pipeline = """
      input: {sources: ["\(place)/in/*.tif"], settle: 0s}
      model: {checkpoint: "\(URL(fileURLWithPath: checkpoint).path)"}
      inference: {tile: 512, overlap: 128, workers: \(workers)}
      output: {directory: "\(place)/layers", formats: [\(formats.joined(separator: ", "))]}

      """
    try Data(pipeline.utf8).write(to: URL(fileURLWithPath: place + "/night.yaml"))
    let request = try RunRequest(pipeline: place + "/night.yaml")
    let start = ContinuousClock.now
    let result = try request.perform(observer: .silent, exitCode: { _ in 0 }, replacement: { SleepingNetwork($0, seconds: tileSeconds) })
    let took = (ContinuousClock.now - start) / .seconds(1)
    let report = result.report
    guard result.code == nil, report.done == count else {
      throw ValidationError("the run did not end well: \(result.summary)")
    }
    let rate = Double(report.inferredTiles) / took
    let stages = report.secondsByStage.sorted { $0.value > $1.value }.prefix(6).map { "\($0.key) \(String(format: "%.1f", $0.value))" }
    print(
      "| \(side)² | \(workers) | \(tileSeconds) | \(count) | \(report.inferredTiles) | "
        + String(
          format: "%.1f | %.1f | %.2f | %.2f | ", took, rate, rate / (Double(workers) / tileSeconds), report.busyShare ?? 0)
        + stages.joined(separator: ", ") + " |")
  }
}
