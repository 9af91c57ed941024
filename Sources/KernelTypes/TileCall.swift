/// One tile of a product: some rows times one panel of weights, over one slice of the inputs.
public struct TileCall {
  /// First row; the others are `inputStride` floats apart.
  public var input: UnsafePointer<Float>
  public var inputStride: Int
  /// [inputs][panel].
  public var weights: UnsafePointer<Float>
  public var inputs: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  /// Whether sums begin with what is in `output`, not with the bias.
  public var continues: Bool
  /// Whether these are the last inputs, so that the epilogue is due.
  public var ends: Bool
  /// One panel.
  public var bias: UnsafePointer<Float>
  /// Added to the bias, or to what the activation gives.
  public var residual: UnsafePointer<Float>?
  public var residualStride: Int
  public var residualComesLast: Bool
  public var isActivated: Bool
  /// The activation's slopes, one panel.
  public var slopes: UnsafePointer<Float>

  @inlinable @inline(__always)
  public init(
    input: UnsafePointer<Float>, inputStride: Int, weights: UnsafePointer<Float>, inputs: Int, output: UnsafeMutablePointer<Float>,
    outputStride: Int, continues: Bool, ends: Bool, bias: UnsafePointer<Float>, residual: UnsafePointer<Float>?, residualStride: Int,
    residualComesLast: Bool, isActivated: Bool, slopes: UnsafePointer<Float>
  ) {
    self.input = input
    self.inputStride = inputStride
    self.weights = weights
    self.inputs = inputs
    self.output = output
    self.outputStride = outputStride
    self.continues = continues
    self.ends = ends
    self.bias = bias
    self.residual = residual
    self.residualStride = residualStride
    self.residualComesLast = residualComesLast
    self.isActivated = isActivated
    self.slopes = slopes
  }
}
