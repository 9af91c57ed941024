public import KernelTypes

/// Floats between the rows of gathered pixels.
@inline(__always)
private func gatherStride(_ inputs: Int) -> Int { roundedUp(min(inputs, sliceInputs), 16) + 16 }

/// Floats of scratch memory that `product` needs: a block of gathered rows, one tile of sums and a panel of slopes.
public func productScratchFloats(rows: Int, inputs: Int, outputs: Int) -> Int {
  roundedUp(min(roundedUp(rows, tileRows), blockRows), tileRows) * gatherStride(inputs) + (tileRows + 1) * panelWidth(outputs)
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
    let count = min(sliceInputs, inputs - firstInput)
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

/// Blocks of rows, slices of inputs, panels of outputs, tiles.
///
/// Whole tiles are read and written in place. Where pixels are not evenly spaced, they are gathered first; tiles that are not whole, and outputs
/// that are not evenly spaced, go through a tile of scratch memory. All ways add the same numbers in the same order.
@inline(never)
public func product(_ call: ProductCall) {
  let input = call.input
  let output = call.output
  let epilogue = call.epilogue
  let rows = output.pixels
  let inputs = input.channels
  let outputs = output.channels
  let width = panelWidth(outputs)
  let readsInPlace = input.isEvenlySpaced
  let writesInPlace = output.isEvenlySpaced && (epilogue.residual?.isEvenlySpaced ?? true)
  let stride = gatherStride(inputs)
  let sums = call.scratch + roundedUp(min(roundedUp(rows, tileRows), blockRows), tileRows) * stride
  let slopePanel = sums + tileRows * width
  let stage: ResidualStage = epilogue.residualComesLast ? .afterActivation : inputs > sliceInputs ? .first : .beforeActivation
  var firstRow = 0
  while firstRow < rows {
    let blockCount = min(blockRows, rows - firstRow)
    let wholeRows = blockCount / tileRows * tileRows
    let tiles = (blockCount + tileRows - 1) / tileRows
    var firstInput = 0
    while firstInput < inputs {
      let inputCount = min(sliceInputs, inputs - firstInput)
      let gatheredFrom = readsInPlace ? wholeRows : 0
      gatherRows(
        input, firstRow + gatheredFrom, blockCount - gatheredFrom, firstInput, inputCount, into: call.scratch + gatheredFrom * stride,
        stride)
      var tile = TileCall(
        input: call.scratch, inputStride: stride, weights: call.weights, inputs: inputCount, weightsAhead: call.weights,
        weightsAheadStep: width / tiles, output: sums, outputStride: width, continues: firstInput > 0,
        ends: firstInput + inputCount == inputs, bias: call.bias, residual: nil, residualStride: 0, residualStage: stage,
        isActivated: epilogue.activation != .none, slopes: slopePanel)
      var firstOutput = 0
      while firstOutput < outputs {
        tile.weights = call.weights + (firstOutput * inputs + firstInput * width)
        tile.bias = call.bias + firstOutput
        store(slopes(epilogue, outputs: outputs, first: firstOutput), slopePanel)
        store(slopes(epilogue, outputs: outputs, first: firstOutput + lanes), slopePanel + lanes)
        let outputCount = min(width, outputs - firstOutput)
        let isDirect = writesInPlace && outputCount == width
        var row = 0
        var number = 0
        while row < blockCount {
          tile.weightsAhead = tile.weights + (inputs * width + number * inputCount * width / tiles)
          if readsInPlace && row < wholeRows {
            tile.input = UnsafePointer(input.base + ((firstRow + row) * input.pixelStride + firstInput))
            tile.inputStride = input.pixelStride
          } else {
            tile.input = UnsafePointer(call.scratch + row * stride)
            tile.inputStride = stride
          }
          if isDirect && row < wholeRows {
            tile.output = output.base + ((firstRow + row) * output.pixelStride + firstOutput)
            tile.outputStride = output.pixelStride
            if let residual = epilogue.residual {
              tile.residual = UnsafePointer(residual.base + ((firstRow + row) * residual.pixelStride + firstOutput))
              tile.residualStride = residual.pixelStride
            }
            multiply(tile)
          } else {
            multiplyAside(
              tile, sums, width, output, epilogue.residual, firstRow: firstRow + row, rows: min(tileRows, blockCount - row),
              firstOutput: firstOutput, outputs: outputCount)
          }
          row += tileRows
          number += 1
        }
        firstOutput += width
      }
      firstInput += inputCount
    }
    firstRow += blockCount
  }
}

/// Copies a slice of some rows, and zeros behind them up to a whole tile.
@inline(never)
private func gatherRows(
  _ input: ImageView, _ firstRow: Int, _ rows: Int, _ firstInput: Int, _ inputs: Int, into target: Floats, _ stride: Int
) {
  if rows == 0 { return }
  var y = firstRow / input.width
  var x = firstRow % input.width
  var line = target
  for _ in 0..<rows {
    let source = input.pixel(y, x) + firstInput
    var index = 0
    while index < inputs {
      storeUpTo(inputs - index, loadUpTo(inputs - index, source + index), line + index)
      index += lanes
    }
    line += stride
    x += 1
    if x == input.width {
      x = 0
      y += 1
    }
  }
  for _ in rows..<roundedUp(rows, tileRows) {
    line.update(repeating: 0, count: inputs)
    line += stride
  }
}

/// A tile by way of scratch memory: any number of rows and outputs, wherever they lie.
@inline(never)
private func multiplyAside(
  _ tile: TileCall, _ sums: Floats, _ width: Int, _ output: ImageView, _ residual: ImageView?, firstRow: Int, rows: Int,
  firstOutput: Int, outputs: Int
) {
  var aside = tile
  aside.output = sums
  aside.outputStride = width
  aside.continues = true
  aside.ends = false
  aside.residual = nil
  var y = firstRow / output.width
  var x = firstRow % output.width
  for row in 0..<tileRows {
    let line = sums + row * width
    if row >= rows {
      line.update(repeating: 0, count: width)
      continue
    }
    if tile.continues {
      copy(output.pixel(y, x) + firstOutput, outputs, to: line)
      for place in outputs..<width { line[place] = 0 }
    } else {
      store(load(tile.bias), line)
      store(load(tile.bias + lanes), line + lanes)
      if let residual, tile.residualStage == .first { addTo(line, residual.pixel(y, x) + firstOutput, outputs) }
    }
    x += 1
    if x == output.width {
      x = 0
      y += 1
    }
  }
  multiply(aside)
  y = firstRow / output.width
  x = firstRow % output.width
  for row in 0..<rows {
    let line = sums + row * width
    if tile.ends {
      if let residual, tile.residualStage == .beforeActivation { addTo(line, residual.pixel(y, x) + firstOutput, outputs) }
      if tile.isActivated {
        store(activated(load(line), load(tile.slopes)), line)
        store(activated(load(line + lanes), load(tile.slopes + lanes)), line + lanes)
      }
      if let residual, tile.residualStage == .afterActivation { addTo(line, residual.pixel(y, x) + firstOutput, outputs) }
    }
    copy(line, outputs, to: output.pixel(y, x) + firstOutput)
    x += 1
    if x == output.width {
      x = 0
      y += 1
    }
  }
}

@inline(__always)
private func copy(_ source: Floats, _ count: Int, to target: Floats) {
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
