import Foundation
import TestSupport
import Testing

/// `verify` against damage of every kind of file that a run leaves, and the run after it.
@Suite(.serialized, .enabled(if: TestedProgram.built != nil, "the program is not built"))
struct DamageTests {
  /// What `verify --json` prints.
  private struct Report: Decodable {
    struct Problem: Decodable {
      var source: String
      var message: String
      var isDamage: Bool
    }
    var problems: [Problem]
    var damaged: [String]
  }

  /// A change to one file, of one bit or of its length.
  private struct Damage {
    var file: String
    var old: [UInt8]
    var isFlip: Bool
    var what: String

    init(_ path: String, _ file: String, _ random: inout Seeded) throws {
      self.file = file
      old = try #require(Disk.read(path))
      isFlip = Int.random(in: 0..<4, using: &random) > 0
      if isFlip {
        let bit = Int.random(in: 0..<old.count * 8, using: &random)
        var new = old
        new[bit / 8] ^= 1 << UInt8(bit % 8)
        Disk.write(path, new)
        what = "\(file), bit \(bit) of \(old.count * 8)"
      } else {
        let length = Int.random(in: 0..<old.count, using: &random)
        Disk.write(path, Array(old[..<length]))
        what = "\(file), cut to \(length) of \(old.count)"
      }
    }
  }

  @Test func everyFlippedBitAndTruncationIsFoundAndTheNextRunMendsIt() throws {
    let home = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    let folder = "\(home)/orthoweave-damage-\(UUID().uuidString)"
    defer { Disk.remove(folder) }
    for name in ["", "/in", "/tall"] { mkdir(folder + name, 0o755) }
    let names = (0..<24).map { "sheet-\($0)" } + ["merged"]
    for (index, name) in names.dropLast().enumerated() {
      Disk.write("\(folder)/in/\(name).tif", SmallRaster.bytes(width: 20 + index, height: 40 - index, seed: UInt64(index)))
    }
    Disk.write("\(folder)/tall/tall.tif", SmallRaster.bytes(width: 50, height: 9000, seed: 77))
    for (directory, input, output) in [
      ("layers", "in", "formats: [classes, confidence, gpkg, shp, csv, geojson, fgb, preview, stac], merge: true"),
      ("parts", "tall", "formats: [classes]"), ("whole", "tall", "formats: [classes]"),
    ] {
      let pipeline = """
        input: {sources: ["\(input)/*.tif"], settle: 0s}
        model: {checkpoint: "\(Places.seededCheckpoint)"}
        inference: {tile: 64, overlap: 16}
        output: {directory: \(directory), \(output)}

        """
      Disk.write("\(folder)/\(directory).yaml", Array(pipeline.utf8))
    }
    func program(_ arguments: String...) throws -> ProgramResult { try Program.run(Program.orthoweave, arguments, in: folder) }
    func published(_ directory: String) -> [String: Disk.Item] {
      Disk.tree("\(folder)/\(directory)").filter { ![".orthoweave", "report"].contains($0.key.split(separator: "/")[0]) }
    }
    func verify(_ directory: String) throws -> (status: Int32, report: Report) {
      let result = try program("verify", "--json", directory)
      return (result.status, try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)))
    }
    for directory in ["layers", "whole"] {
      let result = try program("run", directory + ".yaml", "--quiet")
      try #require(result.status == 0, "\(result.error)")
    }
    // The half of a source: its segments stay.
    let half = try program("run", "parts.yaml", "--quiet", "--shard", "0/2")
    try #require(half.status == 0, "\(half.error)")
    let segments = Disk.list(folder + "/parts/.orthoweave/work/tall").filter { $0.hasSuffix(".seg") }
    let expected = published("layers")
    try #require(segments.count >= 4 && published("parts").isEmpty)
    let files = names.map { name in
      expected.filter { file in
        if case .file(let bytes) = file.value { file.key.hasPrefix(name + "/") && !bytes.isEmpty } else { false }
      }.keys.sorted()
    }
    try #require(files.allSatisfy { $0.count > 1 })

    var random = Seeded(seed: 6)
    var (tried, flips, inReceipts, inSegments, touched) = (0, 0, 0, 0, 0)
    var missed: [String] = []
    let wanted = Torture.count(full: 10_000, sample: 900)
    while tried < wanted {
      var damages: [(directory: String, source: String, damage: Damage)] = []
      for (name, files) in zip(names, files) {
        let file = Int.random(in: 0..<5, using: &random) == 0 ? name + "/receipt.json" : files.randomElement(using: &random) ?? ""
        damages.append(("layers", name, try Damage("\(folder)/layers/\(file)", file, &random)))
        if file.hasSuffix("receipt.json") { inReceipts += 1 }
      }
      for segment in segments {
        let file = ".orthoweave/work/tall/" + segment
        damages.append(("parts", "tall", try Damage("\(folder)/parts/\(file)", file, &random)))
        inSegments += 1
      }
      tried += damages.count
      flips += damages.count { $0.damage.isFlip }
      let found = ["layers": try verify("layers"), "parts": try verify("parts")]
      for (directory, result) in found where result.status != 3 { missed.append("verify \(directory): exit \(result.status)") }
      for (directory, source, damage) in damages {
        let report = found[directory]?.report
        let problems = report?.problems.filter { $0.source == source && $0.message.hasPrefix(damage.file + ": ") } ?? []
        if problems.isEmpty {
          missed.append(damage.what)
        } else if !problems.contains(where: \.isDamage) {
          // A bit that means nothing to SQLite, or a file that readers rewrite: what counts is what it was, and the change is reported.
          touched += 1
          if !damage.file.hasSuffix(".gpkg"), !damage.file.hasSuffix(".aux.xml") { missed.append("said to be no damage: \(damage.what)") }
          Disk.write("\(folder)/\(directory)/\(damage.file)", damage.old)
        } else if directory == "layers", report?.damaged.contains(source) != true {
          missed.append("not marked for processing: \(damage.what)")
        }
        if tried < wanted { Disk.write("\(folder)/\(directory)/\(damage.file)", damage.old) }
      }
    }
    print(
      "damage: \(tried) changes (\(flips) flipped bits, \(tried - flips) truncations; \(inReceipts) in receipts, \(inSegments) in segments),",
      "\(missed.count) not found; \(touched) flipped bits in GeoPackages change nothing in them, and are reported so")
    #expect(missed.isEmpty, "\(missed.prefix(20).joined(separator: "\n"))")

    // What the last round damaged is redone, and its marks are gone.
    let repaired = try program("run", "layers.yaml", "--quiet")
    #expect(repaired.status == 0, "\(repaired.error)")
    let now = published("layers")
    let differing = Set(now.keys).union(expected.keys).filter { now[$0] != expected[$0] }.sorted()
    #expect(differing.isEmpty, "\(differing)")
    for shard in ["0/2", "1/2"] {
      let rest = try program("run", "parts.yaml", "--quiet", "--shard", shard)
      #expect(rest.status == 0, "\(rest.error)")
    }
    #expect(published("parts") == published("whole"))
    for directory in ["layers", "parts"] {
      let (status, report) = try verify(directory)
      #expect(status == 0 && report.problems.isEmpty, "\(report)")
      #expect(Disk.list("\(folder)/\(directory)/.orthoweave/damaged").isEmpty)
    }
  }
}
