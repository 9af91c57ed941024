import GeoTypes

/// All that is held between rows: the runs of the last row, and the labels, strands and nodes of regions that were not handed out.
struct TraceEngine: ~Copyable {
  let width: Int32
  let height: Int32
  let options: TracingOptions
  /// Whether regions are collected in groups: those that corners join, and those that wait for their neighbours.
  let grouped: Bool
  /// The next row to come.
  var row: Int32 = 0

  var previous = FlatArray<Run>()
  var current = FlatArray<Run>()

  var labels = FlatArray<Label>()
  var freeLabel: Int32 = -1
  /// Labels and groups that were joined to others and are to be given back when no run has them.
  var joinedLabels = FlatArray<Int32>()
  var joinedGroups = FlatArray<Int32>()
  var groups = FlatArray<Group>()
  var freeGroup: Int32 = -1
  var strands = FlatArray<Strand>()
  var freeStrand: Int32 = -1
  var jogs = FlatArray<Jog>()
  var freeJog: Int32 = -1
  var nodes = FlatArray<Node>()
  var freeNode: Int32 = -1

  /// Whether small regions join their neighbours: then regions wait until nothing around them changes.
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
  var freeArcs: [Int32] = []
  var simplifier = LineSimplifier(method: .none, metresPerPixel: (1, 1), frame: Vertex(x: 0, y: 0))
  let smoother: ArcSmoother
  /// A pixel measures 2^shift in the coordinates of arcs.
  let shift: Int32
  let unit: Double
  /// Whether some classes get regular outlines.
  let regularizes: Bool
  var strandIndex = StrandIndex(width: 0, height: 0)
  /// By the half that leaves the node.
  var movedEnds: [Int32: MovedEnd] = [:]
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
    labels.append(Label(parent: 0, tally: Tally(classID: 255, minY: 0, maxY: 0, firstX: 0)))
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
      method: options.simplify, metresPerPixel: options.metresPerPixel, frame: Vertex(x: width, y: height))
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
      labels[label].parent = above
      label = above
    }
  }

  mutating func makeLabel(classID: UInt8, column: Int32) -> Int32 {
    let tally = Tally(classID: classID, minY: row, maxY: row, firstX: column)
    let label: Int32
    if freeLabel >= 0 {
      label = freeLabel
      freeLabel = labels[label].parent
      labels[label] = Label(parent: label, tally: tally)
    } else {
      label = Int32(labels.count)
      labels.append(Label(parent: label, tally: tally))
    }
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
    // The shorter border is relabelled, so that the label can be given back long before the region is complete.
    var half = labels[child].firstHalf
    while half >= 0 {
      if half & 1 == 0 { strands[half >> 1].right = root } else { strands[half >> 1].left = root }
      half = next(of: half)
    }
    if labels[child].firstHalf >= 0 {
      if labels[root].firstHalf >= 0 {
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
    for index in 0..<Int32(joinedLabels.count) { free(label: joinedLabels[index]) }
    joinedLabels.removeAll()
    for index in 0..<Int32(joinedGroups.count) { freeOne(group: joinedGroups[index]) }
    joinedGroups.removeAll()
  }

  mutating func free(label: Int32) {
    labels[label].parent = freeLabel
    freeLabel = label
  }

  // MARK: - Groups

  mutating func makeGroup(classID: UInt8) -> Int32 {
    if freeGroup >= 0 {
      let group = freeGroup
      freeGroup = groups[group].parent
      groups[group] = Group(parent: group, classID: classID, lastMember: group)
      return group
    }
    let group = Int32(groups.count)
    groups.append(Group(parent: group, classID: classID, lastMember: group))
    return group
  }

  func rootGroup(of group: Int32) -> Int32 {
    var group = group
    while groups[group].parent != group {
      groups[group].parent = groups[groups[group].parent].parent
      group = groups[group].parent
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
      freeOne(group: group)
      group = next
    }
  }

  mutating func freeOne(group: Int32) {
    groups[group].parent = freeGroup
    freeGroup = group
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
        free(label: part)
      }
      part = following
    }
  }

  // MARK: - Strands and nodes

  /// Opens a strand and gives its two halves to the regions beside it.
  mutating func makeStrand(x: Int32, y: Int32, right: Int32, left: Int32, startLink: Int32) -> Int32 {
    let value = Strand(
      startX: x, startY: y, x: x, endY: -1, firstJog: -1, lastJog: -1, jogs: 0, right: right, left: left,
      startLink: startLink, endLink: -1, nextRight: -1, nextLeft: -1, walked: 0, arc: -1, lastY: y)
    let strand: Int32
    if freeStrand >= 0 {
      strand = freeStrand
      freeStrand = strands[strand].startLink
      strands[strand] = value
    } else {
      strand = Int32(strands.count)
      strands.append(value)
    }
    if right != Label.none { enlist(2 * strand, in: root(of: right)) }
    if left != Label.none { enlist(2 * strand + 1, in: root(of: left)) }
    return strand
  }

  @inline(__always)
  private func enlist(_ half: Int32, in root: Int32) {
    let last = labels[root].lastHalf
    if last >= 0 { setNext(of: last, half) } else { labels[root].firstHalf = half }
    labels[root].lastHalf = half
    labels[root].halves += 1
  }

  @inline(__always)
  func setNext(of half: Int32, _ next: Int32) {
    if half & 1 == 0 { strands[half >> 1].nextRight = next } else { strands[half >> 1].nextLeft = next }
  }

  @inline(__always)
  func next(of half: Int32) -> Int32 { half & 1 == 0 ? strands[half >> 1].nextRight : strands[half >> 1].nextLeft }

  /// Whether a half still parts two regions.
  @inline(__always)
  func isLive(_ half: Int32) -> Bool { strands[half >> 1].walked & Strand.isDead == 0 }

  /// The label of the region that a half belongs to, as it was written down.
  @inline(__always)
  func label(of half: Int32) -> Int32 { half & 1 == 0 ? strands[half >> 1].right : strands[half >> 1].left }

  /// The region that a half belongs to: a root, `Label.none` or `Label.gone`.
  @inline(__always)
  func region(of half: Int32) -> Int32 {
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

  /// Goes towards a far column and row in jogs that are as long as may be, until one jog is enough.
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
    let jog: Int32
    if freeJog >= 0 {
      jog = freeJog
      freeJog = jogs[jog].previous
      jogs[jog] = value
    } else {
      jog = Int32(jogs.count)
      jogs.append(value)
    }
    if value.previous < 0 { strands[strand].firstJog = jog }
    strands[strand].lastJog = jog
    strands[strand].jogs += 1
  }

  mutating func makeNode(x: Int32, y: Int32) -> Int32 {
    if mapsCorners { corners.insert(x, y) }
    if freeNode >= 0 {
      let node = freeNode
      freeNode = nodes[node].x
      nodes[node] = Node(x: x, y: y)
      return node
    }
    nodes.append(Node(x: x, y: y))
    return Int32(nodes.count) - 1
  }

  @inline(__always)
  func setLeaving(_ node: Int32, _ slot: Int32, _ half: Int32) {
    UnsafeMutableRawPointer(nodes.base + Int(node)).storeBytes(of: half, toByteOffset: 16 + 4 * Int(slot), as: Int32.self)
  }

  /// Gives back a strand that no region needs any more, with its jogs, and leaves its nodes.
  mutating func free(strand: Int32) {
    empty(strand: strand, leaving: Node.gone)
    strands[strand].startLink = freeStrand
    strands[strand].endY = Strand.isFree
    freeStrand = strand
  }

  /// Gives back a strand's jogs and leaves its nodes, with a mark in its place; the strand itself stays.
  mutating func empty(strand: Int32, leaving mark: Int32) {
    if drawsArcs { forget(strand: strand) }
    let value = strands[strand]
    leave(value.startLink, mark)
    leave(value.endLink, mark)
    if value.lastJog >= 0 {
      jogs[value.firstJog].previous = freeJog
      freeJog = value.lastJog
    }
  }

  private mutating func leave(_ link: Int32, _ mark: Int32) {
    guard link < 0 else { return }
    let node = ~link >> 2
    setLeaving(node, ~link & 3, mark)
    if nodes[node].leaving.max() < 0 {
      if mapsCorners { corners.remove(nodes[node].x, nodes[node].y) }
      nodes[node].x = freeNode
      freeNode = node
    }
  }
}
