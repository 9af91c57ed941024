import GeoTypes

/// Which sheets of a mosaic lie under others.
struct MosaicOverlap {
  /// A sheet that later ones cover, all of it or nearly so.
  struct Hidden: Equatable {
    let sheet: Int
    /// Of its pixels, 0…1.
    let share: Double
    /// The sheets that lie over it, the latest first.
    let covers: [Int]
  }

  let hidden: [Hidden]

  /// A sheet of which less than this is left to see was hardly meant to be there.
  private static let leastShare = 0.9
  /// What is left of a sheet is held in so many rectangles, at most; one in more pieces counts as seen.
  private static let mostPieces = 256

  /// - Parameter windows: in the order in which sheets are laid upon each other: a pixel belongs to the last one.
  init(_ windows: [Window]) {
    let order = windows.indices.sorted { windows[$0].column < windows[$1].column }
    let starts = order.map { windows[$0].column }
    let widest = windows.map(\.width).max() ?? 0
    hidden = windows.indices.compactMap { sheet in
      let window = windows[sheet]
      guard !window.isEmpty else { return nil }
      var later: [Int] = []
      var place = MosaicOverlap.first(in: starts, above: window.column - widest)
      while place < order.count, starts[place] < window.maxColumn {
        if order[place] > sheet, !windows[order[place]].intersection(window).isEmpty { later.append(order[place]) }
        place += 1
      }
      later.sort(by: >)
      var left = [window]
      var covers: [Int] = []
      for index in later where !left.isEmpty && left.count <= Self.mostPieces {
        let rest = left.flatMap { MosaicOverlap.rest(of: $0, without: windows[index]) }
        if rest != left { covers.append(index) }
        left = rest
      }
      let share = 1 - Double(left.reduce(0) { $0 + $1.area }) / Double(window.area)
      return left.count <= Self.mostPieces && share >= Self.leastShare ? Hidden(sheet: sheet, share: share, covers: covers) : nil
    }
  }

  /// The first place of a sorted list whose number is greater.
  private static func first(in numbers: [Int], above number: Int) -> Int {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Up to four rectangles that make up what another does not cover.
  private static func rest(of window: Window, without cover: Window) -> [Window] {
    let part = window.intersection(cover)
    guard !part.isEmpty else { return [window] }
    return [
      Window(column: window.column, row: window.row, width: window.width, height: part.row - window.row),
      Window(column: window.column, row: part.maxRow, width: window.width, height: window.maxRow - part.maxRow),
      Window(column: window.column, row: part.row, width: part.column - window.column, height: part.height),
      Window(column: part.maxColumn, row: part.row, width: window.maxColumn - part.maxColumn, height: part.height),
    ].filter { !$0.isEmpty }
  }

  /// A sentence where sheets lie under others; `nil` else.
  ///
  /// - Parameter names: of the sheets.
  func warning(names: [String]) -> String? {
    guard !hidden.isEmpty else { return nil }
    let shown = hidden.prefix(5).map { entry in
      let others = entry.covers.count > 2 ? " and \(entry.covers.count - 2) more" : ""
      let percent = Int((entry.share * 100).rounded(.down))
      return
        "\(names[entry.sheet]) (\(percent) % of it, under \(entry.covers.prefix(2).map { names[$0] }.joined(separator: ", "))\(others))"
    }
    let more = hidden.count > 5 ? " and \(hidden.count - 5) more" : ""
    return
      "sheets lie under later ones, and are used only where these have no valid pixels: \(shown.joined(separator: ", "))\(more); check that "
      + "they are meant to be there"
  }
}
