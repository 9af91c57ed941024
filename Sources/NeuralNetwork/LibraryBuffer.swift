internal import CSystem
internal import Synchronization

/// Counts the threads that may be in OpenBLAS at once. Each takes a buffer there at its first product, which the library keeps; where the
/// system refuses one, the library tries again for ever.
final class LibraryBuffer: Sendable {
  /// Of address space; little of it is touched.
  private static let bytes = 128 << 20

  private static let count = Mutex<(now: Int, most: Int)>((0, 0))

  /// - Throws: `tooLarge` where there is no room for another buffer.
  init() throws(NetworkError) {
    let hasRoom = Self.count.withLock { count in
      // Those up to `most` may have been taken already; the others have not.
      let missing = max(0, count.now + 1 - count.most)
      guard missing == 0 || csystem_could_allocate(UInt64((count.now + 1) * Self.bytes)) != 0 else { return false }
      count.now += 1
      count.most = max(count.most, count.now)
      return true
    }
    guard hasRoom else {
      throw NetworkError(
        .tooLarge, file: "", reason: "no memory for another buffer of OpenBLAS (\(Self.bytes >> 20) MiB of address space for each worker)",
        remedy: "take fewer workers, or raise the limit (ulimit -v)")
    }
  }

  deinit { Self.count.withLock { $0.now -= 1 } }
}
