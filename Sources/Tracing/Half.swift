/// A strand in one of its two directions, in one number: 2 · strand from start to end, 2 · strand + 1 from end to start.
struct Half: BitwiseCopyable, Hashable {
  let code: Int32

  /// No half: the end of a list, or a node's slot that no border leaves through.
  static let none = Half(code: -1)
  /// A slot whose regions on both sides were handed out.
  static let gone = Half(code: -2)

  @inline(__always)
  init(code: Int32) { self.code = code }

  /// The strand from its start to its end, as rows come.
  @inline(__always)
  init(down strand: Int32) { code = 2 * strand }

  /// The strand from its end to its start.
  @inline(__always)
  init(up strand: Int32) { code = 2 * strand + 1 }

  /// Whether it is a half, not `none` or `gone`.
  @inline(__always)
  var exists: Bool { code >= 0 }

  @inline(__always)
  var strand: Int32 { code >> 1 }

  @inline(__always)
  var runsDown: Bool { code & 1 == 0 }

  /// The same strand in the other direction.
  @inline(__always)
  var opposite: Half { Half(code: code ^ 1) }

  /// The half's bit in `Strand.walked`.
  @inline(__always)
  var mark: Int32 { 1 << (code & 1) }
}

/// One of the four places around a node, in one number: 4 · node + place.
struct NodeSlot: BitwiseCopyable {
  let code: Int32

  @inline(__always)
  init(code: Int32) { self.code = code }

  @inline(__always)
  init(_ node: Int32, _ place: Int32) { code = 4 * node + place }

  @inline(__always)
  var node: Int32 { code >> 2 }

  /// `Node.up`, `left`, `down` or `right`.
  @inline(__always)
  var place: Int32 { code & 3 }

  /// The slot of the same node that is so many places on, counter-clockwise.
  @inline(__always)
  func turned(by places: Int32) -> NodeSlot { NodeSlot(node, (code + places) & 3) }
}

/// What follows a half where it ends, in one number: another half, or the slot of the node that it reaches, complemented.
struct Link: BitwiseCopyable {
  let code: Int32

  /// Nothing yet: the strand has not ended.
  static let open = Link(code: -1)

  @inline(__always)
  init(code: Int32) { self.code = code }

  @inline(__always)
  init(_ half: Half) { code = half.code }

  @inline(__always)
  init(_ slot: NodeSlot) { code = ~slot.code }

  @inline(__always)
  var isHalf: Bool { code >= 0 }

  /// The half, if it is one.
  @inline(__always)
  var half: Half { Half(code: code) }

  /// The slot, if it is not a half.
  @inline(__always)
  var slot: NodeSlot { NodeSlot(code: ~code) }
}

/// A finished arc in one of its two directions, in one number: 2 · arc + (1 where it runs the other way).
struct ArcWay: BitwiseCopyable {
  let code: Int32

  /// No arc yet.
  static let none = ArcWay(code: -1)

  @inline(__always)
  init(code: Int32) { self.code = code }

  @inline(__always)
  init(_ arc: Int, isForward: Bool) { code = 2 * Int32(arc) + (isForward ? 0 : 1) }

  @inline(__always)
  var exists: Bool { code >= 0 }

  @inline(__always)
  var arc: Int { Int(code >> 1) }

  @inline(__always)
  var isForward: Bool { code & 1 == 0 }
}
