/// Numbers from 0, each in one of several sets, which are united step by step (union-find with path halving). The least number of a set is its root.
///
/// Inlined into the loops over pixels that ask it for each of them.
public struct DisjointSets: Sendable {
  @usableFromInline var parents: [UInt32] = []

  /// No number yet.
  @inlinable public init() {}

  /// The numbers from 0 on, each in a set of its own.
  @inlinable public init(count: Int) { parents = (0..<UInt32(count)).map { $0 } }

  @inlinable public var count: Int { parents.count }

  /// Adds the next number, in a set of its own.
  @inlinable public mutating func add() -> UInt32 {
    let number = UInt32(parents.count)
    parents.append(number)
    return number
  }

  /// The least number of a number's set.
  @inlinable public func root(of number: UInt32) -> UInt32 {
    var number = number
    while parents[Int(number)] != number { number = parents[Int(number)] }
    return number
  }

  /// As `root(of:)`, and shortens the way for whoever asks next.
  @inlinable public mutating func find(_ number: UInt32) -> UInt32 {
    var number = number
    while parents[Int(number)] != number {
      parents[Int(number)] = parents[Int(parents[Int(number)])]
      number = parents[Int(number)]
    }
    return number
  }

  /// Unites the sets of two numbers. Returns the root of both.
  @discardableResult
  @inlinable public mutating func unite(_ first: UInt32, _ second: UInt32) -> UInt32 {
    let (first, second) = (find(first), find(second))
    let root = min(first, second)
    parents[Int(max(first, second))] = root
    return root
  }
}
