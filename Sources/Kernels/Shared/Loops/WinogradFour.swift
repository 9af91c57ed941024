// Compiled into AVX2, AVX512 and Portable, through links; `Vector` comes from there.

// The transforms of F(4×4, 3×3) at the points 0, ±5/8, ±3/2 and infinity. All constants are exact in float32 and products stay small:
// the largest error is a fifth of that of the usual points 0, ±1, ±2.

/// The points a = 5/8 and b = 3/2, and what the transforms need of them.
private enum Point {
  static var a: Vector { Vector(repeating: 0.625) }
  static var b: Vector { Vector(repeating: 1.5) }
  static var a2: Vector { Vector(repeating: 0.390625) }
  static var b2: Vector { Vector(repeating: 2.25) }
  static var a3: Vector { Vector(repeating: 0.244140625) }
  static var b3: Vector { Vector(repeating: 3.375) }
  /// a² + b².
  static var sum: Vector { Vector(repeating: 2.640625) }
  /// a² b².
  static var product: Vector { Vector(repeating: 0.87890625) }
}

/// G · g: the kernel's polynomial at each point, over the product of the point's distances to the others.
@inline(__always)
func transformedKernel(_ g0: Double, _ g1: Double, _ g2: Double) -> (Double, Double, Double, Double, Double, Double) {
  let aa = 0.390625
  let bb = 2.25
  let nearScale = 1 / (2 * aa * (aa - bb))
  let farScale = 1 / (2 * bb * (bb - aa))
  let nearEven = g0 + aa * g2
  let nearOdd = 0.625 * g1
  let farEven = g0 + bb * g2
  let farOdd = 1.5 * g1
  return (
    g0 / (aa * bb), (nearEven + nearOdd) * nearScale, (nearEven - nearOdd) * nearScale, (farEven + farOdd) * farScale,
    (farEven - farOdd) * farScale, g2
  )
}

/// Bᵀ · d for one line of six.
@inline(__always)
private func transformedInput(
  _ d0: Vector, _ d1: Vector, _ d2: Vector, _ d3: Vector, _ d4: Vector, _ d5: Vector
) -> (Vector, Vector, Vector, Vector, Vector, Vector) {
  let nearEven = multiplyAdd(d4, d2, -Point.b2)
  let nearOdd = multiplyAdd(d3, d1, -Point.b2) * Point.a
  let farEven = multiplyAdd(d4, d2, -Point.a2)
  let farOdd = multiplyAdd(d3, d1, -Point.a2) * Point.b
  let first = multiplyAdd(multiplyAdd(d4, d2, -Point.sum), d0, Point.product)
  let last = multiplyAdd(multiplyAdd(d5, d3, -Point.sum), d1, Point.product)
  return (first, nearEven + nearOdd, nearEven - nearOdd, farEven + farOdd, farEven - farOdd, last)
}

/// Aᵀ · m for one line of six.
@inline(__always)
private func transformedOutput(
  _ m0: Vector, _ m1: Vector, _ m2: Vector, _ m3: Vector, _ m4: Vector, _ m5: Vector
) -> (Vector, Vector, Vector, Vector) {
  let nearSum = m1 + m2
  let nearDifference = m1 - m2
  let farSum = m3 + m4
  let farDifference = m3 - m4
  return (
    m0 + nearSum + farSum, multiplyAdd(nearDifference * Point.a, farDifference, Point.b),
    multiplyAdd(nearSum * Point.a2, farSum, Point.b2),
    multiplyAdd(multiplyAdd(m5, nearDifference, Point.a3), farDifference, Point.b3)
  )
}

/// Writes Bᵀ d B of 6×6 pixels, a vector of channels at a time.
@inline(__always)
func transformTile(
  channels: Int, temporary: Floats, into spectrum: Floats, pointStride: Int, _ pixel: (Int, Int) -> Floats
) {
  var channel = 0
  while channel < channels {
    let count = channels - channel
    for j in 0..<6 {
      let line = transformedInput(
        loadUpTo(count, pixel(0, j) + channel), loadUpTo(count, pixel(1, j) + channel), loadUpTo(count, pixel(2, j) + channel),
        loadUpTo(count, pixel(3, j) + channel), loadUpTo(count, pixel(4, j) + channel), loadUpTo(count, pixel(5, j) + channel))
      let place = temporary + j * lanes
      store(line.0, place)
      store(line.1, place + 6 * lanes)
      store(line.2, place + 12 * lanes)
      store(line.3, place + 18 * lanes)
      store(line.4, place + 24 * lanes)
      store(line.5, place + 30 * lanes)
    }
    var target = spectrum + channel
    for i in 0..<6 {
      let line = temporary + 6 * i * lanes
      let values = transformedInput(
        load(line), load(line + lanes), load(line + 2 * lanes), load(line + 3 * lanes), load(line + 4 * lanes), load(line + 5 * lanes))
      store(values.0, target)
      store(values.1, target + pointStride)
      store(values.2, target + 2 * pointStride)
      store(values.3, target + 3 * pointStride)
      store(values.4, target + 4 * pointStride)
      store(values.5, target + 5 * pointStride)
      target += 6 * pointStride
    }
    channel += lanes
  }
}

/// Aᵀ m A of 36 sums of a vector of channels.
@inline(__always)
func transformSums(
  _ sums: Floats, pointStride: Int, temporary: Floats, rows: Int, columns: Int, _ write: (Vector, _ row: Int, _ column: Int) -> Void
) {
  for i in 0..<6 {
    let source = sums + 6 * i * pointStride
    let line = transformedOutput(
      load(source), load(source + pointStride), load(source + 2 * pointStride), load(source + 3 * pointStride),
      load(source + 4 * pointStride), load(source + 5 * pointStride))
    let place = temporary + 4 * i * lanes
    store(line.0, place)
    store(line.1, place + lanes)
    store(line.2, place + 2 * lanes)
    store(line.3, place + 3 * lanes)
  }
  for j in 0..<columns {
    let place = temporary + j * lanes
    let line = transformedOutput(
      load(place), load(place + 4 * lanes), load(place + 8 * lanes), load(place + 12 * lanes), load(place + 16 * lanes),
      load(place + 20 * lanes))
    for i in 0..<rows { write(i == 0 ? line.0 : i == 1 ? line.1 : i == 2 ? line.2 : line.3, i, j) }
  }
}
