import Foundation
import Synchronization
import TestSupport
import Testing

/// Sources that are fetched, where the program is killed, or the disk fails, while their copies are written.
@Suite(
  .serialized, .enabled(if: TestedProgram.built != nil, "the program is not built"),
  .enabled(if: Program.find("python3") != nil, "python3 is not here"))
struct FetchingTests {
  @Test func everyCallThatWritesACopyMayFailOrBeTheLast() throws {
    let scene = try Scene()
    let library = try #require(FaultLibrary(in: scene.folder), "a C compiler is needed")
    let server = try FileServer(scene.folder + "/in")
    defer { withExtendedLifetime(server) {} }
    let address = server.address
    @Sendable func fetching<Result>(_ then: (String) throws -> Result) rethrows -> Result {
      try scene.withPlace([:]) { place in
        let pipeline = """
          input: {sources: ["\(address)/*.tif"], mosaic: true, settle: 0s}
          model: {checkpoint: "\(Places.seededCheckpoint)"}
          inference: {tile: 64, overlap: 8, workers: 2}
          output: {directory: layers, create: always, formats: [classes]}
          run: {retry: {limit: 1000, after: 0s}}

          """
        Disk.write(place + "/night.yaml", Array(pipeline.utf8))
        return try then(place)
      }
    }
    let (expected, calls) = try fetching { place in
      let log = scene.folder + "/log"
      let outcome = scene.run(place, library.variables(place, count: place + "/count", log: log))
      try #require(outcome.exit == 0, "\(outcome)")
      let ledger = try #require(Ledger(log, below: place))
      let last = ledger.changes.lastIndex { change in
        if case .rename(_, let path) = change { path.contains("/copies/") } else { false }
      }
      return (Scene.published(place), try #require(last) + 1)
    }
    var random = Seeded(seed: 6)
    var points: [(call: Int, fault: FaultLibrary.Fault)] = []
    for fault in [FaultLibrary.Fault.kill, .half, .full, .io] {
      points += (1...calls).shuffled(using: &random).prefix(Torture.count(full: calls, sample: 5)).map { ($0, fault) }
    }
    let chosen = points
    let told = Mutex(0)
    let complaints = Torture.each(chosen.count) { index in
      let (call, fault) = chosen[index]
      return fetching { place in
        let outcome = scene.run(place, library.variables(place, at: call, fault))
        let published = Scene.published(place)
        var faults = published.isEmpty || published == expected ? [] : ["something else was published: \(published.keys.sorted())"]
        switch outcome.exit {
        case nil where fault.kills && outcome.signal == SIGKILL: break
        case 1 where !fault.kills:
          if outcome.words.contains("its copy in ") { told.withLock { $0 += 1 } }
          if fault == .full, !["the disk is full", "No space left on device"].contains(where: outcome.words.contains) {
            faults.append("\(outcome)")
          }
        case 0 where published == expected: break
        default: faults.append("\(outcome)")
        }
        return (faults + scene.faultsAfterRecovery(place, expected)).map { "\(fault) at call \(call) of \(calls): \($0)" }
      }
    }
    print("fetching: \(chosen.count) faults within \(calls) calls, \(told.withLock { $0 }) told of a copy, \(complaints.count) wrong")
    #expect(complaints.isEmpty, "\(complaints.prefix(10).joined(separator: "\n"))")
    #expect(told.withLock { $0 } > 0)
  }
}
