// Compiled into AVX2, AVX512 and Portable, through links; `Vector` comes from there.

// The transforms of F(n×n, 3×3) for any n up to 6, as products with small matrices (Lavin & Gray, 2015, after Toom and Cook). A tile of n
// uses the first n + 2 of the points infinity, 0, ±1, ±1/2, ±7/4, so that weights packed for the largest tile serve all smaller ones. Of
// all points in eighths these are the most exact for n = 6 (relative error 5e-6; 1.4e-6 for n = 3).

/// Floats of the matrices of one axis: Bᵀ [n + 2][n + 2], then Aᵀ [n][n + 2].
@inline(__always)
var matrixFloats: Int { 8 * 8 + 6 * 8 }

/// A point; the first, infinity, has no number.
@inline(__always)
private func winogradPoint(_ index: Int) -> Double {
  switch index {
  case 1: 0
  case 2: 1
  case 3: -1
  case 4: 0.5
  case 5: -0.5
  case 6: 1.75
  default: -1.75
  }
}

/// A line of G · g: the kernel's polynomial at a point.
@inline(__always)
func kernelValue(_ g0: Double, _ g1: Double, _ g2: Double, atPoint index: Int) -> Double {
  if index == 0 { return g2 }
  let x = winogradPoint(index)
  return g0 + x * (g1 + x * g2)
}

/// Writes Bᵀ and Aᵀ of F(tile, 3), made in double. A line of Bᵀ has the coefficients of the product of (x − a) over the other points a, over
/// that product's value at the line's point; a line of Aᵀ has powers of the points.
@inline(never)
func writeMatrices(tile: Int, into target: Floats) {
  let side = tile + 2
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 8) { polynomial in
    for index in 0..<side {
      let x = winogradPoint(index)
      var value = 1.0
      for power in 0..<side { polynomial[power] = power == 0 ? 1 : 0 }
      for other in 1..<side where other != index {
        let a = winogradPoint(other)
        value *= x - a
        for power in stride(from: side - 1, to: 0, by: -1) { polynomial[power] = polynomial[power - 1] - a * polynomial[power] }
        polynomial[0] *= -a
      }
      if index == 0 { value = 1 }
      for power in 0..<side { target[index * side + power] = Float(polynomial[power] / value) }
    }
  }
  let output = target + side * side
  for row in 0..<tile { output[row * side] = row == tile - 1 ? 1 : 0 }
  for index in 1..<side {
    var power = 1.0
    for row in 0..<tile {
      output[row * side + index] = Float(power)
      power *= winogradPoint(index)
    }
  }
}

/// target[i] = Σₖ matrix[i][k] · source[k], four lines at a time.
///
/// - Parameters:
///   - matrix: [rows][columns], its rows `matrixStep` floats apart.
///   - sourceStep: floats from a vector of the source to the next.
///   - targetStep: floats from a vector of the target to the next.
@inline(__always)
private func multiplyLine(
  _ matrix: Floats, _ matrixStep: Int, rows: Int, columns: Int, _ source: Floats, _ sourceStep: Int, into target: Floats, _ targetStep: Int
) {
  var line = matrix
  var place = target
  var remaining = rows
  while remaining >= 4 {
    var sum0 = Vector()
    var sum1 = Vector()
    var sum2 = Vector()
    var sum3 = Vector()
    for index in 0..<columns {
      let value = load(source + index * sourceStep)
      sum0 = multiplyAdd(sum0, value, Vector(repeating: line[index]))
      sum1 = multiplyAdd(sum1, value, Vector(repeating: line[matrixStep + index]))
      sum2 = multiplyAdd(sum2, value, Vector(repeating: line[2 * matrixStep + index]))
      sum3 = multiplyAdd(sum3, value, Vector(repeating: line[3 * matrixStep + index]))
    }
    store(sum0, place)
    store(sum1, place + targetStep)
    store(sum2, place + 2 * targetStep)
    store(sum3, place + 3 * targetStep)
    line += 4 * matrixStep
    place += 4 * targetStep
    remaining -= 4
  }
  while remaining > 0 {
    var sum = Vector()
    for index in 0..<columns { sum = multiplyAdd(sum, load(source + index * sourceStep), Vector(repeating: line[index])) }
    store(sum, place)
    line += matrixStep
    place += targetStep
    remaining -= 1
  }
}

/// Writes Bᵀ d B of the pixels around a tile, a vector of channels at a time. Pixels outside the image are zeros and take no part.
///
/// - Parameters:
///   - first: the first pixel inside the image.
///   - rows: the lines of pixels inside the image, of `pointRows`.
///   - columns: the columns inside the image, of `pointColumns`.
///   - matrices: of both axes, then a line of 8 vectors.
@inline(__always)
func transformTile(
  _ first: Floats, rowStep: Int, columnStep: Int, rows: Range<Int>, columns: Range<Int>, pointRows: Int, pointColumns: Int, channels: Int,
  temporary: Floats, _ matrices: Floats, into spectrum: Floats, pointStride: Int
) {
  let down = matrices + rows.lowerBound
  let across = matrices + (matrixFloats + columns.lowerBound)
  let line = matrices + 2 * matrixFloats
  var channel = 0
  while channel < channels {
    let count = channels - channel
    for j in 0..<columns.count {
      let pixel = first + (j * columnStep + channel)
      let place = temporary + j * lanes
      if count >= lanes {
        multiplyLine(down, pointRows, rows: pointRows, columns: rows.count, pixel, rowStep, into: place, pointColumns * lanes)
      } else {
        for i in 0..<rows.count { store(loadFirst(count, pixel + i * rowStep), line + i * lanes) }
        multiplyLine(down, pointRows, rows: pointRows, columns: rows.count, line, lanes, into: place, pointColumns * lanes)
      }
    }
    for i in 0..<pointRows {
      multiplyLine(
        across, pointColumns, rows: pointColumns, columns: columns.count, temporary + i * pointColumns * lanes, lanes,
        into: spectrum + (i * pointColumns * pointStride + channel), pointStride)
    }
    channel += lanes
  }
}

/// Aᵀ m A of pointRows × pointColumns sums of a vector of channels.
///
/// - Parameter matrices: of both axes, then a line of 8 vectors.
@inline(__always)
func transformSums(
  _ sums: Floats, pointStride: Int, pointRows: Int, pointColumns: Int, temporary: Floats, _ matrices: Floats, rows: Int, columns: Int,
  _ write: (Vector, _ row: Int, _ column: Int) -> Void
) {
  let line = matrices + 2 * matrixFloats
  let down = matrices + pointRows * pointRows
  let across = matrices + (matrixFloats + pointColumns * pointColumns)
  for i in 0..<pointRows {
    multiplyLine(
      across, pointColumns, rows: columns, columns: pointColumns, sums + i * pointColumns * pointStride, pointStride,
      into: temporary + i * columns * lanes, lanes)
  }
  for j in 0..<columns {
    multiplyLine(down, pointRows, rows: rows, columns: pointRows, temporary + j * lanes, columns * lanes, into: line, lanes)
    for i in 0..<rows { write(load(line + i * lanes), i, j) }
  }
}
