import GeoTypes

// Regular outlines. A region's ring becomes a ring with right angles; where other arcs meet it, they are led to it, or cut off at it. All is
// tried on the side first: if a new line comes too near to any other border, or another region would lie inside, the outline is drawn like all others.

extension TraceEngine {
  /// Notes where a strand that has ended runs.
  func corners(of strand: Int32) -> [Vertex] {
    let value = strands[strand]
    var points: [Vertex] = [Vertex(x: value.x, y: value.endY >= 0 ? value.endY : row)]
    if value.endLink.isHalf, value.endY >= 0 { points.insert(Vertex(x: strands[value.endLink.half.strand].x, y: value.endY), at: 0) }
    var way = WayBack(along: value)
    while let (below, above) = way.next(in: jogs) {
      points.append(below)
      points.append(above)
    }
    points.append(Vertex(x: value.startX, y: value.startY))
    if value.startLink.isHalf { points.append(Vertex(x: strands[value.startLink.half.strand].startX, y: value.startY)) }
    return points
  }

  mutating func note(_ strand: Int32) {
    let points = corners(of: strand)
    for index in 1..<points.count { strandIndex.insert(strand, from: points[index - 1], to: points[index]) }
  }

  private var regularTolerance: Double {
    if let tolerance = options.regularizeTolerance { return tolerance }
    switch options.simplify {
    case .visvalingam(let tolerance), .douglasPeucker(let tolerance): return tolerance
    case .none, .smooth: return 1.5 * max(options.metersPerPixel.x, options.metersPerPixel.y)
    }
  }

  /// Draws the arcs around a part of a region with right angles; returns whether that was possible.
  mutating func regularize(part root: Int32) -> Bool {
    guard regularTolerance > 0, !labels[root].tally.touchesEdge, let rings = exactRings(of: root) else { return false }
    let tool = Regularizer(metersX: options.metersPerPixel.x, metersY: options.metersPerPixel.y, tolerance: regularTolerance)
    let exact = rings.map { ring in ring.arcs.flatMap { $0.points.dropLast() } }
    let direction = tool.direction(of: exact)
    // The fewest sides first; more of them stay nearer to the exact outline, where there is not room for less.
    for part in [1, 0.5, 0.25] {
      var drawn = rings
      let isLed = drawn.indices.allSatisfy { index in
        guard let outline = tool.outline(of: exact[index], along: direction, reach: part * regularTolerance) else { return false }
        return lead(&drawn[index], outline, root)
      }
      guard isLed else { continue }
      let area = drawn.reduce(0.0) { $0 + $1.doubleArea } / unit / unit / 2
      // Means keep areas; one that changed much is another shape.
      guard abs(area - Double(labels[root].tally.pixels)) <= 0.2 * Double(labels[root].tally.pixels),
        let lines = NewLines(drawn, unit: unit), lines.areApart, areApart(lines, root)
      else { continue }
      for ring in drawn { accept(ring) }
      return true
    }
    return false
  }

  /// The rings of a part as exact arcs; `nil` where one is drawn already, or where a node is not a plain one.
  private mutating func exactRings(of root: Int32) -> [RegularRing]? {
    var seen: Set<Half> = []
    var rings: [RegularRing] = []
    var half = labels[root].firstHalf
    while half.exists {
      let start = half
      half = next(of: half)
      guard isLive(start), !seen.contains(start) else { continue }
      var ring = RegularRing(arcs: [], points: [], nodes: [], vertices: [])
      var current = start
      repeat {
        guard !strands[current.strand].arc.exists else { return nil }
        let arc = gatherArc(along: current)
        seen.formUnion(arc.halves)
        ring.arcs.append(arc)
        guard !arc.isRound, let first = arc.halves.first, let last = arc.halves.last else { break }
        // The node that the arc begins at: what leaves it besides the ring.
        let node = linkBehind(first.opposite).slot.node
        guard degree(of: node) == 3 else { return nil }
        var away = Half.none
        for place: Int32 in 0..<4 {
          let half = leaving(NodeSlot(node, place))
          if half.exists, region(of: half) != root, region(of: half.opposite) != root { away = half }
        }
        guard away.exists, !strands[away.strand].arc.exists, movedEnds[away] == nil else { return nil }
        ring.nodes.append(
          RegularRing.Node(away: away, side: 0, along: 0, point: arc.points[0], skipped: 0))
        current = halfLeaving(linkBehind(last).slot, root)
      } while !seen.contains(current)
      rings.append(ring)
    }
    return rings
  }

  /// Leads the arcs that meet a ring to its new outline and writes the new points of the ring's own arcs.
  private mutating func lead(_ ring: inout RegularRing, _ outline: Regularizer.Outline, _ root: Int32) -> Bool {
    let corners = outline.corners.map { Vertex(x: Int32(($0.x * unit).rounded()), y: Int32(($0.y * unit).rounded())) }
    guard corners.allSatisfy({ $0.x >= 0 && $0.y >= 0 && $0.x <= width << shift && $0.y <= height << shift }) else { return false }
    guard !ring.nodes.isEmpty else {
      ring.points = [corners + [corners[0]]]
      ring.vertices = corners
      return true
    }
    var place = 0
    for index in ring.nodes.indices {
      guard meet(&ring.nodes[index], corners, side: outline.sideOfVertex[place], root) else { return false }
      place += ring.arcs[index].points.count - 1
    }
    let nodes = ring.nodes
    for index in nodes.indices {
      let (from, to) = (nodes[index], nodes[(index + 1) % nodes.count])
      var points = [from.point]
      var side = from.side
      var turns = 0
      // From one node to the next along the ring, all around where there is but one.
      while side != to.side || to.along <= from.along && turns == 0 {
        side = (side + 1) % corners.count
        points.append(corners[side])
        turns += 1
        if turns > corners.count { return false }
      }
      ring.vertices += points
      ring.points.append(points + [to.point])
    }
    // Once around, not more often: the nodes keep their order.
    return ring.vertices.count == corners.count + nodes.count
  }

  /// Finds where the arc that leaves a node meets the new outline.
  private mutating func meet(_ node: inout RegularRing.Node, _ corners: [Vertex], side: Int, _ root: Int32) -> Bool {
    let (scale, shift) = (unit, shift)
    func place(_ vertex: Vertex) -> Regularizer.Place { Regularizer.Place(x: Double(vertex.x) / scale, y: Double(vertex.y) / scale) }
    guard let approach = approach(from: node.away, root) else { return false }
    let arc = approach.vertices
    node.strands = approach.strands
    let points = arc.map { Regularizer.Place(x: Double($0.x), y: Double($0.y)) }
    let ring = corners.map(place)
    // The last crossing: beyond it the arc is outside for good, as the check finds.
    var crossing: (arc: Int, side: Int, along: Double)?
    for index in 1..<points.count {
      // Where the arc comes back from afar it is another border: the check sees it.
      let before = arc[index - 1]
      if max(abs(before.x - arc[0].x), abs(before.y - arc[0].y)) > reach { break }
      var best = -1.0
      for side in ring.indices {
        let (a, b) = (ring[side], ring[(side + 1) % ring.count])
        guard let (onArc, onRing) = intersection(points[index - 1], points[index], a, b) else { continue }
        if onArc > best {
          best = onArc
          crossing = (index, side, onRing)
        }
      }
    }
    if let crossing {
      let (a, b) = (ring[crossing.side], ring[(crossing.side + 1) % ring.count])
      node.side = crossing.side
      node.along = crossing.along
      node.point = point(a, b, crossing.along)
      node.skipped = crossing.arc
      node.rest = [node.point] + arc[crossing.arc...].map { $0.scaled(by: shift) }
    } else {
      let (a, b) = (ring[side], ring[(side + 1) % ring.count])
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      let length = (dx * dx + dy * dy).squareRoot()
      guard length > 0.25 else { return false }
      let margin = min(0.1 / length, 0.25)
      let along = min(max(((points[0].x - a.x) * dx + (points[0].y - a.y) * dy) / (length * length), margin), 1 - margin)
      node.side = side
      node.along = along
      node.point = point(a, b, along)
      let target = place(node.point)
      if Regularizer.squaredDistance(points[0], target, target) < 0.01 {
        node.skipped = 1
      } else {
        node.connected = arc[0]
      }
      node.rest = [node.point] + arc[node.skipped...].map { $0.scaled(by: shift) }
    }
    node.skippedVertices = Array(arc.prefix(node.skipped))
    // The last vertex known may lie on a straight line: then it is not a vertex that could be counted.
    guard node.skipped < arc.count - (approach.isWhole ? 0 : 1) else { return false }
    return node.along > 0.001 && node.along < 0.999
  }

  private func point(_ a: Regularizer.Place, _ b: Regularizer.Place, _ along: Double) -> Vertex {
    Vertex(x: Int32(((a.x + along * (b.x - a.x)) * unit).rounded()), y: Int32(((a.y + along * (b.y - a.y)) * unit).rounded()))
  }

  /// Where two lines cross, as shares of each; `nil` where they do not.
  private func intersection(
    _ a: Regularizer.Place, _ b: Regularizer.Place, _ c: Regularizer.Place, _ d: Regularizer.Place
  ) -> (Double, Double)? {
    let cross = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x)
    guard abs(cross) > 1e-12 else { return nil }
    let first = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / cross
    let second = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / cross
    return first >= 0 && first <= 1 && second >= 0 && second <= 1 ? (first, second) : nil
  }

  /// How far (pixels) from its node an arc may have to be cut.
  private var reach: Int32 {
    Int32(min(regularTolerance / min(options.metersPerPixel.x, options.metersPerPixel.y), 1e6)) + 3
  }

  private struct Approach {
    var vertices: [Vertex]
    var strands: [Int32]
    /// Whether the last vertex is the arc's end.
    var isWhole: Bool
  }

  /// The exact vertices of an arc from a node on, in whole strands, until it is well beyond the tolerance; `nil` where it comes back to the region at
  /// hand or to another one's regular outline before.
  private mutating func approach(from away: Half, _ root: Int32) -> Approach? {
    let mark = outline.count
    defer { outline.truncate(to: mark) }
    let reach = reach
    var half = away
    var result = Approach(vertices: [], strands: [], isWhole: false)
    while true {
      result.strands.append(half.strand)
      let isOpen = strands[half.strand].endY < 0
      if isOpen { strands[half.strand].endY = row }
      outline.truncate(to: mark)
      appendVertices(of: half)
      if isOpen { strands[half.strand].endY = -1 }
      for index in mark..<outline.count {
        let vertex = outline[Int32(index)]
        let count = result.vertices.count
        if result.vertices.last == vertex { continue }
        if count > 1, TraceEngine.isStraight(result.vertices[count - 2], result.vertices[count - 1], vertex) {
          result.vertices[count - 1] = vertex
        } else {
          result.vertices.append(vertex)
        }
      }
      guard let first = result.vertices.first, let last = result.vertices.last, result.vertices.count > 1 else { return nil }
      if isOpen || max(abs(last.x - first.x), abs(last.y - first.y)) > reach { return result }
      if let following = successor(of: half) {
        guard following != away, result.vertices.count < 4096 else { return nil }
        half = following
        continue
      }
      // The arc's other end: it must not be about to move, too.
      let end = linkBehind(half).slot.node
      for place: Int32 in 0..<4 {
        let other = leaving(NodeSlot(end, place))
        if other.exists, region(of: other) == root || region(of: other.opposite) == root { return nil }
      }
      result.isWhole = true
      return movedEnds[half.opposite] == nil ? result : nil
    }
  }

  // MARK: - Whether there is room

  /// Whether no other border comes near the new lines or lies inside.
  private func areApart(_ lines: NewLines, _ root: Int32) -> Bool {
    // A border that is to be smoothed may still move by half a pixel.
    let clearance = options.simplify == .smooth ? 0.75 : 1.0 / 128
    let bounds = lines.bounds
    let (minX, minY, maxX, maxY) = (Int(bounds.minX) - 2, Int(bounds.minY) - 2, Int(bounds.maxX) + 2, Int(bounds.maxY) + 2)
    var candidates = strandIndex.strands(minX: minX, minY: minY, maxX: maxX, maxY: maxY)
    for index in 0..<Int32(previous.count) {
      // Strands that are still open are in no square yet.
      let run = previous[index]
      if run.strand >= 0, strands[run.strand].endY == -1 { candidates.append(run.strand) }
    }
    var seenArcs: Set<Int> = []
    for strand in candidates where strands[strand].endY != Strand.isFree && isLive(Half(down: strand)) {
      if region(of: Half(down: strand)) == root || region(of: Half(up: strand)) == root { continue }
      let way = strands[strand].arc
      let points: [Regularizer.Place]
      if way.exists {
        guard seenArcs.insert(way.arc).inserted else { continue }
        points = arcs[way.arc].points.map(lines.place)
      } else {
        points = corners(of: strand).map { Regularizer.Place(x: Double($0.x), y: Double($0.y)) }
      }
      // The strands that are led to the outline were compared before, up to where they leave its neighborhood.
      if lines.led.contains(strand) { continue }
      let distance = way.exists ? 1.0 / 128 : clearance
      for index in 1..<max(points.count, 1) where !lines.keepAway(from: points[index - 1], points[index], by: distance) { return false }
      if let point = points.first, lines.contain(point) { return false }
    }
    return connectors.near(minX: minX, minY: minY, maxX: maxX, maxY: maxY).allSatisfy { lines.keepAway(from: $0) }
  }

  /// Makes a regular ring the one that is handed out.
  private mutating func accept(_ ring: RegularRing) {
    for (arc, points) in zip(ring.arcs, ring.points) {
      if mapsCorners {
        for (index, vertex) in arc.points.enumerated() where arc.isRound || (index > 0 && index < arc.points.count - 1) {
          corners.remove(vertex.x, vertex.y)
        }
        for point in points.dropFirst(arc.isRound ? 0 : 1).dropLast() { corners.insertOffGrid(point) }
      }
      store(Arc(points: points, halves: arc.halves, exactVertices: arc.points.count - 1, isRound: arc.isRound))
    }
    for (node, arc) in zip(ring.nodes, ring.arcs) {
      movedEnds[node.away] = MovedEnd(point: node.point, skipped: node.skipped)
      if mapsCorners { corners.insertOffGrid(node.point) }
      if let connected = node.connected {
        connectors.insert(Connector(from: connected.scaled(by: shift), to: node.point), x: connected.x, y: connected.y)
      } else if mapsCorners {
        corners.remove(arc.points[0].x, arc.points[0].y)
        // What was cut off is no longer a border.
        for vertex in node.skippedVertices { corners.remove(vertex.x, vertex.y) }
      }
    }
  }
}
