import Foundation
import TestSupport
import Testing

/// Sources that change or take too long, and nights that end, while the built program works.
@Suite(.serialized, .enabled(if: TestedProgram.built != nil, "the program is not built"))
struct MisbehaviorTests {
  /// A third source beside the scene's two, so tall that it can be met while it is read; or slow, beside one tile alone.
  private struct Tall {
    let scene: Scene
    let path: String
    /// What an undisturbed run leaves.
    let expected: [String: Disk.Item]

    static let slowly = (
      from: "inference: {tile: 64, overlap: 24, workers: 2}",
      to: "inference: {tile: 64, overlap: 24, workers: 2, scales: [1, 1.5], flip: d4}"
    )

    init(slowly: Bool = false) throws {
      let scene = try Scene()
      let tall = Tall(scene: scene, path: scene.folder + "/tall.tif", expected: [:])
      tall.write(seed: 9)
      Disk.write(scene.folder + "/small.tif", SmallRaster.bytes(width: 50, height: 40, seed: 11))
      let (outcome, published) = scene.withPlace { place in
        tall.prepare(place, slowly: slowly)
        return (scene.run(place), Scene.published(place))
      }
      try #require(outcome.exit == 0 && published["tall/receipt.json"] != nil, "\(outcome)")
      self.init(scene: scene, path: tall.path, expected: published)
    }

    private init(scene: Scene, path: String, expected: [String: Disk.Item]) {
      self.scene = scene
      self.path = path
      self.expected = expected
    }

    /// Writes the source, with the same time for the same seed.
    func write(seed: UInt64) {
      Disk.write(path, SmallRaster.bytes(width: 70, height: 9_000, seed: seed))
      let time = timespec(tv_sec: 1_700_000_000 + Int(seed), tv_nsec: 0)
      let times = [time, time]
      precondition(utimensat(AT_FDCWD, path, times, 0) == 0)
    }

    /// Writes other pixels over the source, which never becomes shorter.
    func writeInPlace(seed: UInt64) {
      let bytes = SmallRaster.bytes(width: 70, height: 9_000, seed: seed)
      let file = open(path, O_WRONLY)
      precondition(file >= 0 && pwrite(file, bytes, bytes.count, 0) == bytes.count)
      close(file)
    }

    func prepare(_ place: String, slowly: Bool = false, run: String = "") {
      let others = slowly ? scene.folder + "/small.tif" : scene.folder + "/in/*.tif"
      Scene.change(place) { before in
        var text = before.replacing("/in/*.tif\"]", with: "/in/*.tif\", \"\(path)\"]").replacing("run: {", with: "run: {\(run)")
        text = text.replacing(scene.folder + "/in/*.tif", with: others)
        return slowly ? text.replacing(Self.slowly.from, with: Self.slowly.to) : text
      }
    }

    /// Starts a run, and does something as soon as the first rows of the source are finished.
    func run(_ place: String, meanwhile: () -> Void) -> TestedProgram.Outcome {
      let child = scene.program.start(["run", "night.yaml", "--quiet", "--retry-failed"], in: place)
      let work = place + "/layers/.orthoweave/work/tall"
      for _ in 0..<60_000 {
        if Disk.list(work).contains(where: { $0.hasSuffix(".seg") }) { break }
        usleep(1000)
      }
      meanwhile()
      return child.wait()
    }

    /// What is wrong where the other sources were done, and this one was not.
    func faultsWithout(_ place: String) -> [String] {
      let now = Scene.published(place)
      var faults = now.keys.filter { $0.hasPrefix("tall") }.map { "\($0) was published" }
      // The catalog lists what is published.
      let others = expected.filter { !["tall", Scene.merged, "collection.json"].contains(where: $0.key.hasPrefix) }
      faults += others.filter { now[$0.key] != $0.value }.map { "\($0.key) is another" }
      return faults
    }

    /// What is wrong after a run to the end.
    func faultsAtTheEnd(_ place: String, _ expected: [String: Disk.Item]? = nil) -> [String] {
      scene.faultsAfterRecovery(place, expected ?? self.expected)
    }
  }

  @Test func aSourceThatIsCutWhileItIsReadIsNotPublishedAndTheOthersAre() throws {
    let tall = try Tall()
    let complaints = tall.scene.withPlace { place in
      tall.prepare(place)
      let outcome = tall.run(place) { truncate(tall.path, 70 * 3 * 3_000) }
      var faults = outcome.exit == 3 && outcome.words.contains("tall.tif") ? [] : ["\(outcome)"]
      faults += tall.faultsWithout(place)
      tall.write(seed: 9)
      return faults + tall.faultsAtTheEnd(place)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  @Test func aSourceThatIsWrittenWhileItIsReadIsNotPublishedAndDoneInTheNextRun() throws {
    // Slowly, so that the write comes while pixels are read, however busy the machine is.
    let tall = try Tall(slowly: true)
    let complaints = tall.scene.withPlace { place in
      tall.prepare(place, slowly: true)
      let outcome = tall.run(place) { tall.writeInPlace(seed: 10) }
      var faults = outcome.exit == 3 && outcome.words.contains("changed while it was read") ? [] : ["\(outcome)"]
      faults += tall.faultsWithout(place)
      tall.write(seed: 10)
      let fresh = tall.scene.withPlace { place in
        tall.prepare(place, slowly: true)
        _ = tall.scene.run(place)
        return Scene.published(place)
      }
      if fresh == tall.expected { faults.append("the other source gives the same outputs") }
      return faults + tall.faultsAtTheEnd(place, fresh)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  @Test func aSourceThatTakesTooLongIsStoppedAndRecordedAndTheOthersAreDone() throws {
    let tall = try Tall(slowly: true)
    let complaints = tall.scene.withPlace { place in
      tall.prepare(place, slowly: true, run: "timeLimit: 1s, ")
      let outcome = tall.scene.run(place)
      var faults = outcome.exit == 3 && outcome.words.contains("run.timeLimit") ? [] : ["\(outcome)"]
      faults += tall.faultsWithout(place)
      if Disk.list(place + "/layers/.orthoweave/failed") != ["tall.json"] { faults.append("it is not recorded") }
      tall.prepare(place, slowly: true)
      Scene.change(place) { $0.replacing("timeLimit: 1s, ", with: "") }
      return faults + tall.faultsAtTheEnd(place)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  @Test func untilEndsANightsWorkAndTheNextNightGoesOn() throws {
    let tall = try Tall(slowly: true)
    let library = try #require(FaultLibrary(in: tall.scene.folder), "a C compiler is needed")
    let complaints = tall.scene.withPlace { place in
      let before = Disk.read(place + "/night.yaml") ?? []
      tall.prepare(place, slowly: true, run: "until: 06:00, ")
      // Two seconds before six.
      var now = time(nil)
      var clock = tm()
      localtime_r(&now, &clock)
      let offset = 6 * 3600 - 2 - Int(clock.tm_hour) * 3600 - Int(clock.tm_min) * 60 - Int(clock.tm_sec)
      let outcome = tall.scene.run(place, ["LD_PRELOAD": library.path, "FAULTS_CLOCK": "\(offset)"])
      var faults = outcome.exit == 0 && outcome.seconds < 30 ? [] : ["\(outcome)"]
      let report = Disk.read(place + "/layers/.orthoweave/reports/latest.json").map { String(decoding: $0, as: UTF8.self) } ?? ""
      if !report.contains(#""until""#) { faults.append("the report does not say it: \(report.prefix(300))") }
      faults += Scene.published(place).keys.filter { $0.hasPrefix("tall") }.map { "\($0) was published" }
      Disk.write(place + "/night.yaml", before)
      tall.prepare(place, slowly: true)
      return faults + tall.faultsAtTheEnd(place)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  @Test func aRunIsStoppedWithinTwoSecondsThoughOneTileTakesLonger() throws {
    let scene = try Scene()
    Disk.write(scene.folder + "/large.tif", SmallRaster.bytes(width: 1200, height: 1200, seed: 3))
    let complaints = scene.withPlace { place in
      let pipeline = """
        input: {sources: ["\(scene.folder)/large.tif"], settle: 0s}
        model: {checkpoint: "\(Places.seededCheckpoint)"}
        inference: {tile: whole, workers: 1, scales: [1, 2], flip: horizontal}
        output: {directory: large}

        """
      Disk.write(place + "/night.yaml", Array(pipeline.utf8))
      let outcome = scene.run(place, signal: (SIGTERM, 1.5))
      let left = Disk.list(place + "/large").filter { ![".orthoweave", "report"].contains($0) }
      return (outcome.exit == 130 && outcome.seconds < 3.5 ? [] : ["\(outcome)"]) + left.map { "\($0) was published" }
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }
}
