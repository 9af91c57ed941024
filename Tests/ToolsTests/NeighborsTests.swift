import GeoTypes
import TestSupport
import Testing
import Tools

struct NeighborsTests {
  @Test func edgesConnectAndCornersDoNot() {
    let window = { (column: Int, row: Int) in Window(column: column, row: row, width: 10, height: 10) }
    #expect(Neighbors([window(0, 0), window(10, 0), window(20, 5)]).groups == [[0, 1, 2]])
    #expect(Neighbors([window(0, 0), window(10, 10)]).groups == [[0], [1]])
    #expect(Neighbors([window(0, 0), window(11, 0)]).groups == [[0], [1]])
    #expect(Neighbors([]).groups.isEmpty)
  }

  @Test func twoSheetsOfOnePlaceAreFound() throws {
    let sheets = [
      Window(column: 50, row: 0, width: 10, height: 10), Window(column: 0, row: 0, width: 10, height: 10),
      Window(column: 2, row: 1, width: 10, height: 10),
    ]
    let same = try #require(Neighbors(sheets).samePlace)
    #expect(same == (1, 2))
    // Sheets of one flight overlap, too, by less.
    #expect(Neighbors([sheets[1], Window(column: 6, row: 0, width: 10, height: 10)]).samePlace == nil)
  }

  @Test func groupsAreThoseOfTheDefinition() {
    var random = Seeded(seed: 26)
    for count in 0..<60 {
      let windows = (0..<count).map { _ in
        Window(
          column: Int.random(in: -40...40, using: &random), row: Int.random(in: -40...40, using: &random),
          width: Int.random(in: 1...9, using: &random), height: Int.random(in: 1...9, using: &random))
      }
      #expect(Neighbors(windows).groups == naiveGroups(windows), "\(windows)")
    }
  }

  /// Pixels are compared one by one, and groups grow until nothing is added.
  private func naiveGroups(_ windows: [Window]) -> [[Int]] {
    func pixels(_ window: Window, grown: Int) -> Set<[Int]> {
      var set: Set<[Int]> = []
      for row in window.row..<window.maxRow {
        for column in window.column..<window.maxColumn {
          for (x, y) in [(0, 0), (grown, 0), (-grown, 0), (0, grown), (0, -grown)] { set.insert([column + x, row + y]) }
        }
      }
      return set
    }
    var left = Array(windows.indices)
    var groups: [[Int]] = []
    while let first = left.first {
      var group = [first]
      left.removeFirst()
      while let next = left.first(where: { candidate in
        group.contains { !pixels(windows[$0], grown: 1).isDisjoint(with: pixels(windows[candidate], grown: 0)) }
      }) {
        group.append(next)
        left.removeAll { $0 == next }
      }
      groups.append(group.sorted())
    }
    return groups
  }
}
