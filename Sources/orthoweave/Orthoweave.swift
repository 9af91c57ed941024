import ArgumentParser
import Basics
import CSystem
import Foundation
import Glibc
import PipelineFile
import Runs

@main
struct Orthoweave: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orthoweave",
    abstract: "A directory of orthophotos in, GIS layers out.",
    discussion: "Exit codes: \(ExitStatus.allCases.map { "\($0.rawValue) \($0.words)" }.joined(separator: ", ")).",
    version: Versions.current.text(commit: BuiltFrom.commit),
    subcommands: [
      RunCommand.self, PlanCommand.self, InitCommand.self, TraceCommand.self, VerifyCommand.self, PreviewCommand.self, DoctorCommand.self,
      EvaluateCommand.self, ModelCommand.self, SchemaCommand.self, DemoCommand.self,
    ])

  static func main() {
    csystem_begin("orthoweave: interrupted\n")
    csystem_bound_memory()
    // PROJ and GDAL go deep.
    guard csystem_raise_stack(1 << 20, 8 << 20) != 0 else {
      Standard.error("orthoweave: the limit of stacks (ulimit -s) leaves less than 1 MB, and libraries need more; raise that limit")
      Foundation.exit(ExitStatus.surroundings.rawValue)
    }
    Foundation.exit(run(CommandLine.arguments.dropFirst().map { $0 }).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    do {
      if let name = arguments.first, let line = unknownCommand(name) {
        Standard.error("orthoweave: \(line)".printable)
        return .wrongCall
      }
      var command = try parseAsRoot(arguments)
      if !(command is DoctorCommand) { try AllowedMemory.check() }
      try command.run()
      return .done
    } catch let request as ExitRequest {
      return request.status
    } catch {
      // Help and version are "errors" to the parser, too.
      if Self.exitCode(for: error) == .success {
        print(Self.message(for: error).isEmpty ? Self.fullMessage(for: error) : Self.message(for: error))
        return .done
      }
      if isUsage(error) {
        Standard.error(Self.fullMessage(for: error))
        return .wrongCall
      }
      for line in lines(of: error) { Standard.error("orthoweave: \(line)".printable) }
      return ExitStatus(of: error)
    }
  }

  /// What to say where the first argument should be a command and is none.
  private static func unknownCommand(_ name: String) -> String? {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard !name.hasPrefix("-"), !names.contains(name) else { return nil }
    let near = NearestName.of(name, among: names).map { "did you mean '\($0)'? " } ?? ""
    return "'\(name)' is not a command; \(near)`orthoweave --help` lists them"
  }

  /// Whether the parser itself refused the call.
  private static func isUsage(_ error: any Error) -> Bool {
    Self.exitCode(for: error) == .validationFailure
  }
}

/// Standard output for data, standard error for words.
enum Standard {
  /// Ends the program where the text cannot be written: whoever asked for it must not take a part for the whole. A reader that has seen
  /// enough (`| head`) is not an error, and gets no line.
  static func output(_ text: String) {
    guard write(text.printableLines + "\n", to: STDOUT_FILENO) else {
      if errno == EPIPE { exit(ExitStatus.readerGone.rawValue) }
      error("orthoweave: standard output cannot be written (\(String(cString: strerror(errno)))); make room where it goes")
      exit(ExitStatus.surroundings.rawValue)
    }
  }

  /// What cannot be written is lost: a full disk behind the log must not end a run.
  static func error(_ text: String) { write(text.printableLines + "\n", to: STDERR_FILENO) }

  /// Not by FileHandle, which stops the program where it cannot write.
  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return false }
      rest = rest.dropFirst(written)
    }
    return true
  }
}
