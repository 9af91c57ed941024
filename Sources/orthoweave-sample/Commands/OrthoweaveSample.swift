import ArgumentParser

@main
struct OrthoweaveSample: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orthoweave-sample", abstract: "Paints the sample orthophotos, with the exact class of each pixel.",
    subcommands: [SheetsCommand.self, TrainingCommand.self, ViewCommand.self, PlacesCommand.self])
}
