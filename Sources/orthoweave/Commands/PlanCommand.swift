import ArgumentParser
import GeoTypes
import Runs

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what a run would do and why, with tiles, memory, disk and time; change nothing.")

  @OptionGroup var pipeline: PipelineArguments
  @Flag(help: "Print JSON.") var json = false
  @Option(name: [.customShort("j"), .long], help: "Tiles inferred at once, in place of inference.workers.") var workers: Int?
  @Option(help: "Only sources whose name matches this pattern.") var only: String?
  @Option(help: "A part: C,R,W,H in pixels.") var window: Window?
  @Flag(help: "Assume that failed sources are retried now.") var retryFailed = false

  func run() throws {
    let report = try PlanRequest(
      pipeline: pipeline.pipeline, changes: pipeline.changes, only: only, window: window, workers: workers, retryFailed: retryFailed
    ).perform()
    if json {
      Standard.output(try Output.json(report))
    } else {
      PlanText.print(report)
    }
  }
}
