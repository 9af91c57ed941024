import Foundation
import GeoTypes
import Geodata
import Inference
import Synchronization
import TestSupport
import Testing
import Tiling

/// The crew over a network that is made up: what comes out is compared with sums over all tiles, pixel by pixel, in grid order.
@Suite struct CrewTests {
  private static let normalization = Normalization(mean: [0], std: [1], order: [0])
  private static let silent = SourcePass.Events(check: {}, tileDone: { _ in }, spent: { _, _ in })

  private func pass(
    _ size: RasterSize, tile: Int, overlap: Int, network: MadeNetwork, blend: Blend = .cosine, wanted: [Window]? = nil,
    columns: Range<Int>? = nil, probabilities: Bool = false
  ) -> SourcePass {
    let columns = columns ?? 0..<size.width
    return SourcePass(
      grid: TileGrid(size: size, tile: RasterSize(width: tile, height: tile), overlap: overlap), blend: blend, decision: .softmax,
      merge: nil, columns: columns,
      wanted: wanted ?? [Window(column: columns.lowerBound, row: 0, width: columns.count, height: size.height)], network: network,
      normalization: Self.normalization, augmentation: .none, wantsProbabilities: probabilities)
  }

  /// The naive twin: every tile of the whole grid, added in grid order.
  private func expected(_ pass: SourcePass, isValid: (Int, Int) -> Bool = { _, _ in true }) -> (classes: [UInt8], confidence: [UInt8]) {
    let (grid, outputs) = (pass.grid, pass.network.outputs)
    let weights = BlendWeights(grid: grid, blend: pass.blend)
    var sums = [Float](repeating: 0, count: grid.size.area * outputs)
    for gridRow in grid.rows.indices {
      for gridColumn in grid.columns.indices {
        let window = grid.window(row: gridRow, column: gridColumn)
        for y in 0..<window.height {
          for x in 0..<window.width {
            let (column, row) = (window.column + x, window.row + y)
            let pixel = isValid(column, row) ? Float(MadeSource.pixel(column, row)) : 0
            for output in 0..<outputs {
              sums[(row * grid.size.width + column) * outputs + output] +=
                (weights.rows[gridRow][y] * weights.columns[gridColumn][x]) * MadeNetwork.value(pixel, x, y, output)
            }
          }
        }
      }
    }
    var (classes, confidence) = ([UInt8](), [UInt8]())
    for row in 0..<grid.size.height {
      for column in 0..<grid.size.width {
        guard isValid(column, row) else {
          classes.append(255)
          confidence.append(255)
          continue
        }
        let start = (row * grid.size.width + column) * outputs
        let sum = weights.rowSums[row] * weights.columnSums[column]
        let values = (0..<outputs).map { sums[start + $0] / sum }
        var best = 0
        for output in 1..<outputs where values[output] > values[best] { best = output }
        let total = values.reduce(0.0) { $0 + exp(Double($1 - values[best])) }
        classes.append(UInt8(best))
        confidence.append(UInt8(100 / total + 0.5))
      }
    }
    return (classes, confidence)
  }

  private func run(_ crew: Crew, _ pass: SourcePass, _ source: @escaping @Sendable () -> MadeSource, _ sink: MadeSink) throws {
    try crew.run(pass, open: { SourcePass.Opened(source: source()) }, events: Self.silent, sink: sink)
  }

  @Test func everyPixelIsTheSumOfItsTilesWhateverTheNumberOfWorkers() throws {
    var random = Seeded(seed: 22)
    for round in 0..<12 {
      let size = RasterSize(width: Int.random(in: 1...700, using: &random), height: Int.random(in: 1...100, using: &random))
      let tile = Int.random(in: 8...64, using: &random)
      let blend = Blend.allCases[round % 3]
      let workers = [1, 2, 5, 16][round % 4]
      let isHoled = round % 2 == 0
      // Single invalid pixels, and corners without any valid one.
      let isValid: @Sendable (Int, Int) -> Bool = { column, row in
        !isHoled || ((column * 7 + row * 3) % 19 != 0 && column + row > 60)
      }
      let network = MadeNetwork(seconds: { Double($0 % 3) * 0.0005 })
      let pass = pass(size, tile: tile, overlap: Int.random(in: 0..<tile / 2, using: &random), network: network, blend: blend)
      let sink = MadeSink(size, classes: 0)
      let crew = Crew(workers: workers)
      try run(crew, pass, { MadeSource(size, isValid: isValid) }, sink)
      crew.end()
      let what = "round \(round): \(size.width) × \(size.height), tile \(tile), \(blend), \(workers) workers"
      let expected = expected(pass, isValid: isValid)
      sink.state.withLock { state in
        #expect(state.times.allSatisfy { $0 == 1 } && state.isOrdered, "\(what)")
        #expect(state.classes == expected.classes, "\(what)")
        // The twin's exponential is another; a percentage may be rounded the other way.
        #expect(zip(state.confidence, expected.confidence).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(what)")
      }
    }
  }

  @Test func panelsAndPartsGiveThePixelsOfTheWhole() throws {
    let size = RasterSize(width: 1300, height: 200)
    let network = MadeNetwork(outputs: 2)
    let whole = MadeSink(size, classes: 2)
    let crew = Crew(workers: 3)
    defer { crew.end() }
    try run(crew, pass(size, tile: 48, overlap: 16, network: network, probabilities: true), { MadeSource(size) }, whole)
    let parts = MadeSink(size, classes: 2)
    for columns in [0..<500, 500..<501, 501..<1300] {
      // Windows that lie apart, of different columns.
      let middle = (columns.lowerBound + columns.upperBound) / 2
      var wanted = [Window(column: middle, row: 37, width: columns.upperBound - middle, height: 120)]
      if middle > columns.lowerBound {
        wanted += [0..<20, 180..<200].map {
          Window(column: columns.lowerBound, row: $0.lowerBound, width: middle - columns.lowerBound, height: $0.count)
        }
      }
      try run(
        crew, pass(size, tile: 48, overlap: 16, network: network, wanted: wanted, columns: columns, probabilities: true),
        { MadeSource(size) }, parts)
      let all = whole.state.withLock { ($0.classes, $0.confidence, $0.probabilities) }
      let found = parts.state.withLock { ($0.classes, $0.confidence, $0.probabilities, $0.times) }
      var isWhole = true
      for window in wanted {
        for row in window.row..<window.maxRow {
          let pixels = row * size.width + window.column..<row * size.width + window.maxColumn
          let values = pixels.lowerBound * 2..<pixels.upperBound * 2
          isWhole = isWhole && found.3[pixels].allSatisfy { $0 == 1 }
          isWhole = isWhole && found.0[pixels] == all.0[pixels] && found.1[pixels] == all.1[pixels]
          isWhole = isWhole && found.2[values] == all.2[values]
        }
      }
      #expect(isWhole, "\(columns)")
    }
    let wantedPixels: Int = 120 * (250 + 1 + 400) + 40 * (250 + 399)
    #expect(parts.state.withLock { $0.times.reduce(0, +) } == wantedPixels)
  }

  @Test func severalSourcesAtOnceGiveWhatEachGivesAlone() throws {
    let sizes = (0..<12).map { RasterSize(width: 30 + $0 * 97 % 400, height: 20 + $0 * 53 % 150) }
    let network = MadeNetwork(seconds: { Double($0 % 5) * 0.0004 })
    @Sendable func done(_ crew: Crew, _ index: Int) throws -> [UInt8] {
      let sink = MadeSink(sizes[index], classes: 0)
      let tile = index % 2 == 0 ? 32 : 48
      try crew.run(
        pass(sizes[index], tile: tile, overlap: 8, network: network), order: index,
        open: { SourcePass.Opened(source: MadeSource(sizes[index])) }, events: Self.silent, sink: sink)
      return sink.state.withLock { $0.classes + $0.confidence }
    }
    let alone = try sizes.indices.map { index in
      let crew = Crew(workers: 1)
      defer { crew.end() }
      return try done(crew, index)
    }
    let crew = Crew(workers: 6)
    let together = Mutex([[UInt8]](repeating: [], count: sizes.count))
    DispatchQueue.concurrentPerform(iterations: sizes.count) { index in
      let found = try? done(crew, index)
      together.withLock { $0[index] = found ?? [] }
    }
    crew.end()
    #expect(together.withLock { $0 } == alone)
  }

  @Test func theFirstErrorOfAnyPartEndsThePassAndNoOther() throws {
    let size = RasterSize(width: 400, height: 300)
    let crew = Crew(workers: 4)
    defer { crew.end() }
    let good = MadeNetwork()
    func fails<Failure: Error>(_ type: Failure.Type, _ network: MadeNetwork, _ source: MadeSource?, _ sink: MadeSink, check: Bool = false) {
      let done = Atomic(0)
      let events = SourcePass.Events(
        check: { if check, done.load(ordering: .relaxed) > 5 { throw MadeSink.Failure() } },
        tileDone: { _ in done.add(1, ordering: .relaxed) }, spent: { _, _ in })
      #expect(throws: type) {
        try crew.run(
          pass(size, tile: 32, overlap: 8, network: network),
          open: {
            guard let source else { throw MadeNetwork.Failure() }
            return SourcePass.Opened(source: source)
          }, events: events, sink: sink)
      }
    }
    let other = Mutex<(any Error)?>(nil)
    let group = DispatchGroup()
    let sink = MadeSink(size, classes: 0)
    let slow = MadeNetwork(seconds: { _ in 0.002 })
    group.enter()
    Thread {
      do { try self.run(crew, self.pass(size, tile: 32, overlap: 8, network: slow), { MadeSource(size) }, sink) } catch {
        other.withLock { $0 = error }
      }
      group.leave()
    }.start()
    for _ in 0..<3 {
      fails(MadeNetwork.Failure.self, good, nil, MadeSink(size, classes: 0))
      fails(GeodataError.self, good, MadeSource(size, failsFrom: 200), MadeSink(size, classes: 0))
      fails(MadeNetwork.Failure.self, MadeNetwork(fails: { $0 == 20 }), MadeSource(size), MadeSink(size, classes: 0))
      fails(MadeSink.Failure.self, good, MadeSource(size), MadeSink(size, classes: 0, failsAt: 123))
      fails(MadeSink.Failure.self, good, MadeSource(size), MadeSink(size, classes: 0), check: true)
    }
    group.wait()
    #expect(other.withLock { $0 } == nil)
    let alone = expected(pass(size, tile: 32, overlap: 8, network: slow))
    #expect(sink.state.withLock { $0.classes } == alone.classes)
  }

  @Test func whoHasAPassInHandIsCounted() throws {
    let size = RasterSize(width: 300, height: 200)
    let crew = Crew(workers: 3)
    defer { crew.end() }
    let hands = Atomic(1)
    let least = Atomic(1)
    let whileInferring = Atomic(Int.max)
    let network = MadeNetwork(seconds: { _ in
      whileInferring.min(hands.load(ordering: .relaxed), ordering: .relaxed)
      return 0.001
    })
    let events = SourcePass.Events(
      check: {}, tileDone: { _ in }, spent: { _, _ in },
      hand: { takes in
        let now = hands.add(takes ? 1 : -1, ordering: .relaxed).newValue
        least.min(now, ordering: .relaxed)
      })
    try crew.run(
      pass(size, tile: 32, overlap: 8, network: network), open: { SourcePass.Opened(source: MadeSource(size)) }, events: events,
      sink: MadeSink(size, classes: 0))
    #expect(hands.load(ordering: .relaxed) == 1)
    #expect(least.load(ordering: .relaxed) >= 0)
    #expect(whileInferring.load(ordering: .relaxed) >= 1)
  }

  @Test func aPassThatIsFailedFromOutsideEndsThoughItsReaderWaits() throws {
    struct Stop: Error {}
    let size = RasterSize(width: 600, height: 600)
    let crew = Crew(workers: 2)
    defer { crew.end() }
    let network = MadeNetwork(seconds: { _ in 0.05 })
    Thread {
      Thread.sleep(forTimeInterval: 0.2)
      crew.fail(Stop(), order: 4)
    }.start()
    #expect(throws: Stop.self) {
      try crew.run(
        pass(size, tile: 32, overlap: 8, network: network), order: 4, open: { SourcePass.Opened(source: MadeSource(size)) },
        events: Self.silent, sink: MadeSink(size, classes: 0))
    }
    #expect(crew.untakenTiles == 0)
  }

  @Test func rowsWaitForRoom() throws {
    let size = RasterSize(width: 900, height: 260)
    let crew = Crew(workers: 8)
    defer { crew.end() }
    let pass = pass(size, tile: 32, overlap: 8, network: MadeNetwork(seconds: { Double($0 % 7) * 0.0003 }))
    let sink = MadeSink(size, classes: 0, step: 64)
    try run(crew, pass, { MadeSource(size) }, sink)
    let classes = expected(pass).classes
    sink.state.withLock { state in
      #expect(state.isOrdered && state.times.allSatisfy { $0 == 1 })
      #expect(state.classes == classes)
    }
  }

  @Test func memoryStaysWithinTheLimit() throws {
    let size = RasterSize(width: 700, height: 300)
    let network = MadeNetwork()
    let crew = Crew(workers: 8)
    defer { crew.end() }
    let small = pass(size, tile: 32, overlap: 8, network: network)
    let large = pass(size, tile: 128, overlap: 8, network: network)
    crew.setLimit(Crew.Limit(workers: 3, arenaBytes: .max))
    try run(crew, large, { MadeSource(size) }, MadeSink(size, classes: 0))
    func limit(_ workers: Int, _ side: Int) -> Int { side * side * (workers * 8 + Crew.outstandingTiles(workers: workers) * 3 * 4) }
    #expect(crew.heldBytes <= limit(3, 128))
    // Arenas for large tiles are given back before small ones are made.
    crew.setLimit(Crew.Limit(workers: 8, arenaBytes: 32 * 32 * 8))
    for _ in 0..<200 where crew.heldBytes > 0 { crew.waitForMemory() }
    #expect(crew.heldBytes == 0)
    try run(crew, small, { MadeSource(size) }, MadeSink(size, classes: 0))
    #expect(crew.heldBytes <= limit(8, 32))
  }

  @Test func allWorkersHelpWithOneSource() throws {
    let size = RasterSize(width: 512, height: 512)
    let crew = Crew(workers: 16)
    defer { crew.end() }
    let network = MadeNetwork(seconds: { _ in 0.05 })
    try run(crew, pass(size, tile: 64, overlap: 0, network: network), { MadeSource(size) }, MadeSink(size, classes: 0))
    #expect(network.workers.load(ordering: .relaxed) == 16)
  }
}
