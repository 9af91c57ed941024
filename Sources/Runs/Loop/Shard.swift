import Foundation

/// One of several processes that do a run together, meeting only in files.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// From 0.
  public let index: Int
  public let count: Int

  public var description: String { "\(index)/\(count)" }

  /// Reads "I/N", 0 ≤ I < N.
  ///
  /// - Throws: `RunError` (wrongCall).
  public init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count > 0, (0..<count).contains(index), count <= 100_000 else {
      throw RunError(.wrongCall, reason: "'\(text)' is not a valid shard", remedy: "give I/N with I from 0 to N - 1, such as 0/4")
    }
    self.index = index
    self.count = count
  }

  private init(index: Int, count: Int) {
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
    guard found.count > 0, (0..<found.count).contains(found.index) else {
      throw RunError(
        .wrongCall, reason: "the batch system's variables name shard \(found.index) of \(found.count)", remedy: "give --shard I/N")
    }
    return found.count == 1 ? nil : Shard(index: found.index, count: found.count)
  }
}
