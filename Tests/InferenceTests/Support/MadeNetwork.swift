import Foundation
import GeoTypes
import Geodata
import Inference
import Synchronization

/// A network without weights: its values are arithmetic on each pixel, so that any of them can be computed by hand.
final class MadeNetwork: TileNetwork {
  let outputs: Int
  let alignCorners = false
  /// Seconds that a tile takes.
  let seconds: @Sendable (_ tile: Int) -> Double
  /// Ends the tile with an error.
  let fails: @Sendable (_ tile: Int) -> Bool
  let tiles = Atomic(0)
  let workers = Atomic(0)

  init(
    outputs: Int = 3, seconds: @escaping @Sendable (Int) -> Double = { _ in 0 }, fails: @escaping @Sendable (Int) -> Bool = { _ in false }
  ) {
    self.outputs = outputs
    self.seconds = seconds
    self.fails = fails
  }

  struct Failure: Error {}

  func arenaBytes(height: Int, width: Int) -> Int { height * width * 8 }

  func makeWorker(height: Int, width: Int) throws -> Worker {
    workers.add(1, ordering: .relaxed)
    return Worker(self)
  }

  final class Worker: TileWorker {
    let network: MadeNetwork
    init(_ network: MadeNetwork) { self.network = network }

    /// Depends on the place in the tile, too: a tile that is added at the wrong place, or not at all, shows.
    func infer(pixels: UnsafeBufferPointer<Float>, height: Int, width: Int, logits: UnsafeMutableBufferPointer<Float>) throws {
      let tile = network.tiles.add(1, ordering: .relaxed).newValue
      if network.fails(tile) { throw Failure() }
      let pause = network.seconds(tile)
      if pause > 0 { Thread.sleep(forTimeInterval: pause) }
      let bands = pixels.count / (height * width)
      for y in 0..<height {
        for x in 0..<width {
          for output in 0..<network.outputs {
            logits[(y * width + x) * network.outputs + output] = MadeNetwork.value(
              pixels[(y * width + x) * bands], x, y, output)
          }
        }
      }
    }
  }

  static func value(_ pixel: Float, _ x: Int, _ y: Int, _ output: Int) -> Float {
    pixel * Float(output + 1) * 0.013 + Float((x * 7 + y * 13 + output * 29) % 101) * 0.07
  }
}

/// A raster in memory, some of whose pixels are not valid.
final class MadeSource: PixelSource {
  let name = "made"
  let size: RasterSize
  let geotransform = Geotransform.pixels
  let crs: CoordinateSystem? = nil
  let isPlaced = false
  let channels = 1
  let givesBytes = true
  let warnings: [String] = []
  let files: [String] = []
  var reading: RasterReading { preconditionFailure("not asked for") }
  var blockSize: RasterSize { size }
  private let isValid: @Sendable (_ column: Int, _ row: Int) -> Bool
  private let failsFrom: Int
  private let pause: Double

  init(
    _ size: RasterSize, failsFrom row: Int = .max, pause: Double = 0, isValid: @escaping @Sendable (Int, Int) -> Bool = { _, _ in true }
  ) {
    self.size = size
    failsFrom = row
    self.pause = pause
    self.isValid = isValid
  }

  static func pixel(_ column: Int, _ row: Int) -> UInt8 { UInt8(truncatingIfNeeded: column &* 31 &+ row &* 17 &+ (column &* row) % 23) }

  func read(_ window: Window) throws(GeodataError) -> PixelBlock {
    if pause > 0 { Thread.sleep(forTimeInterval: pause) }
    if window.maxRow > failsFrom { throw GeodataError(.unreadable, file: name, reason: "is damaged") }
    var bytes: [UInt8] = []
    var valid: [UInt8] = []
    for row in window.row..<window.maxRow {
      for column in window.column..<window.maxColumn {
        let isValid = isValid(column, row)
        bytes.append(isValid ? Self.pixel(column, row) : 0)
        valid.append(isValid ? 1 : 0)
      }
    }
    return PixelBlock(window: window, bands: 1, values: .bytes(bytes), valid: valid.contains(0) ? valid : nil)
  }

  func validCoverage(_ window: Window) throws(GeodataError) -> Coverage { .some }

  func picture(side: Int) throws(GeodataError) -> Picture { Picture(size: RasterSize(width: 1, height: 1), rgba: [0, 0, 0, 0]) }
}

/// Keeps all rows, and checks that those of a band come in order.
final class MadeSink: RowSink {
  struct State {
    var classes: [UInt8]
    var confidence: [UInt8]
    var probabilities: [Float]
    var times: [Int]
    /// By first column, the last row that came.
    var last: [Int: Int] = [:]
    var isOrdered = true
    var room: Int
    var grows: (@Sendable () -> Void)?
  }

  let state: Mutex<State>
  let width: Int
  let failsAt: Int
  let step: Int?

  /// - Parameters:
  ///   - step: gives room for twice so many rows at first, and for as many more whenever all columns of the upper half have come; `nil` without a limit.
  init(_ size: RasterSize, classes: Int, failsAt row: Int = .max, step: Int? = nil) {
    width = size.width
    failsAt = row
    self.step = step
    state = Mutex(
      State(
        classes: [UInt8](repeating: 9, count: size.area), confidence: [UInt8](repeating: 9, count: size.area),
        probabilities: [Float](repeating: -1, count: size.area * classes), times: [Int](repeating: 0, count: size.area),
        room: step.map { 2 * $0 } ?? .max))
  }

  struct Failure: Error {}

  var roomUpTo: Int { state.withLock { $0.room } }
  func whenRoomGrows(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.grows = body } }

  func add(_ row: DecidedRow) throws {
    if row.row == failsAt { throw Failure() }
    let grows = state.withLock { state -> (@Sendable () -> Void)? in
      if let last = state.last[row.column], last >= row.row { state.isOrdered = false }
      if row.row >= state.room { state.isOrdered = false }
      state.last[row.column] = row.row
      let classes = row.classIDs.isEmpty ? 0 : row.probabilities.count / row.classIDs.count
      for (index, value) in row.classIDs.enumerated() {
        let pixel = row.row * width + row.column + index
        state.classes[pixel] = value
        state.confidence[pixel] = row.confidence[index]
        for entry in 0..<classes { state.probabilities[pixel * classes + entry] = row.probabilities[index * classes + entry] }
        state.times[pixel] += 1
      }
      guard let step, state.times[..<(min(state.room - step, state.times.count / width) * width)].allSatisfy({ $0 > 0 }) else { return nil }
      state.room += step
      return state.grows
    }
    grows?()
  }
}
