/// A line that shows how far a run is, no longer than the terminal is wide: a line that wraps cannot be erased.
enum ProgressBar {
  static let cells = 24
  /// A bar of fewer cells says nothing.
  static let fewestCells = 4

  /// - Parameter columns: of the terminal; its last one stays empty, since some wrap as soon as it is written.
  static func text(share: Double, summary: String, columns: Int) -> String {
    let room = max(0, columns - 1)
    let cells = min(Self.cells, room - summary.count - 1)
    guard cells >= fewestCells else { return String(summary.prefix(room)) }
    let filled = max(0, min(cells, Int((share * Double(cells)).rounded(.down))))
    return String(repeating: "█", count: filled) + String(repeating: "·", count: cells - filled) + " " + summary
  }
}
