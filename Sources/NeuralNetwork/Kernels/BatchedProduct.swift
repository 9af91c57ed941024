package import KernelTypes

/// Products of two activations, packed on each call: attention. One call is one group; groups are views into the maps, so that
/// nothing is permuted by copying.
package struct BatchedProduct: Sendable {
  private let table: KernelTable

  package init(kernelSet: KernelSet) { table = kernelSet.table }

  /// Floats of scratch memory for a product of `rows` × `inner` with `inner` × `columns`.
  package func scratchFloats(rows: Int, columns: Int, inner: Int) -> Int {
    Self.rounded(table.packedFloats(inner, columns)) + zeroFloats(columns) + table.productScratchFloats(rows, inner, columns)
  }

  /// output = scale · a · bᵀ: all pixels of `a` with all pixels of `b`, over the channels.
  ///
  /// - Parameters:
  ///   - a: [height, width, channels].
  ///   - b: [height, width, channels], with as many channels as `a`.
  ///   - output: as many pixels as `a`, as many channels as `b` has pixels.
  ///   - scale: the factor of all products.
  ///   - scratch: memory for what lies between.
  package func rowsByRows(
    _ a: ImageView, _ b: ImageView, into output: ImageView, scale: Float = 1, scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(a.channels == b.channels && output.pixels == a.pixels && output.channels == b.pixels, "shapes do not fit")
    table.packTransposed(b, scale, scratch)
    multiply(a, packedRows: b.channels, into: output, epilogue: Epilogue(), scratch: scratch)
  }

  /// output = scale · a · b: pixels of `b` are its rows, as many as `a` has channels.
  package func rowsByColumns(
    _ a: ImageView, _ b: ImageView, into output: ImageView, scale: Float = 1, epilogue: Epilogue = Epilogue(),
    scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(a.channels == b.pixels && output.pixels == a.pixels && output.channels == b.channels, "shapes do not fit")
    table.packRows(b, scale, scratch)
    multiply(a, packedRows: b.pixels, into: output, epilogue: epilogue, scratch: scratch)
  }

  /// Floats of scratch memory for `columnsByColumns` of two maps of `pixels`.
  package func transposedScratchFloats(rows: Int, columns: Int, pixels: Int) -> Int {
    scratchFloats(rows: rows, columns: columns, inner: pixels) + Self.rounded(rows * transposedStride(pixels))
  }

  /// output = scale · aᵀ · b: the sum over pixels of outer products; `output` has a pixel for each channel of `a`.
  package func columnsByColumns(
    _ a: ImageView, _ b: ImageView, into output: ImageView, scale: Float = 1, scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(a.pixels == b.pixels && output.pixels == a.channels && output.channels == b.channels, "shapes do not fit")
    let stride = transposedStride(a.pixels)
    table.transpose(a, scratch, stride)
    let turned = ImageView(
      base: scratch, height: output.height, width: output.width, channels: a.pixels, pixelStride: stride)
    rowsByColumns(turned, b, into: output, scale: scale, scratch: scratch + Self.rounded(a.channels * stride))
  }

  /// A map's channels as rows: `output` has a pixel for each channel of `a`, and a channel for each of its pixels.
  package func transpose(_ a: ImageView, into output: ImageView) {
    precondition(output.pixels == a.channels && output.channels == a.pixels, "shapes do not fit")
    table.transpose(a, output.base, output.pixelStride)
  }

  /// Floats of scratch memory for `attention` over `queries` and `keys` of one group.
  package func attentionScratchFloats(queries: Int, keys: Int, keyChannels: Int, valueChannels: Int) -> Int {
    Self.rounded(queries * scoreStride(keys))
      + max(
        scratchFloats(rows: queries, columns: keys, inner: keyChannels), scratchFloats(rows: queries, columns: valueChannels, inner: keys))
  }

  /// output = epilogue(softmax(scale · query · keyᵀ) · value), for one group; views of one group may have any strides.
  package func attention(
    query: ImageView, key: ImageView, value: ImageView, into output: ImageView, scale: Float, epilogue: Epilogue = Epilogue(),
    scratch: UnsafeMutablePointer<Float>
  ) {
    let stride = scoreStride(key.pixels)
    let scores = ImageView(base: scratch, height: query.height, width: query.width, channels: key.pixels, pixelStride: stride)
    let rest = scratch + Self.rounded(query.pixels * stride)
    rowsByRows(query, key, into: scores, scale: scale, scratch: rest)
    table.softmax(scores)
    rowsByColumns(scores, value, into: output, epilogue: epilogue, scratch: rest)
  }

  private func multiply(
    _ a: ImageView, packedRows: Int, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>
  ) {
    let bias = scratch + Self.rounded(table.packedFloats(packedRows, output.channels))
    let zeros = zeroFloats(output.channels)
    bias.update(repeating: 0, count: zeros)
    table.product(
      ProductCall(
        input: a, weights: UnsafePointer(scratch), bias: UnsafePointer(bias), output: output, epilogue: epilogue,
        scratch: bias + zeros))
  }

  private func zeroFloats(_ columns: Int) -> Int { Self.rounded(table.packedFloats(1, columns)) + 16 }
  private func scoreStride(_ keys: Int) -> Int { Self.rounded(keys) + 16 }
  private func transposedStride(_ pixels: Int) -> Int { Self.rounded(pixels) + 16 }
  private static func rounded(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }
}
