/// One operation of a program on maps of its buffers. Steps hold packed weights by reference and no state of their own:
/// any number of workers may run the same step at once, each on its own memory.
protocol Step: Sendable {
  /// Where the operation is in the network, as in `stage3.0.conv2`.
  var name: String { get }
  /// What it is, with its sizes, for profiles: `3×3 dilation 2, 64×64×256 → 256`.
  var summary: String { get }
  /// Maps that are read, residuals included.
  var reads: [FeatureMap] { get }
  /// Maps that are written.
  var writes: [FeatureMap] { get }
  /// Floats of scratch memory that the operation needs while it runs.
  var scratchFloats: Int { get }
  /// Floating-point operations, 2 per multiply-add of the direct algorithm.
  var operations: Double { get }

  func run(_ memory: Memory)
}

/// The memory that a program runs on: the begin of each buffer, and scratch that belongs to the running step.
struct Memory {
  let buffers: UnsafePointer<UnsafeMutablePointer<Float>>
  let scratch: UnsafeMutablePointer<Float>

  func begin(_ map: FeatureMap) -> UnsafeMutablePointer<Float> { buffers[map.buffer] + map.offset }
}
