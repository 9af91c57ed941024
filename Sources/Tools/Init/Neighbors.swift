package import GeoTypes

/// Which sheets of a mosaic touch, by an edge or by overlapping.
package struct Neighbors {
  /// Indexes of sheets that are connected by touching ones, each group and all groups in ascending order.
  package let groups: [[Int]]
  /// Two sheets of which one lies in the other for more than half: the same place, taken twice.
  package let samePlace: (Int, Int)?

  /// - Complexity: O(n²) where all sheets lie in the same columns; common grids take O(n √n).
  package init(_ windows: [Window]) {
    var parent = Array(windows.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while parent[index] != index { index = parent[index] }
      return index
    }
    var same: (Int, Int)?
    let order = windows.indices.sorted { (windows[$0].column, $0) < (windows[$1].column, $1) }
    for (position, one) in order.enumerated() {
      for other in order[(position + 1)...] {
        let (a, b) = (windows[one], windows[other])
        if b.column > a.maxColumn { break }
        let columns = min(a.maxColumn, b.maxColumn) - b.column
        let rows = min(a.maxRow, b.maxRow) - max(a.row, b.row)
        // Corners alone do not make neighbors.
        guard columns >= 0, rows >= 0, columns + rows > 0 else { continue }
        if same == nil, 2 * columns * rows > min(a.area, b.area) { same = (min(one, other), max(one, other)) }
        let (first, second) = (root(one), root(other))
        parent[max(first, second)] = min(first, second)
      }
    }
    samePlace = same
    groups = Dictionary(grouping: windows.indices, by: root).values.map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }
}
