import ArgumentParser
import Basics
import Evaluation
import Runs
import Tools

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check this machine: versions, GDAL drivers, PROJ data, kernel set, cores, speed reached and possible.")

  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let report = DoctorRequest().perform()
    if json {
      Standard.output(try Output.json(report))
    } else {
      var table = TextTable(["", "what", "is"])
      table.isAlignedLeft = true
      for check in report.checks { table.add([check.isFine ? "ok" : "!!", check.name, check.value]) }
      Standard.output(table.text)
    }
    if !report.isFine { throw ExitRequest(status: .surroundings) }
  }
}
