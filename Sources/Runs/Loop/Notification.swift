import Foundation
import Geodata
import PipelineFile
import RunState

/// Tells a command how a run ended.
struct Notification {
  let settings: Pipeline.Notify
  /// The exit code in the report before this run's; `nil` where there is none.
  let codeBefore: Int?

  /// How long the command may take: a run must not hang on whoever it tells.
  private static let seconds = 60.0

  init(_ settings: Pipeline.Notify, output: OutputDirectory) {
    struct Code: Decodable { let exitCode: Int }
    self.settings = settings
    let before = settings.command == nil ? nil : try? output.latestReport()
    codeBefore = before.flatMap { try? JSONDecoder().decode(Code.self, from: Data($0)) }?.exitCode
  }

  /// "failure", "recovery" or "done".
  ///
  /// - Parameter isFailing: whether sources still fail, which `run.failures: new` does not count.
  func outcome(_ code: Int, isFailing: Bool) -> String {
    code != 0 ? "failure" : !isFailing && codeBefore.map { $0 != 0 } ?? false ? "recovery" : "done"
  }

  /// Runs the command where it is to be told, and waits for its end.
  ///
  /// - Parameters:
  ///   - isFailing: whether sources still fail.
  ///   - report: the file of the report.
  ///   - summary: a line for people.
  /// - Returns: what went wrong, in a line.
  func send(code: Int, isFailing: Bool, report: String, summary: String) -> String? {
    guard let command = settings.command else { return nil }
    let outcome = outcome(code, isFailing: isFailing)
    guard settings.when == .always || outcome != "done" else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.environment = ProcessEnvironment.original.merging([
      "ORTHOWEAVE_OUTCOME": outcome, "ORTHOWEAVE_REPORT": report, "ORTHOWEAVE_SUMMARY": summary,
    ]) { $1 }
    // The command's words are no part of this program's output, which may be read by a machine.
    process.standardOutput = FileHandle.standardError
    guard let input = FileHandle(forReadingAtPath: report) else { return "run.notify: the report cannot be read" }
    process.standardInput = input
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch { return "run.notify: the command cannot be started (\(error.localizedDescription))" }
    guard ended.wait(timeout: .now() + Self.seconds) == .success else {
      process.terminate()
      return "run.notify: the command did not end within \(Int(Self.seconds)) s, and was ended"
    }
    guard process.terminationStatus == 0 else { return "run.notify: the command ended with exit code \(process.terminationStatus)" }
    return nil
  }
}
