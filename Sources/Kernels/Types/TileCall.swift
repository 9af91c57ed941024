/// When a tile adds its residual.
public enum ResidualStage: Sendable {
  /// To the bias: where sums are kept in the output between slices, which may be the residual's memory.
  case first
  case beforeActivation
  case afterActivation
}

/// One tile of a product: some rows times one panel of weights, over one slice of the inputs.
public struct TileCall {
  /// First row; the others are `inputStride` floats apart.
  public var input: UnsafePointer<Float>
  public var inputStride: Int
  /// [inputs][panel].
  public var weights: UnsafePointer<Float>
  public var inputs: Int
  /// What to ask for on the way: the next panel, of which each tile of a panel fetches a part.
  public var weightsAhead: UnsafePointer<Float>
  /// Floats between what two steps fetch.
  public var weightsAheadStep: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  /// Whether sums begin with what is in `output`, not with the bias.
  public var continues: Bool
  /// Whether these are the last inputs, so that the epilogue is due.
  public var ends: Bool
  /// One panel.
  public var bias: UnsafePointer<Float>
  public var residual: UnsafePointer<Float>?
  public var residualStride: Int
  public var residualStage: ResidualStage
  public var isActivated: Bool
  /// The activation's slopes, one panel.
  public var slopes: UnsafePointer<Float>

  @inlinable @inline(__always)
  public init(
    input: UnsafePointer<Float>, inputStride: Int, weights: UnsafePointer<Float>, inputs: Int,
    weightsAhead: UnsafePointer<Float>, weightsAheadStep: Int, output: UnsafeMutablePointer<Float>,
    outputStride: Int, continues: Bool, ends: Bool, bias: UnsafePointer<Float>, residual: UnsafePointer<Float>?, residualStride: Int,
    residualStage: ResidualStage, isActivated: Bool, slopes: UnsafePointer<Float>
  ) {
    self.input = input
    self.inputStride = inputStride
    self.weights = weights
    self.inputs = inputs
    self.weightsAhead = weightsAhead
    self.weightsAheadStep = weightsAheadStep
    self.output = output
    self.outputStride = outputStride
    self.continues = continues
    self.ends = ends
    self.bias = bias
    self.residual = residual
    self.residualStride = residualStride
    self.residualStage = residualStage
    self.isActivated = isActivated
    self.slopes = slopes
  }
}

/// A piece of a tile's inputs, relative to its first one.
public struct TileSegment {
  public var inputOffset: Int
  public var weightsOffset: Int

  @inlinable @inline(__always)
  public init(inputOffset: Int, weightsOffset: Int) {
    self.inputOffset = inputOffset
    self.weightsOffset = weightsOffset
  }
}
