import ArgumentParser
import Foundation
import Runs

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Say what a run would do and why, with tiles, memory, disk and time; change nothing.")

  @Argument(help: "The pipeline file.") var pipeline: String
  @Flag(help: "Print JSON.") var json = false
  @Option(help: "Tiles inferred at once, in place of inference.workers.") var workers: Int?
  @Option(help: "Only sources whose name matches this pattern.") var only: String?
  @Option(help: "A part: C,R,W,H in pixels.") var window: String?
  @Flag(help: "As if failed sources were tried now.") var retryFailed = false

  func run() throws {
    let report = try PlanRequest(pipeline: pipeline, only: only, window: window, workers: workers, retryFailed: retryFailed).perform()
    if json {
      Standard.output(try Output.json(report))
      return
    }
    var table = TextTable(["source", "state", "pixels", "tiles", "overlap", "panels", "memory", "disk", "time"])
    for source in report.sources {
      let isOpen = source.width > 0
      table.add([
        source.name, source.state.rawValue, isOpen ? "\(source.width) × \(source.height)" : "", source.tiles > 0 ? "\(source.tiles)" : "",
        source.tiles > 0 ? String(format: "%.2f ×", source.overlapCost) : "", isOpen ? "\(source.panels)" : "",
        isOpen ? Output.bytes(source.memory) : "", isOpen ? Output.bytes(source.disk) : "",
        source.tiles > 0 ? "about \(duration(source.seconds))" : "",
      ])
    }
    Standard.output(table.text)
    Standard.output("")
    for source in report.sources where source.state != .unchanged {
      Standard.output("\(source.name): \(source.reason)")
      for warning in source.warnings { Standard.output("\(source.name): note: \(warning)") }
    }
    Standard.output(
      "\(report.network); kernels \(report.kernels), \(report.workers) workers, weights \(Output.bytes(report.weights)), "
        + "memory limit \(Output.bytes(report.memoryLimit)), \(Output.bytes(report.freeDisk)) free on disk")
    for warning in report.warnings { Standard.output("note: \(warning)") }
    if let largest = report.sources.max(by: { $0.memory < $1.memory }), largest.memory > 0 {
      let parts = largest.memoryParts.sorted { $0.value > $1.value }.map { "\($0.key) \(Output.bytes($0.value))" }
      Standard.output("memory of \(largest.name): \(parts.joined(separator: ", "))")
    }
  }
}
