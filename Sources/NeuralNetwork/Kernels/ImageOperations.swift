package import KernelTypes

/// What is done to images besides convolutions: pooling, interpolation, softmax, normalization.
package struct ImageOperations: Sendable {
  private let table: KernelTable

  package init(kernelSet: KernelSet) { table = kernelSet.table }

  /// Softmax over each pixel's channels, in place; e to the power of x is at most 2 units in the last place off.
  package func softmax(_ image: ImageView) { table.softmax(image) }

  /// Divides each pixel by its L2 norm (at least 1e-12), in place.
  package func normalizeLength(_ image: ImageView) { table.normalizeLength(image) }

  /// The largest value under a square window; padding never wins.
  ///
  /// - Parameter input: the map that is read.
  /// - Parameter output: ⌊(size + 2 · padding − window) / stride⌋ + 1 rows and columns.
  /// - Parameter size: the window's side, in pixels.
  /// - Parameter stride: in pixels.
  /// - Parameter padding: in pixels, on each side.
  package func maxPool(_ input: ImageView, into output: ImageView, size: Int = 3, stride: Int = 2, padding: Int = 1) {
    precondition(input.channels == output.channels, "pooling \(input.channels) channels into \(output.channels)")
    table.maxPool(input, output, size, stride, padding)
  }

  /// PyTorch's adaptive average pooling to the output's size.
  package func adaptiveAveragePool(_ input: ImageView, into output: ImageView) {
    precondition(input.channels == output.channels, "pooling \(input.channels) channels into \(output.channels)")
    table.adaptiveAveragePool(input, output)
  }

  /// Bilinear interpolation to the output's size by PyTorch's rule.
  ///
  /// - Parameter input: the map that is read.
  /// - Parameter output: the map that is written.
  /// - Parameter alignCorners: whether the corners of both maps coincide.
  /// - Parameter adding: adds to what is there.
  package func resizeBilinear(_ input: ImageView, into output: ImageView, alignCorners: Bool, adding: Bool = false) {
    precondition(input.channels == output.channels, "resizing \(input.channels) channels into \(output.channels)")
    table.resizeBilinear(input, output, alignCorners, adding)
  }

  /// The nearest pixel, by PyTorch's rule.
  ///
  /// - Parameter input: the map that is read.
  /// - Parameter output: the map that is written.
  /// - Parameter adding: adds to what is there.
  package func resizeNearest(_ input: ImageView, into output: ImageView, adding: Bool = false) {
    precondition(input.channels == output.channels, "resizing \(input.channels) channels into \(output.channels)")
    table.resizeNearest(input, output, adding)
  }

  /// Group normalization in place, then an activation.
  ///
  /// - Parameters:
  ///   - image: the map, in place.
  ///   - groups: of channels.
  ///   - scale: one for each channel, padded to a multiple of 16.
  ///   - shift: likewise.
  ///   - epsilon: added to the variance.
  ///   - activation: what follows.
  package func normalizeGroups(
    _ image: ImageView, groups: Int, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, epsilon: Double,
    activation: Activation = .none
  ) {
    precondition(groups > 0 && image.channels % groups == 0, "\(image.channels) channels in \(groups) groups")
    table.normalizeGroups(image, groups, scale, shift, epsilon, activation)
  }

  /// Copies an image of the same size, or adds it to what is there.
  package func copy(_ input: ImageView, into output: ImageView, adding: Bool = false) { table.copyImage(input, output, adding) }

  /// Writes one value everywhere.
  package func fill(_ output: ImageView, with value: Float = 0) { table.fillImage(output, value) }

  /// Applies an activation in place.
  package func activate(_ image: ImageView, _ activation: Activation) { table.activateImage(image, activation) }
}
