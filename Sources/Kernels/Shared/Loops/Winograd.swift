// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

internal import CVectors
public import KernelTypes

// Winograd's minimal filtering F(n×n, 3×3) (Lavin & Gray, 2015). `WinogradTiling` says which tiles there are; the transforms of 4×4 are in
// `WinogradFour.swift`, those of other tiles in `WinogradMatrices.swift`.

/// Where things are in the scratch memory of a convolution.
private struct WinogradPlan {
  /// Whether the transforms are those of 4×4 tiles, spelled out.
  let isUsual: Bool
  /// Output pixels of a tile.
  let tileHeight: Int
  let tileWidth: Int
  let tiles: Int
  /// Tiles that are transformed and multiplied together.
  let block: Int
  /// Rows of each of the matrices, one a point.
  let rows: Int
  let inputStride: Int
  let outputStride: Int
  /// Floats of zeros: a pixel outside the image, and a bias.
  let zeros: Int

  @inline(__always)
  init(height: Int, width: Int, inputs: Int, outputs: Int, dilation: Int, largestTile: Int) {
    isUsual = largestTile == WinogradTiling.usualTile
    tileHeight = WinogradTiling.tile(height, dilation: dilation, largest: largestTile)
    tileWidth = WinogradTiling.tile(width, dilation: dilation, largest: largestTile)
    tiles =
      WinogradTiling.tiles(height, dilation: dilation, tile: tileHeight) * WinogradTiling.tiles(width, dilation: dilation, tile: tileWidth)
    let usual = winogradBlockTiles(inputs: inputs, outputs: outputs)
    // Fewer points leave room for more tiles, and weights stream once a block.
    let most = max(usual, usual * 36 / ((tileHeight + 2) * (tileWidth + 2)))
    let blocks = (tiles + most - 1) / most
    block = min(most, wholeTiles((tiles + blocks - 1) / blocks))
    rows = wholeTiles(block)
    inputStride = scratchStride(inputs)
    outputStride = scratchStride(outputs)
    zeros = max(roundedUp(inputs, 16), 32)
  }

  /// Points of the transforms, and pixels that a tile reads.
  @inline(__always)
  var pointRows: Int { tileHeight + 2 }
  @inline(__always)
  var pointColumns: Int { tileWidth + 2 }
  @inline(__always)
  var points: Int { pointRows * pointColumns }

  /// Floats for a vector of channels of a tile, between the two directions of a transform.
  @inline(__always)
  var corner: Int { points * 16 }

  /// Floats for the transforms' matrices, and for a line of vectors.
  @inline(__always)
  var matrices: Int { isUsual ? 0 : 2 * matrixFloats + 8 * 16 }

  @inline(__always)
  var floats: Int { zeros + corner + matrices + points * rows * (inputStride + outputStride) }
}

/// Floats of scratch memory that `winograd` needs.
public func winogradScratchFloats(height: Int, width: Int, inputs: Int, outputs: Int, dilation: Int, largestTile: Int) -> Int {
  WinogradPlan(height: height, width: width, inputs: inputs, outputs: outputs, dilation: dilation, largestTile: largestTile).floats
}

/// Floats from one of the packed weight matrices to the next: not a power of two, or they would share cache sets.
public func winogradWeightStride(inputs: Int, outputs: Int) -> Int { packedFloats(rows: inputs, columns: outputs) + 16 }

/// Transforms and packs weights [outputs][inputs][3][3], in double: (largestTile + 2)² matrices.
@inline(never)
public func packWinogradWeights(
  _ weights: UnsafePointer<Double>, outputs: Int, inputs: Int, largestTile: Int, into packed: UnsafeMutablePointer<Float>
) {
  let side = largestTile + 2
  let isUsual = largestTile == WinogradTiling.usualTile
  let stride = winogradWeightStride(inputs: inputs, outputs: outputs)
  let width = panelWidth(outputs)
  packed.update(repeating: 0, count: side * side * stride)
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 4 * side) { memory in
    guard let half = memory.baseAddress else { return }
    let line = half + 3 * side
    for output in 0..<outputs {
      let place = output / width * width * inputs + output % width
      for input in 0..<inputs {
        let kernel = weights + (output * inputs + input) * 9
        for column in 0..<3 {
          transformKernel(kernel[column], kernel[3 + column], kernel[6 + column], isUsual: isUsual, side: side, into: line)
          for row in 0..<side { half[3 * row + column] = line[row] }
        }
        var target = packed + (place + input * width)
        for row in 0..<side {
          transformKernel(half[3 * row], half[3 * row + 1], half[3 * row + 2], isUsual: isUsual, side: side, into: line)
          for column in 0..<side { target[column * stride] = Float(line[column]) }
          target += side * stride
        }
      }
    }
  }
}

/// G · g for one line of the kernel.
@inline(__always)
private func transformKernel(
  _ g0: Double, _ g1: Double, _ g2: Double, isUsual: Bool, side: Int, into line: UnsafeMutablePointer<Double>
) {
  if isUsual {
    let values = transformedKernel(g0, g1, g2)
    line[0] = values.0
    line[1] = values.1
    line[2] = values.2
    line[3] = values.3
    line[4] = values.4
    line[5] = values.5
  } else {
    for index in 0..<side { line[index] = kernelValue(g0, g1, g2, atPoint: index) }
  }
}

/// Walks an image's tiles, phase by phase of the dilation, each phase row by row.
private struct TileCursor {
  let height: Int
  let width: Int
  let dilation: Int
  let rowStep: Int
  let columnStep: Int
  var phaseRow = 0
  var phaseColumn = 0
  /// The tile's first output pixel.
  var row = 0
  var column = 0

  init(_ input: ImageView, dilation: Int, _ plan: WinogradPlan) {
    height = input.height
    width = input.width
    self.dilation = dilation
    rowStep = plan.tileHeight * dilation
    columnStep = plan.tileWidth * dilation
  }

  @inline(__always)
  mutating func advance() {
    column += columnStep
    if column < width { return }
    column = phaseColumn
    row += rowStep
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

/// The whole convolution: transforms of a block of tiles, a product for each point, transforms back with the epilogue.
@inline(never)
public func winograd(_ call: WinogradCall) {
  let input = call.input
  let inputs = input.channels
  let outputs = call.output.channels
  let plan = WinogradPlan(
    height: input.height, width: input.width, inputs: inputs, outputs: outputs, dilation: call.dilation, largestTile: call.largestTile)
  let zeros = call.scratch
  let corner = zeros + plan.zeros
  let matrices = corner + plan.corner
  let spectrum = matrices + plan.matrices
  let sums = spectrum + plan.points * plan.rows * plan.inputStride
  zeros.update(repeating: 0, count: plan.zeros)
  if !plan.isUsual {
    writeMatrices(tile: plan.tileHeight, into: matrices)
    writeMatrices(tile: plan.tileWidth, into: matrices + matrixFloats)
  }

  let prefetches = asksForOutput(pixels: input.pixels, channels: outputs)
  var readCursor = TileCursor(input, dilation: call.dilation, plan)
  var writeCursor = readCursor
  var first = 0
  while first < plan.tiles {
    let count = min(plan.block, plan.tiles - first)
    for tile in 0..<count {
      transformInput(call, plan, readCursor, zeros: zeros, temporary: corner, matrices, into: spectrum + tile * plan.inputStride)
      readCursor.advance()
    }
    for row in 0..<plan.pointRows {
      for column in 0..<plan.pointColumns {
        let point = row * plan.pointColumns + column
        plainProduct(
          spectrum + point * plan.rows * plan.inputStride, inputStride: plan.inputStride, inputs: inputs,
          call.weights + (row * (call.largestTile + 2) + column) * call.weightStride, sums + point * plan.rows * plan.outputStride,
          outputStride: plan.outputStride, outputs: outputs, rows: count, zeros: zeros)
      }
    }
    var nextCursor = writeCursor
    for tile in 0..<count {
      nextCursor.advance()
      if prefetches && tile + 1 < count { prefetchOutput(call, plan, nextCursor) }
      transformOutput(call, plan, writeCursor, sums + tile * plan.outputStride, temporary: corner, matrices)
      writeCursor.advance()
    }
    first += count
  }
}

/// Reads the pixels of a tile and those around it, zeros outside the image, and writes Bᵀ d B.
@inline(never)
private func transformInput(
  _ call: borrowing WinogradCall, _ plan: WinogradPlan, _ cursor: TileCursor, zeros: Floats, temporary: Floats, _ matrices: Floats,
  into spectrum: Floats
) {
  let input = call.input
  let dilation = call.dilation
  let pointStride = plan.rows * plan.inputStride
  let top = cursor.row - dilation
  let left = cursor.column - dilation
  let rowStep = input.rowStride * dilation
  let columnStep = input.pixelStride * dilation
  if !plan.isUsual {
    let rows = (top < 0 ? 1 : 0)..<min(plan.pointRows, (input.height - top + dilation - 1) / dilation)
    let columns = (left < 0 ? 1 : 0)..<min(plan.pointColumns, (input.width - left + dilation - 1) / dilation)
    transformTile(
      input.pixel(top + rows.lowerBound * dilation, left + columns.lowerBound * dilation), rowStep: rowStep, columnStep: columnStep,
      rows: rows, columns: columns, pointRows: plan.pointRows, pointColumns: plan.pointColumns, channels: input.channels,
      temporary: temporary, matrices, into: spectrum, pointStride: pointStride)
    return
  }
  if top >= 0 && left >= 0 && top + 5 * dilation < input.height && left + 5 * dilation < input.width {
    let corner = input.pixel(top, left)
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

/// Whether the output is so large that its lines have to be asked for before they are written. Measured on an AMD EPYC (Zen 5, 32 MB of third
/// cache): 256² × 64 gains a fifth, 128² × 64 a twentieth; smaller maps lose as much.
@inline(__always)
private func asksForOutput(pixels: Int, channels: Int) -> Bool { pixels >= 128 * 128 && pixels * channels >= 1 << 20 }

/// Asks for the memory that a tile will be written to, and for its residual.
@inline(__always)
private func prefetchOutput(_ call: borrowing WinogradCall, _ plan: WinogradPlan, _ cursor: TileCursor) {
  let output = call.output
  let residual = call.epilogue.residual
  for i in 0..<plan.tileHeight {
    let row = cursor.row + i * call.dilation
    if row >= output.height { break }
    for j in 0..<plan.tileWidth {
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

/// Reads a tile's sums, one a point, and writes Aᵀ m A with the epilogue, as far as the tile lies in the image.
@inline(never)
private func transformOutput(
  _ call: borrowing WinogradCall, _ plan: WinogradPlan, _ cursor: TileCursor, _ sums: Floats, temporary: Floats,
  _ matrices: Floats
) {
  let output = call.output
  let epilogue = call.epilogue
  let dilation = call.dilation
  let pointStride = plan.rows * plan.outputStride
  let rows = min(plan.tileHeight, (output.height - cursor.row + dilation - 1) / dilation)
  let columns = min(plan.tileWidth, (output.width - cursor.column + dilation - 1) / dilation)
  let target = output.pixel(cursor.row, cursor.column)
  let residual = epilogue.residual?.pixel(cursor.row, cursor.column)
  let residualRowStride = (epilogue.residual?.rowStride ?? 0) * dilation
  let residualPixelStride = (epilogue.residual?.pixelStride ?? 0) * dilation
  var channel = 0
  while channel < output.channels {
    let count = output.channels - channel
    let bias = load(call.bias + channel)
    let slope = slopes(epilogue, outputs: output.channels, first: channel)
    let write: (Vector, Int, Int) -> Void = { sum, i, j in
      var value = sum + bias
      if let residual {
        let other = loadUpTo(count, residual + (i * residualRowStride + j * residualPixelStride + channel))
        value = epilogue.residualComesLast ? activated(value, slope) + other : activated(value + other, slope)
      } else {
        value = activated(value, slope)
      }
      storeUpTo(count, value, target + ((i * output.rowStride + j * output.pixelStride) * dilation + channel))
    }
    if plan.isUsual {
      transformSums(sums + channel, pointStride: pointStride, temporary: temporary, rows: rows, columns: columns, write)
    } else {
      transformSums(
        sums + channel, pointStride: pointStride, pointRows: plan.pointRows, pointColumns: plan.pointColumns, temporary: temporary,
        matrices, rows: rows, columns: columns, write)
    }
    channel += lanes
  }
}
