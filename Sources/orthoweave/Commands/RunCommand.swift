import ArgumentParser
import Foundation
import GeoTypes
import Runs

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", abstract: "Process everything that is due.")

  @OptionGroup var pipeline: PipelineArguments
  @Flag(name: .shortAndLong, help: "Print nothing unless something is wrong.") var quiet = false
  @Flag(name: .shortAndLong, help: "Also print tiles, memory and seconds of each source.") var verbose = false
  @Flag(name: [.customShort("n"), .long], help: "Show what would be done, as plan does; change nothing.") var dryRun = false
  @Flag(name: .shortAndLong, help: "Also process sources for which nothing has changed.") var force = false
  @Option(help: "bar, plain, json or none; a bar on a terminal, else a line a minute.") var progress: ProgressKind?
  @Option(help: "text or json.") var logFormat = LogFormat.text
  @Option(help: "Do part I of N (from 0) in the shared work directory, such as 0/4; batch systems' variables are the default.") var shard:
    Shard?
  @Option(name: [.customShort("j"), .long], help: "Tiles inferred at once, in place of inference.workers.") var workers: Int?
  @Flag(help: "Retry failed sources now, even if they are not due.") var retryFailed = false
  @Option(help: "Only sources whose name matches this pattern.") var only: String?
  @Option(help: "Try a part: C,R,W,H in pixels, written to its own folder.") var window: Window?

  func validate() throws {
    if quiet, verbose { throw ValidationError("--quiet and --verbose do not go together") }
  }

  func run() throws {
    if dryRun {
      let plan = try PlanRequest(
        pipeline: pipeline.pipeline, changes: pipeline.changes, only: only, window: window, workers: workers, retryFailed: retryFailed,
        isForced: force)
      return PlanText.print(try plan.perform())
    }
    let output = Progress(kind: progress, format: logFormat, least: quiet ? .warning : verbose ? .detail : .info)
    let result: RunResult
    do {
      result = try perform(output)
    } catch {
      // A log stays one where the run does not begin: lines of JSON, or with times.
      output.fail(error)
      throw ExitRequest(status: ExitStatus(of: error))
    }
    output.say(result.summary)
    guard result.code == nil else { throw ExitRequest(status: ExitStatus(result.code)) }
  }

  private func perform(_ output: Progress) throws -> RunResult {
    let request = try RunRequest(
      pipeline: pipeline.pipeline, shard: shard, workers: workers, retryFailed: retryFailed, isForced: force, changes: pipeline.changes,
      only: only, window: window)
    let signals = SignalWatch(request.stop, line: output.errorLine(SignalWatch.words)) { output.sayStopping($0) }
    defer { signals.end() }
    return try request.perform(observer: output.observer) { ExitStatus($0).rawValue }
  }
}
