/// What happens to a sum that is not negative: nothing. To a negative one: it stays, becomes 0, or a hundredth.
public enum Activation: Sendable {
  case none
  case relu
  /// Slope 0.01, as in FANet.
  case leaky

  /// What a negative value is multiplied with.
  @inlinable @inline(__always)
  public var slope: Float {
    switch self {
    case .none: 1
    case .relu: 0
    case .leaky: 0.01
    }
  }
}

/// What is done to a convolution's sums (bias included) on their way to memory.
public struct Epilogue {
  public var activation: Activation
  /// The activation is for the first so many outputs only; all of them where nil.
  public var activeOutputs: Int?
  /// Added to the sums; as large as the output. It may be the output itself.
  public var residual: ImageView?
  /// Whether the residual is added after the activation, not before it. Then it must not share memory with the output.
  public var residualComesLast: Bool

  @inlinable @inline(__always)
  public init(
    activation: Activation = .none, activeOutputs: Int? = nil, residual: ImageView? = nil, residualComesLast: Bool = false
  ) {
    self.activation = activation
    self.activeOutputs = activeOutputs
    self.residual = residual
    self.residualComesLast = residualComesLast
  }
}
