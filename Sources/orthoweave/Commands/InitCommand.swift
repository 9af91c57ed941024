import ArgumentParser
import Basics
import Runs
import Tools

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Inspect a folder of orthophotos and a checkpoint, and write a commented pipeline.",
    discussion: "Without a checkpoint it says what is in the folder and how to get one, and ends with exit code 2.")

  @Argument(help: "The folder of the orthophotos; they may lie in folders below it.") var directory: String
  @Option(help: "The checkpoint: .pth or .safetensors.") var model: String?
  @Option(help: "The file to write.") var pipeline = "pipeline.yaml"

  func run() throws {
    let report = try InitRequest(folder: directory, model: model, pipeline: pipeline).perform()
    for note in report.notes { Standard.error(note.printable) }
    guard let written = report.pipeline else {
      Standard.error(Self.withoutModel)
      throw ExitRequest(status: .wrongCall)
    }
    if let cost = report.estimate {
      Standard.error(
        "a run would take about \(duration(cost.seconds)) for \(counted(cost.sources, "source")), and \(bytes(cost.disk)) of the \(bytes(cost.freeDisk)) that are free on the disk"
      )
    }
    Standard.output(written)
    Standard.error("next: orthoweave plan \(pipeline)".printable)
  }

  private static let withoutModel = """
    orthoweave: no pipeline was written, as no network was named; add --model FILE (.pth or .safetensors)
      to try the program: `orthoweave demo` writes a small network, orthoweave-demo/SampleData/models/sample.pth (seven classes)
      networks for aerial images that others have trained, by classes, bands and pixel size: docs/published-models.md
      to train one of your own: docs/training.md; which networks and files are read: docs/models.md
    """
}
