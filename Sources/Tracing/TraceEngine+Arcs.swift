import GeoTypes

/// A whole border between two regions, from node to node or around, as it is handed out to both.
struct Arc {
  /// In parts of a pixel, see `TraceEngine.unit`; a closed arc ends with its first point.
  var points: [Vertex]
  /// The halves along it, in its direction.
  var halves: [Half]
  /// Vertices that it had along the pixels' sides.
  var exactVertices: Int
  /// Whether it runs around without a node.
  var isRound: Bool
}

/// An arc along the pixels' sides, not drawn yet.
struct ExactArc {
  /// Pixel corners from node to node; a round arc ends with its first point.
  var points: [Vertex]
  var halves: [Half]
  var isRound: Bool
}

/// Where an arc ends since a regular outline took its node with it.
struct MovedEnd {
  /// In the coordinates of arcs.
  var point: Vertex
  /// How many of the arc's vertices, counted from that end, lie behind it.
  var skipped: Int
}

// Where borders are simplified, rings are put together from arcs. An arc is made when the first of its two regions is drawn; the second one
// finds it as it is.

extension TraceEngine {
  /// Writes the rings of a part of a region to `shell` and `holes`, from arcs.
  mutating func traceSimplifiedRings(of root: Int32) {
    var half = labels[root].firstHalf
    while half.exists {
      if isLive(half), !isWalked(half) {
        outline.removeAll()
        walkArcs(from: half, root)
        keepRing(simplifiedRing())
      }
      half = next(of: half)
    }
  }

  /// Appends the points of the ring that a half is part of: of each arc all but the last, which is the next one's first.
  private mutating func walkArcs(from start: Half, _ root: Int32) {
    var half = start
    repeat {
      let way = strands[half.strand].arc.exists ? strands[half.strand].arc : makeArc(along: half)
      let arc = way.arc
      let isReversed = half.runsDown != way.isForward
      let points = arcs[arc].points
      for index in 0..<points.count - 1 { outline.append(points[isReversed ? points.count - 1 - index : index]) }
      exactOnRings += arcs[arc].exactVertices
      for member in arcs[arc].halves { strands[member.strand].walked |= (isReversed ? member.opposite : member).mark }
      guard !arcs[arc].isRound, let first = arcs[arc].halves.first, let last = arcs[arc].halves.last else { return }
      half = halfLeaving(linkBehind(isReversed ? first.opposite : last).slot, root)
    } while !isWalked(half)
  }

  /// How many arcs meet at a node, those that were handed out and given back included.
  func degree(of node: Int32) -> Int {
    let leaving = nodes[node].leaving
    var number = 0
    for slot in 0..<4 where leaving[slot] != Half.none.code { number += 1 }
    return number
  }

  /// The half on which an arc continues; `nil` at a node.
  func successor(of half: Half) -> Half? {
    let link = linkBehind(half)
    if link.isHalf { return link.half }
    guard degree(of: link.slot.node) == 2 else { return nil }
    for places: Int32 in 1...3 {
      let following = leaving(link.slot.turned(by: places))
      if following != .none { return following }
    }
    return nil
  }

  /// Gathers the arc that a half is part of, draws it and writes it down at its strands; returns the arc in the direction of the half's strand.
  private mutating func makeArc(along half: Half) -> ArcWay {
    let exact = gatherArc(along: half)
    store(Arc(points: draw(exact), halves: exact.halves, exactVertices: exact.points.count - 1, isRound: exact.isRound))
    return strands[half.strand].arc
  }

  /// Writes an arc down at its strands.
  mutating func store(_ value: Arc) {
    let arc: Int
    if let free = freeArcs.popLast() {
      arc = free
      arcs[arc] = value
    } else {
      arc = arcs.count
      arcs.append(value)
    }
    for member in value.halves { strands[member.strand].arc = ArcWay(arc, isForward: member.runsDown) }
  }

  /// The arc that a half is part of, in the half's direction, along the pixels' sides.
  mutating func gatherArc(along half: Half) -> ExactArc {
    // Back to where it begins: the same way forward from the other direction.
    var first = half
    var isRound = false
    while let before = successor(of: first.opposite) {
      first = before.opposite
      if first == half {
        isRound = true
        break
      }
    }
    var halves: [Half] = []
    let mark = outline.count
    var member: Half? = first
    while let current = member {
      halves.append(current)
      appendVertices(of: current)
      let following = successor(of: current)
      member = following == first ? nil : following
    }
    let points = exactPoints(from: mark, isRound: isRound)
    outline.truncate(to: mark)
    return ExactArc(points: points, halves: halves, isRound: isRound)
  }

  /// The vertices behind an index of `outline` without repeated and collinear ones; what is dropped goes from the map of corners, too. A closed arc
  /// begins at the corner farthest from its window's middle, which simplification keeps.
  private mutating func exactPoints(from mark: Int, isRound: Bool) -> [Vertex] {
    let number = outline.count - mark
    var points: [Vertex] = []
    points.reserveCapacity(number + 1)
    for index in 0..<number {
      let vertex = outline[Int32(mark + index)]
      if points.last == vertex { continue }
      if points.count > 1, TraceEngine.isStraight(points[points.count - 2], points[points.count - 1], vertex) {
        eraseCorner(points[points.count - 1])
        points[points.count - 1] = vertex
      } else {
        points.append(vertex)
      }
    }
    guard isRound else { return points }
    if points.first == points.last { points.removeLast() }
    if points.count > 2, TraceEngine.isStraight(points[points.count - 2], points[points.count - 1], points[0]) {
      let dropped = points.removeLast()
      eraseCorner(dropped)
    }
    if points.count > 2, TraceEngine.isStraight(points[points.count - 1], points[0], points[1]) {
      let dropped = points.removeFirst()
      eraseCorner(dropped)
    }
    var (left, right, top, bottom) = (Int32.max, Int32.min, Int32.max, Int32.min)
    for point in points {
      (left, right) = (min(left, point.x), max(right, point.x))
      (top, bottom) = (min(top, point.y), max(bottom, point.y))
    }
    var start = 0
    var distance = -1
    for (index, point) in points.enumerated() {
      let (dx, dy) = (2 * Int(point.x) - Int(left) - Int(right), 2 * Int(point.y) - Int(top) - Int(bottom))
      if dx * dx + dy * dy > distance {
        distance = dx * dx + dy * dy
        start = index
      }
    }
    let turned = Array(points[start...] + points[..<start])
    return turned + [turned[0]]
  }

  /// The arc's points as they are handed out.
  private mutating func draw(_ exact: ExactArc) -> [Vertex] {
    let shift = shift
    guard let firstHalf = exact.halves.first, let lastHalf = exact.halves.last else { return [] }
    // Where a regular outline took an end with it, what lies behind the new end goes, and the rest begins at a vertex of its own.
    let start = exact.isRound ? nil : movedEnds[firstHalf]
    let end = exact.isRound ? nil : movedEnds[lastHalf.opposite]
    if start != nil || end != nil {
      let from = min(start?.skipped ?? 0, exact.points.count)
      let to = max(exact.points.count - (end?.skipped ?? 0), from)
      var points = Array(exact.points[from..<to])
      if options.simplify != .smooth {
        simplify(&points, of: exact.halves, least: 2, rivals: start == nil ? (firstHalf, exact.points) : nil)
      }
      points = points.map { $0.scaled(by: shift) }
      if let start { points.insert(start.point, at: 0) }
      if let end { points.append(end.point) }
      return points
    }
    switch options.simplify {
    case .none: return exact.points.map { $0.scaled(by: shift) }
    case .smooth: return smoother.smooth(exact.points, isRound: exact.isRound)
    case .visvalingam, .douglasPeucker:
      var points = exact.points
      simplify(
        &points, of: exact.halves, least: points.first == points.last ? 4 : 2, rivals: exact.isRound ? nil : (firstHalf, exact.points))
      return points.map { $0.scaled(by: shift) }
    }
  }

  /// - Parameter rivals: The arc's first half, which leaves a node, and its exact points; `nil` where no other arc can join the same ends.
  private mutating func simplify(_ points: inout [Vertex], of halves: [Half], least: Int, rivals: (half: Half, points: [Vertex])?) {
    guard points.count > 2 else { return }
    var smallest = Int.max
    for label in [label(of: halves[0]), label(of: halves[0].opposite)] where label > 0 {
      smallest = min(smallest, labels[root(of: label)].tally.pixels)
    }
    var isRivalled = false
    if let rivals, let to = points.last { isRivalled = isJoinedStraight(linkBehind(rivals.half.opposite).slot, points[0], to) }
    simplifier.simplify(&points, least: least, smallest: smallest, corners: &corners) { !isRivalled }
  }

  /// Whether another arc that leaves the node of the arc at hand runs straight to a point, or may do so.
  private func isJoinedStraight(_ slot: NodeSlot, _ from: Vertex, _ to: Vertex) -> Bool {
    for places: Int32 in 1...3 {
      let other = slot.turned(by: places)
      let half = leaving(other)
      guard half.exists else { continue }
      let way = strands[half.strand].arc
      if way.exists {
        let points = arcs[way.arc].points
        if points.count == 2, points.contains(to.scaled(by: shift)) { return true }
      } else {
        // Not drawn yet: it leaves along a pixel's side.
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        switch other.place {
        case Node.up: if dx == 0, dy < 0 { return true }
        case Node.left: if dy == 0, dx < 0 { return true }
        case Node.down: if dx == 0, dy > 0 { return true }
        default: if dy == 0, dx > 0 { return true }
        }
      }
    }
    return false
  }

  /// The ring in `outline`, and its area.
  private func simplifiedRing() -> RingSpan {
    var doubleArea = 0
    var last = outline[Int32(outline.count - 1)]
    let origin = last
    for index in 0..<Int32(outline.count) {
      let vertex = outline[index]
      doubleArea += Int(last.x - origin.x) * Int(vertex.y - origin.y) - Int(vertex.x - origin.x) * Int(last.y - origin.y)
      last = vertex
    }
    return RingSpan(first: 0, count: Int32(outline.count), doubleArea: doubleArea)
  }

  /// Gives back what a strand holds beside itself, before it is freed: its arc, and its vertices in the map of corners.
  mutating func forget(strand: Int32) {
    let value = strands[strand]
    if value.arc.exists {
      let arc = value.arc.arc
      guard let first = arcs[arc].halves.first, first.strand == strand else { return }
      if mapsCorners {
        let points = arcs[arc].points
        let inner = arcs[arc].isRound ? 0..<points.count : 1..<max(points.count - 1, 1)
        for index in inner { eraseVertex(points[index]) }
      }
      if !movedEnds.isEmpty {
        for half in arcs[arc].halves { forgetMovedEnd(half) }
      }
      arcs[arc] = Arc(points: [], halves: [], exactVertices: 0, isRound: false)
      freeArcs.append(arc)
    } else {
      if mapsCorners { eraseCorners(of: strand) }
      if !movedEnds.isEmpty { forgetMovedEnd(Half(down: strand)) }
    }
  }

  private mutating func forgetMovedEnd(_ half: Half) {
    for end in [half, half.opposite] {
      if let moved = movedEnds.removeValue(forKey: end), mapsCorners { corners.removeOffGrid(moved.point) }
    }
  }

  /// Takes a drawn vertex out of the map of corners.
  private mutating func eraseVertex(_ point: Vertex) {
    let mask: Int32 = 1 << shift - 1
    if point.x & mask == 0, point.y & mask == 0 {
      corners.remove(point.x >> shift, point.y >> shift)
    } else {
      corners.removeOffGrid(point)
    }
  }

  private mutating func eraseCorner(_ corner: Vertex) {
    if mapsCorners { corners.remove(corner.x, corner.y) }
  }

  /// Takes a strand's vertices but its nodes out of the map of corners.
  mutating func eraseCorners(of strand: Int32) {
    let value = strands[strand]
    let begin = Vertex(x: value.startX, y: value.startY)
    let end = Vertex(x: value.x, y: value.endY)
    if value.startLink.isHalf { corners.remove(begin.x, begin.y) }
    if value.endLink.isHalf { corners.remove(end.x, end.y) }
    var way = WayBack(along: value)
    while let (below, above) = way.next(in: jogs) {
      // A strand may leave or reach its node sideways: the node's own corner stays.
      if above != begin, above != end { corners.remove(above.x, above.y) }
      if below != begin, below != end { corners.remove(below.x, below.y) }
    }
  }
}
