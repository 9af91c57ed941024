internal import CSystem
internal import KernelTypes

#if canImport(KernelsBFloat16)
  internal import KernelsBFloat16
#endif

/// In what a network's 1×1 convolutions multiply. Sums are float32 in any case, and so is everything else: 3×3 convolutions are faster by
/// Winograd's algorithm in float32 than directly in bfloat16.
public enum ArithmeticPrecision: String, Sendable, CaseIterable {
  case float32
  /// 8 bits of precision: twice as fast, where the processor has AVX512_BF16. Classes change.
  case bfloat16

  /// Whether this processor, and this build, can do it.
  public var isAvailable: Bool {
    switch self {
    case .float32:
      return true
    case .bfloat16:
      #if canImport(KernelsBFloat16)
        return csystem_has_avx512_bfloat16()
      #else
        return false
      #endif
    }
  }
}

extension KernelTable {
  /// The table of a kernel set for products in some precision.
  ///
  /// - Precondition: both are available.
  static func forProducts(_ kernelSet: KernelSet, _ precision: ArithmeticPrecision) -> KernelTable {
    var table = kernelSet.table
    guard precision == .bfloat16 else { return table }
    precondition(precision.isAvailable, "bfloat16 is not available here")
    #if canImport(KernelsBFloat16)
      table.packedFloats = KernelsBFloat16.packedFloats(rows:columns:)
      table.packWeights = KernelsBFloat16.packWeights(_:outputs:rows:outputStride:rowStride:into:)
      table.productScratchFloats = KernelsBFloat16.productScratchFloats(rows:inputs:outputs:)
      table.product = KernelsBFloat16.product(_:)
    #endif
    return table
  }
}
