import GeoTypes

/// All that is held between rows: the runs of the last row, and the labels, strands and nodes of regions that were not handed out.
struct TraceEngine: ~Copyable {
  let width: Int32
  let height: Int32
  let options: TracingOptions
  /// Whether regions are collected in groups: those that corners join, and those that wait for their neighbors.
  let grouped: Bool
  /// The next row to come.
  var row: Int32 = 0

  var previous = FlatArray<Run>()
  var current = FlatArray<Run>()

  var labels = Pool<Label>()
  /// Labels and groups that were joined to others and are to be given back when no run has them.
  var joinedLabels = FlatArray<Int32>()
  var joinedGroups = FlatArray<Int32>()
  var groups = Pool<Group>()
  var strands = Pool<Strand>()
  var jogs = Pool<Jog>()
  var nodes = Pool<Node>()

  /// Whether small regions join their neighbors: then regions wait until nothing around them changes.
  let settles: Bool
  var waiting: [Int32] = []
  /// Groups that were completed.
  var completed = 0
  var hasClosed = false
  var settlings: Int32 = 0

  /// Whether borders are drawn as arcs, other than exactly.
  let drawsArcs: Bool
  /// Whether `corners` is kept.
  let mapsCorners: Bool
  var corners = CornerMap(width: 0, height: 0)
  var arcs: [Arc] = []
  var freeArcs: [Int] = []
  var simplifier = LineSimplifier(method: .none, metersPerPixel: (1, 1), frame: Vertex(x: 0, y: 0))
  let smoother: ArcSmoother
  /// A pixel measures 2^shift in the coordinates of arcs.
  let shift: Int32
  let unit: Double
  /// Whether some classes get regular outlines.
  let regularizes: Bool
  var strandIndex = StrandIndex(width: 0, height: 0)
  /// By the half that leaves the node.
  var movedEnds: [Half: MovedEnd] = [:]
  /// Lines from where nodes were to where regular outlines took them.
  var connectors = ConnectorIndex()
  /// The vertices that the rings of the region at hand have along the pixels' sides.
  var exactOnRings = 0

  /// Scratch: the vertices of the ring at hand.
  var outline = FlatArray<Vertex>(capacity: 1024)
  /// The rings of the polygon at hand.
  var shell: Ring?
  var holes: [Ring] = []
  /// The length (pixels) of the rings of the region at hand.
  var perimeter = 0.0

  var summary = TracingSummary()

  init(size: RasterSize, options: TracingOptions) {
    width = Int32(size.width)
    height = Int32(size.height)
    self.options = options
    regularizes = !options.regularize.isEmpty
    settles = options.minimumArea > 0 || options.minimumHole > 0 || regularizes
    grouped = options.connectivity == .eight || settles
    drawsArcs = options.simplify != .none || regularizes || options.keepsNodes
    switch options.simplify {
    case .visvalingam, .douglasPeucker: mapsCorners = true
    case .none, .smooth: mapsCorners = false
    }
    let bits = Int32(Int.bitWidth - max(size.width, size.height).leadingZeroBitCount)
    smoother = ArcSmoother(shift: min(12, 30 - bits), frame: Vertex(x: width, y: height))
    shift = options.simplify == .smooth || regularizes ? smoother.shift : 0
    unit = Double(1 << Int(shift))
    // Label 0 is nodata and never found anywhere else.
    _ = labels.insert(Label(parent: 0, tally: Tally(classID: 255, minY: 0, maxY: 0, firstX: 0)))
    previous.append(Run(start: 0, label: Label.none, strand: -1, classID: 255))
    previous.append(sentinel)
    if drawsArcs { prepareArcs() }
  }

  /// Apart from `init` and not inlined: there, Swift 6.3.1 in release mode destroys fields before they are set.
  @inline(never)
  private mutating func prepareArcs() {
    if mapsCorners { corners = CornerMap(width: width, height: height, shift: shift) }
    if regularizes { strandIndex = StrandIndex(width: width, height: height) }
    simplifier = LineSimplifier(
      method: options.simplify, metersPerPixel: options.metersPerPixel, frame: Vertex(x: width, y: height))
  }

  /// The largest numbers of records so far; those that were given back are used again.
  var heldRecords: Int { labels.count + groups.count + strands.count + jogs.count + nodes.count + arcs.count + waiting.count }

  /// What stands behind a row's last run.
  var sentinel: Run { Run(start: width, label: Label.none, strand: -1, classID: 255) }

  // MARK: - Labels

  /// The label that stands for all that were joined with this one.
  @inline(__always)
  func root(of label: Int32) -> Int32 {
    var label = label
    while true {
      let parent = labels[label].parent
      if parent == label { return label }
      let above = labels[parent].parent
      labels.settle(label) { $0.parent = above }
      label = above
    }
  }

  mutating func makeLabel(classID: UInt8, column: Int32) -> Int32 {
    let tally = Tally(classID: classID, minY: row, maxY: row, firstX: column)
    let label = labels.insert { Label(parent: $0, tally: tally) }
    if grouped { labels[label].group = makeGroup(classID: classID) }
    return label
  }

  /// Joins two different roots and returns the one that remains: an open one, if only one is, else the one with the longer border.
  @inline(never)
  mutating func join(_ first: Int32, _ second: Int32) -> Int32 {
    let areOpen = (labels[first].openRuns > 0, labels[second].openRuns > 0)
    let isLonger = (-labels[first].halves, first) < (-labels[second].halves, second)
    let (root, child) = (areOpen.0 == areOpen.1 ? isLonger : areOpen.0) ? (first, second) : (second, first)
    labels[child].parent = root
    // The shorter border is relabeled, so that the label can be given back long before the region is complete.
    var half = labels[child].firstHalf
    while half.exists {
      setLabel(of: half, root)
      half = next(of: half)
    }
    if labels[child].firstHalf.exists {
      if labels[root].firstHalf.exists {
        setNext(of: labels[root].lastHalf, labels[child].firstHalf)
      } else {
        labels[root].firstHalf = labels[child].firstHalf
      }
      labels[root].lastHalf = labels[child].lastHalf
    }
    labels[root].halves += labels[child].halves
    labels[root].deadHalves += labels[child].deadHalves
    labels[root].openRuns += labels[child].openRuns
    let childIsOpen = root == first ? areOpen.1 : areOpen.0
    if childIsOpen { joinedLabels.append(child) }
    if grouped {
      let group = joinGroups(labels[root].group, labels[child].group)
      labels[root].group = group
      if areOpen.0, areOpen.1 { groups[group].openParts -= 1 }
      // A complete part that joins an open one is open again.
      if areOpen.0 != areOpen.1 { groups[group].closedArea -= labels[child].tally.area }
      if !childIsOpen { groups[group].staleParts += 1 }
    }
    labels[root].tally.add(labels[child].tally)
    return root
  }

  /// Gives back the labels and groups that were joined to others, once the runs have the others' labels.
  mutating func dropJoined() {
    guard joinedLabels.count > 0 || joinedGroups.count > 0 else { return }
    for index in 0..<Int32(previous.count) where previous[index].label > 0 { previous[index].label = root(of: previous[index].label) }
    for index in 0..<Int32(current.count) where current[index].label > 0 { current[index].label = root(of: current[index].label) }
    for index in 0..<Int32(joinedLabels.count) { labels.remove(joinedLabels[index]) }
    joinedLabels.removeAll()
    for index in 0..<Int32(joinedGroups.count) { groups.remove(joinedGroups[index]) }
    joinedGroups.removeAll()
  }

  // MARK: - Groups

  mutating func makeGroup(classID: UInt8) -> Int32 {
    groups.insert { Group(parent: $0, classID: classID, lastMember: $0) }
  }

  func rootGroup(of group: Int32) -> Int32 {
    var group = group
    while groups[group].parent != group {
      let above = groups[groups[group].parent].parent
      groups.settle(group) { $0.parent = above }
      group = above
    }
    return group
  }

  /// Joins two groups, if they are two, and returns what remains.
  mutating func joinGroups(_ first: Int32, _ second: Int32) -> Int32 {
    let (a, b) = (rootGroup(of: first), rootGroup(of: second))
    if a == b { return a }
    let (root, child) = a < b ? (a, b) : (b, a)
    groups[child].parent = root
    if options.connectivity == .eight {
      // Labels of other parts may still have it.
      groups[groups[root].lastMember].nextMember = child
      groups[root].lastMember = groups[child].lastMember
    } else if !groups[child].isWaiting {
      joinedGroups.append(child)
    }
    groups[root].openParts += groups[child].openParts
    if groups[child].firstPart >= 0 {
      if groups[root].firstPart >= 0 {
        labels[groups[root].lastPart].nextPart = groups[child].firstPart
      } else {
        groups[root].firstPart = groups[child].firstPart
      }
      groups[root].lastPart = groups[child].lastPart
    }
    groups[root].parts += groups[child].parts
    groups[root].staleParts += groups[child].staleParts
    groups[root].closedArea += groups[child].closedArea
    groups[root].sequence = max(groups[root].sequence, groups[child].sequence)
    return root
  }

  mutating func free(group root: Int32) {
    var group = root
    while group >= 0 {
      let next = groups[group].nextMember
      groups.remove(group)
      group = next
    }
  }

  /// Takes the labels that were joined to others out of a group's list of parts and gives them back.
  mutating func dropStaleParts(_ group: Int32) {
    var part = groups[group].firstPart
    groups[group].firstPart = -1
    groups[group].lastPart = -1
    groups[group].parts = 0
    groups[group].staleParts = 0
    while part >= 0 {
      let following = labels[part].nextPart
      if labels[part].parent == part {
        labels[part].nextPart = -1
        if groups[group].firstPart < 0 { groups[group].firstPart = part } else { labels[groups[group].lastPart].nextPart = part }
        groups[group].lastPart = part
        groups[group].parts += 1
      } else {
        labels.remove(part)
      }
      part = following
    }
  }

  // MARK: - Strands and nodes

  /// Opens a strand and gives its two halves to the regions beside it.
  mutating func makeStrand(x: Int32, y: Int32, right: Int32, left: Int32, startLink: Link) -> Int32 {
    let strand = strands.insert(
      Strand(
        startX: x, startY: y, x: x, endY: -1, firstJog: -1, lastJog: -1, jogs: 0, right: right, left: left,
        startLink: startLink, endLink: .open, nextRight: .none, nextLeft: .none, walked: 0, arc: .none, lastY: y))
    if right != Label.none { enlist(Half(down: strand), in: root(of: right)) }
    if left != Label.none { enlist(Half(up: strand), in: root(of: left)) }
    return strand
  }

  @inline(__always)
  private mutating func enlist(_ half: Half, in root: Int32) {
    let last = labels[root].lastHalf
    if last.exists { setNext(of: last, half) } else { labels[root].firstHalf = half }
    labels[root].lastHalf = half
    labels[root].halves += 1
  }

  @inline(__always)
  mutating func setNext(of half: Half, _ next: Half) {
    if half.runsDown { strands[half.strand].nextRight = next } else { strands[half.strand].nextLeft = next }
  }

  @inline(__always)
  func next(of half: Half) -> Half { half.runsDown ? strands[half.strand].nextRight : strands[half.strand].nextLeft }

  /// Whether a half still parts two regions.
  @inline(__always)
  func isLive(_ half: Half) -> Bool { strands[half.strand].walked & Strand.isDead == 0 }

  /// Whether a half's ring was written.
  @inline(__always)
  func isWalked(_ half: Half) -> Bool { strands[half.strand].walked & half.mark != 0 }

  /// The label of the region that a half belongs to, as it was written down.
  @inline(__always)
  func label(of half: Half) -> Int32 { half.runsDown ? strands[half.strand].right : strands[half.strand].left }

  @inline(__always)
  mutating func setLabel(of half: Half, _ label: Int32) {
    if half.runsDown { strands[half.strand].right = label } else { strands[half.strand].left = label }
  }

  /// What follows a half.
  @inline(__always)
  func linkBehind(_ half: Half) -> Link { half.runsDown ? strands[half.strand].endLink : strands[half.strand].startLink }

  /// The region that a half belongs to: a root, `Label.none` or `Label.gone`.
  @inline(__always)
  func region(of half: Half) -> Int32 {
    let label = label(of: half)
    return label <= 0 ? label : root(of: label)
  }

  @inline(__always)
  mutating func jog(_ strand: Int32, to x: Int32, row y: Int32) {
    if mapsCorners {
      corners.insert(strands[strand].x, y)
      corners.insert(x, y)
    }
    if abs(x - strands[strand].x) > Jog.farthestX || y - strands[strand].lastY > Jog.farthestY { approach(strand, x, y) }
    let dx = Int16(truncatingIfNeeded: x - strands[strand].x)
    let dy = UInt16(truncatingIfNeeded: y - strands[strand].lastY)
    append(Jog(dx: dx, dy: dy, previous: strands[strand].lastJog), to: strand)
    strands[strand].x = x
    strands[strand].lastY = y
  }

  /// Goes toward a far column and row in jogs that are as long as may be, until one jog is enough.
  @inline(never)
  private mutating func approach(_ strand: Int32, _ x: Int32, _ y: Int32) {
    while true {
      let dy = min(y - strands[strand].lastY, Jog.farthestY)
      let isBelow = strands[strand].lastY + dy < y
      let way = x - strands[strand].x
      // Down first, as the border runs.
      let dx = isBelow ? 0 : max(-Jog.farthestX, min(way, Jog.farthestX))
      if !isBelow, dx == way { return }
      append(Jog(dx: Int16(dx), dy: UInt16(dy), previous: strands[strand].lastJog), to: strand)
      strands[strand].x += dx
      strands[strand].lastY += dy
    }
  }

  @inline(__always)
  private mutating func append(_ value: Jog, to strand: Int32) {
    let jog = jogs.insert(value)
    if value.previous < 0 { strands[strand].firstJog = jog }
    strands[strand].lastJog = jog
    strands[strand].jogs += 1
  }

  mutating func makeNode(x: Int32, y: Int32) -> Int32 {
    if mapsCorners { corners.insert(x, y) }
    return nodes.insert(Node(x: x, y: y))
  }

  /// The half that leaves a node through a slot, or why none does.
  @inline(__always)
  func leaving(_ slot: NodeSlot) -> Half {
    Half(code: UnsafeRawPointer(nodes.base + Int(slot.node)).load(fromByteOffset: 16 + 4 * Int(slot.place), as: Int32.self))
  }

  @inline(__always)
  mutating func setLeaving(_ slot: NodeSlot, _ half: Half) {
    UnsafeMutableRawPointer(nodes.base + Int(slot.node)).storeBytes(of: half.code, toByteOffset: 16 + 4 * Int(slot.place), as: Int32.self)
  }

  /// Gives back a strand that no region needs any more, with its jogs, and leaves its nodes.
  mutating func free(strand: Int32) {
    empty(strand: strand, leaving: .gone)
    remove(strand: strand)
  }

  /// Gives back a strand's number.
  mutating func remove(strand: Int32) {
    strands[strand].endY = Strand.isFree
    strands.remove(strand)
  }

  /// Gives back a strand's jogs and leaves its nodes, with a mark in its place; the strand itself stays.
  mutating func empty(strand: Int32, leaving mark: Half) {
    if drawsArcs { forget(strand: strand) }
    let value = strands[strand]
    leave(value.startLink, mark)
    leave(value.endLink, mark)
    if value.lastJog >= 0 { jogs.remove(chainFrom: value.lastJog, to: value.firstJog) }
  }

  private mutating func leave(_ link: Link, _ mark: Half) {
    guard !link.isHalf else { return }
    let slot = link.slot
    setLeaving(slot, mark)
    if nodes[slot.node].leaving.max() < 0 {
      if mapsCorners { corners.remove(nodes[slot.node].x, nodes[slot.node].y) }
      nodes.remove(slot.node)
    }
  }
}
