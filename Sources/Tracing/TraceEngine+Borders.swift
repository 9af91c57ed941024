import GeoTypes

// Between two rows: at each corner where a run starts above or below, up to four borders meet. Straight ones continue as they are, two that
// turn are a jog, a top or a bottom of a strand, three or four make a node.

extension TraceEngine {
  /// What comes along the line between the rows from the left.
  private enum Carrier {
    case nothing
    /// A strand that came down and turned right.
    case strand
    /// A border that starts downwards at a run of the new row; what it is shows at its right end.
    case slot
    /// An arc that left a node to the right.
    case node
  }

  /// Draws the borders between the row before and the current one, then makes the current one the row before. The caller completes regions
  /// in between through `complete`.
  mutating func scanBorders() {
    var above: Int32 = 0
    var below: Int32 = 0
    var (northWest, southWest) = (ClassMap.nodata, ClassMap.nodata)
    var (labelNorthWest, labelSouthWest) = (Label.none, Label.none)
    var carrier = Carrier.nothing
    // The carrier's strand, slot or node, and its column where it is a slot.
    var carried: Int32 = -1
    var carriedX: Int32 = 0
    let y = row

    while true {
      let upper = previous[above]
      let lower = current[below]
      let x = min(upper.start, lower.start)
      let slot = below
      var (northEast, labelNorthEast) = (northWest, labelNorthWest)
      var (southEast, labelSouthEast) = (southWest, labelSouthWest)
      if upper.start == x {
        (northEast, labelNorthEast) = (upper.classID, upper.label)
        above += 1
      }
      if lower.start == x {
        (southEast, labelSouthEast) = (lower.classID, lower.label)
        below += 1
      }
      let goesUp = northWest != northEast
      let goesRight = northEast != southEast
      let goesDown = southWest != southEast
      let goesLeft = northWest != southWest

      switch (goesUp ? 8 : 0) | (goesRight ? 4 : 0) | (goesDown ? 2 : 0) | (goesLeft ? 1 : 0) {
      case 0, 0b0101:
        break
      case 0b1010:
        current[slot].strand = upper.strand
      case 0b1100:
        carrier = .strand
        carried = upper.strand
      case 0b1001:
        switch carrier {
        case .strand:
          end(carried, y, link: Link(Half(up: upper.strand)))
          end(upper.strand, y, link: Link(Half(up: carried)))
          if mapsCorners {
            corners.insert(strands[carried].x, y)
            corners.insert(x, y)
          }
        case .slot:
          jog(upper.strand, to: carriedX, row: y)
          current[carried].strand = upper.strand
        case .node:
          jog(upper.strand, to: nodes[carried].x, row: y)
          end(upper.strand, at: NodeSlot(carried, Node.right))
        case .nothing: preconditionFailure("a border from the left came from nowhere, row \(y), column \(x)")
        }
        carrier = .nothing
      case 0b0011:
        switch carrier {
        case .strand:
          jog(carried, to: x, row: y)
          current[slot].strand = carried
        case .slot:
          let first = makeStrand(x: carriedX, y: y, right: labelNorthWest, left: labelSouthWest, startLink: .open)
          let second = makeStrand(x: x, y: y, right: labelSouthWest, left: labelSouthEast, startLink: Link(Half(down: first)))
          strands[first].startLink = Link(Half(down: second))
          current[carried].strand = first
          current[slot].strand = second
          if mapsCorners {
            corners.insert(carriedX, y)
            corners.insert(x, y)
          }
        case .node:
          let strand = start(at: NodeSlot(carried, Node.right), right: labelSouthWest, left: labelSouthEast)
          jog(strand, to: x, row: y)
          current[slot].strand = strand
        case .nothing: preconditionFailure("a border from the left came from nowhere, row \(y), column \(x)")
        }
        carrier = .nothing
      case 0b0110:
        carrier = .slot
        carried = slot
        carriedX = x
      default:
        let node = makeNode(x: x, y: y)
        if goesUp { end(upper.strand, at: NodeSlot(node, Node.up)) }
        if goesLeft {
          switch carrier {
          case .strand:
            jog(carried, to: x, row: y)
            end(carried, at: NodeSlot(node, Node.left))
          case .slot:
            let strand = start(at: NodeSlot(node, Node.left), right: labelNorthWest, left: labelSouthWest)
            jog(strand, to: carriedX, row: y)
            current[carried].strand = strand
          case .node:
            let strand = start(at: NodeSlot(carried, Node.right), right: labelSouthWest, left: labelNorthWest)
            strands[strand].x = x
            end(strand, at: NodeSlot(node, Node.left))
          case .nothing: preconditionFailure("a border from the left came from nowhere, row \(y), column \(x)")
          }
        }
        if goesDown { current[slot].strand = start(at: NodeSlot(node, Node.down), right: labelSouthWest, left: labelSouthEast) }
        carrier = goesRight ? .node : .nothing
        carried = node
        if options.connectivity == .eight, goesUp, goesRight, goesDown, goesLeft {
          if northWest == southEast, northWest != ClassMap.nodata { meet(labelNorthWest, labelSouthEast) }
          if northEast == southWest, northEast != ClassMap.nodata { meet(labelNorthEast, labelSouthWest) }
        }
      }
      if x == width { break }
      (northWest, labelNorthWest) = (northEast, labelNorthEast)
      (southWest, labelSouthWest) = (southEast, labelSouthEast)
    }
  }

  /// Ends a strand at a bottom, where it continues in another one.
  private mutating func end(_ strand: Int32, _ y: Int32, link: Link) {
    strands[strand].endY = y
    strands[strand].endLink = link
    if regularizes { note(strand) }
  }

  /// Ends a strand at a node.
  private mutating func end(_ strand: Int32, at slot: NodeSlot) {
    strands[strand].endY = nodes[slot.node].y
    strands[strand].endLink = Link(slot)
    setLeaving(slot, Half(up: strand))
    if regularizes { note(strand) }
  }

  /// Starts a strand at a node.
  private mutating func start(at slot: NodeSlot, right: Int32, left: Int32) -> Int32 {
    let node = nodes[slot.node]
    let strand = makeStrand(x: node.x, y: node.y, right: right, left: left, startLink: Link(slot))
    setLeaving(slot, Half(down: strand))
    return strand
  }

  /// Joins the groups of two labels that touch in a corner.
  private mutating func meet(_ first: Int32, _ second: Int32) {
    let (a, b) = (root(of: first), root(of: second))
    if a != b { _ = joinGroups(labels[a].group, labels[b].group) }
  }
}
