extension ShapeGrid {
  /// The cheapest ways from one cell to all others that it can be reached from.
  struct Ways {
    /// Infinite where none leads.
    var costs: [Double]
    /// The cell before each on its way; −1 for the first, and where none leads.
    var previous: [Int32]

    /// The cell that is farthest away, the first of them.
    var farthest: Int {
      var best = 0
      for (cell, cost) in costs.enumerated() where cost < .infinity && (costs[best] == .infinity || cost > costs[best]) { best = cell }
      return best
    }

    /// The cells of the way to one, in order.
    func cells(to end: Int) -> [Int] {
      var cells = [end]
      while let last = cells.last, previous[last] >= 0 { cells.append(Int(previous[last])) }
      return cells.reversed()
    }
  }

  /// Cells that are to be gone on from, by their costs: a ring of lists, the first of which has the cheapest.
  private struct Waiting {
    /// No cost is above the cheapest one by more than so many steps.
    static let reach = 1024
    private var lists = [[(cost: Double, cell: Int32)]](repeating: [], count: Waiting.reach + 3)
    private let step: Double
    private var first = 0
    private var count = 0

    /// - Parameter step: costs in one list differ by less.
    init(step: Double) { self.step = step }

    mutating func add(_ cost: Double, _ cell: Int) {
      // Rounding may put a cost before the list that is being emptied.
      lists[max(first, Int(cost / step)) % lists.count].append((cost, Int32(cell)))
      count += 1
    }

    mutating func next() -> (cost: Double, cell: Int32)? {
      guard count > 0 else { return nil }
      while lists[first % lists.count].isEmpty { first += 1 }
      count -= 1
      return lists[first % lists.count].popLast()
    }
  }

  /// By delta-stepping (Meyer and Sanders, 2003) over steps of a king and of a knight, which make ways at most 3 % longer than they are. Of ways that cost
  /// the same, those by the cheapest cell before, and of these by the first, count: the order in which cells are gone on from does not matter.
  ///
  /// - Parameter prices: what a unit of length costs in each cell; above 0. A step costs the mean of the cells that it goes through.
  func ways(from start: Int, prices: [Double]) -> Ways {
    var ways = Ways(costs: Array(repeating: .infinity, count: prices.count), previous: Array(repeating: -1, count: prices.count))
    let (diagonal, knight) = (side * 2.squareRoot(), side * 5.squareRoot())
    let (least, most) = (side * (prices.min() ?? 1), knight * (prices.max() ?? 1))
    var waiting = Waiting(step: max(least, most / Double(Waiting.reach)))
    ways.costs[start] = 0
    waiting.add(0, start)
    while let (cost, from) = waiting.next() {
      let cell = Int(from)
      guard cost == ways.costs[cell] else { continue }
      func go(to other: Int, _ cost: Double) {
        if cost < ways.costs[other] {
          ways.costs[other] = cost
          ways.previous[other] = from
          waiting.add(cost, other)
        } else if cost == ways.costs[other], other != start {
          let known = ways.previous[other]
          if (ways.costs[cell], from) < (ways.costs[Int(known)], known) { ways.previous[other] = from }
        }
      }
      for direction in 0..<8 {
        guard let next = neighbor(cell, direction) else { continue }
        let length = direction.isMultiple(of: 2) ? side : diagonal
        go(to: next, cost + length * (prices[cell] + prices[next]) / 2)
        // Between this direction and the following one, past both cells.
        let following = (direction + 1) % 8
        guard let beside = neighbor(cell, following), let jump = neighbor(next, following) else { continue }
        go(to: jump, cost + knight * (prices[cell] + prices[next] + prices[beside] + prices[jump]) / 4)
      }
    }
    return ways
  }

  /// The cells in the middle between the two that lie farthest apart along the polygons, from one to the other.
  ///
  /// Sweeps from end to end find these two (Handler, 1973). The way between them is cheap where it is deep, so that it keeps to the middle: the
  /// minimal path of Deschamps and Cohen, 2001. Of parts that lie apart, the one with the deepest cell counts.
  func middleWay() -> [Int] {
    let deepest = depths.indices.max { depths[$0] < depths[$1] } ?? 0
    let even = [Double](repeating: 1, count: depths.count)
    var ends = (from: deepest, to: ways(from: deepest, prices: even).farthest)
    var longest = 0.0
    // The first two sweeps nearly always find the ends; each further one makes the way longer.
    for _ in 0..<8 {
      let sweep = ways(from: ends.to, prices: even)
      let next = sweep.farthest
      guard sweep.costs[next] > longest else { break }
      longest = sweep.costs[next]
      ends = (ends.to, next)
    }
    // What lies on the outline is as dear as what is a quarter of a cell deep.
    let prices = depths.map { depth in
      let share = side / max(depth, side / 4)
      return share * share
    }
    return ways(from: ends.from, prices: prices).cells(to: ends.to)
  }
}
