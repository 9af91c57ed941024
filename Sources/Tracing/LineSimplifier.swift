import Basics

/// Takes vertices out of an arc, smallest triangle first, where nothing lies in the way.
///
/// One machine serves both methods. Visvalingam and Whyatt: every vertex may go whose triangle is under a limit. Douglas and Peucker: their
/// rule says which vertices stay; the others go one by one, each only if its triangle is clear, so that a line which would cross another one stays nearer to
/// the exact border instead.
struct LineSimplifier {
  /// Square meters of a square pixel, meters of a pixel's sides.
  let metersX: Double
  let metersY: Double
  let method: TracingOptions.Simplification
  /// The raster's last corner: its four corners stay.
  let frame: Vertex

  private var before: [Int32] = []
  private var after: [Int32] = []
  private var mayGo: [Bool] = []
  private var isGone: [Bool] = []
  private var heap = Heap<Triangle>()

  init(method: TracingOptions.Simplification, metersPerPixel: (x: Double, y: Double), frame: Vertex) {
    self.method = method
    self.frame = frame
    metersX = metersPerPixel.x
    metersY = metersPerPixel.y
  }

  /// Simplifies an arc in place and takes the vertices that went out of the map of corners.
  ///
  /// - Parameters:
  ///   - points: From node to node; a closed arc ends with its first vertex.
  ///   - least: How many points must stay, the ends included.
  ///   - smallest: The pixels of the smaller region beside it.
  ///   - mayBeStraight: Whether nothing else joins the two ends in a straight line. Asked at most once, when only the ends would be left.
  mutating func simplify(
    _ points: inout [Vertex], least: Int, smallest: Int, corners: inout CornerMap, mayBeStraight: () -> Bool
  ) {
    let count = points.count
    guard count > max(2, least) else { return }
    let tolerance: Double
    switch method {
    case .visvalingam(let value), .douglasPeucker(let value): tolerance = value
    case .none, .smooth: return
    }
    guard tolerance > 0 else { return }

    // How much the arc may shift area from one side to the other: a quarter of the tolerance all along, and a quarter of the smaller side.
    var length = 0.0
    var ringArea = 0
    for index in 1..<count {
      let (a, b) = (points[index - 1], points[index])
      length += Double(abs(b.x - a.x)) * metersX + Double(abs(b.y - a.y)) * metersY
      ringArea += Int(a.x) * Int(b.y) - Int(b.x) * Int(a.y)
    }
    let squareMeters = metersX * metersY
    var areaLimit = min(tolerance * length / 4 / squareMeters, Double(smallest) / 4) * 2
    if points[0] == points[count - 1] { areaLimit = min(areaLimit, Double(abs(ringArea)) / 4) }
    var shifted = 0.0

    before = (0..<Int32(count)).map { $0 - 1 }
    after = (0..<Int32(count)).map { $0 + 1 }
    isGone = [Bool](repeating: false, count: count)
    var limit = Int.max
    if case .douglasPeucker = method {
      mayGo = [Bool](repeating: true, count: count)
      markDouglasPeucker(points, tolerance)
    } else {
      mayGo = [Bool](repeating: true, count: count)
      // Twice a triangle's area in square pixels, under tolerance².
      let doubled = tolerance * tolerance / squareMeters
      limit = doubled >= 0x1p60 ? Int.max : Int(doubled)
      if Double(limit) < doubled, limit < Int.max { limit += 1 }
    }
    mayGo[0] = false
    mayGo[count - 1] = false
    for index in 1..<count - 1 where points[index].isCorner(of: frame) { mayGo[index] = false }

    var left = count
    var blocked: [Int32] = []
    heap.removeAll()
    for index in 1..<count - 1 where mayGo[index] { push(index, points, limit) }
    while true {
      var hasMoved = false
      while let triangle = heap.pop() {
        let index = Int(triangle.index)
        guard !isGone[index] else { continue }
        let (p, q) = (Int(before[index]), Int(after[index]))
        let (a, b, c) = (points[p], points[index], points[q])
        let signed = doubleArea(a, b, c)
        guard abs(signed) == triangle.area else { continue }
        guard left > least, abs(shifted + Double(signed)) <= areaLimit || abs(shifted + Double(signed)) <= abs(shifted),
          corners.isClear(a, b, c), left > 3 || points[0] == points[count - 1] || mayBeStraight()
        else {
          blocked.append(Int32(index))
          continue
        }
        shifted += Double(signed)
        isGone[index] = true
        left -= 1
        hasMoved = true
        corners.remove(b.x, b.y)
        after[p] = Int32(q)
        before[q] = Int32(p)
        if mayGo[p] { push(p, points, limit) }
        if mayGo[q] { push(q, points, limit) }
      }
      // What was blocked may be free now that others went.
      guard hasMoved, !blocked.isEmpty, left > least else { break }
      for index in blocked where !isGone[Int(index)] { push(Int(index), points, limit) }
      blocked.removeAll(keepingCapacity: true)
    }
    guard left < count else { return }
    var kept = 0
    for index in 0..<count where !isGone[index] {
      points[kept] = points[index]
      kept += 1
    }
    points.removeLast(count - kept)
  }

  private mutating func push(_ index: Int, _ points: [Vertex], _ limit: Int) {
    let area = abs(doubleArea(points[Int(before[index])], points[index], points[Int(after[index])]))
    if area < limit { heap.push(Triangle(area: area, index: Int32(index))) }
  }

  private func doubleArea(_ a: Vertex, _ b: Vertex, _ c: Vertex) -> Int {
    Int(b.x - a.x) * Int(c.y - a.y) - Int(c.x - a.x) * Int(b.y - a.y)
  }

  /// Clears `mayGo` for the vertices that Douglas and Peucker keep. A closed arc is cut at the vertex farthest from its first.
  private mutating func markDouglasPeucker(_ points: [Vertex], _ tolerance: Double) {
    let last = points.count - 1
    var stack: [(Int, Int)] = []
    if points[0] == points[last] {
      var farthest = 1
      for index in 1..<last where squaredLength(points[0], points[index]) > squaredLength(points[0], points[farthest]) { farthest = index }
      mayGo[farthest] = false
      stack = [(0, farthest), (farthest, last)]
    } else {
      stack = [(0, last)]
    }
    while let (from, to) = stack.popLast() {
      guard to - from > 1 else { continue }
      var farthest = from
      var distance = -1.0
      for index in from + 1..<to {
        let candidate = squaredDistance(points[index], points[from], points[to])
        if candidate > distance {
          distance = candidate
          farthest = index
        }
      }
      guard distance >= tolerance * tolerance else { continue }
      mayGo[farthest] = false
      stack.append((from, farthest))
      stack.append((farthest, to))
    }
  }

  private func squaredLength(_ a: Vertex, _ b: Vertex) -> Double {
    let (dx, dy) = (Double(b.x - a.x) * metersX, Double(b.y - a.y) * metersY)
    return dx * dx + dy * dy
  }

  /// The squared distance (m²) of a vertex from a line between two others, ends included.
  private func squaredDistance(_ p: Vertex, _ a: Vertex, _ b: Vertex) -> Double {
    let (dx, dy) = (Double(b.x - a.x) * metersX, Double(b.y - a.y) * metersY)
    let (px, py) = (Double(p.x - a.x) * metersX, Double(p.y - a.y) * metersY)
    let whole = dx * dx + dy * dy
    let part = whole > 0 ? min(max((px * dx + py * dy) / whole, 0), 1) : 0
    let (ex, ey) = (px - part * dx, py - part * dy)
    return ex * ex + ey * ey
  }
}

/// A vertex with twice the area of the triangle that it makes with its neighbors.
struct Triangle: BitwiseCopyable, Comparable {
  var area: Int
  var index: Int32

  @inline(__always)
  static func < (a: Triangle, b: Triangle) -> Bool { a.area != b.area ? a.area < b.area : a.index < b.index }
}
