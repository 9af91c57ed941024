import Inference

/// What a source in flight takes of `inference.memory`.
struct MemoryClaim: Sendable {
  /// Weights, cache and the program, in bytes.
  let fixed: Int
  /// Workers that it may have.
  let workers: Int
  /// Bytes of the network's arena for its tiles.
  let arena: Int
  /// Bytes of each worker, arena included.
  let worker: Int
  /// Bytes of the values of a tile.
  let tile: Int
  private let inference: Int
  private let layers: Int
  /// Whether it still needs the workers; else only its layers are made.
  var infers: Bool

  /// Bytes that it takes besides the workers.
  var own: Int { infers ? max(inference, layers) : layers }

  init(_ plan: SourcePlan, infers: Bool) {
    let memory = plan.memory
    fixed = memory.fixed
    workers = plan.workers
    arena = plan.arenaBytes
    worker = memory.workers / plan.workers
    tile = memory.waitingTiles / Crew.outstandingTiles(workers: plan.workers)
    inference = memory.own
    layers = memory.blocks + memory.layers
    self.infers = infers
  }
}

/// What several sources in flight take together, in bytes.
struct MemoryTotal {
  let fixed: Int
  let own: Int
  /// What the crew needs for those that are inferred.
  let crew: Int
  /// What the crew may take for them.
  let limit: Crew.Limit

  init(_ claims: [MemoryClaim]) {
    fixed = claims.map(\.fixed).max() ?? 0
    own = claims.reduce(0) { $0 + $1.own }
    let inferring = claims.filter(\.infers)
    let workers = inferring.map(\.workers).min() ?? 0
    crew =
      inferring.isEmpty
      ? 0 : workers * (inferring.map(\.worker).max() ?? 0) + Crew.outstandingTiles(workers: workers) * (inferring.map(\.tile).max() ?? 0)
    limit = Crew.Limit(workers: max(1, workers), arenaBytes: inferring.map(\.arena).max() ?? 0)
  }
}
