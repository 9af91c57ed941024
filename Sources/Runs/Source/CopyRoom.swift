import Synchronization

/// Room on the disk that copies in the making will take: the disk counts only what is written already.
final class CopyRoom: Sendable {
  private let promised = Mutex<UInt64>(0)

  /// Runs `body` with room set aside.
  ///
  /// - Parameters:
  ///   - bytes: of the copies.
  ///   - left: what the disk has left now; `nil` where that is not known.
  ///   - refuse: makes the error where there is less, from what is free for it.
  func withRoom<Value>(_ bytes: UInt64, left: UInt64?, refuse: (UInt64) -> RunError, _ body: () throws -> Value) throws -> Value {
    // What a file claims may be anything; no disk has more.
    let promise = min(bytes, 1 << 50)
    let others = promised.withLock { promised in
      defer { promised += promise }
      return promised
    }
    defer { promised.withLock { $0 -= promise } }
    if let left, left < others || left - others < bytes { throw refuse(left - min(left, others)) }
    return try body()
  }
}
