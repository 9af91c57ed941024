import Glibc

/// One block of floats that a worker's maps lie in: zeroed, aligned to large pages, and given pages only where it is touched.
final class Arena {
  let begin: UnsafeMutablePointer<Float>
  let floats: Int
  private let memory: UnsafeMutableRawPointer
  private let bytes: Int

  /// Large pages spare most of the address look-ups while maps of many megabytes are walked.
  private static let largePage = 1 << 21

  /// - Throws: `tooLarge` where the system does not give so much.
  init(floats: Int) throws(NetworkError) {
    let (wanted, overflow) = max(1, floats).multipliedReportingOverflow(by: 4)
    let (padded, overflowToo) = wanted.addingReportingOverflow(2 * Self.largePage)
    bytes = padded / Self.largePage * Self.largePage
    guard !overflow, !overflowToo,
      let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != UnsafeMutableRawPointer(bitPattern: -1)
    else {
      throw NetworkError(
        .tooLarge, file: "", reason: "no memory for an arena of \(floats / 250_000) MB", remedy: "take a smaller tile or fewer workers")
    }
    self.memory = memory
    self.floats = floats
    // Where the system has no large pages to give, this does nothing.
    madvise(memory, bytes, MADV_HUGEPAGE)
    let address = Int(bitPattern: memory)
    let offset = (Self.largePage - address % Self.largePage) % Self.largePage
    begin = (memory + offset).bindMemory(to: Float.self, capacity: max(1, floats))
  }

  deinit { munmap(memory, bytes) }
}
