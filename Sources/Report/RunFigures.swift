public import Foundation

/// The figures of a run, as they are kept for the runs to come.
public struct RunFigures: Sendable, Codable, Equatable {
  public var started: Date
  public var ended: Date
  public var seconds: Double
  public var exitCode: Int
  public var exitReason: String
  /// From 0; `nil` for a plain run.
  public var shard: Int?
  public var shardCount: Int?
  public var done: Int
  public var failed: Int
  /// Pixels written.
  public var pixels: Int
  public var tiles: Int
  public var inferredTiles: Int
  /// Added up over threads; empty for runs before the last.
  public var stages: [String: Double]
  /// Share of the workers' time in which they had something to do, 0…1.
  public var busyShare: Double?
  /// Bytes.
  public var peakMemory: Int
  public var workers: Int

  public init(
    started: Date, ended: Date, seconds: Double, exitCode: Int, exitReason: String, shard: Int?, shardCount: Int?, done: Int, failed: Int,
    pixels: Int, tiles: Int, inferredTiles: Int, stages: [String: Double], busyShare: Double?, peakMemory: Int, workers: Int
  ) {
    self.started = started
    self.ended = ended
    self.seconds = seconds
    self.exitCode = exitCode
    self.exitReason = exitReason
    self.shard = shard
    self.shardCount = shardCount
    self.done = done
    self.failed = failed
    self.pixels = pixels
    self.tiles = tiles
    self.inferredTiles = inferredTiles
    self.stages = stages
    self.busyShare = busyShare
    self.peakMemory = peakMemory
    self.workers = workers
  }

  /// Shards that did one work, as one run: from the first start to the last end, with the worst of their ends.
  ///
  /// - Parameter runs: at least one.
  public init(of runs: [RunFigures]) {
    let worst = runs.max { Self.severity($0.exitCode) < Self.severity($1.exitCode) }
    guard var whole = worst, runs.count > 1 else {
      precondition(!runs.isEmpty, "there is no run")
      self = runs[0]
      return
    }
    let time = runs.reduce(0) { $0 + $1.seconds * Double($1.workers) }
    let busy = runs.reduce(0) { $0 + ($1.busyShare ?? 0) * $1.seconds * Double($1.workers) }
    whole.started = runs.map(\.started).min() ?? whole.started
    whole.ended = runs.map(\.ended).max() ?? whole.ended
    whole.seconds = max(0, whole.ended.timeIntervalSince(whole.started))
    whole.done = runs.reduce(0) { $0 + $1.done }
    whole.failed = runs.reduce(0) { $0 + $1.failed }
    whole.pixels = runs.reduce(0) { $0 + $1.pixels }
    whole.tiles = runs.reduce(0) { $0 + $1.tiles }
    whole.inferredTiles = runs.reduce(0) { $0 + $1.inferredTiles }
    whole.stages = runs.reduce(into: [:]) { sum, run in sum.merge(run.stages, uniquingKeysWith: +) }
    whole.busyShare = time > 0 ? busy / time : nil
    whole.peakMemory = runs.map(\.peakMemory).max() ?? 0
    whole.workers = runs.reduce(0) { $0 + $1.workers }
    self = whole
  }

  /// An order of exit codes: done, asked to stop, sources failed, everything else.
  static func severity(_ exitCode: Int) -> Int {
    switch exitCode {
    case 0: 0
    case 130: 1
    case 3: 2
    default: 3
    }
  }
}
