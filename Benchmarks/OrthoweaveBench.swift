import ArgumentParser

@main
struct OrthoweaveBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orthoweave-bench", abstract: "Checks results where there is something to check, then measures how fast they come.",
    subcommands: [KernelsCommand.self, AttentionCommand.self, NetworkCommand.self, ScheduleCommand.self, TraceCommand.self])
}
