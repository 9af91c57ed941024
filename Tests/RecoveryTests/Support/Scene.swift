import Foundation
import Synchronization
import TestSupport
import Testing

@testable import RunState

/// Three small sources that were done in every format and merged, and a pipeline that was edited since: other settings, and without one of the sources,
/// whose outputs are pruned. It is run now, and disturbed.
final class Scene: Sendable {
  static let names = ["alder", "birch"]
  /// Its source is there before the run under test only.
  static let gone = "cedar"
  static let merged = "merged"

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
    for name in ["", "/in", "/all"] { mkdir(folder + name, 0o755) }
    for (index, name) in (Self.names + [Self.gone]).enumerated() {
      // The first has two rows of segments.
      let bytes = SmallRaster.bytes(width: 70 + 13 * index, height: index == 0 ? 1090 : 130, seed: UInt64(index) + 1)
      Disk.write("\(folder)/all/\(name).tif", bytes)
      if name != Self.gone { link("\(folder)/all/\(name).tif", "\(folder)/in/\(name).tif") }
    }

    let place = folder + "/undisturbed"
    mkdir(place, 0o755)
    Disk.write(place + "/night.yaml", Array(Self.pipeline(folder + "/all", overlap: 16).utf8))
    let first = program.run(Self.run, in: place)
    try #require(first.exit == 0, "\(first)")
    // As a version left it that did not record the pipeline: every place has another path.
    before = Disk.tree(place + "/layers").filter { $0.key != ".orthoweave/pipeline.json" }
    Disk.write(place + "/night.yaml", Array(Self.pipeline(folder + "/in", overlap: 24).utf8))
    let second = program.run(Self.run, in: place)
    try #require(second.exit == 0, "\(second)")
    seconds = second.seconds
    expected = Self.published(place)
    Disk.remove(place)
    let wasReplaced = (Self.names + [Self.merged]).allSatisfy {
      expected["\($0)/receipt.json"] != nil && expected["\($0)/receipt.json"] != before["\($0)/receipt.json"]
    }
    try #require(wasReplaced, "the edited pipeline does not replace the outputs of the first")
    try #require(before[Self.gone + "/receipt.json"] != nil && expected[Self.gone] == nil, "nothing is pruned")
  }

  deinit { Disk.remove(folder) }

  private static let run = ["run", "night.yaml", "--quiet"]

  private static func pipeline(_ input: String, overlap: Int) -> String {
    """
    input: {sources: ["\(input)/*.tif"], settle: 0s}
    model: {checkpoint: "\(Places.seededCheckpoint)"}
    inference: {tile: 64, overlap: \(overlap), workers: 2}
    output: {directory: layers, formats: [classes, confidence, probabilities, gpkg, shp, csv, geojson, fgb, preview, stac, qgis], merge: true, prune: true}
    run: {pruneLimit: 100%, retry: {limit: 1000, after: 0s}}

    """
  }

  // MARK: - Places of single runs

  /// A folder with the pipeline, in the state before the run under test. `then` decides what becomes of it; it is removed afterwards.
  func withPlace<Result>(_ layers: [String: Disk.Item]? = nil, _ then: (String) throws -> Result) rethrows -> Result {
    let place = "\(folder)/\(UUID().uuidString)"
    mkdir(place, 0o755)
    Disk.write(place + "/night.yaml", Array(Self.pipeline(folder + "/in", overlap: 24).utf8))
    Disk.make(place + "/layers", layers ?? before)
    defer { Disk.remove(place) }
    return try then(place)
  }

  /// Changes the text of the pipeline under test.
  static func change(_ place: String, _ edit: (String) -> String) {
    let text = Disk.read(place + "/night.yaml").map { String(decoding: $0, as: UTF8.self) } ?? ""
    Disk.write(place + "/night.yaml", Array(edit(text).utf8))
  }

  /// Runs the pipeline under test.
  func run(
    _ place: String, _ variables: [String: String] = [:], signal: (number: Int32, after: Double)? = nil
  ) -> TestedProgram.Outcome {
    program.run(Self.run + ["--retry-failed"], in: place, variables, signal: signal)
  }

  // MARK: - Judgment

  /// The documents of the catalog, beside the sources' folders.
  static let catalog = ["collection.json", "model.json"]

  /// All that is published: everything but the state, and the page of the run, which says when it was.
  static func published(_ place: String) -> [String: Disk.Item] {
    Disk.tree(place + "/layers").filter { item in
      ![".orthoweave", "report"].contains { item.key == $0 || item.key.hasPrefix($0 + "/") }
    }
  }

  /// What is wrong with the outputs as they lie there: each source is the old or the new, whole. Empty where nothing is.
  func faults(_ place: String) -> [String] {
    var faults: [String] = []
    let output = OutputDirectory(place + "/layers")
    let tree = Self.published(place)
    for name in Self.names + [Self.merged] {
      guard let receipt = tree["\(name)/receipt.json"] else {
        faults.append("\(name) is not there")
        continue
      }
      // Merged may be of one source's old outputs and the other's new ones, where one of them failed.
      if name != Self.merged, receipt != before["\(name)/receipt.json"], receipt != expected["\(name)/receipt.json"] {
        faults.append("\(name) is neither the old nor the new")
      }
      faults += damage(output, name)
    }
    if tree[Self.gone] != nil {
      if tree[Self.gone + "/receipt.json"] != before[Self.gone + "/receipt.json"] {
        faults.append("\(Self.gone) is neither there nor gone")
      }
      faults += damage(output, Self.gone)
    }
    // A document of the catalog is written beside its place.
    let strays = Set(
      tree.keys.filter { key in !Self.catalog.contains { key.hasPrefix($0 + "%") && key.hasSuffix(".tmp") } }.map {
        $0.split(separator: "/")[0]
      }
    ).subtracting(
      (Self.names + [Self.gone, Self.merged] + Self.catalog).map { Substring($0) })
    faults += pageFaults(place)
    return faults + strays.map { "\($0) does not belong there" }
  }

  /// What is wrong with the page of the run: it is the old one or a new one, whole.
  private func pageFaults(_ place: String) -> [String] {
    guard let page = Disk.read(place + "/layers/report/index.html").map({ String(decoding: $0, as: UTF8.self) }) else {
      return ["the page of the run is not there"]
    }
    return page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n") ? [] : ["the page of the run is not whole"]
  }

  private func damage(_ output: OutputDirectory, _ name: String) -> [String] {
    do { return try output.verify(try SourceName(name), .content).map(\.message) } catch { return ["\(error)"] }
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
      "lock", "history.json", "matches.json", "pipeline.json", "published.json", "documents", "reports", "work", "aside", "failed",
    ])
    let seals = Set(Disk.list(place + "/layers/.orthoweave/documents")).subtracting(["collection.json.json", "model.json.json"])
    if seals != ["index.html.json"] { faults.append("documents holds \(seals.sorted())") }
    let pages = Disk.list(place + "/layers/report")
    if pages != ["index.html"] { faults.append("report holds \(pages)") }
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
