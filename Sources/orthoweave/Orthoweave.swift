import ArgumentParser
import Foundation
import Runs

@main
struct Orthoweave: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orthoweave",
    abstract: "A directory of orthophotos in, GIS layers out.",
    discussion: "Exit codes: 0 done, 1 stopped by its surroundings, 2 wrong pipeline or call, 3 sources failed, 4 locked, 130 interrupted.",
    version: Versions.current.text,
    subcommands: [
      RunCommand.self, PlanCommand.self, InitCommand.self, TraceCommand.self, VerifyCommand.self, PreviewCommand.self, DoctorCommand.self,
      EvaluateCommand.self, ModelCommand.self, SchemaCommand.self,

    ])

  static func main() {
    Foundation.exit(run(CommandLine.arguments.dropFirst().map { $0 }).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    do {
      var command = try parseAsRoot(arguments)
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
      Standard.error("orthoweave: \(error)")
      return ExitStatus(of: error)
    }
  }

  /// Whether the parser itself refused the call.
  private static func isUsage(_ error: any Error) -> Bool {
    Self.exitCode(for: error) == .validationFailure
  }
}

/// Standard output for data, standard error for words.
enum Standard {
  static func output(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
