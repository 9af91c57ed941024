import Foundation
import Testing

@testable import RunState

/// A run as the program makes it, with bytes in place of pixels: three sources, one of them nested, each of two segments and two layers.
struct MiniRun {
  static let names = ["sheet-1", "north/sheet-2", "sheet-3"]
  static let start = Date(timeIntervalSince1970: 1_790_000_000)

  let root: String
  /// What the sources hold: another value, another key, other outputs.
  var content: Int
  var operations: FileOperations = .system
  var count = 3

  var output: OutputDirectory { OutputDirectory(root + "/layers", operations: operations) }

  static func key(_ name: String, _ content: Int) throws -> RasterKey {
    let file = Fingerprint.File(
      path: name, name: name,
      status: Files.Status(kind: .file, size: Int64(content), allocated: 0, modified: 7, changed: 7, inode: 1, links: 1, device: 1),
      sha256: nil)
    return RasterKey(settings: try SettingsDigest(["classes": 7]), fingerprint: Fingerprint(files: [file]))
  }

  static func payload(_ name: String, _ content: Int, _ part: Int) -> [UInt8] {
    Array(String(repeating: "\(name) \(content) \(part);", count: 50).utf8)
  }

  /// All due sources, then failures, what was matched, and the report.
  func run() throws {
    try output.prepare()
    let lock = try RunLock.acquire(output, .exclusive, label: "run", now: Self.start)
    try output.recover(lock)
    for text in Self.names.prefix(count) {
      let name = try SourceName(text)
      let key = try Self.key(text, content)
      let layerKey = LayerKey(raster: key, settings: try SettingsDigest(["crs": "source"]))
      if try output.receipt(name)?.layerKey == layerKey, try output.verify(name, .sizes).isEmpty {
        try output.finish(name)
        continue
      }
      guard let own = try SourceLock.take(output, name, .exclusive) else { continue }
      try output.recordFailure(name, error: "not yet", key: key.text, rule: RetryRule(limit: 3, after: 60), now: Self.start)
      try output.writePlan(["segments": 2], name)
      let store = SegmentStore(output, name, key: key)
      try store.removeForeign(own)
      let grid = SegmentGrid(height: 2048, width: 100, tileHeight: 512, tileWidth: 512)
      for (part, window) in grid.windows.enumerated() where try store.read(window) == nil {
        try store.write(window, Self.payload(text, content, part))
      }
      let folder = try output.beginBuilding(own)
      for (part, window) in grid.windows.enumerated() {
        let bytes = try #require(try store.read(window))
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name.leaf).part\(part).tif"))
      }
      let receipt = Receipt(
        source: name, rasterKey: key, layerKey: layerKey, fingerprint: Fingerprint(files: []), versions: ["program": "1"],
        files: try Receipt.describe(folder))
      try output.publish(receipt, own)
      try output.finish(name)
    }
    try output.rememberMatches([PatternMatch(pattern: "*.tif", fixedFolder: root, matches: content)])
    try output.writeReport(["exit": 0], started: Self.start)
  }

  /// What is published of each source, after checking that it is whole: its content, or nil where it is not there.
  func published(among contents: [Int]) throws -> [String: Int] {
    var found: [String: Int] = [:]
    let output = OutputDirectory(root + "/layers")
    for text in Self.names {
      let name = try SourceName(text)
      guard try Files.status(output.published(name)) != nil else { continue }
      let problems = try output.verify(name, .content)
      try #require(problems.isEmpty, "\(problems)")
      let receipt = try #require(try output.receipt(name))
      let match = try contents.first { try Self.key(text, $0) == receipt.rasterKey }
      let which: Int = try #require(match)
      found[text] = which
    }
    return found
  }

  /// Everything that has to be equal after any history: all but the lock's record and the reports of each run.
  func state() throws -> [String: String] {
    try snapshot(root + "/layers") { name in
      name == ".orthoweave/lock" || name.hasPrefix(".orthoweave/reports/2") || name.hasPrefix(".orthoweave/versions/")
        || (name.hasPrefix(".orthoweave") == false && OutputDirectory.target(of: root + "/layers/" + name) != nil)
    }
  }
}
