import ArgumentParser
import Runs
import Tools

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Look at a folder of orthophotos and a checkpoint, and write a commented pipeline.")

  @Argument(help: "The folder of the orthophotos.") var directory: String
  @Option(help: "The checkpoint: .pth or .safetensors.") var model: String
  @Option(help: "The file to write.") var pipeline = "pipeline.yaml"

  func run() throws {
    let report = try InitRequest(folder: directory, model: model, pipeline: pipeline).perform()
    for note in report.notes { Standard.error(note.printable) }
    Standard.output(report.pipeline)
    Standard.error("next: orthoweave plan \(pipeline)".printable)
  }
}
