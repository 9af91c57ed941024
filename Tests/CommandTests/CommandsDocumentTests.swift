import Foundation
import TestSupport
import Testing

/// docs/commands.md says what the argument parser knows.
struct CommandsDocumentTests {
  /// What the program prints for `--experimental-dump-help`.
  private struct Dump: Decodable {
    var command: Command
  }

  private struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var shouldDisplay: Bool?
    var arguments: [Argument]?
    var subcommands: [Command]?
  }

  private struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    var kind: String
    var names: [Name]?
    var valueName: String?
    var abstract: String?
    var discussion: String?
    var defaultValue: String?
    var isOptional: Bool
    var isRepeating: Bool
    var shouldDisplay: Bool?

    var isShown: Bool { shouldDisplay != false && !["help", "version"].contains(valueName) }

    /// As it is typed: `PIPELINE`, `--only <only>`, `--json`.
    var text: String {
      let names = (names ?? []).map(\.text).joined(separator: ", ")
      switch kind {
      case "positional": return "<\(valueName ?? "")>"
      case "option": return "\(names) <\(valueName ?? "")>"
      default: return names
      }
    }

    var usage: String {
      let once = text + (isRepeating ? " …" : "")
      return isOptional ? "[\(once)]" : once
    }

    var row: String {
      var words = [abstract, discussion].compactMap(\.self).joined(separator: " ").replacing("\n", with: " ").replacing("|", with: "\\|")
      if let defaultValue, !defaultValue.isEmpty { words += (words.isEmpty ? "" : " ") + "Default: `\(defaultValue)`." }
      return "| `\(text.replacing("|", with: "\\|"))` | \(words) |\n"
    }
  }

  private static func section(_ command: Command, _ parents: [String]) -> String {
    let path = parents + [command.commandName]
    let arguments = (command.arguments ?? []).filter(\.isShown)
    let subcommands = (command.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    var text = String(repeating: "#", count: path.count) + " \(path.joined(separator: " "))\n\n"
    if let abstract = command.abstract { text += abstract + "\n\n" }
    if subcommands.isEmpty {
      text += "```\n" + ([path.joined(separator: " ")] + arguments.map(\.usage)).joined(separator: " ") + "\n```\n\n"
    }
    if let discussion = command.discussion, !parents.isEmpty { text += discussion + "\n\n" }
    if !arguments.isEmpty { text += "| argument | |\n| --- | --- |\n" + arguments.map(\.row).joined() + "\n" }
    return text + subcommands.map { section($0, path) }.joined()
  }

  private static func document() throws -> String {
    let result = try Program.orthoweave("--experimental-dump-help")
    #expect(result.status == 0)
    let dump = try JSONDecoder().decode(Dump.self, from: Data(result.output.utf8))
    var command = dump.command
    let body = (command.subcommands ?? []).filter { $0.commandName != "help" }.map { section($0, [command.commandName]) }.joined()
    command.subcommands = nil
    return """
      # Commands

      \(command.abstract ?? "") This page is written from the argument parser: `ORTHOWEAVE_UPDATE_DOCS=1 swift test --filter CommandsDocumentTests`.

      `orthoweave --version` prints the versions of the program and its libraries and the commit it was built from, `orthoweave help COMMAND` the help of a command. Exit codes are in
      [exit-codes.md](exit-codes.md), the keys of a pipeline in [pipeline-file.md](pipeline-file.md).


      """ + body.trimmingCharacters(in: .newlines) + "\n"
  }

  /// ORTHOWEAVE_UPDATE_DOCS=1 writes the page.
  @Test func thePageSaysWhatTheParserKnows() throws {
    let file = Places.root + "/docs/commands.md"
    let document = try Self.document()
    if ProcessInfo.processInfo.environment["ORTHOWEAVE_UPDATE_DOCS"] == "1" {
      try document.write(toFile: file, atomically: true, encoding: .utf8)
    } else {
      let written = try String(contentsOfFile: file, encoding: .utf8)
      #expect(written == document, "run with ORTHOWEAVE_UPDATE_DOCS=1")
    }
  }

  @Test func everyOptionHasAnExplanation() throws {
    for line in try Self.document().split(separator: "\n") where line.hasPrefix("| `") {
      #expect(!line.hasSuffix("|  |"), "\(line)")
    }
  }
}
