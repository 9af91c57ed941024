internal import KernelTypes

/// 14 × 32 sums, all of them in registers.
typealias TileSums = (
  TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow
)

@inline(__always)
func begin(_ tile: borrowing TileCall) -> TileSums {
  (
    begin(tile, 0), begin(tile, 1), begin(tile, 2), begin(tile, 3), begin(tile, 4), begin(tile, 5), begin(tile, 6), begin(tile, 7),
    begin(tile, 8), begin(tile, 9), begin(tile, 10), begin(tile, 11), begin(tile, 12), begin(tile, 13)
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
  let pixel6 = pixel + 6 * stride
  add(&sums.6, pixel6[0], left, right)
  add(&sums.7, pixel6[stride], left, right)
  add(&sums.8, pixel6[2 * stride], left, right)
  let pixel9 = pixel + 9 * stride
  add(&sums.9, pixel9[0], left, right)
  add(&sums.10, pixel9[stride], left, right)
  add(&sums.11, pixel9[2 * stride], left, right)
  let pixel12 = pixel + 12 * stride
  add(&sums.12, pixel12[0], left, right)
  add(&sums.13, pixel12[stride], left, right)
}

@inline(__always)
func end(_ tile: borrowing TileCall, _ sums: TileSums) {
  end(tile, 0, sums.0)
  end(tile, 1, sums.1)
  end(tile, 2, sums.2)
  end(tile, 3, sums.3)
  end(tile, 4, sums.4)
  end(tile, 5, sums.5)
  end(tile, 6, sums.6)
  end(tile, 7, sums.7)
  end(tile, 8, sums.8)
  end(tile, 9, sums.9)
  end(tile, 10, sums.10)
  end(tile, 11, sums.11)
  end(tile, 12, sums.12)
  end(tile, 13, sums.13)
}

/// Fewer rows, for short lines and what whole tiles leave over.
typealias ShortTileSums = (
  TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow, TileRow
)

@inline(__always)
func beginShort(_ tile: borrowing TileCall) -> ShortTileSums {
  (
    begin(tile, 0), begin(tile, 1), begin(tile, 2), begin(tile, 3), begin(tile, 4), begin(tile, 5), begin(tile, 6), begin(tile, 7)
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
  add(&sums.4, pixel3[stride], left, right)
  add(&sums.5, pixel3[2 * stride], left, right)
  let pixel6 = pixel + 6 * stride
  add(&sums.6, pixel6[0], left, right)
  add(&sums.7, pixel6[stride], left, right)
}

@inline(__always)
func end(_ tile: borrowing TileCall, _ sums: ShortTileSums) {
  end(tile, 0, sums.0)
  end(tile, 1, sums.1)
  end(tile, 2, sums.2)
  end(tile, 3, sums.3)
  end(tile, 4, sums.4)
  end(tile, 5, sums.5)
  end(tile, 6, sums.6)
  end(tile, 7, sums.7)
}
