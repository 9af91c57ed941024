import Basics
import GeoTypes

/// The distance of the middles of cells to the nearest of some edges.
///
/// Each cell learns of edges from the cells around it, nearest first: a vector distance transform (Danielsson, 1980) in the order of Dijkstra. Cells
/// that lie between far edges may take one that is farther by a small part of a cell.
struct DepthField {
  private(set) var distances: [Double]
  /// The edge of each distance.
  private(set) var nearest: [Int32]

  private struct News: Comparable {
    var distance: Double
    var cell: Int32
    var edge: Int32

    static func < (one: News, two: News) -> Bool { (one.distance, one.cell, one.edge) < (two.distance, two.cell, two.edge) }
  }

  /// - Parameters:
  ///   - seeds: cells with an edge that touches each; every part of the grid has one.
  ///   - around: the eight neighbors of each cell, negative for none.
  init(_ middles: [Point], edges: [ShapeGrid.Edge], seeds: [(cell: Int, edge: Int)], around: [Int32]) {
    distances = Array(repeating: .infinity, count: middles.count)
    nearest = Array(repeating: 0, count: middles.count)
    var heap = Heap<News>()
    // What is not the best of a cell's news so far never becomes it.
    var best = [(distance: Double, edge: Int32)](repeating: (.infinity, .max), count: middles.count)
    func tell(_ cell: Int32, _ edge: Int32) {
      let distance = edges[Int(edge)].distance(to: middles[Int(cell)])
      guard (distance, edge) < best[Int(cell)] else { return }
      best[Int(cell)] = (distance, edge)
      heap.push(News(distance: distance, cell: cell, edge: edge))
    }
    for seed in seeds { tell(Int32(seed.cell), Int32(seed.edge)) }
    while let news = heap.pop() {
      let cell = Int(news.cell)
      guard distances[cell] == .infinity else { continue }
      distances[cell] = news.distance
      nearest[cell] = news.edge
      for other in around[8 * cell..<8 * cell + 8] where other >= 0 && distances[Int(other)] == .infinity { tell(other, news.edge) }
    }
  }
}
