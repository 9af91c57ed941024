import Foundation
import TestSupport
import Testing

/// What a run meets around it: limits, signals, readers that go away, file systems that lack something.
@Suite(.serialized) struct ProcessLimitsTests {
  /// Runs a line of bash, in which `$P` is the program.
  private func bash(_ line: String, in folder: String? = nil, seconds: Double = 60, environment: [String: String] = [:]) throws
    -> ProgramResult
  {
    try Program.run(
      "/bin/bash", ["-c", line], in: folder, environment: environment.merging(["P": Program.orthoweave]) { first, _ in first },
      seconds: seconds)
  }

  private func report(_ scene: Scene) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: scene.folder("layers/.orthoweave/reports/latest.json")))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  // MARK: - Memory

  @Test(arguments: ["-v 300000", "-v 400000", "-v 500000", "-v 600000", "-v 800000", "-d 100000", "-d 200000"])
  func ulimitIsAnExitCodeAndALine(limit: String) throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 200, height: 150)
    try scene.pipeline()
    for call in ["plan pipeline.yaml", "model inspect \(Scene.checkpoint)", "run pipeline.yaml", "trace in/a.tif"] {
      let result = try bash("ulimit \(limit); exec $P \(call)", in: scene.folder.path, seconds: 30)
      // 127: the loader itself finds no room; 3: the source alone is too large.
      let isRefused = [1, 3, 127].contains(result.status) && (result.error.contains("memory") || result.status == 127)
      let isDone = result.status == 0 || (call.hasPrefix("trace") && result.status == 2)
      #expect(isRefused || isDone, "\(limit) \(call): \(result.status) \(result.error)")
    }
  }

  @Test func aWideSourceIsRefusedAtOnce() throws {
    guard let create = Program.find("gdal_create") else { return }
    let scene = try Scene()
    _ = try Program.run(
      create,
      ["-outsize", "10000000", "600", "-bands", "3", "-co", "SPARSE_OK=TRUE", "-co", "TILED=YES", "-a_srs", "EPSG:32633", "-a_ullr", "0"]
        + ["300", "5000000", "0", scene.folder("in/wide.tif")])
    try scene.pipeline(inference: "tile: 512, overlap: 32, workers: 1024, memory: 250MB")
    let start = ContinuousClock.now
    let result = try bash("exec $P plan pipeline.yaml", in: scene.folder.path)
    #expect(result.output.contains("memory") && result.output.contains("limit is 250 MB"), "\(result)")
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func aSmallStackIsRaisedOrSaid() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 100, height: 80)
    try scene.pipeline()
    let raised = try bash("ulimit -S -s 100; exec $P run pipeline.yaml", in: scene.folder.path)
    #expect(raised.status == 0, "\(raised)")
    let refused = try bash("ulimit -s 200; exec $P run pipeline.yaml", in: scene.folder.path)
    #expect(refused.status == 1 && refused.error.contains("the limit of stacks (ulimit -s)"), "\(refused)")
  }

  /// Libraries that cannot open a file of their own blame the source, or the crs.
  @Test func fewOpenFilesAreSaidBeforeTheWork() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 100, height: 80)
    try scene.pipeline()
    for limit in [8, 10, 12, 63] {
      for call in ["plan", "run"] {
        let result = try bash("ulimit -n \(limit); exec $P \(call) pipeline.yaml", in: scene.folder.path)
        #expect(
          result.status == 1 && result.error.contains("the limit of open files is \(limit), and 64 are needed"), "\(limit): \(result)")
        #expect(result.error.contains("ulimit -n"))
      }
    }
    #expect(!FileManager.default.fileExists(atPath: scene.folder("layers")))
    // What it may raise by itself, it raises.
    #expect(try bash("ulimit -S -n 12; exec $P run pipeline.yaml", in: scene.folder.path).status == 0)
    #expect(try bash("ulimit -n 64; exec $P run pipeline.yaml --force", in: scene.folder.path).status == 0)
  }

  // MARK: - Readers that go away

  @Test(arguments: ["2>&1 | head -1", "2>&1 | true", "2> >(true)", ">&- 2>&-", "<&- >&- 2>&-"])
  func logReaderThatGoesAwayDoesNotEndTheRun(reader: String) throws {
    let scene = try Scene()
    for name in ["a", "b", "c"] { try scene.raster("\(name).tif", width: 100, height: 80) }
    try scene.pipeline()
    let result = try bash("$P run pipeline.yaml \(reader); exit ${PIPESTATUS[0]}", in: scene.folder.path)
    #expect(result.status == 0, "\(result)")
    for name in ["a", "b", "c"] { #expect(FileManager.default.fileExists(atPath: scene.folder("layers/\(name)/receipt.json"))) }
    #expect(try Program.orthoweave("verify", scene.folder("layers")).status == 0)
  }

  @Test func readerOfDataThatGoesAwayEndsQuietly() throws {
    let result = try bash("(sleep 0.5; exec $P schema) | true; exit ${PIPESTATUS[0]}")
    #expect(result.status == 141 && result.error.isEmpty, "\(result)")
    let closed = try bash("exec $P schema >&-")
    #expect(closed.status == 1 && closed.error.contains("standard output"), "\(closed)")
  }

  // MARK: - Signals

  /// A tile that no worker leaves for seconds.
  private func slow() throws -> Scene {
    let scene = try Scene()
    try scene.raster("a.tif", width: 1400, height: 1400)
    try scene.pipeline(inference: "tile: 1400, overlap: 0, workers: 1, scales: [1, 1.5, 2], flip: d4")
    return scene
  }

  @Test(arguments: ["TERM", "INT", "HUP"])
  func aStopSignalLeavesALineAndAReport(signal: String) throws {
    let scene = try slow()
    let result = try bash(
      """
      set -m; $P run pipeline.yaml 2>log & p=$!; for i in $(seq 600); do grep -q "a: reads" log && break; sleep 0.05; done
      sleep 0.3; s=$(date +%s%N); kill -\(signal) $p; wait $p; c=$?; echo "ms $((($(date +%s%N) - s) / 1000000))"; cat log >&2; exit $c
      """, in: scene.folder.path)
    #expect(result.status == 130 && result.error.contains("interrupted; the next run resumes"), "\(result)")
    let milliseconds = Int(result.output.split(separator: " ").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "") ?? .max
    #expect(milliseconds < 4000, "\(result.output)")
    let report = try report(scene)
    #expect(report["exitCode"] as? Int == 130 && report["exitReason"] as? String == "interrupted", "\(report)")
  }

  @Test func aSecondInterruptEndsAtOnce() throws {
    let scene = try slow()
    let result = try bash(
      """
      set -m; $P run pipeline.yaml 2>log & p=$!; for i in $(seq 600); do grep -q "a: reads" log && break; sleep 0.05; done
      sleep 0.3; kill -INT $p; sleep 0.4; s=$(date +%s%N); kill -INT $p; wait $p; c=$?; echo "$((($(date +%s%N) - s) / 1000000))"; cat log >&2; exit $c
      """, in: scene.folder.path)
    #expect(result.status == 130 && result.error.contains("interrupted"), "\(result)")
    #expect(Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? .max < 700, "\(result.output)")
  }

  @Test func aHangUpThatIsIgnoredStaysIgnored() throws {
    let scene = try Scene()
    for name in ["a", "b"] { try scene.raster("\(name).tif", width: 300, height: 300) }
    try scene.pipeline()
    let result = try bash(
      "trap '' HUP; $P run pipeline.yaml & p=$!; sleep 0.2; kill -HUP $p; wait $p", in: scene.folder.path)
    #expect(result.status == 0, "\(result)")
  }

  @Test func aCommandThatOnlyReadsEndsWithALine() throws {
    let folder = try TemporaryFolder("fifo")
    let result = try bash("mkfifo f; $P plan f & p=$!; sleep 0.5; kill -TERM $p; wait $p", in: folder.path)
    #expect(result.status == 130 || result.status == 2, "\(result)")
    if result.status == 130 { #expect(result.error.contains("interrupted"), "\(result)") }
  }

  @Test func aThreadThatCannotBeMadeIsALine() throws {
    guard getuid() == 0, let setpriv = Program.find("setpriv") else { return }
    let scene = try Scene()
    try scene.raster("a.tif", width: 200, height: 150)
    try scene.pipeline()
    // Only others than root are held to a number of processes.
    let result = try bash(
      "chmod -R a+rwX .; chmod a+x . ..; ulimit -u 1; exec \(setpriv) --reuid 65111 --clear-groups $P run pipeline.yaml",
      in: scene.folder.path, seconds: 30)
    #expect(result.status != 0 && !result.error.isEmpty && result.status != 9, "\(result)")
  }

  // MARK: - The file system

  private func run(_ scene: Scene, injecting faults: [String]) throws -> ProgramResult? {
    guard let strace = Program.find("strace") else { return nil }
    return try Program.run(
      strace,
      ["-f", "-qq", "-o", "/dev/null"] + faults.flatMap { ["-e", "inject=\($0)"] } + [Program.orthoweave, "run", "pipeline.yaml"],
      in: scene.folder.path)
  }

  @Test func aFileSystemWithoutExchangeAndLinksWorks() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 100, height: 80)
    try scene.pipeline()
    guard let result = try run(scene, injecting: ["renameat2:error=EINVAL", "symlink,symlinkat:error=EPERM", "link,linkat:error=EPERM"])
    else {
      return
    }
    #expect(result.status == 0, "\(result)")
    #expect(FileManager.default.fileExists(atPath: scene.folder("layers/a/receipt.json")))
  }

  @Test func pathsBeyondSQLitesLimitAreRefusedBeforeTheWork() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 50)
    // "/.orthoweave/aside/a/a.gpkg" and the journal's 8 bytes have to fit into 512.
    let most = 512 - 8 - "/.orthoweave/aside/a/a.gpkg".utf8.count
    for (length, fits) in [(most, true), (most + 1, false), (most + 60, false)] {
      var path = (try? FileManager.default.destinationOfSymbolicLink(atPath: scene.folder.path)) ?? scene.folder.path
      path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path + "/"
      while path.utf8.count + 201 <= length { path += String(repeating: "d", count: 199) + "/" }
      path += String(repeating: "e", count: length - path.utf8.count)
      try scene.pipeline(output: "formats: [gpkg]", directory: path)
      let plan = try bash("exec $P plan pipeline.yaml", in: scene.folder.path)
      #expect(plan.output.contains("SQLite") == !fits, "\(length): \(plan)")
      let result = try bash("exec $P run pipeline.yaml", in: scene.folder.path)
      #expect(result.status == (fits ? 0 : 3) && result.error.contains("SQLite") == !fits, "\(length): \(result)")
      #expect(!result.error.contains("unable to open"), "\(result)")
    }
  }

  @Test func metricsInAMissingFolderAreNoticedAtTheStart() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 50)
    try FileManager.default.createDirectory(atPath: scene.folder("in.prom"), withIntermediateDirectories: false)
    for metrics in ["gone/m.prom", "in.prom", "in/a.tif/m.prom"] {
      try scene.pipeline(more: "run: {metrics: \(metrics)}")
      for command in ["plan", "run"] {
        let result = try bash("exec $P \(command) pipeline.yaml", in: scene.folder.path)
        #expect(result.status == 1 && result.error.contains("run.metrics cannot be written"), "\(metrics) \(command): \(result)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: scene.folder("layers/a")))
  }

  @Test func inodesAreNamedWhereTheyAreWhatIsFull() throws {
    guard getuid() == 0, let unshare = Program.find("unshare") else { return }
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 50)
    try FileManager.default.createDirectory(atPath: scene.folder("layers"), withIntermediateDirectories: true)
    try scene.pipeline()
    for count in [6, 10, 14, 18, 24] {
      let result = try bash(
        "exec \(unshare) -m bash -c 'mount -t tmpfs -o size=100M,nr_inodes=\(count) tmpfs layers || exit 99; exec $P run pipeline.yaml'",
        in: scene.folder.path)
      if result.status == 99 || result.error.contains("unshare") { return }
      let isNamed = result.error.contains("inodes") && !result.error.contains("the disk is full")
      #expect(result.status == 0 || (result.status == 1 && isNamed), "\(count): \(result)")
    }
  }

  // MARK: - Terminals

  @Test func aDumbTerminalGetsNoEscapes() throws {
    guard let script = Program.find("script") else { return }
    let scene = try Scene()
    for name in ["a", "b"] { try scene.raster("\(name).tif", width: 300, height: 300) }
    try scene.pipeline()
    for (terminal, hasBar) in [("dumb", false), ("xterm", true)] {
      try? FileManager.default.removeItem(atPath: scene.folder("layers"))
      _ = try Program.run(
        script, ["-qec", "stty cols 20; exec \(Program.orthoweave) run pipeline.yaml --progress bar", scene.folder("typescript")],
        in: scene.folder.path, environment: ["TERM": terminal])
      let text = try String(contentsOfFile: scene.folder("typescript"), encoding: .utf8)
      #expect(text.contains("\u{1B}") == hasBar, "\(terminal): \(text)")
      for piece in text.components(separatedBy: "\r\u{1B}[K").dropFirst() where !piece.contains("\n") {
        #expect(piece.count < 20, "\(piece)")
      }
    }
  }
}
