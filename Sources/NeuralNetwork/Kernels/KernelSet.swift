internal import CSystem
package import KernelTypes
internal import KernelsPortable

#if canImport(KernelsAVX2)
  internal import KernelsAVX2
#endif
#if canImport(KernelsAVX512)
  internal import KernelsAVX512
#endif

/// Which hot loops run. Results differ between sets in the last bits, never within one.
public enum KernelSet: String, Sendable, CaseIterable {
  case avx512
  case avx2
  /// Any processor; products by OpenBLAS.
  case portable

  /// Whether this processor, and this build, can run it.
  public var isAvailable: Bool {
    switch self {
    case .avx512:
      #if canImport(KernelsAVX512)
        return csystem_has_avx512()
      #else
        return false
      #endif
    case .avx2:
      #if canImport(KernelsAVX2)
        return csystem_has_avx2()
      #else
        return false
      #endif
    case .portable:
      return true
    }
  }

  /// The fastest that is available.
  public static var best: KernelSet { allCases.first { $0.isAvailable } ?? .portable }

  /// The set's loops.
  ///
  /// - Precondition: it is available.
  package var table: KernelTable {
    precondition(isAvailable, "kernel set \(rawValue) is not available here")
    #if canImport(KernelsAVX512)
      if self == .avx512 { return KernelsAVX512.kernelTable }
    #endif
    #if canImport(KernelsAVX2)
      if self == .avx2 { return KernelsAVX2.kernelTable }
    #endif
    Self.prepareLinearAlgebra()
    return KernelsPortable.kernelTable
  }

  /// Multiply-adds in registers only, for measuring what the processor can do at best: how many operations it were (2 per
  /// multiply-add).
  public func multiplyAddsInRegisters(rounds: Int) -> Double { table.multiplyAddsInRegisters(rounds).operations }

  /// The kernels that OpenBLAS runs for the portable set, after they were chosen.
  public static var openBLASCore: String {
    prepareLinearAlgebra()
    return KernelsPortable.openBLASCore()
  }

  /// Chooses OpenBLAS's kernels, once; to be called before any of its functions. (A constant that is only assigned to `_` would
  /// not be computed.)
  static func prepareLinearAlgebra() { precondition(openBLASIsReady) }

  static let openBLASIsReady: Bool = {
    prepareOpenBLAS(processorHasAVX512: csystem_has_avx512())
    return true
  }()
}

/// The processor as it calls itself; empty where it does not.
public func processorName() -> String {
  var name = [CChar](repeating: 0, count: 49)
  csystem_processor_name(&name)
  let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self).split(separator: " ").joined(separator: " ")
}
