// Compiled into AVX2, AVX512 and BFloat16, through links; `Vector`, `TileSums` and the tuning come from there.

public import KernelTypes

/// Floats between gathered rows of so many steps.
@inline(__always)
private func gatherStride(_ steps: Int) -> Int { roundedUp(min(steps, sliceSteps), 16) + 16 }

/// Gathered rows that there is room for.
@inline(__always)
private func gatheredRows(_ rows: Int) -> Int {
  let block = min(roundedUp(rows, tileRows), roundedUp(blockRows, tileRows))
  // Where all rows are gathered, each piece of a line takes whole tiles.
  return readsInPlace ? block : block + block / 2 + tileRows
}

/// Steps of a sum over so many inputs.
@inline(__always)
private func sumSteps(_ inputs: Int) -> Int { (inputs + inputsPerStep - 1) / inputsPerStep }

/// Floats of scratch memory that `product` needs: a block of gathered rows, one tile of sums and a panel of slopes.
public func productScratchFloats(rows: Int, inputs: Int, outputs: Int) -> Int {
  gatheredRows(rows) * gatherStride(sumSteps(inputs)) + (tileRows + 1) * panelWidth(outputs)
}

/// Rows that `plainProduct` reads and writes where it is asked for `rows`.
@inline(__always)
func wholeTiles(_ rows: Int) -> Int { roundedUp(rows, tileRows) }

/// The sums alone, over scratch matrices: whole tiles and whole panels are read and written.
@inline(__always)
func plainProduct(
  _ input: Floats, inputStride: Int, inputs: Int, _ weights: UnsafePointer<Float>, _ output: Floats, outputStride: Int, outputs: Int,
  rows: Int, zeros: Floats
) {
  let width = panelWidth(outputs)
  let tiles = (rows + tileRows - 1) / tileRows
  var firstInput = 0
  while firstInput < inputs {
    let count = min(sliceSteps, inputs - firstInput)
    var panel = weights + firstInput * width
    var firstOutput = 0
    while firstOutput < outputs {
      for tile in 0..<tiles {
        multiply(
          TileCall(
            input: UnsafePointer(input + (tile * tileRows * inputStride + firstInput)), inputStride: inputStride, weights: panel,
            inputs: count, weightsAhead: panel + (inputs * width + tile * count * width / tiles), weightsAheadStep: width / tiles,
            output: output + (tile * tileRows * outputStride + firstOutput), outputStride: outputStride, continues: firstInput > 0,
            ends: false, bias: UnsafePointer(zeros), residual: nil, residualStride: 0, residualStage: .first, isActivated: false,
            slopes: UnsafePointer(zeros)))
      }
      panel += inputs * width
      firstOutput += width
    }
    firstInput += count
  }
}

/// How the next rows of a line are done: a whole or a short tile in place, or a short one by way of scratch memory.
private struct RowPiece {
  let rows: Int
  let isShort: Bool
  let isAside: Bool

  /// - Parameter left: rows of the line.
  @inline(__always)
  init(left: Int, gathersAll: Bool) {
    if gathersAll {
      rows = min(left, tileRows)
      isShort = rows <= shortRows
      isAside = true
    } else if left >= tileRows && left != 2 * shortRows {
      rows = tileRows
      isShort = false
      isAside = false
    } else {
      rows = min(left, shortRows)
      isShort = true
      isAside = left < shortRows
    }
  }

  @inline(__always)
  var isGathered: Bool { isAside || !readsInPlace }

  /// Rows of scratch memory.
  @inline(__always)
  var slots: Int { isGathered ? (isShort ? shortRows : tileRows) : 0 }
}

/// The product of rows with packed columns: blocks of rows, slices of inputs, panels of outputs, tiles.
///
/// Tiles within a line are read and written in place; an evenly spaced image is one long line. What lines leave over, lines too
/// short for a tile, and the last, narrower panel go through scratch memory. All ways add the same numbers in the same order.
@inline(never)
public func product(_ call: ProductCall) {
  var input = call.input
  var output = call.output
  var residual = call.epilogue.residual
  if input.isEvenlySpaced && output.isEvenlySpaced && (residual?.isEvenlySpaced ?? true) {
    input = oneLine(input)
    output = oneLine(output)
    residual = residual.map { oneLine($0) }
  }
  let line = output.width
  let gathersAll = line % shortRows != 0 && line < 2 * tileRows && output.height > 1
  let rows = output.pixels
  var firstRow = 0
  while firstRow < rows {
    let count: Int
    if gathersAll {
      count = min(blockRows, rows - firstRow)
    } else if line >= blockRows {
      count = min(blockRows, line - firstRow % line)
    } else {
      count = min(blockRows / line * line, rows - firstRow)
    }
    multiplyBlock(call, input, output, residual, firstRow, count, gathersAll: gathersAll)
    firstRow += count
  }
}

/// The same pixels in one line.
@inline(__always)
private func oneLine(_ image: ImageView) -> ImageView {
  ImageView(base: image.base, rows: image.pixels, columns: image.channels, stride: image.pixelStride)
}

@inline(never)
private func multiplyBlock(
  _ call: borrowing ProductCall, _ input: ImageView, _ output: ImageView, _ residual: ImageView?, _ firstRow: Int, _ count: Int,
  gathersAll: Bool
) {
  let epilogue = call.epilogue
  let steps = sumSteps(input.channels)
  let outputs = output.channels
  let width = panelWidth(outputs)
  let line = output.width
  let end = firstRow + count
  let stride = gatherStride(steps)
  let sums = call.scratch + gatheredRows(output.pixels) * stride
  let slopePanel = sums + tileRows * width
  let tiles = (count + tileRows - 1) / tileRows
  var firstStep = 0
  while firstStep < steps {
    let stepCount = min(sliceSteps, steps - firstStep)
    let firstInput = firstStep * inputsPerStep
    let inputCount = min(stepCount * inputsPerStep, input.channels - firstInput)
    gatherPieces(input, line, firstRow, end, firstInput, inputCount, into: call.scratch, stride, gathersAll: gathersAll)
    var tile = TileCall(
      input: call.scratch, inputStride: stride, weights: call.weights, inputs: stepCount, weightsAhead: call.weights,
      weightsAheadStep: width / tiles, output: sums, outputStride: width, continues: firstStep > 0,
      ends: firstStep + stepCount == steps, bias: call.bias, residual: nil, residualStride: 0,
      residualStage: epilogue.residualComesLast ? .afterActivation : steps > sliceSteps ? .first : .beforeActivation,
      isActivated: epilogue.activation != .none, slopes: slopePanel)
    var firstOutput = 0
    while firstOutput < outputs {
      tile.weights = call.weights + (firstOutput * steps + firstStep * width)
      tile.bias = call.bias + firstOutput
      store(slopes(epilogue, outputs: outputs, first: firstOutput), slopePanel)
      store(slopes(epilogue, outputs: outputs, first: firstOutput + lanes), slopePanel + lanes)
      let outputCount = min(width, outputs - firstOutput)
      var row = firstRow
      var y = firstRow / line
      var x = firstRow % line
      var slot = 0
      while row < end {
        let piece = RowPiece(left: gathersAll ? end - row : min(line - x, end - row), gathersAll: gathersAll)
        tile.weightsAhead = tile.weights + (steps * width + (row - firstRow) * stepCount / count * width)
        if piece.isGathered {
          tile.input = UnsafePointer(call.scratch + slot * stride)
          tile.inputStride = stride
          slot += piece.slots
        } else {
          tile.input = UnsafePointer(input.pixel(y, x) + firstInput)
          tile.inputStride = input.pixelStride
        }
        if piece.isAside || outputCount < width {
          multiplyAside(tile, piece, sums, output, residual, y, x, firstOutput, outputCount)
        } else {
          tile.output = output.pixel(y, x) + firstOutput
          tile.outputStride = output.pixelStride
          if let residual {
            tile.residual = UnsafePointer(residual.pixel(y, x) + firstOutput)
            tile.residualStride = residual.pixelStride
          }
          if piece.isShort { multiplyShort(tile) } else { multiply(tile) }
        }
        row += piece.rows
        x += piece.rows
        while x >= line {
          x -= line
          y += 1
        }
      }
      firstOutput += width
    }
    firstStep += stepCount
  }
}

/// Copies (or converts) a slice of the rows that are not read in place, and zeros up to whole tiles.
@inline(never)
private func gatherPieces(
  _ input: ImageView, _ line: Int, _ firstRow: Int, _ end: Int, _ firstInput: Int, _ inputs: Int, into target: Floats, _ stride: Int,
  gathersAll: Bool
) {
  var place = target
  var row = firstRow
  var y = firstRow / line
  var x = firstRow % line
  while row < end {
    let piece = RowPiece(left: gathersAll ? end - row : min(line - x, end - row), gathersAll: gathersAll)
    for _ in 0..<piece.rows {
      if piece.isGathered {
        copyInputs(input.pixel(y, x) + firstInput, inputs, to: place)
        place += stride
      }
      x += 1
      if x == line {
        x = 0
        y += 1
      }
    }
    for _ in piece.rows..<max(piece.rows, piece.slots) {
      place.update(repeating: 0, count: sumSteps(inputs))
      place += stride
    }
    row += piece.rows
  }
}

/// A tile by way of scratch memory: any number of rows and outputs, wherever they lie.
@inline(never)
private func multiplyAside(
  _ tile: TileCall, _ piece: RowPiece, _ sums: Floats, _ output: ImageView, _ residual: ImageView?, _ firstY: Int, _ firstX: Int,
  _ firstOutput: Int, _ outputs: Int
) {
  var aside = tile
  aside.output = sums
  aside.outputStride = 2 * lanes
  aside.ends = false
  aside.residual = nil
  var y = firstY
  var x = firstX
  if tile.continues {
    for row in 0..<piece.rows {
      copy(output.pixel(y, x) + firstOutput, outputs, to: sums + row * 2 * lanes)
      advance(&y, &x, output.width)
    }
  }
  if piece.isShort { multiplyShort(aside) } else { multiply(aside) }
  y = firstY
  x = firstX
  for row in 0..<piece.rows {
    let line = sums + row * 2 * lanes
    let other = residual.map { $0.pixel(y, x) + firstOutput }
    if let other, !tile.continues, tile.residualStage == .first { addTo(line, other, outputs) }
    if tile.ends {
      if let other, tile.residualStage == .beforeActivation { addTo(line, other, outputs) }
      if tile.isActivated {
        store(activated(load(line), load(tile.slopes)), line)
        store(activated(load(line + lanes), load(tile.slopes + lanes)), line + lanes)
      }
      if let other, tile.residualStage == .afterActivation { addTo(line, other, outputs) }
    }
    copy(line, outputs, to: output.pixel(y, x) + firstOutput)
    advance(&y, &x, output.width)
  }
}

@inline(__always)
private func advance(_ y: inout Int, _ x: inout Int, _ width: Int) {
  x += 1
  if x == width {
    x = 0
    y += 1
  }
}

@inline(__always)
func copy(_ source: Floats, _ count: Int, to target: Floats) {
  var index = 0
  while index < count {
    storeUpTo(count - index, loadUpTo(count - index, source + index), target + index)
    index += lanes
  }
}

@inline(__always)
private func addTo(_ target: Floats, _ source: Floats, _ count: Int) {
  var index = 0
  while index < count {
    let value = loadUpTo(count - index, target + index) + loadUpTo(count - index, source + index)
    storeUpTo(count - index, value, target + index)
    index += lanes
  }
}
