import ArgumentParser

@main
struct OrthoweaveBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orthoweave-bench", abstract: "Checks results, then measures how fast they come.", subcommands: [KernelsCommand.self])
}
