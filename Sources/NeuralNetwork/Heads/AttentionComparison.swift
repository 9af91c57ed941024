import KernelTypes

/// One attention block over a feature map with seeded weights, for `orthoweave-bench attention`: what each kind takes in time and
/// memory on maps of the same size.
///
/// All have a query and a key of `inner` channels and a value of all channels, each by one 1×1 convolution (with ReLU, but for the value),
/// and give a map of all channels. Dense: every pixel attends to every pixel. Interlaced: ISANet's two relations with 8×8 blocks, each with
/// its own projections. Pyramid: ANN's 110 positions. Fast: FANet's, with 32 channels of query and key.
package final class AttentionComparison {
  /// A kind of attention.
  package enum Kind: String, CaseIterable, Sendable {
    case dense, interlaced, pyramid, fast
  }

  /// Bytes of the arena: all maps and scratch that live at once, the input's aside.
  package let arenaBytes: Int
  /// Pairs of query and key that are compared.
  package let affinities: Int
  /// 2 per multiply-add.
  package let operations: Double

  private let program: Program
  private let arena: Arena
  private var pixels: [Float]

  /// - Parameters:
  ///   - kind: of attention.
  ///   - height: rows of the map; whole blocks of 8, as are columns.
  ///   - width: columns.
  ///   - channels: of the map.
  ///   - inner: channels of query and key.
  ///   - kernels: the kernel set.
  /// - Throws: `tooLarge` where there is no memory: dense attention takes 4 · (height · width)² bytes.
  package init(_ kind: Kind, height: Int, width: Int, channels: Int = 512, inner: Int = 256, kernels: KernelSet = .best)
    throws(NetworkError)
  {
    let packing = try WeightPacking(NetworkOptions(kernels: kernels))
    var seed: UInt64 = 1
    func projection(_ outputs: Int) -> PackedConvolution {
      let scale = 1 / Double(channels).squareRoot()
      let weights = (0..<(outputs * channels)).map { _ in
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (Double(seed >> 11) * 0x1p-53 - 0.5) * 3.4 * scale
      }
      return packing.convolution(
        ConvolutionParameters(outputs: outputs, inputs: channels, kernel: 1, weights: weights, bias: Array(repeating: 0, count: outputs)))
    }
    let queries = kind == .fast ? 32 : inner
    var builder = ProgramBuilder(kernels: kernels)
    let input = ProgramBuilder.pixels(height: height, width: width, channels: channels)
    var x = input
    for part in kind == .interlaced ? ["global", "local"] : ["all"] {
      let query = builder.convolve(projection(queries), x, name: "\(part).query", activation: .relu)
      let key = builder.convolve(projection(queries), x, name: "\(part).key", activation: .relu)
      let value = builder.convolve(projection(channels), x, name: "\(part).value", activation: .none)
      let result = builder.map(height: height, width: width, channels: channels)
      switch kind {
      case .dense: builder.denseAttention(query, key, value, into: result, name: "attention")
      case .interlaced:
        builder.interlacedAttention(
          query, key, value, into: result, blockHeight: 8, blockWidth: 8, isLocal: part == "local", activation: .relu, name: part)
      case .pyramid:
        let keys = builder.pyramidPool(key, scales: AsymmetricHead.scales, name: "keys")
        let values = builder.pyramidPool(value, scales: AsymmetricHead.scales, name: "values")
        builder.denseAttention(query, keys, values, into: result, name: "attention")
      case .fast: builder.fastAttention(query, key, value, into: result, name: "attention")
      }
      x = result
    }
    program = builder.finish()
    arena = try Arena(floats: program.arenaFloats)
    arenaBytes = program.arenaFloats * 4
    operations = program.steps.reduce(0) { $0 + $1.operations }
    let count = height * width
    affinities =
      switch kind {
      case .dense: count * count
      case .interlaced: count * (count / 64) + count * 64
      case .pyramid: count * 110
      case .fast: 0
      }
    pixels = (0..<(count * channels)).map { Float($0 % 977) / 488 - 1 }
  }

  /// Computes the block once.
  package func run() {
    pixels.withUnsafeMutableBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return }
      program.run(on: arena, pixels: base, logits: base) { _, step, memory in step.run(memory) }
    }
  }
}
