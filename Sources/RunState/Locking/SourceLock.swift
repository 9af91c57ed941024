import Glibc
import Synchronization

/// The lock of one source under construction: shared by the shards that work on it, exclusive for publishing.
public final class SourceLock: Sendable {
  public let source: SourceName
  public let mode: LockMode
  private let file: LockFile
  /// The watch over the outputs being built under this lock.
  private let watch = Mutex<WriteWatch?>(nil)

  private init(_ source: SourceName, _ mode: LockMode, _ file: LockFile) {
    self.source = source
    self.mode = mode
    self.file = file
  }

  /// Takes the lock without waiting; nil where another process (or another lock of this one) is against it.
  ///
  /// To go from shared to exclusive, release first: of the shards that finish, the last one gets it.
  public static func take(_ output: OutputDirectory, _ source: SourceName, _ mode: LockMode) throws(RunStateError) -> SourceLock? {
    let file = try LockFile(output)
    guard try file.take(mode == .exclusive ? .exclusive : .shared, byte: byte(of: source)) else { return nil }
    return SourceLock(source, mode, file)
  }

  /// As `take`, trying again for so many seconds while `goOn` is true.
  public static func take(
    _ output: OutputDirectory, _ source: SourceName, _ mode: LockMode, waiting seconds: Double, while goOn: () -> Bool
  ) throws(RunStateError) -> SourceLock? {
    var waited = 0.0
    while true {
      if let lock = try take(output, source, mode) { return lock }
      guard waited < seconds, goOn() else { return nil }
      usleep(50_000)
      waited += 0.05
    }
  }

  /// Gives the lock back; nothing happens the second time.
  public func release() {
    setWatch(nil)
    file.close()
  }

  func setWatch(_ new: WriteWatch?) {
    watch.withLock { $0 = new }
  }

  /// Throws the error of the first write below the directory being built that failed, by whatever library, noticed by it or not.
  ///
  /// `publish` asks, too. A caller that asks after an error of a library learns the cause behind it, such as a full disk with its free space.
  public func checkWrites() throws(RunStateError) {
    let current = watch.withLock { $0 }
    try current?.check()
  }

  /// The byte of the lock file that stands for a source: 56 bits of its hash, behind the run's own bytes.
  private static func byte(of source: SourceName) -> Int64 {
    let digits = Digest.sha256("source lock\n\(source.text)").prefix(14)
    return (1 << 60) + (Int64(digits, radix: 16) ?? 0)
  }
}
