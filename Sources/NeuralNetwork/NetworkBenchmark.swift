import Foundation
import Synchronization

/// How fast a network runs on this machine: workers that each infer one tile after another.
public enum NetworkBenchmark {
  /// What was measured. As JSON its keys are in snake case, as the scripts that compare with other engines read them.
  public struct Result: Sendable, Equatable, Codable {
    public var height: Int
    public var width: Int
    public var workers: Int
    /// Tiles that each worker inferred in a round.
    public var tiles: Int
    public var kernels: String
    public var precision: String
    /// Seconds between two finished tiles, of all workers together: the median of the rounds.
    public var secondsPerTile: Double
    /// The same of the fastest round.
    public var fastest: Double
    /// Every round's.
    public var rounds: [Double]
    /// GFLOP of one tile, 2 per multiply-add of the direct algorithms.
    public var gigaOperations: Double
    public var weightBytes: Int
    public var arenaBytes: Int

    enum CodingKeys: String, CodingKey {
      case height, width, workers, tiles, kernels, precision, fastest, rounds
      case secondsPerTile = "seconds_per_tile"
      case gigaOperations = "giga_operations"
      case weightBytes = "weight_bytes"
      case arenaBytes = "arena_bytes"
    }
  }

  /// Times rounds of tiles after every worker has inferred one to warm up.
  ///
  /// - Parameters:
  ///   - network: what is measured.
  ///   - height: rows.
  ///   - width: columns.
  ///   - workers: threads, each with a worker and an arena of its own.
  ///   - tiles: how many each worker infers in a round.
  ///   - rounds: how often; the median counts.
  public static func measure(
    _ network: Network, height: Int, width: Int, workers: Int, tiles: Int = 4, rounds: Int = 5
  ) throws(NetworkError) -> Result {
    precondition(workers > 0 && tiles > 0 && rounds > 0, "\(workers) workers, \(tiles) tiles, \(rounds) rounds")
    let failure = Mutex<NetworkError?>(nil)
    let crew = Crew(workers: workers)
    for number in 0..<workers {
      let thread = Thread {
        do throws(NetworkError) {
          try serve(network, height: height, width: width, tiles: tiles, rounds: rounds, seed: number, crew)
        } catch {
          failure.withLock { $0 = error }
          crew.fail(rounds: rounds)
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    crew.waitForAll()
    var seconds: [Double] = []
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      crew.startRound()
      crew.waitForAll()
      let duration = start.duration(to: .now).components
      seconds.append((Double(duration.seconds) + Double(duration.attoseconds) * 1e-18) / Double(workers * tiles))
    }
    if let error = failure.withLock({ $0 }) { throw error }
    let sorted = seconds.sorted()
    return Result(
      height: height, width: width, workers: workers, tiles: tiles, kernels: network.kernels.rawValue,
      precision: network.precision.rawValue, secondsPerTile: sorted[sorted.count / 2], fastest: sorted[0], rounds: seconds,
      gigaOperations: network.operations(height: height, width: width) * 1e-9, weightBytes: network.weightBytes,
      arenaBytes: network.arenaBytes(height: height, width: width))
  }

  /// What each operation takes on one worker: the fastest of some tiles.
  public static func profile(_ network: Network, height: Int, width: Int, tiles: Int = 5) throws(NetworkError) -> [OperationTime] {
    let worker = try network.makeWorker(height: height, width: width)
    var tile = Tile(network, height: height, width: width, seed: 0)
    try tile.infer(worker)
    worker.isProfiling = true
    for _ in 0..<max(1, tiles) { try tile.infer(worker) }
    return worker.takeProfile()
  }

  private static func serve(
    _ network: Network, height: Int, width: Int, tiles: Int, rounds: Int, seed: Int, _ crew: Crew
  ) throws(NetworkError) {
    let worker = try network.makeWorker(height: height, width: width)
    var tile = Tile(network, height: height, width: width, seed: seed)
    try tile.infer(worker)
    crew.arrive()
    for _ in 0..<rounds {
      crew.waitForStart()
      for _ in 0..<tiles { try tile.infer(worker) }
      crew.arrive()
    }
  }

  /// Pixels that look like normalized ones, and room for their logits.
  private struct Tile {
    let height: Int
    let width: Int
    let pixels: [Float]
    var logits: [Float]

    init(_ network: Network, height: Int, width: Int, seed: Int) {
      self.height = height
      self.width = width
      pixels = (0..<(height * width * network.description.inputChannels)).map { Float(($0 + seed) % 977) / 488 - 1 }
      logits = Array(repeating: 0, count: height * width * network.description.outputs)
    }

    mutating func infer(_ worker: NetworkWorker) throws(NetworkError) {
      let result = pixels.withUnsafeBufferPointer { pixels in
        logits.withUnsafeMutableBufferPointer { logits in
          Swift.Result { () throws(NetworkError) in
            try worker.infer(pixels: pixels, height: height, width: width, logits: logits)
          }
        }
      }
      try result.get()
    }
  }

  /// Lets threads begin a round together and tells when all have ended it.
  private final class Crew: Sendable {
    private let workers: Int
    private let starts = DispatchSemaphore(value: 0)
    private let ends = DispatchSemaphore(value: 0)

    init(workers: Int) { self.workers = workers }

    func arrive() { ends.signal() }
    func waitForStart() { starts.wait() }
    func startRound() { for _ in 0..<workers { starts.signal() } }
    func waitForAll() { for _ in 0..<workers { ends.wait() } }

    /// A thread that cannot continue is taken for one that has ended all rounds.
    func fail(rounds: Int) { for _ in 0...rounds { ends.signal() } }
  }
}
