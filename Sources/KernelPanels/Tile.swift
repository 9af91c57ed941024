internal import CVectors
internal import KernelTypes

/// Two vectors side by side: a row of a tile's sums.
///
/// A tuple, because the metadata of a struct comes with helpers that all modules share, compiled for this set's processors.
typealias TileRow = (left: Vector, right: Vector)

@inline(__always)
func add(_ sums: inout TileRow, _ pixel: Float, _ left: Vector, _ right: Vector) {
  let value = Vector(repeating: pixel)
  sums.left = multiplyStep(sums.left, value, left)
  sums.right = multiplyStep(sums.right, value, right)
}

@inline(__always)
private func loadRow(_ address: UnsafePointer<Float>) -> TileRow { (load(address), load(address + lanes)) }

@inline(__always)
private func loadRow(_ address: Floats) -> TileRow { (load(address), load(address + lanes)) }

@inline(__always)
private func addRow(_ address: UnsafePointer<Float>, to sums: inout TileRow) {
  sums.left += load(address)
  sums.right += load(address + lanes)
}

@inline(__always)
func prefetchRow(_ address: UnsafePointer<Float>) {
  vector_prefetch(address)
  vector_prefetch(address + lanes)
}

@inline(__always)
func prefetchRowForWriting(_ address: Floats) {
  vector_prefetch_write(address)
  vector_prefetch_write(address + lanes)
}

/// Where the sums begin: what is in the output, or bias and residual.
@inline(__always)
func begin(_ tile: borrowing TileCall) -> TileSums {
  let output = tile.output
  let outputStride = tile.outputStride
  if tile.continues { return tileSums { loadRow(output + $0 * outputStride) } }
  let bias = loadRow(tile.bias)
  var sums = tileSums { _ in bias }
  if let residual = tile.residual, tile.residualStage == .first {
    let stride = tile.residualStride
    forEachRow(&sums) { row, sums in addRow(residual + row * stride, to: &sums) }
  }
  return sums
}

/// Writes the sums, through the epilogue where it is due.
@inline(__always)
func end(_ tile: borrowing TileCall, _ sums: inout TileSums) {
  if tile.ends {
    let residual = tile.residual
    let stride = tile.residualStride
    if let residual, tile.residualStage == .beforeActivation {
      forEachRow(&sums) { row, sums in addRow(residual + row * stride, to: &sums) }
    }
    if tile.isActivated {
      let slopes = loadRow(tile.slopes)
      forEachRow(&sums) { _, sums in sums = (activated(sums.left, slopes.left), activated(sums.right, slopes.right)) }
    }
    if let residual, tile.residualStage == .afterActivation {
      forEachRow(&sums) { row, sums in addRow(residual + row * stride, to: &sums) }
    }
  }
  let output = tile.output
  let outputStride = tile.outputStride
  forEachRow(&sums) { row, sums in
    store(sums.left, output + row * outputStride)
    store(sums.right, output + row * outputStride + lanes)
  }
}

/// Where the sums begin: what is in the output, or bias and residual.
@inline(__always)
func beginShort(_ tile: borrowing TileCall) -> ShortTileSums {
  let output = tile.output
  let outputStride = tile.outputStride
  if tile.continues { return tileShortSums { loadRow(output + $0 * outputStride) } }
  let bias = loadRow(tile.bias)
  var sums = tileShortSums { _ in bias }
  if let residual = tile.residual, tile.residualStage == .first {
    let stride = tile.residualStride
    forEachRow(&sums) { row, sums in addRow(residual + row * stride, to: &sums) }
  }
  return sums
}

/// Writes the sums, through the epilogue where it is due.
@inline(__always)
func end(_ tile: borrowing TileCall, _ sums: inout ShortTileSums) {
  if tile.ends {
    let residual = tile.residual
    let stride = tile.residualStride
    if let residual, tile.residualStage == .beforeActivation {
      forEachRow(&sums) { row, sums in addRow(residual + row * stride, to: &sums) }
    }
    if tile.isActivated {
      let slopes = loadRow(tile.slopes)
      forEachRow(&sums) { _, sums in sums = (activated(sums.left, slopes.left), activated(sums.right, slopes.right)) }
    }
    if let residual, tile.residualStage == .afterActivation {
      forEachRow(&sums) { row, sums in addRow(residual + row * stride, to: &sums) }
    }
  }
  let output = tile.output
  let outputStride = tile.outputStride
  forEachRow(&sums) { row, sums in
    store(sums.left, output + row * outputStride)
    store(sums.right, output + row * outputStride + lanes)
  }
}
