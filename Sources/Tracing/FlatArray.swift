/// A growing row of plain values with one owner. The tracer's inner loops read and write millions of them, and an `Array` would ask at
/// each write whether it is shared.
struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 64) {
    self.capacity = max(capacity, 8)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// The element at an index below `count`.
  @inline(__always)
  subscript(index: Int32) -> Element {
    get {
      assert(index >= 0 && index < count)
      return base[Int(index)]
    }
    _modify {
      assert(index >= 0 && index < count)
      yield &base[Int(index)]
    }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(to: count + 1) }
    base[count] = element
    count += 1
  }

  /// Appends elements whose values the caller writes; returns the index of the first.
  @inline(__always)
  mutating func appendUninitialized(_ number: Int) -> Int {
    let first = count
    if count + number > capacity { grow(to: count + number) }
    count += number
    return first
  }

  /// Keeps the memory.
  @inline(__always)
  mutating func removeAll() { count = 0 }

  /// Forgets what lies behind the first `newCount` elements.
  @inline(__always)
  mutating func truncate(to newCount: Int) { count = newCount }

  @inline(never)
  private mutating func grow(to needed: Int) {
    // Large pools grow by half: memory is what they are measured by.
    let larger = max(needed, capacity < 1 << 20 ? capacity * 2 : capacity + capacity / 2)
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    moved.update(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = larger
  }
}
