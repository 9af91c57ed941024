import Foundation
import TestSupport
import Testing

/// The scripts for cron and clusters do with exit codes what they say.
@Suite struct SchedulerTests {
  static let hasAlarmTools = ["jq", "ogr2ogr", "gdal_translate"].allSatisfy { Program.find($0) != nil }

  @Test(.enabled(if: hasAlarmTools, "jq or gdal-bin is missing")) func theAlarmReportsEachSlickOnce() throws {
    let copy = try PipelineCopy()
    try copy.cropSamples()
    try copy.nameEverythingOil()
    func alarm() throws -> ProgramResult {
      try Program.run(
        copy.folder("Pipelines/cron/oil-spill-alarm"), ["Pipelines/oil-spill.yaml", "layers/oil-spill"], in: copy.folder.path,
        environment: ["ORTHOWEAVE": Program.orthoweave])
    }
    let first = try alarm()
    #expect(first.status == 0 && first.output.hasPrefix("OIL: "), "\(first.output)\(first.error)")
    #expect(first.output.contains("54.1") && first.output.contains("sheet-11"), "\(first.output)")
    let second = try alarm()
    #expect(second.status == 0 && second.output.isEmpty && second.error.isEmpty, "\(second.output)\(second.error)")
    try copy.replace("  overlap: 128", with: "  overlapp: 128", in: "oil-spill")
    let wrong = try alarm()
    #expect(wrong.status == 2 && wrong.error.contains("overlapp") && wrong.output.hasPrefix("RUN: "), "\(wrong.output)\(wrong.error)")
  }

  @Test(arguments: [(0, false), (1, true), (2, false), (3, false), (4, true), (130, true)])
  func slurmTasksAreRequeuedByTheirExitCodes(_ code: Int32, _ isRequeued: Bool) throws {
    let folder = try TemporaryFolder("slurm")
    func stub(_ name: String, _ text: String) throws {
      // By a process of its own: a program that this one writes cannot be started as long as another test's child has it open, too.
      let written = try Program.run(
        "/bin/sh", ["-c", "printf '#!/bin/sh\\n%s\\n' \"$1\" >\"$2\" && chmod 755 \"$2\"", "sh", text, folder(name)], in: folder.path)
      try #require(written.status == 0)
    }
    try stub("orthoweave", "exit \(code)")
    // The real one ends the caller; this one refuses, so that the script ends by itself.
    try stub("scontrol", "echo \"$@\" >>'\(folder("asked"))'; exit 1")
    let path = folder.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    func task(restarts: String) throws -> Int32 {
      try Program.run(
        Places.root + "/Pipelines/cluster/slurm.sh", ["pipeline.yaml"], in: folder.path,
        environment: [
          "PATH": path, "ORTHOWEAVE": "orthoweave", "ORTHOWEAVE_WAIT": "0", "ORTHOWEAVE_TRIES": "3", "SLURM_JOB_ID": "9",
          "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2", "SLURM_RESTART_COUNT": restarts,
        ]
      ).status
    }
    #expect(try task(restarts: "0") == code)
    let asked = FileManager.default.contents(atPath: folder("asked")).map { String(decoding: $0, as: UTF8.self) }
    #expect(asked == (isRequeued ? "requeue 7_2\n" : nil))
    // Not for ever.
    #expect(try task(restarts: "3") == code)
    #expect(FileManager.default.contents(atPath: folder("asked")).map { String(decoding: $0, as: UTF8.self) } == asked)
  }

  @Test func awsBatchMapsEveryExitCodeWithinItsFiveRules() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Places.root + "/Pipelines/cluster/aws-batch-job-definition.json"))
    let definition = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let strategy = try #require(definition["retryStrategy"] as? [String: Any])
    let rules = try #require(strategy["evaluateOnExit"] as? [[String: String]])
    #expect(rules.count <= 5)
    func action(_ code: Int) -> String? {
      rules.first { rule in
        guard let pattern = rule["onExitCode"] else { return false }
        return pattern.hasSuffix("*") ? "\(code)".hasPrefix(pattern.dropLast()) : pattern == "\(code)"
      }?["action"]
    }
    for code in [1, 4, 130, 137] { #expect(action(code) == "RETRY", "\(code)") }
    for code in [2, 3] { #expect(action(code) == "EXIT", "\(code)") }
  }

  @Test func scriptsAreSoundShell() throws {
    let bash = try #require(Program.find("bash"))
    for script in ["Pipelines/cron/oil-spill-alarm", "Pipelines/cluster/slurm.sh", "Pipelines/cluster/aws-batch"]
      + ["all", "cogeo", "postgis", "postgis-run", "qemu", "qgis", "slurm"].map({ "scripts/acceptance/" + $0 })
    {
      let path = Places.root + "/" + script
      #expect(FileManager.default.isExecutableFile(atPath: path), "\(script)")
      let result = try Program.run(bash, ["-n", path])
      #expect(result.status == 0, "\(script): \(result.error)")
    }
  }
}
