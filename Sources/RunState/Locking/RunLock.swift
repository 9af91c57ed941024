public import FoundationEssentials
import Glibc

/// How a lock is held.
public enum LockMode: String, Sendable {
  /// Many at once: shards, each with its own part.
  case shared
  /// One alone: a plain run, and whoever publishes a source.
  case exclusive
}

/// The lock of a run on its output directory, held until `release`, until it is dropped, or until the process ends, however it ends.
public final class RunLock: Sendable {
  public let mode: LockMode
  private let file: LockFile
  private let operations: FileOperations

  private init(_ file: LockFile, _ mode: LockMode, _ operations: FileOperations) {
    self.file = file
    self.mode = mode
    self.operations = operations
  }

  /// Takes the lock at once, or throws `locked` with a sentence that names the holder; `unsupported` where locks do not work.
  ///
  /// The directory must have been prepared. A holder that died is not an obstacle: the system dropped its lock.
  ///
  /// - Parameter output: the directory to lock.
  /// - Parameter mode: shared for shards, exclusive for others.
  /// - Parameter label: What kind of run, for the message of whoever comes second: "run", "shard 2/4".
  /// - Parameter now: the time that the record says.
  public static func acquire(_ output: OutputDirectory, _ mode: LockMode, label: String, now: Date) throws(RunStateError) -> RunLock {
    for _ in 0..<16 {
      let file = try LockFile(output)
      guard try file.take(mode == .exclusive ? .exclusive : .shared, byte: LockFile.runByte) else {
        throw held(file, output)
      }
      // Whoever removed the lock file by hand meanwhile: take the new one.
      guard try file.isStillInPlace() else { continue }
      // Several shards hold the lock at once; the one that came last stands in the record.
      if try file.take(.exclusive, byte: LockFile.recordByte) {
        try file.write(LockHolder.current(label: label, now: now).record, output.operations)
        file.drop(byte: LockFile.recordByte)
      }
      return RunLock(file, mode, output.operations)
    }
    throw RunStateError(.vanished, file: output.lockFile, reason: "is removed again and again", remedy: "find out what removes it")
  }

  private static func held(_ file: LockFile, _ output: OutputDirectory) -> RunStateError {
    guard let holder = LockHolder.read(file.path) else {
      return RunStateError(
        .locked, file: output.path, reason: "another process holds the lock", remedy: "find it with 'fuser -v \(file.path)'")
    }
    // Shards share the lock and the record: the one that came last may have ended before the others.
    guard !holder.hasEnded else {
      return RunStateError(
        .locked, file: output.path,
        reason: "the recorded holder of the lock (\(holder)) has ended, but another process still holds it",
        remedy: "wait if shards are running; else find that process with 'fuser -v \(file.path)'")
    }
    return RunStateError(.locked, file: output.path, reason: "another run holds the lock: \(holder)", remedy: "wait until it has ended")
  }

  /// Gives the lock back; nothing happens the second time.
  public func release() { file.close() }
}
