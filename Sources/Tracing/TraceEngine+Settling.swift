import Basics
import GeoTypes

// Small regions join their neighbors, small holes are filled. Both need what lies around a region to be known, so complete regions wait, and every
// few rows what can be decided is.
//
// Minimum area: smallest first, over the whole map. Joining the smallest one of all touches its neighbors only, so it makes no difference to join
// any region that is smaller than all its neighbors at once: that is what can be told while rows are still coming, since an open region only grows.
// Neighbors of one class count as one: where the small region joins them they are one, and some may only be parts of one that is still open.
//
// Minimum hole: what one region encloses, without nodata, and is under the limit as a whole, becomes part of it.

extension TraceEngine {
  /// Rows between two settlings: at fixed rows, so that the order of regions does not depend on how rows arrive.
  static let settlingRows: Int32 = 32

  /// Decides what can be decided and hands out what nothing can change any more.
  mutating func settle(isLast: Bool, _ sink: (TracedRegion) throws -> Void) throws {
    settlings += 1
    measureOpenGroups()
    if options.minimumArea > 0 { joinSmallRegions() }
    keepRoots()
    if options.minimumHole > 0 {
      var hasFilled = true
      while hasFilled {
        hasFilled = false
        for group in waiting where groups[group].parent == group && area(of: group) < options.minimumHole {
          if !groups[group].isNoHole, fillHole(group) { hasFilled = true }
        }
        keepRoots()
        if !isLast { break }
      }
    }
    if regularizes { regularizeSettled(isLast: isLast) }
    var settled: [Int32] = []
    for group in waiting where isLast || (isSettled(group) && hasRegularNeighbors(group)) { settled.append(group) }
    guard !settled.isEmpty else { return }
    settled.sort { groups[$0].sequence < groups[$1].sequence }
    let gone = Set(settled)
    waiting.removeAll { gone.contains($0) }
    for group in settled {
      dropStaleParts(group)
      let first = groups[group].firstPart
      free(group: group)
      if first >= 0 { try handOut(first, sink) }
    }
  }

  /// Takes groups that joined others, or that are open again, from those that wait.
  private mutating func keepRoots() {
    var kept = 0
    for group in waiting {
      if groups[group].parent == group, groups[group].openParts == 0 {
        waiting[kept] = group
        kept += 1
        continue
      }
      groups[group].isWaiting = false
      if groups[group].parent != group, options.connectivity == .four { joinedGroups.append(group) }
    }
    waiting.removeLast(waiting.count - kept)
    dropJoined()
  }

  /// Adds up the area of what is open, from the runs of the last row.
  private mutating func measureOpenGroups() {
    for index in 0..<Int32(previous.count) - 1 where previous[index].classID != ClassMap.nodata {
      let root = root(of: previous[index].label)
      let group = rootGroup(of: labels[root].group)
      if groups[group].stamp != settlings {
        groups[group].stamp = settlings
        groups[group].openArea = 0
      }
      if labels[root].stamp != settlings {
        labels[root].stamp = settlings
        groups[group].openArea += labels[root].tally.area
      }
    }
  }

  private func area(of group: Int32) -> Double {
    groups[group].closedArea + (groups[group].stamp == settlings ? groups[group].openArea : 0)
  }

  private func group(of label: Int32) -> Int32 { rootGroup(of: labels[root(of: label)].group) }

  /// Calls back with the region on the other side of each border of a complete group: its group, or -1 for nodata, or -2 for a region that
  /// was handed out; and with the strand.
  private func eachBorder(of group: Int32, _ body: (_ other: Int32, _ strand: Int32) -> Bool) {
    var part = groups[group].firstPart
    while part >= 0 {
      if labels[part].parent == part {
        var half = labels[part].firstHalf
        while half.exists {
          if isLive(half) {
            let label = label(of: half.opposite)
            let other = label == Label.none ? -1 : label == Label.gone ? -2 : self.group(of: label)
            if !body(other, half.strand) { return }
          }
          half = next(of: half)
        }
      }
      part = labels[part].nextPart
    }
  }

  /// Calls back with the other regions at the nodes of a complete group.
  private func eachCorner(of group: Int32, _ body: (_ other: Int32) -> Bool) {
    eachBorder(of: group) { _, strand in
      for link in [strands[strand].startLink, strands[strand].endLink] where !link.isHalf {
        for place: Int32 in 0..<4 {
          let half = leaving(NodeSlot(link.slot.node, place))
          guard half.exists else { continue }
          let label = label(of: half)
          guard label > 0 else { continue }
          let other = self.group(of: label)
          if other != group, !body(other) { return false }
        }
      }
      return true
    }
  }

  // MARK: - Minimum area

  private struct Neighbor {
    var classID: UInt8
    var sidesX = 0
    var sidesY = 0
  }

  private mutating func joinSmallRegions() {
    var heap = Heap<SmallRegion>()
    for group in waiting where groups[group].parent == group { push(group, &heap) }
    // One that may not join yet stays for the next settling; in the last one nothing is open, and the smallest of all always may.
    while let item = heap.pop() {
      let group = item.group
      guard groups[group].parent == group, groups[group].openParts == 0, area(of: group) == item.area else { continue }
      guard let classID = classToJoin(group) else { continue }
      summary.merged += 1
      let merged = merge(group, intoClass: classID)
      if groups[merged].openParts == 0 { push(merged, &heap) }
    }
  }

  private func push(_ group: Int32, _ heap: inout Heap<SmallRegion>) {
    let area = area(of: group)
    guard area < options.minimumArea else { return }
    let first = firstPixel(of: group)
    heap.push(SmallRegion(area: area, y: first.y, x: first.x, group: group))
  }

  private func firstPixel(of group: Int32) -> (y: Int32, x: Int32) {
    var first = (y: Int32.max, x: Int32.max)
    var part = groups[group].firstPart
    while part >= 0 {
      let tally = labels[part].tally
      if labels[part].parent == part, (tally.minY, tally.firstX) < first { first = (tally.minY, tally.firstX) }
      part = labels[part].nextPart
    }
    return first
  }

  /// The class around a group with the longest shared border, the lower one of two equals; `nil` where there is none, or where a neighbor may have to join first.
  private func classToJoin(_ group: Int32) -> UInt8? {
    var neighbors: [Neighbor] = []
    let own = area(of: group)
    let ownFirst = firstPixel(of: group)
    var mustWait = false
    func goesFirst(_ other: Int32) -> Bool {
      let area = area(of: other)
      return groups[other].openParts > 0 ? area <= own : area < own || (area == own && firstPixel(of: other) < ownFirst)
    }
    eachBorder(of: group) { other, strand in
      if other < 0 { return true }
      mustWait = goesFirst(other)
      if mustWait { return false }
      let classID = groups[other].classID
      let place = neighbors.firstIndex { $0.classID == classID } ?? neighbors.count
      if place == neighbors.count { neighbors.append(Neighbor(classID: classID)) }
      let sides = sides(of: strand)
      neighbors[place].sidesX += sides.x
      neighbors[place].sidesY += sides.y
      return true
    }
    if !mustWait, options.connectivity == .eight {
      eachCorner(of: group) { other in
        // One amid nodata never joins anything.
        mustWait = goesFirst(other) && isSmall(other)
        return !mustWait
      }
    }
    guard !mustWait, var best = neighbors.first else { return nil }
    for candidate in neighbors.dropFirst() {
      let (a, b) = (length(candidate), length(best))
      if a > b || (a == b && candidate.classID < best.classID) { best = candidate }
    }
    return best.classID
  }

  private func length(_ neighbor: Neighbor) -> Double {
    Double(neighbor.sidesX) * options.metersPerPixel.x + Double(neighbor.sidesY) * options.metersPerPixel.y
  }

  /// How many sides of pixels a strand has, along rows and along columns.
  private func sides(of strand: Int32) -> (x: Int, y: Int) {
    let value = strands[strand]
    var x = 0
    var way = WayBack(along: value)
    while let (below, above) = way.next(in: jogs) { x += Int(abs(below.x - above.x)) }
    // What runs from node to node along a row has no jog.
    x += Int(abs(way.x - value.startX))
    // Between two tops or bottoms the side along the row belongs to one of the two strands.
    if value.startLink.isHalf, value.startLink.half.strand > strand {
      x += Int(abs(strands[value.startLink.half.strand].startX - value.startX))
    }
    if value.endLink.isHalf, value.endLink.half.strand > strand { x += Int(abs(strands[value.endLink.half.strand].x - value.x)) }
    return (x, Int(value.endY - value.startY))
  }

  // MARK: - Joining

  /// Gives a complete group the class of neighbors, with which it becomes one region; returns the group that remains.
  ///
  /// - Parameter only: The one neighbor to join; `nil`: all of the class.
  private mutating func merge(_ group: Int32, intoClass classID: UInt8, only: Int32? = nil) -> Int32 {
    var dead: [Int32] = []
    var joined: Set<Int32> = [group]
    var total = area(of: group)
    eachBorder(of: group) { other, strand in
      guard other >= 0, only.map({ $0 == other }) ?? (groups[other].classID == classID) else { return true }
      dead.append(strand)
      if joined.insert(other).inserted { total += area(of: other) }
      return true
    }
    if options.connectivity == .eight {
      // A region of the class that the group touches in a corner becomes part of it, too.
      eachCorner(of: group) { other in
        if groups[other].classID == classID, joined.insert(other).inserted { total += area(of: other) }
        return true
      }
    }
    groups[group].classID = classID
    var part = groups[group].firstPart
    while part >= 0 {
      labels[part].tally.classID = classID
      part = labels[part].nextPart
    }
    // Parts that share a side become one part.
    for strand in dead {
      let (a, b) = (root(of: strands[strand].right), root(of: strands[strand].left))
      if a != b { _ = join(a, b) }
    }
    for other in joined.sorted() { _ = joinGroups(group, other) }
    for strand in dead {
      empty(strand: strand, leaving: .none)
      strands[strand].walked = Strand.isDead
      let root = root(of: strands[strand].right)
      labels[root].deadHalves += 2
      if labels[root].deadHalves > 64, labels[root].deadHalves > labels[root].halves / 2 { removeDead(root) }
    }
    let merged = rootGroup(of: group)
    if groups[merged].staleParts > 16, groups[merged].staleParts > groups[merged].parts / 2 { dropStaleParts(merged) }
    groups[merged].isNoHole = false
    if groups[merged].openParts > 0 {
      groups[merged].stamp = settlings
      groups[merged].openArea = total - groups[merged].closedArea
    }
    return merged
  }

  /// Takes dead halves out of a region's list.
  private mutating func removeDead(_ root: Int32) {
    var half = labels[root].firstHalf
    labels[root].firstHalf = .none
    labels[root].lastHalf = .none
    labels[root].deadHalves = 0
    labels[root].halves = 0
    while half.exists {
      let following = next(of: half)
      if isLive(half) {
        setNext(of: half, .none)
        if labels[root].lastHalf.exists { setNext(of: labels[root].lastHalf, half) } else { labels[root].firstHalf = half }
        labels[root].lastHalf = half
        labels[root].halves += 1
      } else {
        bury(half)
      }
      half = following
    }
  }

  /// Notes that a dead half is in no list any more; the second one gives the strand back.
  mutating func bury(_ half: Half) {
    strands[half.strand].walked |= half.mark
    if strands[half.strand].walked == Strand.isDead | 3 { remove(strand: half.strand) }
  }

  // MARK: - Minimum hole

  /// Fills the hole that a group lies in, if it does and all that can be known is known.
  private mutating func fillHole(_ group: Int32) -> Bool {
    var around: [Int32] = []
    var hasNodata = false
    eachBorder(of: group) { other, _ in
      if other < 0 { hasNodata = true }
      if other >= 0, !around.contains(other) { around.append(other) }
      return !hasNodata
    }
    if hasNodata {
      groups[group].isNoHole = true
      return false
    }
    if isSmall(group) { return false }
    var mustWait = false
    for shell in around {
      switch enclosed(group, by: shell) {
      case .open: continue
      case .unknown: mustWait = true
      case .members(let members):
        if isSmall(shell) {
          mustWait = true
          continue
        }
        let classID = groups[shell].classID
        var shell = shell
        for member in members {
          summary.filled += 1
          shell = merge(rootGroup(of: member), intoClass: classID, only: shell)
        }
        return true
      }
    }
    if !mustWait { groups[group].isNoHole = true }
    return false
  }

  /// Whether a region may still join a neighbor because of its area.
  private func isSmall(_ group: Int32) -> Bool {
    guard area(of: group) < options.minimumArea else { return false }
    if groups[group].openParts > 0 { return true }
    var hasNeighbor = false
    eachBorder(of: group) { other, _ in
      hasNeighbor = other >= 0
      return !hasNeighbor
    }
    return hasNeighbor
  }

  private enum Enclosure {
    /// The way out is free, or too much is inside.
    case open
    case unknown
    /// All that lies inside, in an order in which each one touches the shell or one that was there before.
    case members([Int32])
  }

  private func enclosed(_ group: Int32, by shell: Int32) -> Enclosure {
    var members = [group]
    var seen: Set<Int32> = [group, shell]
    var total = area(of: group)
    var result = Enclosure.open
    var index = 0
    var isUnknown = false
    var isOpen = false
    while index < members.count, !isOpen {
      if groups[members[index]].openParts > 0 {
        isUnknown = true
      } else {
        if isSmall(members[index]) { isUnknown = true }
        eachBorder(of: members[index]) { other, _ in
          if other < 0 {
            isOpen = true
            return false
          }
          if groups[other].openParts > 0, groups[shell].openParts > 0, groups[other].classID == groups[shell].classID {
            // Both may be parts of one region that rows to come join.
            isUnknown = true
            return true
          }
          if seen.insert(other).inserted {
            members.append(other)
            total += area(of: other)
            if total >= options.minimumHole { isOpen = true }
          }
          return !isOpen
        }
      }
      index += 1
    }
    if isOpen { return .open }
    result = isUnknown ? .unknown : .members(members)
    return result
  }

  // MARK: - What is settled

  /// Whether nothing can change a complete group any more.
  func isSettled(_ group: Int32) -> Bool {
    guard isFinal(group) else { return false }
    var result = true
    eachBorder(of: group) { other, _ in
      if other >= 0, !isFinal(other) { result = false }
      return result
    }
    if result, options.connectivity == .eight {
      eachCorner(of: group) { other in
        result = isFinal(other)
        return result
      }
    }
    return result
  }

  /// Whether the neighbors that get regular outlines have them, so that the group's own borders are where they will stay.
  private func hasRegularNeighbors(_ group: Int32) -> Bool {
    guard regularizes else { return true }
    var result = true
    eachBorder(of: group) { other, _ in
      if other >= 0, options.regularize.contains(groups[other].classID), !groups[other].isDrawn { result = false }
      return result
    }
    return result
  }

  private mutating func regularizeSettled(isLast: Bool) {
    let base = strands.base
    strandIndex.sweepOnce { base[Int($0)].endY != Strand.isFree }
    var ready: [Int32] = []
    for group in waiting where options.regularize.contains(groups[group].classID) && !groups[group].isDrawn {
      if isLast || isSettled(group) { ready.append(group) }
    }
    ready.sort { groups[$0].sequence < groups[$1].sequence }
    for group in ready {
      groups[group].isDrawn = true
      var part = groups[group].firstPart
      while part >= 0 {
        if labels[part].parent == part, regularize(part: part) { summary.regularized += 1 }
        part = labels[part].nextPart
      }
    }
  }

  /// Whether a group will not become part of another one.
  private func isFinal(_ group: Int32) -> Bool {
    let area = area(of: group)
    if area >= options.minimumArea, area >= options.minimumHole { return true }
    if groups[group].openParts > 0 { return false }
    if isSmall(group) { return false }
    return area >= options.minimumHole || groups[group].isNoHole
  }
}

/// A region that is to join a neighbor.
private struct SmallRegion: BitwiseCopyable, Comparable {
  var area: Double
  var y: Int32
  var x: Int32
  var group: Int32

  static func < (a: SmallRegion, b: SmallRegion) -> Bool { (a.area, a.y, a.x) < (b.area, b.y, b.x) }
}
