import GeoTypes

/// Resamples native pixels in absolute coordinates: area average where pixels become larger, bilinear where they become smaller.
///
/// Every output pixel is a sum over fixed source pixels with fixed weights in a fixed order, so the result does not depend on the window.
/// Weights of invalid pixels are left out; a pixel is valid where at least half of its weight lies on valid ones.
struct Resampler {
  let source: RasterSize
  let size: RasterSize

  /// Source pixels that are read at a time.
  private static let budget = 4_000_000

  /// The map from resampled pixels to the crs; both rasters have the same corners.
  func geotransform(_ native: Geotransform) -> Geotransform {
    let x = Double(source.width) / Double(size.width)
    let y = Double(source.height) / Double(size.height)
    return Geotransform(native.c0, native.c1 * x, native.c2 * y, native.c3, native.c4 * x, native.c5 * y)
  }

  /// The smallest window of source pixels that a window draws on.
  func sourceWindow(of window: Window) -> Window {
    let columns = AxisWeights(source.width, size.width, window.column..<window.maxColumn).range
    let rows = AxisWeights(source.height, size.height, window.row..<window.maxRow).range
    return Window(column: columns.lowerBound, row: rows.lowerBound, width: columns.count, height: rows.count)
  }

  func read(_ window: Window, from native: any NativePixels) throws(GeodataError) -> PixelBlock {
    let bands = native.channels
    var values = [Float](repeating: 0, count: window.area * bands)
    var valid = [UInt8](repeating: 0, count: window.area)
    let step = partSize(of: window)
    for row in stride(from: window.row, to: window.maxRow, by: step.height) {
      for column in stride(from: window.column, to: window.maxColumn, by: step.width) {
        let part = Window(column: column, row: row, width: step.width, height: step.height).intersection(window)
        try resample(part, from: native, into: &values, &valid, of: window)
      }
    }
    return PixelBlock(window: window, bands: bands, values: .floats(values), valid: valid.contains(0) ? valid : nil)
  }

  /// Output pixels at a time, so that the source pixels under them stay within the budget.
  private func partSize(of window: Window) -> RasterSize {
    let x = max(1, Double(source.width) / Double(size.width))
    let y = max(1, Double(source.height) / Double(size.height))
    let width = max(1, min(window.width, Int(Double(Resampler.budget) / (64 * x))))
    let height = max(1, min(window.height, Int(Double(Resampler.budget) / (Double(width) * x * y))))
    return RasterSize(width: width, height: height)
  }

  private func resample(
    _ part: Window, from native: any NativePixels, into values: inout [Float], _ valid: inout [UInt8], of window: Window
  ) throws(GeodataError) {
    let columns = AxisWeights(source.width, size.width, part.column..<part.maxColumn)
    let rows = AxisWeights(source.height, size.height, part.row..<part.maxRow)
    let block = try native.load(
      Window(column: columns.range.lowerBound, row: rows.range.lowerBound, width: columns.range.count, height: rows.range.count))
    let bands = block.bands
    // Along the rows first: `[source rows][part width][bands + 1]`, the last being the weight of valid pixels.
    let cell = bands + 1
    var lines = [Float](repeating: 0, count: rows.range.count * part.width * cell)
    addColumns(of: block, columns, rows: rows.range.count, width: part.width, into: &lines)
    lines.withUnsafeBufferPointer { lines in
      values.withUnsafeMutableBufferPointer { values in
        var sums = [Float](repeating: 0, count: cell)
        for row in 0..<part.height {
          for column in 0..<part.width {
            for index in 0..<cell { sums[index] = 0 }
            for entry in rows.entries(row) {
              let weight = rows.weights[entry]
              let from = (rows.offsets[entry] * part.width + column) * cell
              for index in 0..<cell { sums[index] += weight * lines[from + index] }
            }
            // The weights of an axis sum to 1 but for rounding, which must not part pixels that are half valid.
            guard sums[bands] >= 0.49999 else { continue }
            let pixel = (part.row + row - window.row) * window.width + part.column + column - window.column
            valid[pixel] = 1
            for band in 0..<bands { values[pixel * bands + band] = min(255, max(0, sums[band] / sums[bands])) }
          }
        }
      }
    }
  }

  /// Sums along the rows: `[rows][width][bands + 1]`.
  private func addColumns(of block: PixelBlock, _ columns: AxisWeights, rows: Int, width: Int, into lines: inout [Float]) {
    let floats =
      switch block.values {
      case .bytes(let bytes): bytes.map { Float($0) }
      case .floats(let floats): floats
      }
    let flags = block.valid ?? []
    let (bands, cell, sourceWidth) = (block.bands, block.bands + 1, block.window.width)
    floats.withUnsafeBufferPointer { floats in
      lines.withUnsafeMutableBufferPointer { lines in
        for row in 0..<rows {
          for column in 0..<width {
            let target = (row * width + column) * cell
            for entry in columns.entries(column) {
              let weight = columns.weights[entry]
              let pixel = row * sourceWidth + columns.offsets[entry]
              if !flags.isEmpty, flags[pixel] == 0 { continue }
              for band in 0..<bands { lines[target + band] += weight * floats[pixel * bands + band] }
              lines[target + bands] += weight
            }
          }
        }
      }
    }
  }
}

/// The source pixels and weights behind each output pixel along one axis; the weights of a pixel sum to 1.
struct AxisWeights {
  /// The source pixels that any of the outputs draws on.
  let range: Range<Int>
  private var starts: [Int] = [0]
  /// For every entry the source pixel as an offset into `range`, and its weight.
  private(set) var offsets: [Int] = []
  private(set) var weights: [Float] = []

  init(_ source: Int, _ target: Int, _ outputs: Range<Int>) {
    let scale = Double(source) / Double(target)
    var lists: [[(Int, Double)]] = []
    for output in outputs {
      lists.append(
        scale >= 1 ? AxisWeights.average(output, scale: scale, source: source) : AxisWeights.linear(output, scale: scale, source: source))
    }
    let first = lists.first?.first?.0 ?? 0
    let last = lists.last?.last?.0 ?? first
    range = first..<(last + 1)
    for list in lists {
      for (index, weight) in list {
        offsets.append(index - first)
        weights.append(Float(weight))
      }
      starts.append(offsets.count)
    }
  }

  /// The entries of an output pixel, by rising offset.
  func entries(_ index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  /// The share of each source pixel in the interval that the output covers.
  private static func average(_ output: Int, scale: Double, source: Int) -> [(Int, Double)] {
    let low = Double(output) * scale
    let high = Double(output + 1) * scale
    let first = min(source - 1, Int(low))
    let last = max(first, min(source - 1, Int(high.rounded(.up)) - 1))
    var list: [(Int, Double)] = []
    for index in first...last {
      let share = (min(high, Double(index + 1)) - max(low, Double(index))) / scale
      if share > 1e-9 { list.append((index, share)) }
    }
    return list.isEmpty ? [(first, 1)] : list
  }

  /// The two source pixels whose centers lie around the output's center; the outermost ones reach to the edge.
  private static func linear(_ output: Int, scale: Double, source: Int) -> [(Int, Double)] {
    let center = (Double(output) + 0.5) * scale - 0.5
    let lower = center.rounded(.down)
    let share = center - lower
    let first = max(0, Int(lower))
    let second = min(source - 1, Int(lower) + 1)
    if first == second || share == 0 { return [(min(first, source - 1), 1)] }
    return [(first, 1 - share), (second, share)]
  }
}
