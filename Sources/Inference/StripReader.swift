import GeoTypes
import Geodata

/// The rows of a source that the current grid row needs, for a range of columns. Rows that the next grid row needs again are
/// kept, so that each row is read once.
///
/// Memory: columns × tile height × (bands + 1) bytes, or × (4 · bands + 1) for sources that are not plain bytes.
final class StripReader {
  private let source: any PixelSource
  private let columns: Range<Int>
  private var rows = 0..<0
  /// [rows][columns][bands]; `nil` where no pixel of the strip is valid.
  private var values: PixelBlock.Values?
  /// [rows][columns], 1 for valid pixels; `nil` where all are.
  private var valid: [UInt8]?
  private var bands = 0

  init(source: any PixelSource, columns: Range<Int>) {
    self.source = source
    self.columns = columns
  }

  /// Makes the strip hold exactly these rows.
  func load(rows wanted: Range<Int>) throws {
    let window = Window(column: columns.lowerBound, row: wanted.lowerBound, width: columns.count, height: wanted.count)
    guard try source.validCoverage(window) != .none else {
      (rows, values, valid) = (wanted, nil, nil)
      return
    }
    let kept = values == nil ? wanted.lowerBound..<wanted.lowerBound : rows.clamped(to: wanted)
    let isKept = !kept.isEmpty && kept.lowerBound == wanted.lowerBound && kept.upperBound < wanted.upperBound
    guard isKept else {
      let block = try source.read(window)
      (rows, values, valid, bands) = (wanted, block.values, block.valid, block.bands)
      return
    }
    let added = try source.read(
      Window(
        column: columns.lowerBound, row: kept.upperBound, width: columns.count, height: wanted.upperBound - kept.upperBound))
    let dropped = kept.lowerBound - rows.lowerBound
    valid = joined(valid, dropped: dropped, keptRows: kept.count, added: added)
    let start = dropped * columns.count * bands
    let end = start + kept.count * columns.count * bands
    switch (values, added.values) {
    case (.bytes(let old), .bytes(let new)): values = .bytes(Array(old[start..<end]) + new)
    case (.floats(let old), .floats(let new)): values = .floats(Array(old[start..<end]) + new)
    default: preconditionFailure("a source gives one kind of values")
    }
    rows = wanted
  }

  private func joined(_ valid: [UInt8]?, dropped: Int, keptRows: Int, added: PixelBlock) -> [UInt8]? {
    if valid == nil, added.valid == nil { return nil }
    let width = columns.count
    let old =
      valid.map { Array($0[dropped * width..<(dropped + keptRows) * width]) }
      ?? [UInt8](repeating: 1, count: keptRows * width)
    return old + (added.valid ?? [UInt8](repeating: 1, count: added.window.area))
  }

  /// The pixels of a window that lies in the strip; `nil` where none of them is valid.
  func tile(_ window: Window) -> PixelBlock? {
    guard let values else { return nil }
    var tileValid: [UInt8]?
    if let valid {
      let cut = Self.cut(valid, samples: 1, window: window, rows: rows, columns: columns)
      guard cut.contains(1) else { return nil }
      tileValid = cut.contains(0) ? cut : nil
    }
    let tileValues: PixelBlock.Values =
      switch values {
      case .bytes(let bytes): .bytes(Self.cut(bytes, samples: bands, window: window, rows: rows, columns: columns))
      case .floats(let floats): .floats(Self.cut(floats, samples: bands, window: window, rows: rows, columns: columns))
      }
    return PixelBlock(window: window, bands: bands, values: tileValues, valid: tileValid)
  }

  /// Which pixels of these rows are valid, for columns of the strip: [rows][columns] of 0 and 1; `nil` where all are.
  func validity(rows wanted: Range<Int>, columns wantedColumns: Range<Int>) -> [UInt8]? {
    guard values != nil else { return [UInt8](repeating: 0, count: wanted.count * wantedColumns.count) }
    guard let valid else { return nil }
    let window = Window(
      column: wantedColumns.lowerBound, row: wanted.lowerBound, width: wantedColumns.count, height: wanted.count)
    return Self.cut(valid, samples: 1, window: window, rows: rows, columns: columns)
  }

  private static func cut<Sample>(
    _ strip: [Sample], samples: Int, window: Window, rows: Range<Int>, columns: Range<Int>
  ) -> [Sample] {
    precondition(rows.contains(window.row) && window.maxRow <= rows.upperBound)
    precondition(columns.contains(window.column) && window.maxColumn <= columns.upperBound)
    var result: [Sample] = []
    result.reserveCapacity(window.area * samples)
    for row in window.row..<window.maxRow {
      let start = ((row - rows.lowerBound) * columns.count + window.column - columns.lowerBound) * samples
      result.append(contentsOf: strip[start..<start + window.width * samples])
    }
    return result
  }
}
