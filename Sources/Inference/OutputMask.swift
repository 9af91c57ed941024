import GeoTypes
import Tiling

extension SourcePass {
  /// 1 for each pixel of the panel that gets a class, in the rows that become final with this grid row; `nil` where all do.
  func outputMask(
    strip: StripReader, gridRow: Int, hull: Range<Int>, area: ((Window) throws -> [UInt8]?)?
  ) throws -> [UInt8]? {
    let rows = grid.rows[gridRow]..<grid.finalRow(after: gridRow)
    let held = hull.clamped(to: columns)
    let window = Window(column: held.lowerBound, row: rows.lowerBound, width: held.count, height: rows.count)
    var mask = strip.validity(rows: rows, columns: held)
    if let wanted = try area?(window) {
      mask = mask.map { zip($0, wanted).map { $0 & $1 } } ?? wanted
    }
    guard held != columns else { return mask }
    var wide = [UInt8](repeating: 0, count: columns.count * rows.count)
    for row in 0..<rows.count {
      for column in held {
        wide[row * columns.count + column - columns.lowerBound] = mask?[row * held.count + column - held.lowerBound] ?? 1
      }
    }
    return wide
  }
}
