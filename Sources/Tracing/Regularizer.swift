/// Draws rings with right angles only, near the exact ones. Lengths are meters, or anything else in which a pixel has the given sides.
///
/// The main direction is the mean, by length and modulo a right angle, of the edges that remain when the outline is simplified. In it, edges run
/// along or across; those of one kind that follow each other become one straight side, at the mean of what it replaces, so that areas stay; sides
/// shorter than the tolerance fall to their neighbors, shortest first.
struct Regularizer {
  let metersX: Double
  let metersY: Double
  let tolerance: Double

  struct Place: Equatable {
    var x: Double
    var y: Double
  }

  /// A ring with right angles: corner k begins side k.
  struct Outline {
    /// In pixels.
    var corners: [Place]
    /// The side that each vertex of the exact ring became part of.
    var sideOfVertex: [Int]
  }

  /// A straight stretch of a ring while sides are made.
  private struct Side {
    /// Whether it runs across the main direction.
    var isAcross: Bool
    /// The exact vertices from `first` on that belong to it.
    var first: Int
    var count: Int
    /// The sum over its edges of length, and of length times place.
    var weight: Double
    var moment: Double
    var place: Double { weight > 0 ? moment / weight : 0 }
  }

  /// The unit vector of the main direction of some rings.
  func direction(of rings: [[Vertex]]) -> Place {
    var (sumX, sumY) = (0.0, 0.0)
    for ring in rings {
      let points = ring.map(meters)
      let kept = simplified(points, tolerance)
      for (index, place) in kept.enumerated() {
        let (a, b) = (points[place], points[kept[(index + 1) % kept.count]])
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let length = (dx * dx + dy * dy).squareRoot()
        guard length > 0 else { continue }
        // The fourth power of a unit complex number turns right angles into full turns.
        let (c, s) = (dx / length, dy / length)
        let (c2, s2) = (c * c - s * s, 2 * c * s)
        sumX += length * (c2 * c2 - s2 * s2)
        sumY += length * (2 * c2 * s2)
      }
    }
    let length = (sumX * sumX + sumY * sumY).squareRoot()
    guard length > 1e-12 else { return Place(x: 1, y: 0) }
    var result = Place(x: sumX / length, y: sumY / length)
    for _ in 0..<2 {
      // Half the angle.
      let x = max(0, (1 + result.x) / 2).squareRoot()
      let y = max(0, (1 - result.x) / 2).squareRoot()
      result = Place(x: x, y: result.y < 0 ? -y : y)
    }
    return result
  }

  /// The ring with right angles in a direction; `nil` where none is near enough.
  ///
  /// - Parameter reach: How short a side must be to fall to its neighbors, up to the tolerance.
  func outline(of ring: [Vertex], along direction: Place, reach: Double) -> Outline? {
    guard ring.count >= 4 else { return nil }
    // (x, y): along and across the main direction.
    let points = ring.map { vertex -> Place in
      let point = meters(vertex)
      return Place(x: point.x * direction.x + point.y * direction.y, y: point.y * direction.x - point.x * direction.y)
    }
    let kept = simplified(points, 0.75 * reach)
    guard kept.count >= 4, var sides = sides(points, kept) else { return nil }
    while sides.count > 4 {
      var shortest = 0
      var length = Double.infinity
      for index in sides.indices {
        let own = self.length(sides, index)
        if own < length {
          length = own
          shortest = index
        }
      }
      guard length < reach else { break }
      drop(shortest, &sides)
    }
    guard sides.count >= 4, sides.count % 2 == 0 else { return nil }
    // A side that turned round would fold the ring.
    while let turned = turnedSide(sides, points) {
      guard sides.count > 4 else { return nil }
      drop(turned, &sides)
    }
    let corners = sides.indices.map { corner(sides, $0) }
    guard isNear(points, corners) else { return nil }
    var sideOfVertex = [Int](repeating: 0, count: points.count)
    for (index, side) in sides.enumerated() {
      for place in side.first..<side.first + side.count { sideOfVertex[place % points.count] = index }
    }
    let inPixels = corners.map { corner in
      Place(
        x: (corner.x * direction.x - corner.y * direction.y) / metersX, y: (corner.x * direction.y + corner.y * direction.x) / metersY)
    }
    return Outline(corners: inPixels, sideOfVertex: sideOfVertex)
  }

  private func sides(_ points: [Place], _ kept: [Int]) -> [Side]? {
    var sides: [Side] = []
    for (index, from) in kept.enumerated() {
      let next = kept[(index + 1) % kept.count]
      let count = (next - from + points.count) % points.count
      let (a, b) = (points[from], points[next])
      var side = Side(isAcross: abs(b.y - a.y) > abs(b.x - a.x), first: from, count: count, weight: 0, moment: 0)
      for place in from..<from + count {
        let (p, q) = (points[place % points.count], points[(place + 1) % points.count])
        let length = ((q.x - p.x) * (q.x - p.x) + (q.y - p.y) * (q.y - p.y)).squareRoot()
        side.weight += length
        side.moment += length * (side.isAcross ? p.x + q.x : p.y + q.y) / 2
      }
      if let last = sides.indices.last, sides[last].isAcross == side.isAcross { join(&sides[last], side) } else { sides.append(side) }
    }
    if sides.count > 1, let last = sides.last, last.isAcross == sides[0].isAcross {
      var joined = last
      join(&joined, sides[0])
      sides[0] = joined
      sides.removeLast()
    }
    return sides.count >= 4 ? sides : nil
  }

  private func join(_ side: inout Side, _ next: Side) {
    side.count += next.count
    side.weight += next.weight
    side.moment += next.moment
  }

  /// The length of a side between the two that it meets.
  private func length(_ sides: [Side], _ index: Int) -> Double {
    abs(sides[(index + 1) % sides.count].place - sides[(index + sides.count - 1) % sides.count].place)
  }

  /// Where a side begins.
  private func corner(_ sides: [Side], _ index: Int) -> Place {
    let (before, side) = (sides[(index + sides.count - 1) % sides.count], sides[index])
    return side.isAcross ? Place(x: side.place, y: before.place) : Place(x: before.place, y: side.place)
  }

  /// The shortest of the sides that run against the exact vertices they stand for.
  private func turnedSide(_ sides: [Side], _ points: [Place]) -> Int? {
    sides.indices.filter { index in
      let side = sides[index]
      let (from, to) = (corner(sides, index), corner(sides, (index + 1) % sides.count))
      let (a, b) = (points[side.first % points.count], points[(side.first + side.count) % points.count])
      let (new, old) = side.isAcross ? (to.y - from.y, b.y - a.y) : (to.x - from.x, b.x - a.x)
      return new * old <= 0
    }.min { length(sides, $0) < length(sides, $1) }
  }

  /// Takes a side out and makes one of its two neighbors.
  private func drop(_ index: Int, _ sides: inout [Side]) {
    let (before, after) = ((index + sides.count - 1) % sides.count, (index + 1) % sides.count)
    var joined = sides[before]
    joined.count += sides[index].count + sides[after].count
    joined.weight += sides[after].weight
    joined.moment += sides[after].moment
    sides[before] = joined
    for gone in [index, after].sorted(by: >) { sides.remove(at: gone) }
  }

  /// Whether each exact vertex lies within the tolerance of the new ring, and each new corner within it of the exact one.
  private func isNear(_ points: [Place], _ corners: [Place]) -> Bool {
    guard points.count * corners.count < 4_000_000 else { return false }
    let limit = tolerance * tolerance * 1.0001
    func isNear(_ point: Place, _ ring: [Place]) -> Bool {
      var last = ring[ring.count - 1]
      for next in ring {
        if Regularizer.squaredDistance(point, last, next) <= limit { return true }
        last = next
      }
      return false
    }
    return points.allSatisfy { isNear($0, corners) } && corners.allSatisfy { isNear($0, points) }
  }

  private func meters(_ vertex: Vertex) -> Place { Place(x: Double(vertex.x) * metersX, y: Double(vertex.y) * metersY) }

  /// The places of the vertices of a ring that Douglas and Peucker keep, ascending.
  private func simplified(_ points: [Place], _ tolerance: Double) -> [Int] {
    var middle = Place(x: 0, y: 0)
    for point in points { middle = Place(x: middle.x + point.x / Double(points.count), y: middle.y + point.y / Double(points.count)) }
    func farthest(from origin: Place) -> Int {
      var best = 0
      var distance = -1.0
      for (index, point) in points.enumerated() {
        let own = (point.x - origin.x) * (point.x - origin.x) + (point.y - origin.y) * (point.y - origin.y)
        if own > distance {
          distance = own
          best = index
        }
      }
      return best
    }
    let start = farthest(from: middle)
    let opposite = farthest(from: points[start])
    var kept = [start, opposite]
    let count = points.count
    var stack = [(start, (opposite - start + count) % count), (opposite, (start - opposite + count) % count)]
    while let (from, steps) = stack.popLast() {
      guard steps > 1 else { continue }
      let (a, b) = (points[from], points[(from + steps) % count])
      var best = 1
      var distance = -1.0
      for step in 1..<steps {
        let own = Regularizer.squaredDistance(points[(from + step) % count], a, b)
        if own > distance {
          distance = own
          best = step
        }
      }
      guard distance > tolerance * tolerance else { continue }
      kept.append((from + best) % count)
      stack.append((from, best))
      stack.append(((from + best) % count, steps - best))
    }
    return kept.sorted()
  }

  static func squaredDistance(_ p: Place, _ a: Place, _ b: Place) -> Double {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let whole = dx * dx + dy * dy
    let part = whole > 0 ? min(max(((p.x - a.x) * dx + (p.y - a.y) * dy) / whole, 0), 1) : 0
    let (ex, ey) = (p.x - a.x - part * dx, p.y - a.y - part * dy)
    return ex * ex + ey * ey
  }

  /// The squared distance of two line segments; 0 where they cross.
  static func squaredDistance(_ a: Place, _ b: Place, _ c: Place, _ d: Place) -> Double {
    func side(_ p: Place, _ q: Place, _ r: Place) -> Double { (q.x - p.x) * (r.y - p.y) - (r.x - p.x) * (q.y - p.y) }
    if side(a, b, c) * side(a, b, d) < 0, side(c, d, a) * side(c, d, b) < 0 { return 0 }
    return min(
      min(squaredDistance(a, c, d), squaredDistance(b, c, d)), min(squaredDistance(c, a, b), squaredDistance(d, a, b)))
  }
}
