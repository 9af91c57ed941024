/// Memory that is filled once and then only read: packed weights.
///
/// `@unchecked Sendable`: nothing writes after `init`'s closure has returned.
final class PackedMemory: @unchecked Sendable {
  let floats: UnsafePointer<Float>
  let count: Int
  private let memory: UnsafeMutableRawPointer

  /// - Parameter fill: gets zeroed memory, aligned to a cache line.
  init(count: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
    self.count = count
    memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    let values = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    values.initialize(repeating: 0, count: max(count, 1))
    fill(values)
    floats = UnsafePointer(values)
  }

  deinit { memory.deallocate() }

  var bytes: Int { count * MemoryLayout<Float>.stride }
}
