/// What a pipeline may say about a network beyond its checkpoint.
public struct NetworkOptions: Sendable {
  /// bfloat16: 1×1 convolutions with bfloat16 inputs and float32 sums, but for the classifier; needs AVX512_BF16.
  public typealias Precision = ArithmeticPrecision

  /// Nil: read off the tensor names.
  public var architecture: NetworkDescription.Architecture?
  /// How logits are enlarged to the tile's size; nil: as the checkpoint's configuration says, else the architecture's own rule.
  public var alignCorners: Bool?
  /// Nil: the best that this processor has.
  public var kernels: KernelSet?
  public var precision: Precision
  /// Whether linear operations that follow each other are folded into one when the network is packed. Without, the network is slower
  /// and computes every map that the reference names (`NetworkWorker.activations`).
  public var folding: Bool

  public init(
    architecture: NetworkDescription.Architecture? = nil, alignCorners: Bool? = nil, kernels: KernelSet? = nil,
    precision: Precision = .float32, folding: Bool = true
  ) {
    self.architecture = architecture
    self.alignCorners = alignCorners
    self.kernels = kernels
    self.precision = precision
    self.folding = folding
  }
}
