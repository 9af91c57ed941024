import ArgumentParser
import Basics
import Runs
import Tools

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compare published files and segments with their checksums.",
    discussion: "Exit code 3 if something is damaged; the next run processes those sources again.")

  @Argument(help: "The output directory; or the pipeline file, by which rows in a database are compared, too.") var output: String
  @Option(help: "The pipeline file, where OUTPUT is the directory: its rows in a database are compared, too.") var pipeline: String?
  @Flag(help: "Also read the outputs as a GIS would: SQLite's check, valid polygons, sums, COG layout.") var deep = false
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let report = try VerifyRequest(output: output, pipeline: pipeline, deep: deep).perform()
    if json {
      Standard.output(try Output.json(report))
    } else {
      for problem in report.problems { Standard.output("\(problem.isDamage ? "damaged" : "note"): \(problem.message)".printable) }
      Standard.output("\(counted(report.sources, "source")) with \(counted(report.files, "file")): \(report.damaged.count) damaged")
      if let database = report.database { Standard.output(database.line.printable) }
      if !report.damaged.isEmpty {
        Standard.output("will be processed again by the next run: \(report.damaged.joined(separator: ", "))".printable)
      }
    }
    if report.problems.contains(where: \.isDamage) { throw ExitRequest(status: .failures) }
  }
}
