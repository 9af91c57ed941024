internal import KernelTypes

/// 6 × 16 sums, all of them in registers.
typealias TileSums = (
  TileRow, TileRow, TileRow, TileRow, TileRow, TileRow
)

@inline(__always)
func begin(_ tile: borrowing TileCall) -> TileSums {
  (
    begin(tile, 0), begin(tile, 1), begin(tile, 2), begin(tile, 3), begin(tile, 4), begin(tile, 5)
  )
}

/// One step of the sums: an input of all rows, `stride` floats apart, times a line of weights.
@inline(__always)
func step(_ sums: inout TileSums, _ pixel: UnsafePointer<Float>, _ stride: Int, _ left: Vector, _ right: Vector) {
  add(&sums.0, pixel[0], left, right)
  add(&sums.1, pixel[stride], left, right)
  add(&sums.2, pixel[2 * stride], left, right)
  let pixel3 = pixel + 3 * stride
  add(&sums.3, pixel3[0], left, right)
  add(&sums.4, pixel3[stride], left, right)
  add(&sums.5, pixel3[2 * stride], left, right)
}

@inline(__always)
func end(_ tile: borrowing TileCall, _ sums: TileSums) {
  end(tile, 0, sums.0)
  end(tile, 1, sums.1)
  end(tile, 2, sums.2)
  end(tile, 3, sums.3)
  end(tile, 4, sums.4)
  end(tile, 5, sums.5)
}

/// Fewer rows, for short lines and what whole tiles leave over.
typealias ShortTileSums = (
  TileRow, TileRow, TileRow, TileRow
)

@inline(__always)
func beginShort(_ tile: borrowing TileCall) -> ShortTileSums {
  (
    begin(tile, 0), begin(tile, 1), begin(tile, 2), begin(tile, 3)
  )
}

/// One step of the sums: an input of all rows, `stride` floats apart, times a line of weights.
@inline(__always)
func step(_ sums: inout ShortTileSums, _ pixel: UnsafePointer<Float>, _ stride: Int, _ left: Vector, _ right: Vector) {
  add(&sums.0, pixel[0], left, right)
  add(&sums.1, pixel[stride], left, right)
  add(&sums.2, pixel[2 * stride], left, right)
  let pixel3 = pixel + 3 * stride
  add(&sums.3, pixel3[0], left, right)
}

@inline(__always)
func end(_ tile: borrowing TileCall, _ sums: ShortTileSums) {
  end(tile, 0, sums.0)
  end(tile, 1, sums.1)
  end(tile, 2, sums.2)
  end(tile, 3, sums.3)
}
