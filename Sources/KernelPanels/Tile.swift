internal import KernelTypes

/// Two vectors side by side: a row of a tile's sums.
///
/// A tuple, because the metadata of a struct comes with helpers that all modules share, compiled for this set's processors.
typealias TileRow = (left: Vector, right: Vector)

@inline(__always)
private func loadRow(_ address: UnsafePointer<Float>) -> TileRow { (load(address), load(address + lanes)) }

/// Where the sums of row `row` begin.
@inline(__always)
func begin(_ tile: borrowing TileCall, _ row: Int) -> TileRow {
  if tile.continues { return loadRow(UnsafePointer(tile.output + row * tile.outputStride)) }
  var sums = loadRow(tile.bias)
  if let residual = tile.residual, !tile.residualComesLast {
    let other = loadRow(residual + row * tile.residualStride)
    sums.left += other.left
    sums.right += other.right
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
    if tile.isActivated {
      sums.left = activated(sums.left, load(tile.slopes))
      sums.right = activated(sums.right, load(tile.slopes + lanes))
    }
    if let residual = tile.residual, tile.residualComesLast {
      let other = loadRow(residual + row * tile.residualStride)
      sums.left += other.left
      sums.right += other.right
    }
  }
  let target = tile.output + row * tile.outputStride
  store(sums.left, target)
  store(sums.right, target + lanes)
}
