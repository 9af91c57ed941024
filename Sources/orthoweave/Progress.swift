import ArgumentParser
import Basics
import CSystem
import Foundation
import Runs
import Synchronization

enum ProgressKind: String, ExpressibleByArgument, CaseIterable {
  case bar, plain, json, none
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// Prints what a run says: log lines, and how far it is.
final class Progress: Sendable {
  /// What is on the terminal.
  private struct Shown {
    var lastLine: ContinuousClock.Instant?
    var hasBar = false
    var isStopping = false

    mutating func clearBar() {
      guard hasBar else { return }
      Standard.write("\r\u{1B}[K", to: STDERR_FILENO)
      hasBar = false
    }
  }

  private let kind: ProgressKind
  private let format: LogFormat
  /// Lines below this level are left out.
  private let least: RunLogLine.Level
  private let shown = Mutex(Shown())

  init(kind: ProgressKind?, format: LogFormat, least: RunLogLine.Level) {
    let chosen = kind ?? (least > .info ? .none : format == .text ? .bar : .plain)
    // Beside log lines of JSON, progress is JSON, too; a bar needs a terminal that can erase a line.
    self.kind = chosen != .bar ? chosen : format == .json ? .json : Self.canErase ? .bar : .plain
    self.format = format
    self.least = least
  }

  var observer: RunObserver {
    RunObserver(log: { self.log($0) }, progress: { self.progress($0) })
  }

  private static var canErase: Bool {
    let terminal = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return isatty(STDERR_FILENO) == 1 && !["", "dumb"].contains(terminal)
  }

  /// What a run came to.
  func say(_ summary: String) { log(RunLogLine(level: .info, message: summary)) }

  /// Answers Ctrl-C, however quiet the run is. From then on no bar is shown, behind which the last line would be written.
  func sayStopping(_ answer: String) {
    shown.withLock { shown in
      shown.isStopping = true
      shown.clearBar()
      Standard.error(text(of: RunLogLine(level: .info, message: answer), time: LogTime.now))
    }
  }

  /// What kept a run from beginning.
  func fail(_ error: any Error) {
    for line in lines(of: error) {
      switch format {
      case .text: Standard.error("\(stamp)orthoweave: \(line)".printable)
      case .json: log(RunLogLine(level: .error, message: line))
      }
    }
  }

  private func log(_ line: RunLogLine) {
    if line.level < least { return }
    shown.withLock { shown in
      shown.clearBar()
      Standard.error(text(of: line, time: LogTime.now))
    }
  }

  /// An error as it would be logged, for whoever has to say it in the end, and cannot say when.
  func errorLine(_ message: String) -> String { text(of: RunLogLine(level: .error, message: message), time: nil) }

  /// The time before a line for people, where they want it.
  private var stamp: String { LogTime.isShown ? LogTime.now + " " : "" }

  private func text(of line: RunLogLine, time: String?) -> String {
    guard format == .text else { return time.map { encoded(TimedJSON(value: line, time: $0)) } ?? encoded(line) }
    let source = line.source.map { "\($0): " } ?? ""
    let level = line.level <= .info ? "" : "\(line.level.rawValue): "
    return "\(time == nil ? "" : stamp)\(level)\(source)\(line.message)".printable
  }

  private func progress(_ state: RunProgress) {
    shown.withLock { shown in
      let interval: Duration = kind == .plain ? .seconds(60) : kind == .bar ? .milliseconds(200) : .seconds(1)
      let now = ContinuousClock.now
      guard kind != .none, state.sourceCount > 0, shown.lastLine.map({ now - $0 >= interval }) ?? true || state.isLast else { return }
      // A line a minute: nothing at the very start, and nothing for runs shorter than that.
      if kind == .plain, shown.lastLine == nil {
        shown.lastLine = now
        return
      }
      shown.lastLine = now
      switch kind {
      case .bar where shown.isStopping: break
      case .bar:
        Standard.write("\r\u{1B}[K" + bar(state), to: STDERR_FILENO)
        shown.hasBar = true
        if state.isLast { shown.clearBar() }
      case .plain: if !state.isLast { Standard.error(format == .json ? timed(state) : stamp + summary(state)) }
      case .json: Standard.error(timed(state))
      case .none: break
      }
    }
  }

  private func bar(_ state: RunProgress) -> String {
    let columns = Int(csystem_terminal_columns(STDERR_FILENO))
    return ProgressBar.text(share: state.share, summary: summary(state), columns: columns > 0 ? columns : 80)
  }

  private func summary(_ state: RunProgress) -> String {
    var parts = ["\(Int(state.share * 100)) %", "\(state.sourcesDone) of \(counted(state.sourceCount, "source"))"]
    if state.sourcesAtWork > 1 { parts[1] += " (\(state.sourcesAtWork) at work)" }
    if state.tileCount > 0 { parts.append("\(state.tilesDone) of \(state.tileCount) tiles") }
    if state.megapixelsPerSecond > 0 { parts.append(String(format: "%.2f Mpx/s", state.megapixelsPerSecond)) }
    if let left = state.secondsLeft { parts.append("\(duration(left)) left") }
    return parts.joined(separator: ", ")
  }

  private func timed(_ state: RunProgress) -> String { encoded(TimedJSON(value: state, time: LogTime.now)) }

  private func encoded(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self).printableJSON
  }
}

/// "1 h 5 min", "3 min", "12 s".
func duration(_ seconds: Double) -> String {
  let seconds = Int(seconds.rounded())
  if seconds >= 3600 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
  if seconds >= 120 { return "\(seconds / 60) min" }
  return "\(seconds) s"
}
