internal import CVectors
internal import KernelTypes

/// Two vectors side by side: a row of a tile's sums.
///
/// A tuple, because the metadata of a struct comes with helpers that all modules share, compiled for this set's processors.
typealias TileRow = (left: Vector, right: Vector)

@inline(__always)
private func loadRow(_ address: UnsafePointer<Float>) -> TileRow { (load(address), load(address + lanes)) }

@inline(__always)
private func addRow(_ address: UnsafePointer<Float>, to sums: inout TileRow) {
  let other = loadRow(address)
  sums.left += other.left
  sums.right += other.right
}

/// Where the sums of row `row` begin; asks for the memory that they will be written to.
@inline(__always)
func begin(_ tile: borrowing TileCall, _ row: Int) -> TileRow {
  vector_prefetch_write(tile.output + row * tile.outputStride)
  vector_prefetch_write(tile.output + row * tile.outputStride + lanes)
  if tile.continues { return loadRow(UnsafePointer(tile.output + row * tile.outputStride)) }
  var sums = loadRow(tile.bias)
  if let residual = tile.residual {
    if tile.residualStage == .first {
      addRow(residual + row * tile.residualStride, to: &sums)
    } else {
      vector_prefetch(residual + row * tile.residualStride)
      vector_prefetch(residual + row * tile.residualStride + lanes)
    }
  }
  return sums
}

@inline(__always)
func add(_ sums: inout TileRow, _ pixel: Float, _ left: Vector, _ right: Vector) {
  let value = Vector(repeating: pixel)
  sums.left = multiplyAdd(sums.left, value, left)
  sums.right = multiplyAdd(sums.right, value, right)
}

/// Writes the sums of row `row`, through the epilogue where it is due.
@inline(__always)
func end(_ tile: borrowing TileCall, _ row: Int, _ sums: TileRow) {
  var sums = sums
  if tile.ends {
    if let residual = tile.residual, tile.residualStage == .beforeActivation { addRow(residual + row * tile.residualStride, to: &sums) }
    if tile.isActivated {
      sums.left = activated(sums.left, load(tile.slopes))
      sums.right = activated(sums.right, load(tile.slopes + lanes))
    }
    if let residual = tile.residual, tile.residualStage == .afterActivation { addRow(residual + row * tile.residualStride, to: &sums) }
  }
  let target = tile.output + row * tile.outputStride
  store(sums.left, target)
  store(sums.right, target + lanes)
}
