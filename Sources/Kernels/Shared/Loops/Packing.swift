// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

public import KernelTypes

/// Floats of a packed matrix of `rows` (the products' sums go over them) × `columns`.
public func packedFloats(rows: Int, columns: Int) -> Int {
  let width = panelWidth(columns)
  return (columns + width - 1) / width * width * rows
}

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
  let width = panelWidth(columns)
  var panel = packed
  var first = 0
  while first < columns {
    var place = 0
    while place < width {
      transposeRows(matrix, first + place, min(lanes, width - place, columns - first - place), scale: scale, into: panel + place, width)
      place += lanes
    }
    panel += matrix.channels * width
    first += width
  }
}

/// Writes a matrix with rows and columns exchanged: a row for each channel of `matrix`, a column for each pixel.
///
/// - Parameter stride: at least the pixels, rounded up to a whole vector.
@inline(never)
public func transpose(_ matrix: ImageView, into target: UnsafeMutablePointer<Float>, stride: Int) {
  var first = 0
  while first < matrix.pixels {
    transposeRows(matrix, first, min(lanes, matrix.pixels - first), scale: 1, into: target + first, stride)
    first += lanes
  }
}

/// A vector's width of columns, from so many rows; zeros where there are fewer.
@inline(__always)
private func transposeRows(_ matrix: ImageView, _ first: Int, _ rows: Int, scale: Float, into target: Floats, _ stride: Int) {
  let channels = matrix.channels
  var channel = 0
  if rows == lanes {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: lanes) { pointers in
      guard let list = pointers.baseAddress else { return }
      for row in 0..<lanes {
        list[row] = UnsafePointer(matrix.pixel((first + row) / matrix.width, (first + row) % matrix.width))
      }
      while channel + lanes <= channels {
        transposeBlock(list, channel, into: target + channel * stride, stride, scale: scale)
        channel += lanes
      }
    }
  }
  for row in 0..<lanes {
    if row < rows {
      let source = matrix.pixel((first + row) / matrix.width, (first + row) % matrix.width)
      for index in channel..<channels { target[index * stride + row] = source[index] * scale }
    } else {
      for index in channel..<channels { target[index * stride + row] = 0 }
    }
  }
}

/// Packs a matrix as it is, a row for each pixel: for A · B.
@inline(never)
public func packRows(_ matrix: ImageView, scale: Float, into packed: UnsafeMutablePointer<Float>) {
  let columns = matrix.channels
  let width = panelWidth(columns)
  let panelStride = matrix.pixels * width
  let factor = Vector(repeating: scale)
  var line = packed
  for row in 0..<matrix.height {
    for column in 0..<matrix.width {
      let source = matrix.pixel(row, column)
      var target = line
      var first = 0
      while first + width <= columns {
        var place = 0
        while place < width {
          store(load(source + (first + place)) * factor, target + place)
          place += lanes
        }
        target += panelStride
        first += width
      }
      if first < columns {
        var place = 0
        while place < width {
          let count = columns - first - place
          store(count > 0 ? loadUpTo(count, source + (first + place)) * factor : Vector(), target + place)
          place += lanes
        }
      }
      line += width
    }
  }
}
