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
    while half.exists {
      if strands[half.strand].walked & (half.mark | Strand.isDead) == 0 {
        outline.removeAll()
        walk(from: half, root)
        keepRing(closedRing())
      }
      half = next(of: half)
    }
  }

  /// Appends the vertices of the ring that a half is part of.
  private mutating func walk(from start: Half, _ root: Int32) {
    var half = start
    repeat {
      strands[half.strand].walked |= half.mark
      appendVertices(of: half)
      let link = linkBehind(half)
      half = link.isHalf ? link.half : halfLeaving(link.slot, root)
    } while half != start
  }

  /// The half on which a region's border continues, having reached a node through a slot: the next arc to the right, beside which the region lies.
  ///
  /// Where four arcs meet and the region lies across the corner, too, the last one to the right is taken instead: its rings then touch there and
  /// do not run through each other.
  @inline(__always)
  func halfLeaving(_ slot: NodeSlot, _ root: Int32) -> Half {
    let first = leaving(slot.turned(by: 1))
    if first != .none {
      let last = leaving(slot.turned(by: 3))
      if last.exists, leaving(slot.turned(by: 2)) != .none, region(of: last) == root { return last }
      return first
    }
    let second = leaving(slot.turned(by: 2))
    return second != .none ? second : leaving(slot.turned(by: 3))
  }

  /// Appends a half's vertices from its beginning to its end; at either end a vertex may come twice.
  mutating func appendVertices(of half: Half) {
    let strand = strands[half.strand]
    let count = 2 * Int(strand.jogs) + 2
    let first = outline.appendUninitialized(count)
    let forward = half.runsDown
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
  private mutating func closedRing() -> RingSpan {
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
    while half.exists {
      let following = next(of: half)
      if !isLive(half) {
        bury(half)
        half = following
        continue
      }
      setLabel(of: half, Label.gone)
      if label(of: half.opposite) <= 0 { free(strand: half.strand) }
      half = following
    }
    labels.remove(root)
  }
}
