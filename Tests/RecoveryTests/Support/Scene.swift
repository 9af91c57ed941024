import Foundation
import Synchronization
import TestSupport
import Testing

@testable import RunState

/// Two small sources, a pipeline that was run on them before, and one with other settings, that is run now and disturbed.
final class Scene: Sendable {
  static let names = ["alder", "birch"]

  let program: TestedProgram
  /// Everything lies here, in memory where that is possible.
  let folder: String
  /// What is published before the run under test.
  let before: [String: Disk.Item]
  /// What an undisturbed run leaves.
  let expected: [String: Disk.Item]
  /// How long it takes, in seconds.
  let seconds: Double

  init() throws {
    program = try #require(TestedProgram.built)
    let home = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    folder = "\(home)/orthoweave-recovery-\(UUID().uuidString)"
    let input = folder + "/in"
    mkdir(folder, 0o755)
    mkdir(input, 0o755)
    for (index, name) in Self.names.enumerated() {
      Disk.write("\(input)/\(name).tif", SmallRaster.bytes(width: 150 + 31 * index, height: 1090 + 40 * index, seed: UInt64(index) + 1))
    }

    let place = folder + "/undisturbed"
    Self.furnish(place, input)
    let first = program.run(["run", "before.yaml", "--quiet"], in: place)
    try #require(first.exit == 0, "\(first)")
    before = Disk.tree(place + "/layers")
    let second = program.run(["run", "after.yaml", "--quiet"], in: place)
    try #require(second.exit == 0, "\(second)")
    seconds = second.seconds
    expected = Self.published(place)
    Disk.remove(place)
    let wasReplaced = Self.names.allSatisfy {
      expected["\($0)/receipt.json"] != nil && expected["\($0)/receipt.json"] != before["\($0)/receipt.json"]
    }
    try #require(wasReplaced, "the second pipeline does not replace the outputs of the first")
  }

  deinit { Disk.remove(folder) }

  private static func furnish(_ place: String, _ input: String) {
    mkdir(place, 0o755)
    for (file, overlap) in [("before", 16), ("after", 24)] {
      let pipeline = """
        input: {sources: ["\(input)/*.tif"], settle: 0s}
        model: {checkpoint: "\(Places.seededCheckpoint)"}
        inference: {tile: 64, overlap: \(overlap), workers: 2}
        output: {directory: layers, formats: [classes, confidence, gpkg, shp, csv]}
        run: {retry: {limit: 1000, after: 0s}}

        """
      Disk.write("\(place)/\(file).yaml", Array(pipeline.utf8))
    }
  }

  // MARK: - Places of single runs

  /// A folder with the pipelines, in the state before the run under test. `then` decides what becomes of it; it is removed afterwards.
  func withPlace<Result>(_ layers: [String: Disk.Item]? = nil, _ then: (String) throws -> Result) rethrows -> Result {
    let place = "\(folder)/\(UUID().uuidString)"
    Self.furnish(place, folder + "/in")
    Disk.make(place + "/layers", layers ?? before)
    defer { Disk.remove(place) }
    return try then(place)
  }

  /// Changes the text of the pipeline under test.
  static func change(_ place: String, _ edit: (String) -> String) {
    let text = Disk.read(place + "/after.yaml").map { String(decoding: $0, as: UTF8.self) } ?? ""
    Disk.write(place + "/after.yaml", Array(edit(text).utf8))
  }

  /// Runs the pipeline under test.
  func run(
    _ place: String, _ variables: [String: String] = [:], signal: (number: Int32, after: Double)? = nil
  ) -> TestedProgram.Outcome {
    program.run(["run", "after.yaml", "--quiet", "--retry-failed"], in: place, variables, signal: signal)
  }

  // MARK: - Judgement

  /// All that is published: everything but the state.
  static func published(_ place: String) -> [String: Disk.Item] {
    Disk.tree(place + "/layers").filter { $0.key != ".orthoweave" && !$0.key.hasPrefix(".orthoweave/") }
  }

  /// What is wrong with the outputs as they lie there: each source is the old or the new, whole. Empty where nothing is.
  func faults(_ place: String) -> [String] {
    var faults: [String] = []
    let output = OutputDirectory(place + "/layers")
    let tree = Self.published(place)
    for name in Self.names {
      guard let receipt = tree["\(name)/receipt.json"] else {
        faults.append("\(name) is not there")
        continue
      }
      if receipt != before["\(name)/receipt.json"], receipt != expected["\(name)/receipt.json"] {
        faults.append("\(name) is neither the old nor the new")
      }
      do {
        faults += try output.verify(try SourceName(name), .content).map(\.message)
      } catch {
        faults.append("\(error)")
      }
    }
    let strays = Set(tree.keys.map { $0.split(separator: "/")[0] }).subtracting(Self.names.map { Substring($0) })
    return faults + strays.map { "\($0) does not belong there" }
  }

  /// What is wrong after a run to the end: the outputs are those of the undisturbed run, byte for byte, and nothing is left over.
  ///
  /// - Parameter expected: What such a run leaves, where the pipeline was changed.
  func faultsAtTheEnd(_ place: String, _ expected: [String: Disk.Item]? = nil) -> [String] {
    let (now, expected) = (Self.published(place), expected ?? self.expected)
    var faults = Set(now.keys).union(expected.keys).filter { now[$0] != expected[$0] }.sorted().map { "\($0) is another" }
    for folder in ["work", "aside", "failed", "versions"] {
      let left = Disk.list("\(place)/layers/.orthoweave/\(folder)")
      if !left.isEmpty { faults.append("\(folder) holds \(left)") }
    }
    let state = Set(Disk.list(place + "/layers/.orthoweave")).subtracting([
      "lock", "matches.json", "published.json", "reports", "work", "aside", "failed",
    ])
    if !state.isEmpty { faults.append("the state holds \(state.sorted())") }
    for name in Disk.list(place + "/layers/.orthoweave/reports") where name.hasSuffix(".tmp") { faults.append("reports holds \(name)") }
    return faults
  }

  /// Lets the next run go to its end and judges it.
  func faultsAfterRecovery(_ place: String, _ expected: [String: Disk.Item]? = nil) -> [String] {
    let outcome = run(place)
    return (outcome.exit == 0 ? [] : ["the next run: \(outcome)"]) + faultsAtTheEnd(place, expected)
  }
}

/// How much is tried: a sample in every test run; with `TORTURE=full`, as `make torture` sets it, everything; with a number, so many percent.
enum Torture {
  static let percent: Int? = ProcessInfo.processInfo.environment["TORTURE"].flatMap { $0 == "full" ? 100 : Int($0) }

  static func count(full: Int, sample: Int) -> Int { percent.map { max(sample, full * min($0, 100) / 100) } ?? sample }

  /// Calls `body` for each index, on all cores, and gathers the complaints.
  static func each(_ count: Int, _ body: @Sendable (Int) -> [String]) -> [String] {
    let complaints = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let found = body(index)
      if !found.isEmpty { complaints.withLock { $0.append(found.joined(separator: "; ")) } }
    }
    return complaints.withLock { $0 }
  }
}
