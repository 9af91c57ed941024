import Foundation
import TestSupport
import Testing

@testable import RunState

@Suite struct SegmentTests {
  private func store(_ scratch: Scratch, _ key: String = "k", warn: @escaping @Sendable (String) -> Void = { _ in }) throws -> SegmentStore
  {
    let output = OutputDirectory(scratch.path + "/layers", warn: warn)
    try output.prepare()
    return SegmentStore(output, try SourceName("sheet"), key: RasterKey(key))
  }

  private let window = SegmentWindow(row: 0, column: 4096, height: 1024, width: 100)

  @Test func whatIsWrittenIsRead() throws {
    let scratch = try Scratch()
    let store = try store(scratch)
    #expect(window.fileName == "r000000-001024_c004096-004196.seg")
    #expect(try store.read(window) == nil)
    for payload in [[], [7], Array(repeating: UInt8(3), count: 100_000)] as [[UInt8]] {
      try store.write(window, payload)
      #expect(try store.read(window) == payload)
    }
    #expect(try store.present() == [window])
  }

  @Test func segmentsOfAnotherKeyAreNeverReadAndGo() throws {
    let scratch = try Scratch()
    let old = try store(scratch, "old")
    try old.write(window, [1, 2, 3])
    let new = try store(scratch, "new")
    #expect(try new.read(window) == nil)
    #expect(try new.present().isEmpty)
    #expect(try old.read(window) == [1, 2, 3])
    try scratch.write("layers/.orthoweave/work/sheet/r0.seg%000000000000001f.tmp", "half")
    let lock = try #require(try SourceLock.take(OutputDirectory(scratch.path + "/layers"), try SourceName("sheet"), .exclusive))
    #expect(try new.removeForeign(lock) == 2)
    #expect(try old.read(window) == nil)
  }

  @Test func everyFlippedBitAndTruncationIsFound() throws {
    let scratch = try Scratch()
    let store = try store(scratch)
    var random = Seeded(seed: 1)
    let payload = (0..<3000).map { _ in UInt8.random(in: 0...255, using: &random) }
    try store.write(window, payload)
    let path = store.path(window)
    let whole = try #require(try Files.read(path, limit: 1 << 20))
    var flips = 0
    var cuts = 0
    for number in 0..<10_000 {
      var bytes = whole
      if number % 10 == 0 {
        bytes.removeLast(Int.random(in: 1...whole.count, using: &random))
        cuts += 1
      } else {
        bytes[Int.random(in: 0..<whole.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        flips += 1
      }
      let header = SegmentHeader(bytes[...])
      let readable = header.map { $0.keyDigest == SegmentHeader.digest(of: RasterKey("k")) } ?? false
      if readable, let header, case .whole = SegmentStore.content(bytes, header, window) { Issue.record("change \(number) is not found") }
      // Through the file for some: it is removed, and said.
      if number % 100 == 0 {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(try store.read(window) == nil)
        #expect(!FileManager.default.fileExists(atPath: path))
      }
    }
    print("segments: \(flips) flipped bits and \(cuts) truncations, all found")
  }

  @Test func aSegmentUnderAnothersNameIsNotTaken() throws {
    let scratch = try Scratch()
    let store = try store(scratch)
    try store.write(window, [9])
    let other = SegmentWindow(row: 1024, column: 4096, height: 1024, width: 100)
    try FileManager.default.copyItem(atPath: store.path(window), toPath: store.path(other))
    #expect(try store.present() == [window])
    #expect(try store.read(other) == nil)
    #expect(try store.read(window) == [9])
  }

  @Test func onlyItsOwnFileNamesAreWindows() {
    for name in ["r000000-001024_c004096-004196.seg", "r1000000-1001024_c000000-000001.seg"] {
      #expect(SegmentWindow(fileName: name)?.fileName == name)
    }
    for name in [
      "", "plan.json", "r0-1_c0-1.seg", "r000001-000001_c000000-000001.seg", "r-00001-000001_c000000-000001.seg",
      "r000000-001024_c004096-004196.seg%1.tmp", "r99999999999999999999-1_c0-1.seg", "r000000-001024_c004096-004196_x.seg",
    ] {
      #expect(SegmentWindow(fileName: name) == nil, "\(name)")
    }
  }

  @Test func theGridCoversEveryPixelOnceAndShardsAndPanelsCoverTheGrid() {
    var random = Seeded(seed: 2)
    for _ in 0..<300 {
      let height = Int.random(in: 1...30_000, using: &random)
      let width = Int.random(in: 1...60_000, using: &random)
      let tile = Int.random(in: 1...2048, using: &random)
      let grid = SegmentGrid(height: height, width: width, tileHeight: tile, tileWidth: max(1, tile / 2))
      let what = "\(height)×\(width), tile \(tile)"
      #expect(grid.windows.count == grid.count, "\(what)")
      #expect(grid.windows.reduce(0) { $0 + $1.height * $1.width } == height * width, "\(what)")
      #expect(grid.windows.allSatisfy { $0.row % grid.segmentHeight == 0 && $0.height <= grid.segmentHeight && $0.height > 0 }, "\(what)")
      for shards in [1, 2, 3, 7, 100] {
        let strips = (0..<shards).map { grid.strip($0, of: shards) }
        #expect(strips.flatMap { Array($0) } == Array(0..<grid.rows), "\(what)")
      }
      let limit = Int.random(in: 1...width, using: &random)
      let panels = grid.panels(ofAtMost: limit)
      #expect(panels.flatMap { Array($0) } == Array(0..<grid.columns), "\(what)")
      #expect(panels.allSatisfy { grid.pixelColumns($0).count <= max(limit, grid.segmentWidth) && !$0.isEmpty }, "\(what)")
    }
  }

  @Test func gridOfTheUsualTile() {
    let grid = SegmentGrid(height: 20_000, width: 20_000, tileHeight: 512, tileWidth: 512)
    #expect(grid.segmentHeight == 1024 && grid.segmentWidth == 4096 && grid.rows == 20 && grid.columns == 5)
    let small = SegmentGrid(height: 1, width: 300, tileHeight: 512, tileWidth: 512)
    #expect(small.windows == [SegmentWindow(row: 0, column: 0, height: 1, width: 300)])
  }
}
