package import KernelTypes

/// A 3×3 convolution of stride 1 with padding equal to a large dilation: by Winograd's algorithm where that needs fewer products, and tap by
/// tap on maps so small that most taps see none of them.
package struct DilatedConvolution: ConvolutionKernel {
  private let winograd: WinogradConvolution
  private let sparse: SparseConvolution

  /// - Parameters:
  ///   - winograd: the convolution in tiles.
  ///   - sparse: the same convolution, tap by tap.
  init(winograd: WinogradConvolution, sparse: SparseConvolution) {
    self.winograd = winograd
    self.sparse = sparse
  }

  package var outputs: Int { winograd.outputs }
  package var inputs: Int { winograd.inputs }
  package var shape: KernelShape { winograd.shape }
  package var weightBytes: Int { winograd.weightBytes + sparse.weightBytes }

  package func winogradTile(height: Int, width: Int) -> Int? {
    kernel(height: height, width: width).winogradTile(height: height, width: width)
  }

  package func scratchFloats(height: Int, width: Int) -> Int {
    kernel(height: height, width: width).scratchFloats(height: height, width: width)
  }

  package func run(_ input: ImageView, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>) {
    kernel(height: input.height, width: input.width).run(input, into: output, epilogue: epilogue, scratch: scratch)
  }

  private func kernel(height: Int, width: Int) -> any ConvolutionKernel {
    winograd.products(height: height, width: width) < sparse.products(height: height, width: width) ? winograd : sparse
  }
}

/// How a 3×3 convolution of stride 1 is computed, by its dilation. Weights are packed before the size of any map is known, so the rule
/// counts products along an axis of 64 pixels, as the map of a 512×512 tile at an eighth has it.
enum DilationRule: Equatable {
  /// By Winograd's algorithm.
  case tiles(largest: Int)
  /// By Winograd's algorithm, or tap by tap where that needs fewer products.
  case tilesOrTaps(largest: Int)
  /// Tap by tap.
  case taps

  /// The usual tile is the most exact, and fastest for its products: anything else has to need less than seven tenths of them.
  init(dilation: Int) {
    let size = 64
    func products(_ largest: Int) -> Int {
      let tile = WinogradTiling.tile(size, dilation: dilation, largest: largest)
      return WinogradTiling.products(size, dilation: dilation, tile: tile)
    }
    func square(_ value: Int) -> Int { value * value }
    let usual = products(WinogradTiling.usualTile)
    let taps = SparseConvolution.products(size, dilation: dilation)
    let short = products(3)
    let long = products(6)
    let fewest = min(taps, short, long)
    if 10 * square(fewest) >= 7 * square(usual) {
      self = .tiles(largest: WinogradTiling.usualTile)
    } else if fewest == taps {
      self = .taps
    } else if fewest == short {
      self = .tilesOrTaps(largest: 3)
    } else {
      self = .tiles(largest: 6)
    }
  }
}
