// What the tracer keeps in flat arrays. A region is traced through these words:
//
// - run: equal pixels of one row, side by side;
// - label: a number for a region as seen so far; labels that turn out to be one region are joined (union-find);
// - strand: a piece of an arc that never climbs: it starts at a node or at the top of a border and runs down, or sideways, to a node or
//   a bottom. It can therefore be written by appending alone, in the order in which rows come;
// - jog: a step of a strand to another column;
// - half: a strand in one of its two directions. A half belongs to the region on its right-hand side, as seen with rows growing downwards;
// - node: a pixel corner where three or four arcs meet;
// - link: what follows a half where it ends: another half, or a node.

/// Equal pixels of a row, from `start` to the next run's start.
struct Run: BitwiseCopyable {
  var start: Int32
  var label: Int32
  /// The strand that runs down along the run's left side, in the row of this run.
  var strand: Int32
  var classID: UInt8
}

struct Strand: BitwiseCopyable {
  var startX: Int32
  var startY: Int32
  /// The column in which the strand is now; its end's column when it has ended.
  var x: Int32
  /// The end's row; -1 while the strand is open.
  var endY: Int32
  var firstJog: Int32
  var lastJog: Int32
  var jogs: Int32
  /// The labels at the right and left hand from start to end; `Label.none` for nodata, `Label.gone` where the region was handed out.
  var right: Int32
  var left: Int32
  /// What follows when the start (end) is reached.
  var startLink: Link
  var endLink: Link
  /// The next half of the region on the right (left); `none` at the list's end.
  var nextRight: Half
  var nextLeft: Half
  /// The marks of the halves that were walked; `isDead` where both sides became one region.
  var walked: Int32
  /// The finished arc that this strand is part of.
  var arc: ArcWay
  /// The last jog's row; `startY` where there is none.
  var lastY: Int32

  static let isDead: Int32 = 4
  /// `endY` of a strand that was given back.
  static let isFree: Int32 = -2
}

/// Eight bytes, as a region that is open from top to bottom has one for every two vertices. What is farther is gone in several jogs, with vertices on
/// the straight line between; they go where an outline is put together.
struct Jog: BitwiseCopyable {
  /// How many columns to the right.
  var dx: Int16
  /// How many rows below the jog before, or below the strand's start.
  var dy: UInt16
  var previous: Int32

  static let farthestX = Int32(Int16.max)
  static let farthestY = Int32(UInt16.max)
}

/// A way along a strand from its end to its start, jog by jog.
struct WayBack: BitwiseCopyable {
  /// The column below the next jog.
  private(set) var x: Int32
  private var y: Int32
  private var jog: Int32

  @inline(__always)
  init(along strand: Strand) {
    x = strand.x
    y = strand.lastY
    jog = strand.lastJog
  }

  /// The next jog's two ends: the one at the strand's end first; `nil` at the strand's start.
  @inline(__always)
  mutating func next(in jogs: borrowing Pool<Jog>) -> (below: Vertex, above: Vertex)? {
    guard jog >= 0 else { return nil }
    let step = jogs[jog]
    let below = Vertex(x: x, y: y)
    x -= Int32(step.dx)
    let above = Vertex(x: x, y: y)
    y -= Int32(step.dy)
    jog = step.previous
    return (below, above)
  }
}

/// A point between pixels: in pixels, or in parts of a pixel where a smoothed outline needs them.
struct Vertex: BitwiseCopyable, Equatable {
  var x: Int32
  var y: Int32

  /// In parts of a pixel: 1 / 2^shift.
  func scaled(by shift: Int32) -> Vertex { Vertex(x: x << shift, y: y << shift) }

  /// Whether it is a corner of the rectangle from (0, 0) to a vertex.
  func isCorner(of frame: Vertex) -> Bool { (x == 0 || x == frame.x) && (y == 0 || y == frame.y) }
}

/// The halves that leave a pixel corner, or why none does. Slots turn counter-clockwise as seen with rows growing downwards.
struct Node: BitwiseCopyable {
  static let up: Int32 = 0
  static let left: Int32 = 1
  static let down: Int32 = 2
  static let right: Int32 = 3

  var x: Int32
  var y: Int32
  /// The codes of the halves. 16 bytes from the record's beginning: single slots are read and written there, without the other three.
  var leaving = SIMD4<Int32>(repeating: -1)
}

struct Label: BitwiseCopyable {
  /// No region: nodata, and what lies outside the raster.
  static let none: Int32 = 0
  /// A region that was handed out; its numbers belong to others now.
  static let gone: Int32 = -1

  var parent: Int32
  var firstHalf = Half.none
  var lastHalf = Half.none
  /// How many halves the list has, and how many of them are dead.
  var halves: Int32 = 0
  var deadHalves: Int32 = 0
  /// Runs of the region in the row that was read last.
  var openRuns: Int32 = 0
  var group: Int32 = -1
  /// The settling in which the label was counted last.
  var stamp: Int32 = -1
  /// The next part of the same group, among those whose rows are all read.
  var nextPart: Int32 = -1
  var tally: Tally
}

/// What is counted while pixels go by.
struct Tally: BitwiseCopyable {
  var classID: UInt8
  var touchesEdge = false
  var minimumConfidence: UInt8 = 255
  var maximumConfidence: UInt8 = 0
  var minX = Int32.max
  var maxX = Int32.min
  var minY: Int32
  var maxY: Int32
  /// The column of the first pixel in row `minY`.
  var firstX: Int32
  var longest: Int32 = 0
  var longestX: Int32 = 0
  var longestY: Int32 = 0
  var pixels = 0
  var area = 0.0
  var confident = 0
  var confidence = 0

  /// Adds what another part of the same region counted.
  mutating func add(_ other: Tally) {
    touchesEdge = touchesEdge || other.touchesEdge
    minimumConfidence = min(minimumConfidence, other.minimumConfidence)
    maximumConfidence = max(maximumConfidence, other.maximumConfidence)
    minX = min(minX, other.minX)
    maxX = max(maxX, other.maxX)
    if other.minY < minY || (other.minY == minY && other.firstX < firstX) {
      minY = other.minY
      firstX = other.firstX
    }
    maxY = max(maxY, other.maxY)
    if other.longest > longest
      || (other.longest == longest && (other.longestY, other.longestX) < (longestY, longestX))
    {
      longest = other.longest
      longestX = other.longestX
      longestY = other.longestY
    }
    pixels += other.pixels
    area += other.area
    confident += other.confident
    confidence += other.confidence
  }
}

/// The parts of one region that hang together by corners only, or that wait for their neighbors. Groups are joined as labels are.
struct Group: BitwiseCopyable {
  var parent: Int32
  var classID: UInt8
  /// The groups that were joined to this one, to be freed with it; unused where each group has one part.
  var nextMember: Int32 = -1
  var lastMember: Int32
  /// Parts that have a run in the row that was read last.
  var openParts: Int32 = 1
  var firstPart: Int32 = -1
  var lastPart: Int32 = -1
  /// How many labels that list has, and how many of them were joined to others since.
  var parts: Int32 = 0
  var staleParts: Int32 = 0
  /// Whether the group is in the list of those that wait.
  var isWaiting = false
  /// When the group was complete: a count of completed groups; -1 before.
  var sequence = -1
  /// The area (m²) of its complete parts.
  var closedArea = 0.0
  /// The area of the parts that are open, as of the settling `stamp`.
  var openArea = 0.0
  var stamp: Int32 = -1
  /// Whether nothing around can make it a filled hole any more.
  var isNoHole = false
  /// Whether its outline was made regular, or could not be.
  var isDrawn = false
}
