// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

internal import CVectors
public import KernelTypes

// Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray, 2015) at the points 0, ±5/8, ±3/2 and infinity. All constants are exact in
// float32 and products stay small: the largest error is a fifth of that of the usual points 0, ±1, ±2.

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

/// 4×4 tiles of an image, all phases of a dilation counted.
@inline(__always)
func winogradTiles(height: Int, width: Int, dilation: Int) -> Int {
  var rows = 0
  var columns = 0
  for phase in 0..<dilation {
    if phase < height { rows += ((height - phase + dilation - 1) / dilation + 3) / 4 }
    if phase < width { columns += ((width - phase + dilation - 1) / dilation + 3) / 4 }
  }
  return rows * columns
}

/// Where things are in the scratch memory of a convolution.
private struct WinogradPlan {
  let tiles: Int
  /// Tiles that are transformed and multiplied together.
  let block: Int
  /// Rows of each of the 36 matrices.
  let rows: Int
  let inputStride: Int
  let outputStride: Int
  /// Floats of zeros: a pixel outside the image, and a bias.
  let zeros: Int

  @inline(__always)
  init(height: Int, width: Int, inputs: Int, outputs: Int, dilation: Int) {
    tiles = winogradTiles(height: height, width: width, dilation: dilation)
    let most = winogradBlockTiles(inputs: inputs, outputs: outputs)
    let blocks = (tiles + most - 1) / most
    block = min(most, wholeTiles((tiles + blocks - 1) / blocks))
    rows = wholeTiles(block)
    inputStride = scratchStride(inputs)
    outputStride = scratchStride(outputs)
    zeros = max(roundedUp(inputs, 16), 32)
  }

  @inline(__always)
  var floats: Int { zeros + 36 * 16 + 36 * rows * (inputStride + outputStride) }
}

/// Floats of scratch memory that `winograd` needs.
public func winogradScratchFloats(height: Int, width: Int, inputs: Int, outputs: Int, dilation: Int) -> Int {
  WinogradPlan(height: height, width: width, inputs: inputs, outputs: outputs, dilation: dilation).floats
}

/// Floats from one of the 36 packed weight matrices to the next: not a power of two, or they would share cache sets.
public func winogradWeightStride(inputs: Int, outputs: Int) -> Int { packedFloats(rows: inputs, columns: outputs) + 16 }

/// Transforms and packs weights [outputs][inputs][3][3], in double.
@inline(never)
public func packWinogradWeights(
  _ weights: UnsafePointer<Double>, outputs: Int, inputs: Int, into packed: UnsafeMutablePointer<Float>
) {
  let stride = winogradWeightStride(inputs: inputs, outputs: outputs)
  let width = panelWidth(outputs)
  packed.update(repeating: 0, count: 36 * stride)
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 18) { half in
    for output in 0..<outputs {
      let place = output / width * width * inputs + output % width
      for input in 0..<inputs {
        let kernel = weights + (output * inputs + input) * 9
        for column in 0..<3 {
          let line = transformedKernel(kernel[column], kernel[3 + column], kernel[6 + column])
          half[column] = line.0
          half[3 + column] = line.1
          half[6 + column] = line.2
          half[9 + column] = line.3
          half[12 + column] = line.4
          half[15 + column] = line.5
        }
        var target = packed + (place + input * width)
        for row in 0..<6 {
          let line = transformedKernel(half[3 * row], half[3 * row + 1], half[3 * row + 2])
          target[0] = Float(line.0)
          target[stride] = Float(line.1)
          target[2 * stride] = Float(line.2)
          target[3 * stride] = Float(line.3)
          target[4 * stride] = Float(line.4)
          target[5 * stride] = Float(line.5)
          target += 6 * stride
        }
      }
    }
  }
}

/// G · g: the kernel's polynomial at each point, over the product of the point's distances to the others.
@inline(__always)
private func transformedKernel(_ g0: Double, _ g1: Double, _ g2: Double) -> (Double, Double, Double, Double, Double, Double) {
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

/// Walks an image's tiles, phase by phase of the dilation, each phase row by row.
private struct TileCursor {
  let height: Int
  let width: Int
  let dilation: Int
  var phaseRow = 0
  var phaseColumn = 0
  /// The tile's first output pixel.
  var row = 0
  var column = 0

  init(height: Int, width: Int, dilation: Int) {
    self.height = height
    self.width = width
    self.dilation = dilation
  }

  @inline(__always)
  mutating func advance() {
    column += 4 * dilation
    if column < width { return }
    column = phaseColumn
    row += 4 * dilation
    if row < height { return }
    phaseColumn += 1
    if phaseColumn == min(dilation, width) {
      phaseColumn = 0
      phaseRow += 1
    }
    row = phaseRow
    column = phaseColumn
  }
}

/// The whole convolution: transforms of a block of tiles, 36 products, transforms back with the epilogue.
@inline(never)
public func winograd(_ call: WinogradCall) {
  let input = call.input
  let inputs = input.channels
  let outputs = call.output.channels
  let plan = WinogradPlan(
    height: input.height, width: input.width, inputs: inputs, outputs: outputs, dilation: call.dilation)
  let zeros = call.scratch
  let corner = zeros + plan.zeros
  let spectrum = corner + 36 * 16
  let sums = spectrum + 36 * plan.rows * plan.inputStride
  zeros.update(repeating: 0, count: plan.zeros)

  let prefetches = asksForOutput(pixels: input.pixels, channels: outputs)
  var readCursor = TileCursor(height: input.height, width: input.width, dilation: call.dilation)
  var writeCursor = readCursor
  var first = 0
  while first < plan.tiles {
    let count = min(plan.block, plan.tiles - first)
    for tile in 0..<count {
      transformInput(
        call, readCursor, zeros: zeros, temporary: corner, into: spectrum + tile * plan.inputStride,
        pointStride: plan.rows * plan.inputStride)
      readCursor.advance()
    }
    for point in 0..<36 {
      plainProduct(
        spectrum + point * plan.rows * plan.inputStride, inputStride: plan.inputStride, inputs: inputs,
        call.weights + point * call.weightStride, sums + point * plan.rows * plan.outputStride, outputStride: plan.outputStride,
        outputs: outputs, rows: count, zeros: zeros)
    }
    var nextCursor = writeCursor
    for tile in 0..<count {
      nextCursor.advance()
      if prefetches && tile + 1 < count { prefetchOutput(call, nextCursor) }
      transformOutput(
        call, writeCursor, sums + tile * plan.outputStride, pointStride: plan.rows * plan.outputStride, temporary: corner)
      writeCursor.advance()
    }
    first += count
  }
}

/// Reads 6×6 pixels around a 4×4 tile, zeros outside the image, and writes Bᵀ d B, a vector of channels at a time.
@inline(never)
private func transformInput(
  _ call: borrowing WinogradCall, _ cursor: TileCursor, zeros: Floats, temporary: Floats, into spectrum: Floats, pointStride: Int
) {
  let input = call.input
  let dilation = call.dilation
  let top = cursor.row - dilation
  let left = cursor.column - dilation
  if top >= 0 && left >= 0 && top + 5 * dilation < input.height && left + 5 * dilation < input.width {
    let corner = input.pixel(top, left)
    let rowStep = input.rowStride * dilation
    let columnStep = input.pixelStride * dilation
    transformTile(channels: input.channels, temporary: temporary, into: spectrum, pointStride: pointStride) { i, j in
      corner + (i * rowStep + j * columnStep)
    }
    return
  }
  withUnsafeTemporaryAllocation(of: Floats.self, capacity: 36) { pixels in
    for i in 0..<6 {
      let row = top + i * dilation
      for j in 0..<6 {
        let column = left + j * dilation
        let isInside = row >= 0 && row < input.height && column >= 0 && column < input.width
        pixels[6 * i + j] = isInside ? input.pixel(row, column) : zeros
      }
    }
    transformTile(channels: input.channels, temporary: temporary, into: spectrum, pointStride: pointStride) { i, j in pixels[6 * i + j] }
  }
}

@inline(__always)
private func transformTile(
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

/// Whether the output is so large that its lines have to be asked for before they are written. Measured on an AMD EPYC (Zen 5, 32 MB of third
/// cache): 256² × 64 gains a fifth, 128² × 64 a twentieth; smaller maps lose as much.
@inline(__always)
private func asksForOutput(pixels: Int, channels: Int) -> Bool { pixels >= 128 * 128 && pixels * channels >= 1 << 20 }

/// Asks for the memory that a tile will be written to, and for its residual.
@inline(__always)
private func prefetchOutput(_ call: borrowing WinogradCall, _ cursor: TileCursor) {
  let output = call.output
  let residual = call.epilogue.residual
  for i in 0..<4 {
    let row = cursor.row + i * call.dilation
    if row >= output.height { break }
    for j in 0..<4 {
      let column = cursor.column + j * call.dilation
      if column >= output.width { break }
      let target = output.pixel(row, column)
      let other = residual?.pixel(row, column)
      var channel = 0
      while channel < output.channels {
        vector_prefetch_write(target + channel)
        if let other { vector_prefetch(other + channel) }
        channel += 16
      }
    }
  }
}

/// Reads 36 sums of a tile and writes Aᵀ m A with the epilogue, as far as the tile lies in the image.
@inline(never)
private func transformOutput(_ call: borrowing WinogradCall, _ cursor: TileCursor, _ sums: Floats, pointStride: Int, temporary: Floats) {
  let output = call.output
  let epilogue = call.epilogue
  let dilation = call.dilation
  let rows = min(4, (output.height - cursor.row + dilation - 1) / dilation)
  let columns = min(4, (output.width - cursor.column + dilation - 1) / dilation)
  let target = output.pixel(cursor.row, cursor.column)
  let residual = epilogue.residual?.pixel(cursor.row, cursor.column)
  let residualRowStride = (epilogue.residual?.rowStride ?? 0) * dilation
  let residualPixelStride = (epilogue.residual?.pixelStride ?? 0) * dilation
  var channel = 0
  while channel < output.channels {
    let count = output.channels - channel
    for i in 0..<6 {
      let source = sums + (6 * i * pointStride + channel)
      let line = transformedOutput(
        load(source), load(source + pointStride), load(source + 2 * pointStride), load(source + 3 * pointStride),
        load(source + 4 * pointStride), load(source + 5 * pointStride))
      let place = temporary + 4 * i * lanes
      store(line.0, place)
      store(line.1, place + lanes)
      store(line.2, place + 2 * lanes)
      store(line.3, place + 3 * lanes)
    }
    let bias = load(call.bias + channel)
    let slope = slopes(epilogue, outputs: output.channels, first: channel)
    for j in 0..<columns {
      let place = temporary + j * lanes
      let line = transformedOutput(
        load(place), load(place + 4 * lanes), load(place + 8 * lanes), load(place + 12 * lanes), load(place + 16 * lanes),
        load(place + 20 * lanes))
      for i in 0..<rows {
        var value = (i == 0 ? line.0 : i == 1 ? line.1 : i == 2 ? line.2 : line.3) + bias
        let offset = (i * output.rowStride + j * output.pixelStride) * dilation + channel
        if let residual {
          let other = loadUpTo(count, residual + (i * residualRowStride + j * residualPixelStride + channel))
          value = epilogue.residualComesLast ? activated(value, slope) + other : activated(value + other, slope)
        } else {
          value = activated(value, slope)
        }
        storeUpTo(count, value, target + offset)
      }
    }
    channel += lanes
  }
}
