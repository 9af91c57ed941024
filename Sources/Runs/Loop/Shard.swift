import Foundation

/// One of several processes that do a run together, meeting only in files.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// From 0.
  public let index: Int
  public let count: Int

  public var description: String { "\(index)/\(count)" }

  /// `nil` unless 0 ≤ `index` < `count` ≤ 100,000.
  public init?(index: Int, count: Int) {
    guard (1...100_000).contains(count), (0..<count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// The shard that a batch system's variables name: Slurm arrays, Kubernetes indexed jobs (with `ORTHOWEAVE_SHARDS` for the number of
  /// completions, which Kubernetes does not tell), AWS Batch arrays, and PBS and SGE arrays. `nil` outside one.
  ///
  /// - Throws: `RunError` (wrongCall) where the variables contradict each other.
  public static func fromEnvironment(_ environment: [String: String]) throws -> Shard? {
    func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    var found: (index: Int, count: Int)?
    if let id = number("SLURM_ARRAY_TASK_ID"), let count = number("SLURM_ARRAY_TASK_COUNT") {
      let step = max(1, number("SLURM_ARRAY_TASK_STEP") ?? 1)
      found = ((id - (number("SLURM_ARRAY_TASK_MIN") ?? 0)) / step, count)
    } else if let index = number("JOB_COMPLETION_INDEX"), let count = number("ORTHOWEAVE_SHARDS") {
      found = (index, count)
    } else if let index = number("AWS_BATCH_JOB_ARRAY_INDEX"), let count = number("AWS_BATCH_JOB_ARRAY_SIZE") ?? number("ORTHOWEAVE_SHARDS")
    {
      found = (index, count)
    } else if let id = number("SGE_TASK_ID"), let first = number("SGE_TASK_FIRST"), let last = number("SGE_TASK_LAST"), last >= first {
      found = (id - first, last - first + 1)
    } else if let index = number("PBS_ARRAY_INDEX"), let count = number("ORTHOWEAVE_SHARDS") {
      found = (index, count)
    }
    guard let found else { return nil }
    guard let shard = Shard(index: found.index, count: found.count) else {
      throw RunError(
        .wrongCall, reason: "the batch system's variables name shard \(found.index) of \(found.count)",
        remedy: "give the shard in the call, or correct the variables")
    }
    return shard.count == 1 ? nil : shard
  }
}
