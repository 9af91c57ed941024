import GeoTypes

// From a region's halves to closed rings.

/// A ring among the vertices of `outline`.
struct RingSpan: BitwiseCopyable {
  var first: Int32
  var count: Int32
  /// Twice the signed area; positive for shells.
  var doubleArea: Int
}

extension TraceEngine {
  /// Writes the rings of a part of a region (a root) to `shell` and `holes`.
  mutating func traceRings(of root: Int32) {
    var half = labels[root].firstHalf
    while half >= 0 {
      if strands[half >> 1].walked & (1 << (half & 1) | Strand.isDead) == 0 {
        outline.removeAll()
        walk(from: half, root)
        keepRing(closedRing())
      }
      half = next(of: half)
    }
  }

  /// Appends the vertices of the ring that a half is part of.
  private mutating func walk(from start: Int32, _ root: Int32) {
    var half = start
    repeat {
      strands[half >> 1].walked |= 1 << (half & 1)
      appendVertices(of: half)
      let link = half & 1 == 0 ? strands[half >> 1].endLink : strands[half >> 1].startLink
      half = link >= 0 ? link : halfLeaving(~link, root)
    } while half != start
  }

  /// The half on which a region's border goes on, having reached a node through a slot: the next arc to the right, beside which the region lies.
  ///
  /// Where four arcs meet and the region lies across the corner, too, the last one to the right is taken instead: its rings then touch there and
  /// do not run through each other.
  @inline(__always)
  func halfLeaving(_ code: Int32, _ root: Int32) -> Int32 {
    let node = code >> 2
    let slot = code & 3
    let first = leaving(node, (slot + 1) & 3)
    if first != Node.none {
      let last = leaving(node, (slot + 3) & 3)
      if last >= 0, leaving(node, (slot + 2) & 3) != Node.none, region(of: last) == root { return last }
      return first
    }
    let second = leaving(node, (slot + 2) & 3)
    return second != Node.none ? second : leaving(node, (slot + 3) & 3)
  }

  /// The half that leaves a node through a slot.
  @inline(__always)
  func leaving(_ node: Int32, _ slot: Int32) -> Int32 {
    UnsafeRawPointer(nodes.base + Int(node)).load(fromByteOffset: 16 + 4 * Int(slot), as: Int32.self)
  }

  /// Appends a half's vertices from its beginning to its end; at either end a vertex may come twice.
  mutating func appendVertices(of half: Int32) {
    let strand = strands[half >> 1]
    let count = 2 * Int(strand.jogs) + 2
    let first = outline.appendUninitialized(count)
    let forward = half & 1 == 0
    let step = forward ? -1 : 1
    var target = outline.base + (forward ? first + count - 1 : first)
    target.pointee = Vertex(x: strand.x, y: strand.endY)
    target += step
    var way = WayBack(along: strand)
    while let (below, above) = way.next(in: jogs) {
      target.pointee = below
      target += step
      target.pointee = above
      target += step
    }
    target.pointee = Vertex(x: strand.startX, y: strand.startY)
  }

  /// Takes repeated and collinear vertices out of the ring in `outline`.
  private func closedRing() -> RingSpan {
    let ring = outline.base
    let number = outline.count
    var kept = 0
    for index in 0..<number {
      let vertex = ring[index]
      if kept > 0, ring[kept - 1] == vertex { continue }
      if kept > 1, TraceEngine.isStraight(ring[kept - 2], ring[kept - 1], vertex) {
        ring[kept - 1] = vertex
      } else {
        ring[kept] = vertex
        kept += 1
      }
    }
    var begin = 0
    while kept - begin > 2 {
      if ring[kept - 1] == ring[begin] || TraceEngine.isStraight(ring[kept - 2], ring[kept - 1], ring[begin]) {
        kept -= 1
      } else if TraceEngine.isStraight(ring[kept - 1], ring[begin], ring[begin + 1]) {
        begin += 1
      } else {
        break
      }
    }
    var doubleArea = 0
    var last = ring[kept - 1]
    for index in begin..<kept {
      let vertex = ring[index]
      doubleArea += Int(last.x) * Int(vertex.y) - Int(vertex.x) * Int(last.y)
      last = vertex
    }
    return RingSpan(first: Int32(begin), count: Int32(kept - begin), doubleArea: doubleArea)
  }

  /// Whether the middle one of three vertices along pixel sides lies on a straight line.
  @inline(__always)
  static func isStraight(_ a: Vertex, _ b: Vertex, _ c: Vertex) -> Bool {
    (a.x == b.x && b.x == c.x) || (a.y == b.y && b.y == c.y)
  }

  /// Takes the region out of its strands; those that no other region needs are given back.
  mutating func release(_ root: Int32) {
    var half = labels[root].firstHalf
    while half >= 0 {
      let following = next(of: half)
      let strand = half >> 1
      if !isLive(half) {
        bury(half)
        half = following
        continue
      }
      if half & 1 == 0 { strands[strand].right = Label.gone } else { strands[strand].left = Label.gone }
      if label(of: half ^ 1) <= 0 { free(strand: strand) }
      half = following
    }
    free(label: root)
  }
}
