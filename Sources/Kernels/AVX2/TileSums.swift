/// 6 × 16 sums, all of them in registers.
typealias TileSums = (
  TileRow, TileRow, TileRow, TileRow, TileRow, TileRow
)

@inline(__always)
func zeroTileSums() -> TileSums {
  (
    zeroRow(), zeroRow(), zeroRow(), zeroRow(), zeroRow(), zeroRow()
  )
}

@inline(__always)
func forEachRow(_ sums: inout TileSums, _ body: (Int, inout TileRow) -> Void) {
  body(0, &sums.0)
  body(1, &sums.1)
  body(2, &sums.2)
  body(3, &sums.3)
  body(4, &sums.4)
  body(5, &sums.5)
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

/// Fewer rows, for short lines and what whole tiles leave over.
typealias ShortTileSums = (
  TileRow, TileRow, TileRow, TileRow
)

@inline(__always)
func zeroShortTileSums() -> ShortTileSums {
  (
    zeroRow(), zeroRow(), zeroRow(), zeroRow()
  )
}

@inline(__always)
func forEachRow(_ sums: inout ShortTileSums, _ body: (Int, inout TileRow) -> Void) {
  body(0, &sums.0)
  body(1, &sums.1)
  body(2, &sums.2)
  body(3, &sums.3)
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
