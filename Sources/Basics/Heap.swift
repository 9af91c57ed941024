/// A binary heap: the smallest element first. Elements that are equal by `<` come in no particular order.
///
/// - Complexity: `push` and `pop` take O(log n).
public struct Heap<Element: Comparable> {
  @usableFromInline var items: [Element] = []

  @inlinable
  public init() {}

  /// Removes all elements and keeps the memory.
  @inlinable
  public mutating func removeAll() { items.removeAll(keepingCapacity: true) }

  /// Adds an element. O(log n).
  @inlinable
  public mutating func push(_ item: Element) {
    items.append(item)
    var index = items.count - 1
    while index > 0, item < items[(index - 1) / 2] {
      items[index] = items[(index - 1) / 2]
      index = (index - 1) / 2
    }
    items[index] = item
  }

  /// Takes the smallest element out; `nil` if there is none.
  @inlinable
  public mutating func pop() -> Element? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    guard !items.isEmpty else { return first }
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < items.count else { break }
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      guard items[child] < last else { break }
      items[index] = items[child]
      index = child
    }
    items[index] = last
    return first
  }
}
