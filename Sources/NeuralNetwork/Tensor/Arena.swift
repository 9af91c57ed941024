import Glibc

/// One block of floats that a worker's maps lie in, aligned to pages.
final class Arena {
  let begin: UnsafeMutablePointer<Float>
  let floats: Int

  /// - Throws: `tooLarge` where the system does not give so much.
  init(floats: Int) throws(NetworkError) {
    let (bytes, overflow) = max(1, floats).multipliedReportingOverflow(by: 4)
    var raw: UnsafeMutableRawPointer?
    guard !overflow, posix_memalign(&raw, 4096, bytes) == 0, let raw else {
      throw NetworkError(
        .tooLarge, file: "", reason: "no memory for an arena of \(floats / 250_000) MB", remedy: "take a smaller tile or fewer workers")
    }
    // Zeroed, so that the lanes between a map's last channel and its pixel stride are numbers.
    memset(raw, 0, bytes)
    begin = raw.bindMemory(to: Float.self, capacity: max(1, floats))
    self.floats = floats
  }

  deinit { free(begin) }
}
