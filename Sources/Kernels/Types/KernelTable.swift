/// The loops of one kernel set: the same functions, compiled for different processors. Each is documented where it is written, in
/// `Sources/Kernels/Shared`. The values are functions because Swift has no way to name a module by a value.
public struct KernelTable: Sendable {
  public typealias PackedFloats = @Sendable (_ rows: Int, _ columns: Int) -> Int
  public typealias ProductScratchFloats = @Sendable (_ rows: Int, _ inputs: Int, _ outputs: Int) -> Int
  public typealias Product = @Sendable (ProductCall) -> Void
  public typealias PackWeights =
    @Sendable (
      _ weights: UnsafePointer<Double>, _ outputs: Int, _ rows: Int, _ outputStride: Int, _ rowStride: Int,
      _ packed: UnsafeMutablePointer<Float>
    ) -> Void
  public typealias PackTransposed = @Sendable (_ matrix: ImageView, _ scale: Float, _ packed: UnsafeMutablePointer<Float>) -> Void
  public typealias PackRows = @Sendable (_ matrix: ImageView, _ scale: Float, _ packed: UnsafeMutablePointer<Float>) -> Void
  public typealias Transpose = @Sendable (_ matrix: ImageView, _ target: UnsafeMutablePointer<Float>, _ stride: Int) -> Void
  public typealias WinogradWeightStride = @Sendable (_ inputs: Int, _ outputs: Int) -> Int
  public typealias PackWinogradWeights =
    @Sendable (
      _ weights: UnsafePointer<Double>, _ outputs: Int, _ inputs: Int, _ largestTile: Int, _ packed: UnsafeMutablePointer<Float>
    ) -> Void
  public typealias WinogradScratchFloats =
    @Sendable (
      _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, _ dilation: Int, _ largestTile: Int
    ) -> Int
  public typealias Winograd = @Sendable (WinogradCall) -> Void
  public typealias PatchScratchFloats =
    @Sendable (
      _ outputPixels: Int, _ inputs: Int, _ outputs: Int, _ shape: KernelShape
    ) -> Int
  public typealias ConvolvePatches = @Sendable (PatchCall) -> Void
  public typealias ConvolveDepthwise = @Sendable (DepthwiseCall) -> Void
  public typealias Softmax = @Sendable (ImageView) -> Void
  public typealias NormalizeLength = @Sendable (ImageView) -> Void
  public typealias NormalizeGroups =
    @Sendable (
      _ image: ImageView, _ groups: Int, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ epsilon: Double,
      _ activation: Activation
    ) -> Void
  public typealias MaxPool =
    @Sendable (
      _ input: ImageView, _ output: ImageView, _ size: Int, _ stride: Int, _ padding: Int
    ) -> Void
  public typealias AdaptiveAveragePool = @Sendable (_ input: ImageView, _ output: ImageView) -> Void
  public typealias ResizeBilinear =
    @Sendable (
      _ input: ImageView, _ output: ImageView, _ alignCorners: Bool, _ adding: Bool
    ) -> Void
  public typealias ResizeNearest = @Sendable (_ input: ImageView, _ output: ImageView, _ adding: Bool) -> Void
  public typealias ResizeAndDecide =
    @Sendable (
      _ logits: ImageView, _ height: Int, _ width: Int, _ rows: Range<Int>, _ alignCorners: Bool, _ classes: UnsafeMutablePointer<UInt8>,
      _ confidence: UnsafeMutablePointer<Float>?
    ) -> Void
  public typealias CopyImage = @Sendable (_ input: ImageView, _ output: ImageView, _ adding: Bool) -> Void
  public typealias FillImage = @Sendable (_ output: ImageView, _ value: Float) -> Void
  public typealias ActivateImage = @Sendable (_ image: ImageView, _ activation: Activation) -> Void
  public typealias MultiplyAddsInRegisters = @Sendable (_ rounds: Int) -> (operations: Double, result: Float)

  public var packedFloats: PackedFloats
  public var productScratchFloats: ProductScratchFloats
  public var product: Product
  public var packWeights: PackWeights
  public let packTransposed: PackTransposed
  public let packRows: PackRows
  public let transpose: Transpose
  public let winogradWeightStride: WinogradWeightStride
  public let packWinogradWeights: PackWinogradWeights
  public let winogradScratchFloats: WinogradScratchFloats
  public let winograd: Winograd
  public let patchScratchFloats: PatchScratchFloats
  public let convolvePatches: ConvolvePatches
  public let convolveDepthwise: ConvolveDepthwise
  public let softmax: Softmax
  public let normalizeLength: NormalizeLength
  public let normalizeGroups: NormalizeGroups
  public let maxPool: MaxPool
  public let adaptiveAveragePool: AdaptiveAveragePool
  public let resizeBilinear: ResizeBilinear
  public let resizeNearest: ResizeNearest
  public let copyImage: CopyImage
  public let fillImage: FillImage
  public let activateImage: ActivateImage
  public let multiplyAddsInRegisters: MultiplyAddsInRegisters

  public init(
    packedFloats: @escaping PackedFloats,
    productScratchFloats: @escaping ProductScratchFloats,
    product: @escaping Product,
    packWeights: @escaping PackWeights,
    packTransposed: @escaping PackTransposed,
    packRows: @escaping PackRows,
    transpose: @escaping Transpose,
    winogradWeightStride: @escaping WinogradWeightStride,
    packWinogradWeights: @escaping PackWinogradWeights,
    winogradScratchFloats: @escaping WinogradScratchFloats,
    winograd: @escaping Winograd,
    patchScratchFloats: @escaping PatchScratchFloats,
    convolvePatches: @escaping ConvolvePatches,
    convolveDepthwise: @escaping ConvolveDepthwise,
    softmax: @escaping Softmax,
    normalizeLength: @escaping NormalizeLength,
    normalizeGroups: @escaping NormalizeGroups,
    maxPool: @escaping MaxPool,
    adaptiveAveragePool: @escaping AdaptiveAveragePool,
    resizeBilinear: @escaping ResizeBilinear,
    resizeNearest: @escaping ResizeNearest,
    copyImage: @escaping CopyImage,
    fillImage: @escaping FillImage,
    activateImage: @escaping ActivateImage,
    multiplyAddsInRegisters: @escaping MultiplyAddsInRegisters
  ) {
    self.packedFloats = packedFloats
    self.productScratchFloats = productScratchFloats
    self.product = product
    self.packWeights = packWeights
    self.packTransposed = packTransposed
    self.packRows = packRows
    self.transpose = transpose
    self.winogradWeightStride = winogradWeightStride
    self.packWinogradWeights = packWinogradWeights
    self.winogradScratchFloats = winogradScratchFloats
    self.winograd = winograd
    self.patchScratchFloats = patchScratchFloats
    self.convolvePatches = convolvePatches
    self.convolveDepthwise = convolveDepthwise
    self.softmax = softmax
    self.normalizeLength = normalizeLength
    self.normalizeGroups = normalizeGroups
    self.maxPool = maxPool
    self.adaptiveAveragePool = adaptiveAveragePool
    self.resizeBilinear = resizeBilinear
    self.resizeNearest = resizeNearest
    self.copyImage = copyImage
    self.fillImage = fillImage
    self.activateImage = activateImage
    self.multiplyAddsInRegisters = multiplyAddsInRegisters
  }
}
