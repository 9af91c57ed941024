import ArgumentParser
import Foundation
import GeoTypes
import Runs

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", abstract: "Do all due work of a pipeline.")

  @Argument(help: "The pipeline file.") var pipeline: String
  @Flag(help: "Say nothing unless something is wrong.") var quiet = false
  @Option(help: "bar, plain, json or none; a bar on a terminal, else a line a minute.") var progress: ProgressKind?
  @Option(help: "text or json.") var logFormat = LogFormat.text
  @Option(help: "Do part I of N (from 0) in the shared work directory, such as 0/4; batch systems' variables are the default.") var shard:
    Shard?
  @Option(help: "Tiles inferred at once, in place of inference.workers.") var workers: Int?
  @Flag(help: "Try failed sources now, whenever they are due.") var retryFailed = false
  @Option(help: "Only sources whose name matches this pattern.") var only: String?
  @Option(help: "Try a part: C,R,W,H in pixels, written to a folder of its own.") var window: Window?

  func run() throws {
    let output = Progress(kind: progress, format: logFormat, isQuiet: quiet)
    let result: RunResult
    do {
      result = try perform(output)
    } catch {
      // A log of JSON lines stays one where the run does not begin.
      guard logFormat == .json else { throw error }
      output.fail(error)
      throw ExitRequest(status: ExitStatus(of: error))
    }
    output.say(result.summary)
    guard result.code == nil else { throw ExitRequest(status: ExitStatus(result.code)) }
  }

  private func perform(_ output: Progress) throws -> RunResult {
    let request = try RunRequest(
      pipeline: pipeline, shard: shard, workers: workers, retryFailed: retryFailed, only: only, window: window)
    let signals = SignalWatch(request.stop, line: output.errorLine(SignalWatch.words))
    defer { signals.end() }
    return try request.perform(observer: output.observer) { ExitStatus($0).rawValue }
  }
}
