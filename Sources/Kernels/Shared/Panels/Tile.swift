// Compiled into AVX2, AVX512 and BFloat16, through links; `Vector`, `TileSums` and the tuning come from there.

internal import CVectors
internal import KernelTypes

/// Two vectors side by side: a row of a tile's sums.
///
/// A tuple, because the metadata of a struct comes with helpers that all modules share, compiled for this set's processors.
typealias TileRow = (left: Vector, right: Vector)

/// Sums begin with zeros, and a slice is added to those before it at its end: shorter chains of additions are more exact.
@inline(__always)
func zeroRow() -> TileRow { (Vector(), Vector()) }

@inline(__always)
func add(_ sums: inout TileRow, _ pixel: Float, _ left: Vector, _ right: Vector) {
  let value = Vector(repeating: pixel)
  sums.left = multiplyStep(sums.left, value, left)
  sums.right = multiplyStep(sums.right, value, right)
}

@inline(__always)
private func loadRow(_ address: UnsafePointer<Float>) -> TileRow { (load(address), load(address + lanes)) }

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

/// Adds up what the sums join: what is in the output, or bias and residual; then writes them, through the epilogue where it is due.
@inline(__always)
func end(_ tile: borrowing TileCall, _ sums: inout TileSums) {
  let output = tile.output
  let outputStride = tile.outputStride
  let residual = tile.residual
  let residualStride = tile.residualStride
  if tile.continues {
    forEachRow(&sums) { row, sums in addRow(UnsafePointer(output + row * outputStride), to: &sums) }
  } else {
    let bias = loadRow(tile.bias)
    forEachRow(&sums) { _, sums in sums = (sums.left + bias.left, sums.right + bias.right) }
    if let residual, tile.residualStage == .first {
      forEachRow(&sums) { row, sums in addRow(residual + row * residualStride, to: &sums) }
    }
  }
  if tile.ends {
    if let residual, tile.residualStage == .beforeActivation {
      forEachRow(&sums) { row, sums in addRow(residual + row * residualStride, to: &sums) }
    }
    if tile.isActivated {
      let slopes = loadRow(tile.slopes)
      forEachRow(&sums) { _, sums in sums = (activated(sums.left, slopes.left), activated(sums.right, slopes.right)) }
    }
    if let residual, tile.residualStage == .afterActivation {
      forEachRow(&sums) { row, sums in addRow(residual + row * residualStride, to: &sums) }
    }
  }
  forEachRow(&sums) { row, sums in
    store(sums.left, output + row * outputStride)
    store(sums.right, output + row * outputStride + lanes)
  }
}

/// Adds up what the sums join: what is in the output, or bias and residual; then writes them, through the epilogue where it is due.
@inline(__always)
func end(_ tile: borrowing TileCall, _ sums: inout ShortTileSums) {
  let output = tile.output
  let outputStride = tile.outputStride
  let residual = tile.residual
  let residualStride = tile.residualStride
  if tile.continues {
    forEachRow(&sums) { row, sums in addRow(UnsafePointer(output + row * outputStride), to: &sums) }
  } else {
    let bias = loadRow(tile.bias)
    forEachRow(&sums) { _, sums in sums = (sums.left + bias.left, sums.right + bias.right) }
    if let residual, tile.residualStage == .first {
      forEachRow(&sums) { row, sums in addRow(residual + row * residualStride, to: &sums) }
    }
  }
  if tile.ends {
    if let residual, tile.residualStage == .beforeActivation {
      forEachRow(&sums) { row, sums in addRow(residual + row * residualStride, to: &sums) }
    }
    if tile.isActivated {
      let slopes = loadRow(tile.slopes)
      forEachRow(&sums) { _, sums in sums = (activated(sums.left, slopes.left), activated(sums.right, slopes.right)) }
    }
    if let residual, tile.residualStage == .afterActivation {
      forEachRow(&sums) { row, sums in addRow(residual + row * residualStride, to: &sums) }
    }
  }
  forEachRow(&sums) { row, sums in
    store(sums.left, output + row * outputStride)
    store(sums.right, output + row * outputStride + lanes)
  }
}
