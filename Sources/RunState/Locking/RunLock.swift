public import FoundationEssentials
import Glibc

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
  /// The directory must have been prepared. A holder that died is no obstacle: the system dropped its lock.
  ///
  /// - Parameter label: What kind of run, for the message of whoever comes second: "run", "shard 2/4".
  public static func acquire(_ output: OutputDirectory, _ mode: LockMode, label: String, now: Date) throws(RunStateError) -> RunLock {
    for _ in 0..<16 {
      let file = try LockFile(output)
      guard try file.take(mode == .exclusive ? .exclusive : .shared, byte: LockFile.runByte) else {
        let holder = LockHolder.read(file.path).map { "\($0)" } ?? "another process"
        throw RunStateError(
          .locked, file: output.path, reason: "another run holds the lock: \(holder)", remedy: "wait until it has ended")
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

  /// Who holds the run lock exclusively or last joined it, as the record says; the lock itself is not looked at.
  public static func recordedHolder(_ output: OutputDirectory) -> LockHolder? { LockHolder.read(output.lockFile) }

  /// Gives the lock back; nothing happens the second time.
  public func release() { file.close() }
}
