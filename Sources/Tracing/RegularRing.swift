/// A region's ring on its way to right angles: its exact arcs, and what they become.
struct RegularRing {
  /// Where another region's arc meets the ring.
  struct Node {
    /// The half that leaves the ring.
    var away: Half
    var side: Int
    /// How far along the side.
    var along: Double
    var point: Vertex
    var skipped: Int
    /// Where the node was, if a line leads there.
    var connected: Vertex?
    /// What remains of the arc near the ring, beginning with `point`.
    var rest: [Vertex] = []
    var skippedVertices: [Vertex] = []
    /// The strands that the arc consists of there.
    var strands: [Int32] = []
  }

  var arcs: [ExactArc]
  var points: [[Vertex]]
  var nodes: [Node]
  /// All new vertices in order.
  var vertices: [Vertex]

  /// Twice the area within the new vertices, in the coordinates of arcs; negative where they run around a hole.
  var doubleArea: Double {
    var sum = 0.0
    var last = vertices[vertices.count - 1]
    for vertex in vertices {
      sum +=
        Double(last.x - vertices[0].x) * Double(vertex.y - vertices[0].y)
        - Double(vertex.x - vertices[0].x) * Double(last.y - vertices[0].y)
      last = vertex
    }
    return sum
  }
}

/// The lines that regular rings would add: the rings' sides, and what is led to them. Geometry alone; the engine looks up what else lies there.
struct NewLines {
  typealias Place = Regularizer.Place

  /// The strands of the arcs that are led to the rings.
  let led: Set<Int32>
  private(set) var bounds = (minX: Double.infinity, minY: Double.infinity, maxX: -Double.infinity, maxY: -Double.infinity)
  private let unit: Double
  private let nodes: [RegularRing.Node]
  /// The sides of the rings.
  private var walls: [(Place, Place)] = []
  /// The first pieces of the arcs that are led to them.
  private var leads: [(Place, Place)] = []
  private static let near = 1.0 / 128

  /// - Parameters:
  ///   - rings: of one region, led and drawn.
  ///   - unit: a pixel's side in the coordinates of arcs.
  /// - Returns: `nil` where there are too many to compare, or an arc has no piece left.
  init?(_ rings: [RegularRing], unit: Double) {
    self.unit = unit
    nodes = rings.flatMap(\.nodes)
    led = Set(nodes.flatMap(\.strands))
    for ring in rings {
      for (index, vertex) in ring.vertices.enumerated() {
        let (a, b) = (place(vertex), place(ring.vertices[(index + 1) % ring.vertices.count]))
        walls.append((a, b))
        (bounds.minX, bounds.maxX) = (min(bounds.minX, a.x), max(bounds.maxX, a.x))
        (bounds.minY, bounds.maxY) = (min(bounds.minY, a.y), max(bounds.maxY, a.y))
      }
    }
    guard walls.count < 2000, nodes.allSatisfy({ $0.rest.count > 1 }) else { return nil }
    leads = nodes.map { (place($0.rest[0]), place($0.rest[1])) }
  }

  /// The place of a vertex, in pixels.
  func place(_ vertex: Vertex) -> Place { Place(x: Double(vertex.x) / unit, y: Double(vertex.y) / unit) }

  /// Whether the new lines keep away from each other, but for those that share an end.
  var areApart: Bool {
    let near = Self.near
    for first in walls.indices {
      guard walls[first].0 != walls[first].1 else { return false }
      for second in walls.indices where second > first {
        let (a, b) = (walls[first], walls[second])
        if a.1 == b.0 || a.0 == b.1 { continue }
        if Regularizer.squaredDistance(a.0, a.1, b.0, b.1) < near * near { return false }
      }
    }
    let rests = nodes.map { $0.rest.map(place) }
    for (number, rest) in rests.enumerated() {
      guard isApartFromWalls(rest) else { return false }
      for rival in rests[(number + 1)...] {
        // Near the outline only: farther out they are exact borders, which may meet.
        for first in 1..<min(rest.count, 3) {
          for second in 1..<min(rival.count, 3)
          where Regularizer.squaredDistance(rest[first - 1], rest[first], rival[second - 1], rival[second]) < near * near { return false }
        }
      }
    }
    return true
  }

  /// Whether an arc that is led to a wall keeps away from all walls, apart from its end.
  private func isApartFromWalls(_ rest: [Place]) -> Bool {
    let near = Self.near
    for index in 1..<rest.count {
      for wall in walls {
        if index == 1, wall.0 == rest[0] || wall.1 == rest[0] {
          // It may not run back along the wall.
          let other = wall.0 == rest[0] ? wall.1 : wall.0
          if Regularizer.squaredDistance(rest[1], rest[0], other) < near * near
            || Regularizer.squaredDistance(other, rest[0], rest[1]) < near * near
          {
            return false
          }
        } else if Regularizer.squaredDistance(rest[index - 1], rest[index], wall.0, wall.1) < near * near {
          return false
        }
      }
    }
    return true
  }

  /// Whether a piece of another border keeps away from the new lines. The arc that is led to one continues from its end.
  func keepAway(from a: Place, _ b: Place, by distance: Double) -> Bool {
    if min(a.x, b.x) > bounds.maxX.rounded(.towardZero) + 2 || max(a.x, b.x) < bounds.minX.rounded(.towardZero) - 2 { return true }
    if min(a.y, b.y) > bounds.maxY.rounded(.towardZero) + 2 || max(a.y, b.y) < bounds.minY.rounded(.towardZero) - 2 { return true }
    let limit = distance * distance
    return walls.allSatisfy { Regularizer.squaredDistance(a, b, $0.0, $0.1) >= limit }
      && leads.allSatisfy { $0.1 == a || $0.1 == b || Regularizer.squaredDistance(a, b, $0.0, $0.1) >= limit }
  }

  /// Whether a line that an earlier outline added keeps away from the new lines.
  func keepAway(from connector: Connector) -> Bool {
    let (a, b) = (place(connector.from), place(connector.to))
    return (walls + leads).allSatisfy { Regularizer.squaredDistance(a, b, $0.0, $0.1) >= 1.0 / 16384 }
  }

  /// Whether a point lies inside the rings.
  func contain(_ point: Place) -> Bool {
    var result = false
    for (a, b) in walls where (a.y > point.y) != (b.y > point.y) {
      if a.x + (point.y - a.y) * (b.x - a.x) / (b.y - a.y) > point.x { result.toggle() }
    }
    return result
  }
}
