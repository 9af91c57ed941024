import ArgumentParser
import Basics
import Foundation
import Runs
import Tools

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Write the sample sheets, network and pipeline into a folder, and run them.")

  @Argument(help: "The folder; created if it does not exist.") var folder = "orthoweave-demo"

  func run() throws {
    let request = try DemoRequest(folder: folder, program: Bundle.main.executablePath ?? CommandLine.arguments[0])
    try request.copy()
    let progress = Progress(kind: nil, format: .text, least: .info)
    let run = try RunRequest(pipeline: request.pipeline)
    let signals = SignalWatch(run.stop, line: progress.errorLine(SignalWatch.words)) { progress.sayStopping($0) }
    defer { signals.end() }
    let result = try run.perform(observer: progress.observer) { ExitStatus($0).rawValue }
    progress.say(result.summary)
    guard result.code == nil else { throw ExitRequest(status: ExitStatus(result.code)) }
    Standard.output(
      """
      The layers are in \(request.layers). Look at demo.preview.png, or open demo.gpkg in QGIS over the sheets in \(folder)/SampleData/orthophotos.
      The pipeline is \(request.pipeline). `orthoweave init FOLDER --model FILE` writes one for your own sheets.
      """.printableLines)
  }
}
