import ArgumentParser

/// A pipeline file, and what a call changes in it.
struct PipelineArguments: ParsableArguments {
  @Argument(help: "The pipeline file.") var pipeline: String
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set a key in place of the file's, such as inference.tile=768; may be given several times. It is in the report.",
      valueName: "KEY=VALUE"))
  var settings: [String] = []
  @Flag(help: "Take files that were just written, as input.settle=0s does.") var noSettle = false

  var changes: [String] { settings + (noSettle ? ["input.settle=0s"] : []) }
}
