import ArgumentParser
import PipelineFile

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the pipeline file's JSON Schema, for editors.")

  func run() throws { Standard.output(PipelineSchema.json) }
}
