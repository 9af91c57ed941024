import KernelTypes

/// One matrix product over and over, to see what a machine reaches.
public final class ProductTrial {
  private let product: PackedProduct
  private let rows: Int
  private let inputs: Int
  private let outputs: Int
  private var pixels: [Float]
  private var results: [Float]
  private var scratch: [Float]

  /// - Precondition: the kernel set is available.
  public init(rows: Int, outputs: Int, inputs: Int, set: KernelSet) {
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
    product = PackedProduct(
      weights: (0..<outputs * inputs).map { Double($0 % 13) / 13 - 0.5 }, bias: [Double](repeating: 0, count: outputs), outputs: outputs,
      inputs: inputs, kernelSet: set)
    // A power of two as the distance of pixels aliases in the first cache.
    pixels = (0..<rows * (inputs + 16)).map { Float($0 % 17) / 17 }
    results = [Float](repeating: 0, count: rows * (outputs + 16))
    scratch = [Float](repeating: 0, count: max(1, product.scratchFloats(height: 1, width: rows)))
  }

  /// Does it once: 2 · rows · outputs · inputs operations.
  public func run() {
    pixels.withUnsafeMutableBufferPointer { pixels in
      results.withUnsafeMutableBufferPointer { results in
        scratch.withUnsafeMutableBufferPointer { scratch in
          guard let input = pixels.baseAddress, let output = results.baseAddress, let scratch = scratch.baseAddress else { return }
          product.run(
            ImageView(base: input, rows: rows, columns: inputs, stride: inputs + 16),
            into: ImageView(base: output, rows: rows, columns: outputs, stride: outputs + 16),
            epilogue: Epilogue(activation: .relu), scratch: scratch)
        }
      }
    }
  }
}
