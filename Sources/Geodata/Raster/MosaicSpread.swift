import Foundation
import GeoTypes

/// How much of a mosaic its sheets cover, and which sheet lies far from the others.
struct MosaicSpread {
  /// Of the mosaic's pixels, at most: where sheets overlap, pixels count more than once.
  let share: Double
  /// The sheet without which the mosaic would be smallest, where it would be less than half as large.
  let far: Int?
  /// How far that sheet lies from the others, in pixels.
  let distance: Double

  init(_ windows: [Window]) {
    func area(_ box: (column: Int, row: Int, maxColumn: Int, maxRow: Int)) -> Double {
      Double(box.maxColumn - box.column) * Double(box.maxRow - box.row)
    }
    /// The rectangle around all but one, from the two outermost of each side.
    let left = MosaicSpread.outermost(windows.map { -$0.column })
    let top = MosaicSpread.outermost(windows.map { -$0.row })
    let right = MosaicSpread.outermost(windows.map(\.maxColumn))
    let bottom = MosaicSpread.outermost(windows.map(\.maxRow))
    func box(without index: Int) -> (column: Int, row: Int, maxColumn: Int, maxRow: Int) {
      (-left.value(without: index), -top.value(without: index), right.value(without: index), bottom.value(without: index))
    }
    let whole = area(box(without: -1))
    share = whole > 0 ? min(1, windows.reduce(0) { $0 + Double($1.width) * Double($1.height) } / whole) : 1
    let candidates = [left.index, top.index, right.index, bottom.index]
    guard windows.count > 1, let best = candidates.min(by: { area(box(without: $0)) < area(box(without: $1)) }),
      area(box(without: best)) < whole / 2
    else {
      far = nil
      distance = 0
      return
    }
    // Of two sheets neither is more right than the other: the later name is taken.
    far = windows.count == 2 ? 1 : best
    let (window, rest) = (windows[far ?? best], box(without: far ?? best))
    let dx = Double(max(rest.column - window.maxColumn, window.column - rest.maxColumn, 0))
    let dy = Double(max(rest.row - window.maxRow, window.row - rest.maxRow, 0))
    distance = (dx * dx + dy * dy).squareRoot()
  }

  /// The largest of some numbers, whose it is, and the second largest.
  private struct Outermost {
    var first = Int.min
    var second = Int.min
    var index = 0

    func value(without left: Int) -> Int { left == index ? second : first }
  }

  private static func outermost(_ values: [Int]) -> Outermost {
    var result = Outermost()
    for (index, value) in values.enumerated() {
      if value > result.first {
        (result.second, result.first, result.index) = (result.first, value, index)
      } else if value > result.second {
        result.second = value
      }
    }
    return result
  }

  /// A sentence where less than a hundredth of the mosaic is covered; `nil` else.
  ///
  /// - Parameters:
  ///   - names: of the sheets.
  ///   - meters: the side of a pixel; `nil` where it is unknown.
  func warning(_ size: RasterSize, names: [String], meters: Double?) -> String? {
    guard share < 0.01 else { return nil }
    let covered = String(format: "%.2g", share * 100)
    var text = "only \(covered) % of its \(size.width) × \(size.height) pixels are covered by sheets"
    guard let far else { return text + "; check the places of the sheets" }
    let away = meters.map { String(format: "%.3g km", distance * $0 / 1000) } ?? String(format: "%.0f pixels", distance)
    text += names.count == 2 ? ": \(names[0]) and \(names[1]) lie \(away) apart" : ": \(names[far]) lies \(away) from the others"
    return text + "; check its place"
  }
}
