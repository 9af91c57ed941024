import Foundation
import Synchronization
import TestSupport
import Testing

@testable import RunState

/// The built program, stopped at every moment and by every fault, and judged by what lies on disk.
@Suite(.serialized, .enabled(if: TestedProgram.built != nil, "the program is not built"))
struct RecoveryTests {
  @Test func runsKilledAtRandomMomentsAreContinued() throws {
    let scene = try Scene()
    let kills = Torture.count(full: 200, sample: 20)
    var random = Seeded(seed: 1)
    let moments = (0..<kills).map { _ in Double.random(in: 0...scene.seconds, using: &random) }
    let killed = Mutex(0)
    let complaints = Torture.each(kills) { index in
      scene.withPlace { place in
        let outcome = scene.run(place, signal: (SIGKILL, moments[index]))
        if outcome.signal == SIGKILL { killed.withLock { $0 += 1 } }
        return (scene.faults(place) + scene.faultsAfterRecovery(place)).map { "killed after \(moments[index]) s: \($0)" }
      }
    }
    print("random kills: \(kills) runs, \(killed.withLock { $0 }) of them killed before their end, \(complaints.count) wrong")
    #expect(complaints.isEmpty)
    #expect(killed.withLock { $0 } > kills / 2)
  }

  @Test func aRunKilledAgainAndAgainEndsAllTheSame() throws {
    let scene = try Scene()
    var random = Seeded(seed: 2)
    let complaints = scene.withPlace { place in
      var complaints: [String] = []
      for _ in 0..<Torture.count(full: 60, sample: 8) {
        _ = scene.run(place, signal: (SIGKILL, Double.random(in: 0...scene.seconds * 0.8, using: &random)))
        complaints += scene.faults(place)
      }
      return complaints + scene.faultsAfterRecovery(place)
    }
    #expect(complaints.isEmpty)
  }

  @Test func everyCallThatChangesTheDiskMayFailOrBeTheLast() throws {
    let scene = try Scene()
    let library = try #require(FaultLibrary(in: scene.folder), "a C compiler is needed")
    var points: [(call: Int, fault: FaultLibrary.Fault)] = []
    var random = Seeded(seed: 3)
    for fault in FaultLibrary.Fault.allCases {
      let calls = scene.withPlace { place in
        let outcome = scene.run(place, library.variables(place, count: place + "/count", calls: fault.calls))
        #expect(outcome.exit == 0, "\(outcome)")
        return FaultLibrary.count(place + "/count")
      }
      try #require(calls > 20, "only \(calls) calls were counted for \(fault)")
      let full = Int((Double(calls) * fault.share).rounded(.up))
      let chosen = Array((1...calls).shuffled(using: &random).prefix(Torture.count(full: full, sample: fault.mayCrash ? 3 : 6)))
      print("fault points: \(fault): \(chosen.count) of \(calls) calls")
      points += chosen.map { ($0, fault) }
    }
    let disturbed = Mutex<[FaultLibrary.Fault: Int]>([:])
    let crashes = Mutex(0)
    let chosen = points.shuffled(using: &random)
    let complaints = Torture.each(chosen.count) { index in
      let (call, fault) = chosen[index]
      let found = scene.withPlace { place in
        let outcome = scene.run(place, library.variables(place, at: call, fault))
        var faults = scene.faults(place)
        switch outcome.exit {
        case nil where fault.kills && outcome.signal == SIGKILL: disturbed.withLock { $0[fault, default: 0] += 1 }
        case nil where fault.mayCrash && [SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS].contains(outcome.signal):
          disturbed.withLock { $0[fault, default: 0] += 1 }
          crashes.withLock { $0 += 1 }
        case 1 where !fault.kills, 3 where !fault.kills:
          disturbed.withLock { $0[fault, default: 0] += 1 }
          if outcome.words.isEmpty { faults.append("exit \(outcome.exit ?? 0) without a word") }
        // A fault that does no harm, or threads that made a few calls less this time.
        case 0: faults += Scene.published(place) == scene.expected ? [] : ["exit 0, but the outputs are not right"]
        default: faults.append("\(outcome)")
        }
        return faults + scene.faultsAfterRecovery(place)
      }
      return found.map { "\(fault) at call \(call): \($0)" }
    }
    for fault in FaultLibrary.Fault.allCases {
      print("fault points: \(fault): \(disturbed.withLock { $0[fault] ?? 0 }) of \(chosen.count { $0.fault == fault }) runs ended by it")
    }
    print("fault points: \(chosen.count) in all, \(crashes.withLock { $0 }) crashes for want of memory, \(complaints.count) wrong")
    #expect(complaints.isEmpty, "\(complaints.prefix(20).joined(separator: "\n"))")
  }

  @Test func whatAPowerCutLeavesIsContinued() throws {
    let scene = try Scene()
    let library = try #require(FaultLibrary(in: scene.folder), "a C compiler is needed")
    var states: [(what: String, tree: [String: Disk.Item])] = []
    try scene.withPlace { place in
      let log = scene.folder + "/log"
      let model = DiskModel(place)
      let outcome = scene.run(place, library.variables(place, count: place + "/count", log: log))
      try #require(outcome.exit == 0, "\(outcome)")
      let ledger = try #require(Ledger(log, below: place))
      states = try Self.states(ledger, model, wanted: Torture.count(full: 600, sample: 40))
      // The model's judge: with everything kept, it is the disk as it is.
      let kept = Self.layers(model.afterCut(keeping: model.nameChanges, contents: true))
      let differing = Set(kept.keys).union(scene.expected.keys).filter {
        ![".orthoweave", "report"].contains(String($0.prefix { $0 != "/" })) && kept[$0] != scene.expected[$0]
      }
      try #require(differing.isEmpty, "the record does not explain \(differing)")
    }
    let chosen = states
    let complaints = Torture.each(chosen.count) { index in
      scene.withPlace(chosen[index].tree) { place in
        (scene.faults(place) + scene.faultsAfterRecovery(place)).map { "\(chosen[index].what): \($0)" }
      }
    }
    print("power cuts: \(chosen.count) states, \(complaints.count) wrong")
    #expect(complaints.isEmpty, "\(complaints.prefix(20).joined(separator: "\n"))")
  }

  /// Different states that a cut after some change may leave: nothing unsynced; the first unsynced names; these with their contents.
  private static func states(_ ledger: Ledger, _ model: DiskModel, wanted: Int) throws -> [(what: String, tree: [String: Disk.Item])] {
    var random = Seeded(seed: 4)
    var seen = Set<[String: Disk.Item]>()
    var states: [(what: String, tree: [String: Disk.Item])] = []
    // Each chosen change gives up to eight states.
    let chosen = Set(ledger.changes.indices.shuffled(using: &random).prefix(wanted))
    for (index, change) in ledger.changes.enumerated() {
      try #require(model.apply(change), "change \(index) of the record does not fit: \(change)")
      guard chosen.contains(index) else { continue }
      var cuts: [(String, [String: Disk.Item])] = [
        ("only what was synced", model.afterCut()), ("all names, no contents", model.afterCut(keeping: model.nameChanges)),
      ]
      for _ in 0..<3 {
        let first = Int.random(in: 0...model.nameChanges, using: &random)
        cuts.append(("names up to \(first)", model.afterCut(keeping: first)))
        cuts.append(("names up to \(first) and contents", model.afterCut(keeping: first, contents: true)))
      }
      for (what, tree) in cuts {
        let layers = Self.layers(tree)
        if seen.insert(layers).inserted { states.append(("after change \(index), \(what)", layers)) }
      }
    }
    return states.count <= wanted ? states : Array(states.shuffled(using: &random).prefix(wanted))
  }

  private static func layers(_ tree: [String: Disk.Item]) -> [String: Disk.Item] {
    var layers: [String: Disk.Item] = [:]
    for (name, item) in tree where name.hasPrefix("layers/") { layers[String(name.dropFirst(7))] = item }
    return layers
  }

  @Test func aRunThatIsAskedToStopStopsWithinTwoSeconds() throws {
    let scene = try Scene()
    let times = Torture.count(full: 40, sample: 6)
    var random = Seeded(seed: 5)
    let moments = (0..<times).map { _ in Double.random(in: 0.02...scene.seconds, using: &random) }
    let slowest = Mutex(0.0)
    let complaints = Torture.each(times) { index in
      scene.withPlace { place in
        let outcome = scene.run(place, signal: (index % 2 == 0 ? SIGTERM : SIGINT, moments[index]))
        let took = outcome.seconds - moments[index]
        slowest.withLock { $0 = max($0, took) }
        // Before the program could ask for its signals, or after it had all done.
        let isRight =
          outcome.exit == 130 || outcome.exit == 0 || (outcome.signal != nil && outcome.signal != SIGKILL && moments[index] < 0.3)
        let faults = (isRight ? [] : ["\(outcome)"]) + (took < 2 ? [] : ["took \(took) s to stop"])
        return faults + scene.faults(place) + scene.faultsAfterRecovery(place)
      }
    }
    print("stops: \(times) runs, the slowest took \((slowest.withLock { $0 } * 1000).rounded()) ms, \(complaints.count) wrong")
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  @Test func ofTwoRunsAtOnceOneIsTurnedAway() throws {
    let scene = try Scene()
    let complaints = scene.withPlace { place in
      let both = (0..<2).map { _ in scene.program.start(["run", "night.yaml", "--quiet"], in: place) }
      let outcomes = both.map { $0.wait() }
      let codes = outcomes.compactMap(\.exit).sorted()
      // Where the first had ended before the second began, there was nothing to do for it.
      let isRight = codes == [0, 4] || codes == [0, 0]
      let told = outcomes.allSatisfy { $0.exit != 4 || ($0.words.contains("process") && $0.words.contains("lock")) }
      return (isRight && told ? [] : outcomes.map(\.description)) + scene.faultsAtTheEnd(place)
    }
    #expect(complaints.isEmpty)
  }

  @Test func theLimitOfAFilesSizeIsAnErrorAndNothingIsPublishedHalf() throws {
    let scene = try Scene()
    let largest =
      scene.expected.values.compactMap { item -> Int? in if case .file(let bytes) = item { bytes.count } else { nil } }.max() ?? 0
    let complaints = scene.withPlace { place in
      // In blocks of 512 bytes, as sh counts.
      let shell = TestedProgram(path: "/bin/sh")
      let command = "ulimit -f \(max(1, largest / 512 / 2)); exec \"$0\" run night.yaml --quiet --retry-failed"
      let outcome = shell.run(["-c", command, scene.program.path], in: place)
      let isRight = outcome.exit == 1 || outcome.exit == 3
      return (isRight ? [] : ["\(outcome)"]) + scene.faults(place) + scene.faultsAfterRecovery(place)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  /// Root, or whoever may have a user namespace, can mount a small disk of its own.
  static let canMount =
    TestedProgram(path: "/bin/sh").run(["-c", "unshare -rm mount -t tmpfs none /mnt"], in: "/tmp").exit == 0

  @Test(.enabled(if: canMount, "mounting is not allowed here"))
  func aFullDiskStopsTheRunAndWithMoreSpaceItGoesOn() throws {
    let scene = try Scene()
    func kilobytes(_ tree: some Sequence<Disk.Item>) -> Int {
      tree.reduce(0) { sum, item in
        if case .file(let bytes) = item { sum + (bytes.count + 4095) / 4096 * 4 } else { sum + 4 }
      }
    }
    // The old outputs, and less besides than the new ones of one source take.
    let (old, new) = (kilobytes(scene.before.values), kilobytes(scene.expected.values) / Scene.names.count)
    let shares = [0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3]
    let stopped = Mutex(0)
    let complaints = Torture.each(shares.count) { index in
      scene.withPlace { place in
        let size = old + 24 + Int(Double(new) * shares[index])
        let script = """
          mount -t tmpfs -o size=\(size)k none disk && cp -a layers/. disk && mv night.yaml old.yaml && sed s/layers/disk/ old.yaml > night.yaml
          "$0" run night.yaml --quiet; echo $? > exit1; cp -a disk first
          mount -o remount,size=1g disk; "$0" run night.yaml --quiet --retry-failed; echo $? > exit2; cp -a disk second
          """
        mkdir(place + "/disk", 0o755)
        let outcome = TestedProgram(path: "/bin/sh").run(["-c", "exec unshare -rm sh -c '\(script)' \(scene.program.path)"], in: place)
        let exits = ["exit1", "exit2"].map { name in
          Disk.read("\(place)/\(name)").map { String(decoding: $0.filter { $0 > 32 }, as: UTF8.self) } ?? "?"
        }
        var faults = ["0", "1", "3"].contains(exits[0]) && exits[1] == "0" ? [] : ["exits \(exits), \(outcome)"]
        if exits[0] != "0" {
          stopped.withLock { $0 += 1 }
          if !outcome.words.contains("free") { faults.append("the free space is not said: \(outcome.words)") }
        }
        for (state, judge) in [("first", { scene.faults($0) }), ("second", { scene.faultsAtTheEnd($0) })] {
          Disk.make(place + "/layers", Disk.tree("\(place)/\(state)"))
          faults += judge(place).map { "\(state): \($0)" }
        }
        return faults.map { "\(size) kB: \($0)" }
      }
    }
    print("full disks: \(shares.count) sizes, \(stopped.withLock { $0 }) stopped the run, \(complaints.count) wrong")
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    #expect(stopped.withLock { $0 } >= 2)
  }

  @Test func aClockThatIsSetBackHoldsNothingUp() throws {
    let scene = try Scene()
    let library = try #require(FaultLibrary(in: scene.folder), "a C compiler is needed")
    func clock(_ seconds: Int) -> [String: String] { ["LD_PRELOAD": library.path, "FAULTS_CLOCK": "\(seconds)"] }
    let complaints = scene.withPlace { place in
      Disk.write(place + "/broken.tif", Array("no raster".utf8))
      Scene.change(place) {
        $0.replacing("/*.tif\"]", with: "/*.tif\", \"\(place)/broken.tif\"]").replacing("after: 0s", with: "after: 10h")
      }
      let arguments = ["run", "night.yaml", "--quiet"]
      var faults: [String] = []
      func expect(tried: Bool, _ offset: Int, _ what: String) {
        let outcome = scene.program.run(arguments, in: place, clock(offset))
        if outcome.exit != 3 || outcome.words.contains("failed before") == tried { faults.append("\(what): \(outcome)") }
      }
      expect(tried: true, 0, "the first run fails one source")
      expect(tried: false, 60, "a minute later it is not tried again")
      expect(tried: true, 11 * 3600, "eleven hours later it is")
      expect(tried: true, -365 * 86_400, "a year earlier it is, too")
      expect(tried: false, -365 * 86_400 + 60, "and not again a minute later")
      Disk.remove(place + "/layers/.orthoweave/failed/broken.json")
      return faults + scene.faultsAtTheEnd(place)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  /// By a year, an hour and ten seconds, back and forth, at any call; with and without sources that have to settle first.
  @Test func aClockThatIsSetWhileARunWorksChangesNothing() throws {
    let scene = try Scene()
    let library = try #require(FaultLibrary(in: scene.folder), "a C compiler is needed")
    let calls = scene.withPlace { place in
      _ = scene.run(place, library.variables(place, count: place + "/count"))
      return FaultLibrary.count(place + "/count")
    }
    try #require(calls > 100, "only \(calls) calls were counted")
    var random = Seeded(seed: 8)
    let jumps = [-365 * 86_400, -3600, -10, 10, 365 * 86_400]
    let points = (0..<Torture.count(full: 200, sample: 10)).map { index in
      (jump: jumps[index % jumps.count], call: Int.random(in: 1...calls, using: &random), settles: index % 4 == 3)
    }
    let complaints = Torture.each(points.count) { index in
      let (jump, call, settles) = points[index]
      return scene.withPlace { place in
        if settles {
          Scene.change(place) { $0.replacing("settle: 0s", with: "settle: 1s") }
        }
        let outcome = scene.run(place, library.variables(place, clock: jump, from: call))
        var faults = outcome.exit == 0 && outcome.words.isEmpty ? [] : ["\(outcome)"]
        faults += scene.faultsAtTheEnd(place)
        let report = Disk.read(place + "/layers/.orthoweave/reports/latest.json") ?? []
        let seconds = (try? JSONDecoder().decode(Timing.self, from: Data(report)))?.seconds
        if !(seconds.map { $0 > 0 && $0 <= outcome.seconds } ?? false) { faults.append("the report says \(seconds ?? .nan) s") }
        return faults.map { "\(jump) s at call \(call): \($0)" }
      }
    }
    print("clock set while running: \(points.count) points, \(complaints.count) wrong")
    #expect(complaints.isEmpty, "\(complaints.prefix(20).joined(separator: "\n"))")
  }

  private struct Timing: Decodable {
    var seconds: Double
  }

  @Test func shardsAtOnceKilledAndRepeatedGiveTheBytesOfOneProcess() throws {
    let scene = try Scene()
    // One source of nine rows of segments, which four shards divide, beside the two small ones.
    let tall = scene.folder + "/tall.tif"
    Disk.write(tall, SmallRaster.bytes(width: 70, height: 9000, seed: 9))
    func prepare(_ place: String) {
      Scene.change(place) { $0.replacing("/*.tif\"]", with: "/*.tif\", \"\(tall)\"]") }
    }
    let (expected, alone) = scene.withPlace { place in
      prepare(place)
      let outcome = scene.run(place)
      return (Scene.published(place), outcome)
    }
    try #require(alone.exit == 0 && expected["tall/receipt.json"] != nil, "\(alone)")

    let complaints = scene.withPlace { place in
      prepare(place)
      func start(_ shard: Int) -> Child { scene.program.start(["run", "night.yaml", "--quiet", "--shard", "\(shard)/4"], in: place) }
      // Shard 1 runs twice at once; shard 2 is killed and repeated; the plain run afterwards finds nothing to do.
      let shards = [0, 1, 1, 3].map(start)
      let killed = start(2).wait(signal: (SIGKILL, alone.seconds / 4))
      var outcomes = shards.map { $0.wait() } + [start(2).wait()]
      var faults = killed.signal == SIGKILL || killed.exit == 0 ? [] : ["the killed shard: \(killed)"]
      let byShards = Set(Scene.published(place).keys.filter { $0.hasSuffix("receipt.json") })
      if !byShards.isSuperset(of: (Scene.names + ["tall"]).map { $0 + "/receipt.json" }) {
        faults.append("the shards published \(byShards.sorted())")
      }
      outcomes.append(scene.run(place))
      faults += outcomes.filter { $0.exit != 0 }.map(\.description)
      return faults + scene.faultsAtTheEnd(place, expected)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }
}
