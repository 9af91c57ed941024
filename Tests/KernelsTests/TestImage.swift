import KernelTypes
import TestSupport
import Testing

extension Seeded {
  mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &self) } }
  mutating func doubles(_ count: Int) -> [Double] { floats(count).map(Double.init) }
}

/// An image with gaps between pixels and rows. The gaps hold NaN: a kernel that reads one spoils its result, one that writes
/// one is found by `gapsAreUntouched`.
final class TestImage {
  let view: ImageView
  private let memory: UnsafeMutablePointer<Float>
  private let count: Int

  init(height: Int, width: Int, channels: Int, pixelGap: Int = 5, rowGap: Int = 7, values: [Float]? = nil) {
    let pixelStride = channels + pixelGap
    let rowStride = width * pixelStride + rowGap
    count = height * rowStride + 1
    memory = .allocate(capacity: count)
    memory.initialize(repeating: .nan, count: count)
    view = ImageView(
      base: memory, height: height, width: width, channels: channels, rowStride: rowStride, pixelStride: pixelStride)
    if let values { fill(values) }
  }

  deinit { memory.deallocate() }

  func fill(_ values: [Float]) {
    precondition(values.count == view.pixels * view.channels)
    for index in values.indices { memory[place(index)] = values[index] }
  }

  var values: [Float] { (0..<(view.pixels * view.channels)).map { memory[place($0)] } }

  var gapsAreUntouched: Bool {
    var isUsed = [Bool](repeating: false, count: count)
    for row in 0..<view.height {
      for column in 0..<view.width {
        let first = row * view.rowStride + column * view.pixelStride
        for place in first..<(first + view.channels) { isUsed[place] = true }
      }
    }
    return (0..<count).allSatisfy { isUsed[$0] || memory[$0].isNaN }
  }

  private func place(_ index: Int) -> Int {
    let pixel = index / view.channels
    return pixel / view.width * view.rowStride + pixel % view.width * view.pixelStride + index % view.channels
  }
}

/// Scratch memory, aligned as kernels like it and filled with NaN: nothing may depend on what was there.
func withScratch(_ floats: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: (floats + 64) * 4, alignment: 64)
  defer { memory.deallocate() }
  let values = memory.bindMemory(to: Float.self, capacity: floats + 64)
  values.initialize(repeating: .nan, count: floats + 64)
  body(values)
  #expect((floats..<(floats + 64)).allSatisfy { values[$0].isNaN }, "wrote behind its scratch memory")
}
