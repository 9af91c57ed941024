public import KernelTypes

/// Floats of a packed matrix of `rows` (the products' sums go over them) × `columns`.
public func packedFloats(rows: Int, columns: Int) -> Int {
  let width = panelWidth(columns)
  return (columns + width - 1) / width * width * rows
}

/// Floats of a bias of so many outputs, padded to whole panels.
public func packedColumns(_ columns: Int) -> Int { packedFloats(rows: 1, columns: columns) }

/// Packs weights as PyTorch has them, rounded from double.
///
/// - Parameters:
///   - weights: element [o][r] at `o * outputStride + r * rowStride`, rows r in the order of the sums.
///   - packed: panels of `panelWidth` outputs, [panel][row][output in panel], zeros behind the last output.
@inline(never)
public func packWeights(
  _ weights: UnsafePointer<Double>, outputs: Int, rows: Int, outputStride: Int, rowStride: Int, into packed: UnsafeMutablePointer<Float>
) {
  let width = panelWidth(outputs)
  var panel = packed
  var first = 0
  while first < outputs {
    let count = min(width, outputs - first)
    for row in 0..<rows {
      let line = panel + row * width
      let source = weights + (first * outputStride + row * rowStride)
      for column in 0..<count { line[column] = Float(source[column * outputStride]) }
      for column in count..<width { line[column] = 0 }
    }
    panel += rows * width
    first += width
  }
}

/// Packs the rows of a matrix as columns: for A · Bᵀ with B given by rows (one for each pixel).
@inline(never)
public func packTransposed(_ matrix: ImageView, scale: Float, into packed: UnsafeMutablePointer<Float>) {
  let columns = matrix.pixels
  let rows = matrix.channels
  let width = panelWidth(columns)
  var first = 0
  var panel = packed
  var row = 0
  var column = 0
  while first < columns {
    let count = min(width, columns - first)
    for place in 0..<count {
      let source = matrix.pixel(row, column)
      let target = panel + place
      for k in 0..<rows { target[k * width] = source[k] * scale }
      column += 1
      if column == matrix.width {
        column = 0
        row += 1
      }
    }
    if count < width {
      for k in 0..<rows {
        for place in count..<width { panel[k * width + place] = 0 }
      }
    }
    panel += rows * width
    first += width
  }
}

/// Packs a matrix as it is, a row for each pixel: for A · B.
@inline(never)
public func packRows(_ matrix: ImageView, scale: Float, into packed: UnsafeMutablePointer<Float>) {
  let columns = matrix.channels
  let rows = matrix.pixels
  let width = panelWidth(columns)
  let factor = Vector(repeating: scale)
  var index = 0
  for row in 0..<matrix.height {
    for column in 0..<matrix.width {
      let source = matrix.pixel(row, column)
      var first = 0
      while first < columns {
        let line = packed + (first * rows + index * width)
        var place = 0
        while place < width {
          let count = columns - first - place
          if count >= lanes {
            store(load(source + (first + place)) * factor, line + place)
          } else {
            store(count > 0 ? loadFirst(count, source + (first + place)) * factor : Vector(), line + place)
          }
          place += lanes
        }
        first += width
      }
      index += 1
    }
  }
}

/// Writes a matrix with rows and columns exchanged: a row for each channel of `matrix`, a column for each pixel.
@inline(never)
public func transpose(_ matrix: ImageView, into target: UnsafeMutablePointer<Float>, stride: Int) {
  var index = 0
  for row in 0..<matrix.height {
    for column in 0..<matrix.width {
      let source = matrix.pixel(row, column)
      for channel in 0..<matrix.channels { target[channel * stride + index] = source[channel] }
      index += 1
    }
  }
}
