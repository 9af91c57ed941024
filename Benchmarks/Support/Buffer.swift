import KernelTypes

/// Aligned memory for a map or scratch, with seeded values.
final class Buffer {
  let floats: UnsafeMutablePointer<Float>
  let count: Int

  init(_ count: Int, seed: UInt64? = nil) {
    self.count = count
    floats = UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * 4, alignment: 4096).bindMemory(to: Float.self, capacity: count)
    floats.initialize(repeating: 0, count: count)
    guard var state = seed else { return }
    for index in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      floats[index] = Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
    }
  }

  deinit { floats.deallocate() }
}

/// A map as the engine lays it out: pixels a multiple of 16 floats apart, and not a large power of two; packed where there are few.
func map(height: Int, width: Int, channels: Int, in buffer: Buffer) -> ImageView {
  ImageView(base: buffer.floats, height: height, width: width, channels: channels, pixelStride: mapStride(channels))
}

func mapStride(_ channels: Int) -> Int {
  if channels < 5 { return channels }
  let vectors = (channels + 15) / 16 * 16
  return vectors >= 128 && vectors % 64 == 0 ? vectors + 16 : vectors
}
