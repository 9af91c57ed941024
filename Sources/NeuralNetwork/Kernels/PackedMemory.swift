internal import Glibc

/// Memory that is filled once and then only read: packed weights.
///
/// `@unchecked Sendable`: nothing writes after `init`'s closure has returned.
final class PackedMemory: @unchecked Sendable {
  let floats: UnsafePointer<Float>
  let count: Int
  private let memory: UnsafeMutableRawPointer

  /// Weights stream through the caches once a tile; in pages of 4 KB that costs a translation every 64 lines.
  private static let hugePage = 2 << 20

  /// - Parameter fill: gets zeroed memory, aligned to a cache line at least.
  init(count: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let isLarge = bytes >= Self.hugePage
    memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? Self.hugePage : 64)
    if isLarge { _ = madvise(memory, bytes, MADV_HUGEPAGE) }
    let values = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    values.initialize(repeating: 0, count: max(count, 1))
    fill(values)
    floats = UnsafePointer(values)
  }

  deinit { memory.deallocate() }

  var bytes: Int { count * MemoryLayout<Float>.stride }
}
