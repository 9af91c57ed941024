package import KernelTypes
internal import KernelsPortable

#if canImport(KernelsAVX2)
  internal import KernelsAVX2
#endif
#if canImport(KernelsAVX512)
  internal import KernelsAVX512
#endif

/// The loops of one kernel set: the same functions, compiled for different processors, in the order of `KernelLoops`, where each
/// is documented.
package struct KernelTable: Sendable {
  package var packedFloats: @Sendable (Int, Int) -> Int
  package var productScratchFloats: @Sendable (Int, Int, Int) -> Int
  package var product: @Sendable (ProductCall) -> Void
  package var packWeights: @Sendable (UnsafePointer<Double>, Int, Int, Int, Int, UnsafeMutablePointer<Float>) -> Void
  package let packTransposed: @Sendable (ImageView, Float, UnsafeMutablePointer<Float>) -> Void
  package let packRows: @Sendable (ImageView, Float, UnsafeMutablePointer<Float>) -> Void
  package let transpose: @Sendable (ImageView, UnsafeMutablePointer<Float>, Int) -> Void
  package let winogradWeightStride: @Sendable (Int, Int) -> Int
  package let packWinogradWeights: @Sendable (UnsafePointer<Double>, Int, Int, UnsafeMutablePointer<Float>) -> Void
  package let winogradScratchFloats: @Sendable (Int, Int, Int, Int, Int) -> Int
  package let winograd: @Sendable (WinogradCall) -> Void
  package let patchScratchFloats: @Sendable (Int, Int, Int, KernelShape) -> Int
  package let convolvePatches: @Sendable (PatchCall) -> Void
  package let convolveDepthwise: @Sendable (DepthwiseCall) -> Void
  package let softmax: @Sendable (ImageView) -> Void
  package let normalizeLength: @Sendable (ImageView) -> Void
  package let maxPool: @Sendable (ImageView, ImageView, Int, Int, Int) -> Void
  package let averagePool: @Sendable (ImageView, ImageView, Int, Int, Int, Bool) -> Void
  package let adaptiveAveragePool: @Sendable (ImageView, ImageView) -> Void
  package let resizeBilinear: @Sendable (ImageView, ImageView, Bool, Bool) -> Void
  package let resizeNearest: @Sendable (ImageView, ImageView, Bool) -> Void
  package let normalizeGroups: @Sendable (ImageView, Int, UnsafePointer<Float>, UnsafePointer<Float>, Double, Activation) -> Void
  package let resizeAndDecide:
    @Sendable (ImageView, Int, Int, Range<Int>, Bool, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<Float>?) -> Void
  package let normalizeBytes:
    @Sendable (UnsafePointer<UInt8>, Int, Int, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  package let normalizeFloats:
    @Sendable (UnsafePointer<Float>, Int, Int, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  package let copyImage: @Sendable (ImageView, ImageView, Bool) -> Void
  package let fillImage: @Sendable (ImageView, Float) -> Void
  package let activateImage: @Sendable (ImageView, Activation) -> Void
  package let multiplyAddsInRegisters: @Sendable (Int) -> (operations: Double, result: Float)
}

extension KernelTable {
  static let portable = KernelTable(
    packedFloats: { KernelsPortable.packedFloats(rows: $0, columns: $1) },
    productScratchFloats: { KernelsPortable.productScratchFloats(rows: $0, inputs: $1, outputs: $2) },
    product: { KernelsPortable.product($0) },
    packWeights: { KernelsPortable.packWeights($0, outputs: $1, rows: $2, outputStride: $3, rowStride: $4, into: $5) },
    packTransposed: { KernelsPortable.packTransposed($0, scale: $1, into: $2) },
    packRows: { KernelsPortable.packRows($0, scale: $1, into: $2) },
    transpose: { KernelsPortable.transpose($0, into: $1, stride: $2) },
    winogradWeightStride: { KernelsPortable.winogradWeightStride(inputs: $0, outputs: $1) },
    packWinogradWeights: { KernelsPortable.packWinogradWeights($0, outputs: $1, inputs: $2, into: $3) },
    winogradScratchFloats: { KernelsPortable.winogradScratchFloats(height: $0, width: $1, inputs: $2, outputs: $3, dilation: $4) },
    winograd: { KernelsPortable.winograd($0) },
    patchScratchFloats: { KernelsPortable.patchScratchFloats(outputPixels: $0, inputs: $1, outputs: $2, shape: $3) },
    convolvePatches: { KernelsPortable.convolvePatches($0) },
    convolveDepthwise: { KernelsPortable.convolveDepthwise($0) },
    softmax: { KernelsPortable.softmax($0) },
    normalizeLength: { KernelsPortable.normalizeLength($0) },
    maxPool: { KernelsPortable.maxPool($0, into: $1, size: $2, stride: $3, padding: $4) },
    averagePool: { KernelsPortable.averagePool($0, into: $1, size: $2, stride: $3, padding: $4, countsPadding: $5) },
    adaptiveAveragePool: { KernelsPortable.adaptiveAveragePool($0, into: $1) },
    resizeBilinear: { KernelsPortable.resizeBilinear($0, into: $1, alignCorners: $2, adding: $3) },
    resizeNearest: { KernelsPortable.resizeNearest($0, into: $1, adding: $2) },
    normalizeGroups: { KernelsPortable.normalizeGroups($0, groups: $1, scale: $2, shift: $3, epsilon: $4, activation: $5) },
    resizeAndDecide: {
      KernelsPortable.resizeAndDecide($0, height: $1, width: $2, rows: $3, alignCorners: $4, classes: $5, confidence: $6)
    },
    normalizeBytes: { KernelsPortable.normalizeBytes($0, pixels: $1, channels: $2, mean: $3, factor: $4, into: $5) },
    normalizeFloats: { KernelsPortable.normalizeFloats($0, pixels: $1, channels: $2, mean: $3, factor: $4, into: $5) },
    copyImage: { KernelsPortable.copyImage($0, into: $1, adding: $2) },
    fillImage: { KernelsPortable.fillImage($0, with: $1) },
    activateImage: { KernelsPortable.activateImage($0, $1) },
    multiplyAddsInRegisters: { KernelsPortable.multiplyAddsInRegisters(rounds: $0) })
}

#if canImport(KernelsAVX2)
  extension KernelTable {
    static let avx2 = KernelTable(
      packedFloats: { KernelsAVX2.packedFloats(rows: $0, columns: $1) },
      productScratchFloats: { KernelsAVX2.productScratchFloats(rows: $0, inputs: $1, outputs: $2) },
      product: { KernelsAVX2.product($0) },
      packWeights: { KernelsAVX2.packWeights($0, outputs: $1, rows: $2, outputStride: $3, rowStride: $4, into: $5) },
      packTransposed: { KernelsAVX2.packTransposed($0, scale: $1, into: $2) },
      packRows: { KernelsAVX2.packRows($0, scale: $1, into: $2) },
      transpose: { KernelsAVX2.transpose($0, into: $1, stride: $2) },
      winogradWeightStride: { KernelsAVX2.winogradWeightStride(inputs: $0, outputs: $1) },
      packWinogradWeights: { KernelsAVX2.packWinogradWeights($0, outputs: $1, inputs: $2, into: $3) },
      winogradScratchFloats: { KernelsAVX2.winogradScratchFloats(height: $0, width: $1, inputs: $2, outputs: $3, dilation: $4) },
      winograd: { KernelsAVX2.winograd($0) },
      patchScratchFloats: { KernelsAVX2.patchScratchFloats(outputPixels: $0, inputs: $1, outputs: $2, shape: $3) },
      convolvePatches: { KernelsAVX2.convolvePatches($0) },
      convolveDepthwise: { KernelsAVX2.convolveDepthwise($0) },
      softmax: { KernelsAVX2.softmax($0) },
      normalizeLength: { KernelsAVX2.normalizeLength($0) },
      maxPool: { KernelsAVX2.maxPool($0, into: $1, size: $2, stride: $3, padding: $4) },
      averagePool: { KernelsAVX2.averagePool($0, into: $1, size: $2, stride: $3, padding: $4, countsPadding: $5) },
      adaptiveAveragePool: { KernelsAVX2.adaptiveAveragePool($0, into: $1) },
      resizeBilinear: { KernelsAVX2.resizeBilinear($0, into: $1, alignCorners: $2, adding: $3) },
      resizeNearest: { KernelsAVX2.resizeNearest($0, into: $1, adding: $2) },
      normalizeGroups: { KernelsAVX2.normalizeGroups($0, groups: $1, scale: $2, shift: $3, epsilon: $4, activation: $5) },
      resizeAndDecide: { KernelsAVX2.resizeAndDecide($0, height: $1, width: $2, rows: $3, alignCorners: $4, classes: $5, confidence: $6) },
      normalizeBytes: { KernelsAVX2.normalizeBytes($0, pixels: $1, channels: $2, mean: $3, factor: $4, into: $5) },
      normalizeFloats: { KernelsAVX2.normalizeFloats($0, pixels: $1, channels: $2, mean: $3, factor: $4, into: $5) },
      copyImage: { KernelsAVX2.copyImage($0, into: $1, adding: $2) },
      fillImage: { KernelsAVX2.fillImage($0, with: $1) },
      activateImage: { KernelsAVX2.activateImage($0, $1) },
      multiplyAddsInRegisters: { KernelsAVX2.multiplyAddsInRegisters(rounds: $0) })
  }
#endif

#if canImport(KernelsAVX512)
  extension KernelTable {
    static let avx512 = KernelTable(
      packedFloats: { KernelsAVX512.packedFloats(rows: $0, columns: $1) },
      productScratchFloats: { KernelsAVX512.productScratchFloats(rows: $0, inputs: $1, outputs: $2) },
      product: { KernelsAVX512.product($0) },
      packWeights: { KernelsAVX512.packWeights($0, outputs: $1, rows: $2, outputStride: $3, rowStride: $4, into: $5) },
      packTransposed: { KernelsAVX512.packTransposed($0, scale: $1, into: $2) },
      packRows: { KernelsAVX512.packRows($0, scale: $1, into: $2) },
      transpose: { KernelsAVX512.transpose($0, into: $1, stride: $2) },
      winogradWeightStride: { KernelsAVX512.winogradWeightStride(inputs: $0, outputs: $1) },
      packWinogradWeights: { KernelsAVX512.packWinogradWeights($0, outputs: $1, inputs: $2, into: $3) },
      winogradScratchFloats: { KernelsAVX512.winogradScratchFloats(height: $0, width: $1, inputs: $2, outputs: $3, dilation: $4) },
      winograd: { KernelsAVX512.winograd($0) },
      patchScratchFloats: { KernelsAVX512.patchScratchFloats(outputPixels: $0, inputs: $1, outputs: $2, shape: $3) },
      convolvePatches: { KernelsAVX512.convolvePatches($0) },
      convolveDepthwise: { KernelsAVX512.convolveDepthwise($0) },
      softmax: { KernelsAVX512.softmax($0) },
      normalizeLength: { KernelsAVX512.normalizeLength($0) },
      maxPool: { KernelsAVX512.maxPool($0, into: $1, size: $2, stride: $3, padding: $4) },
      averagePool: { KernelsAVX512.averagePool($0, into: $1, size: $2, stride: $3, padding: $4, countsPadding: $5) },
      adaptiveAveragePool: { KernelsAVX512.adaptiveAveragePool($0, into: $1) },
      resizeBilinear: { KernelsAVX512.resizeBilinear($0, into: $1, alignCorners: $2, adding: $3) },
      resizeNearest: { KernelsAVX512.resizeNearest($0, into: $1, adding: $2) },
      normalizeGroups: { KernelsAVX512.normalizeGroups($0, groups: $1, scale: $2, shift: $3, epsilon: $4, activation: $5) },
      resizeAndDecide: {
        KernelsAVX512.resizeAndDecide($0, height: $1, width: $2, rows: $3, alignCorners: $4, classes: $5, confidence: $6)
      },
      normalizeBytes: { KernelsAVX512.normalizeBytes($0, pixels: $1, channels: $2, mean: $3, factor: $4, into: $5) },
      normalizeFloats: { KernelsAVX512.normalizeFloats($0, pixels: $1, channels: $2, mean: $3, factor: $4, into: $5) },
      copyImage: { KernelsAVX512.copyImage($0, into: $1, adding: $2) },
      fillImage: { KernelsAVX512.fillImage($0, with: $1) },
      activateImage: { KernelsAVX512.activateImage($0, $1) },
      multiplyAddsInRegisters: { KernelsAVX512.multiplyAddsInRegisters(rounds: $0) })
  }
#endif
