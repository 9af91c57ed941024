import ArgumentParser

/// Lists the place of each world that comes nearest to a bit of everything: how the sample sheets' world was chosen.
struct PlacesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "places", abstract: "Finds, in several worlds, the 750 meters that hold a bit of everything.")

  @Option(help: "The first world.") var first: UInt64 = 1
  @Option(help: "How many worlds.") var count = 10
  @Option(help: "Places tried in each.") var tries = 60

  func run() {
    for seed in first..<first + UInt64(count) {
      let survey = Survey(world: World(seed: seed))
      let found = survey.place(side: 750, wanted: SheetsCommand.wanted, tries: tries, seed: seed)
      let shares = survey.shares(width: 750, height: 750, x: found.x, y: found.y)
      let listed = zip(SampleClass.allCases, shares).map { "\($0.name) \(($1 * 1000).rounded() / 10) %" }
      print("\(seed): \(found.x) \(found.y), distance \((found.cost * 100).rounded() / 100): \(listed.joined(separator: ", "))")
    }
  }
}
