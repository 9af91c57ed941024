/// The operations of a network for one input size, in order, with every buffer's place in the arena.
struct Program: Sendable {
  /// Buffers that the caller gives: pixels in, logits out. Numbers below `externals` are theirs.
  static let pixels = 0
  static let logits = 1
  static let externals = 2

  var steps: [any Step]
  /// Offset in the arena for each buffer, in floats; the first `externals` are unused.
  var offsets: [Int]
  /// Floats of all buffers in the arena; scratch comes after them.
  var bufferFloats: Int
  var scratchFloats: Int
  /// Maps that have a name in the reference, and the step after which they hold it.
  var notes: [Note]

  struct Note: Sendable {
    var name: String
    var step: Int
    var map: FeatureMap
  }

  var arenaFloats: Int { bufferFloats + scratchFloats }
}

/// Takes down a network's operations for one input size.
///
/// Models call `map` and the operations' methods (each in the operation's own file) in the order of computation;
/// `finish` decides where the buffers lie.
struct ProgramBuilder {
  let image: ImageOperations
  let product: BatchedProduct
  private(set) var steps: [any Step] = []
  private var sizes: [Int] = Array(repeating: 0, count: Program.externals)
  private var notes: [Program.Note] = []

  init(kernels: KernelSet) {
    image = ImageOperations(kernelSet: kernels)
    product = BatchedProduct(kernelSet: kernels)
  }

  /// The pixels of [height, width, channels], packed.
  static func pixels(height: Int, width: Int, channels: Int) -> FeatureMap {
    FeatureMap(
      buffer: Program.pixels, offset: 0, height: height, width: width, channels: channels, rowStride: width * channels,
      pixelStride: channels)
  }

  /// The caller's logits of [height, width, channels], packed.
  static func logits(height: Int, width: Int, channels: Int) -> FeatureMap {
    FeatureMap(
      buffer: Program.logits, offset: 0, height: height, width: width, channels: channels, rowStride: width * channels,
      pixelStride: channels)
  }

  /// A new map in a buffer of its own.
  mutating func map(height: Int, width: Int, channels: Int) -> FeatureMap {
    let stride = FeatureMap.pixelStride(channels: channels)
    sizes.append(height * width * stride)
    return FeatureMap(
      buffer: sizes.count - 1, offset: 0, height: height, width: width, channels: channels, rowStride: width * stride, pixelStride: stride)
  }

  mutating func append(_ step: any Step) { steps.append(step) }

  /// Gives the map that the latest step has written its name in the reference.
  mutating func note(_ name: String, _ map: FeatureMap) {
    notes.append(Program.Note(name: name, step: steps.count - 1, map: map))
  }

  /// Plans the arena: a buffer lives from the first step that writes it to the last that touches it.
  func finish() -> Program {
    var needs = sizes.map { ArenaPlan.Need(floats: $0, firstStep: Int.max, lastStep: -1) }
    for (index, step) in steps.enumerated() {
      for map in step.reads + step.writes {
        needs[map.buffer].firstStep = min(needs[map.buffer].firstStep, index)
        needs[map.buffer].lastStep = max(needs[map.buffer].lastStep, index)
      }
    }
    let plan = ArenaPlan(needs)
    return Program(
      steps: steps, offsets: plan.offsets, bufferFloats: plan.floats, scratchFloats: steps.map(\.scratchFloats).max() ?? 0,
      notes: notes)
  }
}
