import GeoTypes

// From regions whose rows are all read to what is handed out.

extension TraceEngine {
  /// Completes the regions that the current row no longer has, in the order of their last pixels, then makes the current row the row before.
  mutating func completeRegions(_ sink: (TracedRegion) throws -> Void) throws {
    let runs = Int32(previous.count) - 1
    for index in 0..<runs where previous[index].classID != ClassMap.nodata {
      let root = root(of: previous[index].label)
      labels[root].openRuns -= 1
      if labels[root].openRuns == 0 { try complete(part: root, sink) }
    }
    swap(&previous, &current)
    current.removeAll()
    if settles, hasClosed || row % TraceEngine.settlingRows == 0 { try settle(isLast: hasClosed, sink) }
  }

  private mutating func complete(part root: Int32, _ sink: (TracedRegion) throws -> Void) throws {
    guard grouped else { return try handOut(root, sink) }
    let group = rootGroup(of: labels[root].group)
    if groups[group].firstPart < 0 {
      groups[group].firstPart = root
    } else {
      labels[groups[group].lastPart].nextPart = root
    }
    groups[group].lastPart = root
    groups[group].parts += 1
    groups[group].openParts -= 1
    groups[group].closedArea += labels[root].tally.area
    if groups[group].openParts == 0 {
      groups[group].sequence = completed
      completed += 1
      if settles {
        groups[group].isWaiting = true
        waiting.append(group)
        return
      }
      let first = groups[group].firstPart
      free(group: group)
      try handOut(first, sink)
    }
  }

  /// Hands out the region of this part and of those that follow it.
  mutating func handOut(_ firstPart: Int32, _ sink: (TracedRegion) throws -> Void) throws {
    var tally = labels[firstPart].tally
    var part = labels[firstPart].nextPart
    while part >= 0 {
      tally.add(labels[part].tally)
      part = labels[part].nextPart
    }
    var region: TracedRegion?
    if isWanted(tally) {
      summary.regions += 1
      region = draw(firstPart, tally)
    } else {
      summary.leftOut += 1
    }
    part = firstPart
    while part >= 0 {
      let following = labels[part].nextPart
      release(part)
      part = following
    }
    if let region { try sink(region) }
  }

  private func isWanted(_ tally: Tally) -> Bool {
    if let classes = options.classes, !classes.contains(tally.classID) { return false }
    guard !options.minimumConfidence.isEmpty, tally.confident > 0, let least = options.minimumConfidence[tally.classID] else { return true }
    return Double(tally.confidence) / Double(tally.confident) >= least
  }

  private mutating func draw(_ firstPart: Int32, _ tally: Tally) -> TracedRegion {
    var polygons: [Polygon] = []
    perimeter = 0
    var part = firstPart
    while part >= 0 {
      if drawsArcs { traceSimplifiedRings(of: part) } else { traceRings(of: part) }
      polygons.append(takePolygon())
      part = labels[part].nextPart
    }
    let exact = exactOnRings
    exactOnRings = 0
    var statistics = RegionStatistics(
      pixels: tally.pixels,
      area: tally.area,
      confidence: tally.confident == 0
        ? nil
        : ConfidenceStatistics(
          mean: Double(tally.confidence) / Double(tally.confident), minimum: tally.minimumConfidence, maximum: tally.maximumConfidence),
      touchesEdge: tally.touchesEdge,
      pointInside: Point(x: Double(tally.longestX + tally.longest / 2) + 0.5, y: Double(tally.longestY) + 0.5),
      window: Window(
        column: Int(tally.minX), row: Int(tally.minY), width: Int(tally.maxX - tally.minX), height: Int(tally.maxY - tally.minY) + 1),
      perimeter: perimeter,
      areaChange: 0)
    if drawsArcs {
      summary.exactVertices += exact
      let change = polygons.reduce(0) { $0 + $1.area } - Double(tally.pixels)
      statistics.areaChange = change
      summary.totalAreaChange += abs(change)
      summary.largestAreaChange = max(summary.largestAreaChange, abs(change) / Double(tally.pixels))
      if !PointPlacement.contains(polygons, statistics.pointInside) {
        statistics.pointInside = PointPlacement.pointInside(polygons) ?? statistics.pointInside
      }
    }
    return TracedRegion(id: summary.regions, classID: tally.classID, polygons: polygons, statistics: statistics)
  }

  /// The polygon whose rings were kept.
  private mutating func takePolygon() -> Polygon {
    let polygon = Polygon(shell: shell ?? holes.removeFirst(), holes: holes)
    shell = nil
    holes = []
    return polygon
  }

  /// Makes the ring in `outline` one of the polygon at hand. One by one: a region's rings together may be most of what is held.
  mutating func keepRing(_ span: RingSpan) {
    let ring = ring(span)
    if span.doubleArea > 0, shell == nil { shell = ring } else { holes.append(ring) }
  }

  private mutating func ring(_ span: RingSpan) -> Ring {
    let vertices = outline.base + Int(span.first)
    let count = Int(span.count)
    summary.vertices += count
    if drawsArcs {
      let points = (0..<count).map { Point(x: Double(vertices[$0].x) / unit, y: Double(vertices[$0].y) / unit) }
      var last = points[count - 1]
      for point in points {
        perimeter += ((point.x - last.x) * (point.x - last.x) + (point.y - last.y) * (point.y - last.y)).squareRoot()
        last = point
      }
      return Ring(points)
    }
    summary.exactVertices += count
    var length = 0
    let points = [Point](unsafeUninitializedCapacity: count) { buffer, initialized in
      var last = vertices[count - 1]
      for index in 0..<count {
        let vertex = vertices[index]
        length += Int(abs(vertex.x - last.x)) + Int(abs(vertex.y - last.y))
        buffer.initializeElement(at: index, to: Point(x: Double(vertex.x), y: Double(vertex.y)))
        last = vertex
      }
      initialized = count
    }
    perimeter += Double(length)
    return Ring(points)
  }
}
