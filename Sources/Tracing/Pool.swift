/// A record that a pool can keep: one of its fields holds the number of the next free record once it was given back.
protocol PoolRecord: BitwiseCopyable {
  var nextFree: Int32 { get set }
}

/// Records by number. Numbers that were given back are used again, the last one first, so that memory grows with what is held at once.
struct Pool<Record: PoolRecord>: ~Copyable {
  private var records = FlatArray<Record>()
  private var firstFree: Int32 = -1

  /// The largest number of records so far.
  @inline(__always)
  var count: Int { records.count }

  @inline(__always)
  var base: UnsafeMutablePointer<Record> { records.base }

  @inline(__always)
  subscript(number: Int32) -> Record {
    get { records[number] }
    _modify { yield &records[number] }
  }

  /// Keeps a record; returns its number.
  @inline(__always)
  mutating func insert(_ record: Record) -> Int32 { insert { _ in record } }

  /// Keeps a record that knows its number; returns the number.
  @inline(__always)
  mutating func insert(_ make: (Int32) -> Record) -> Int32 {
    if firstFree >= 0 {
      let number = firstFree
      firstFree = records[number].nextFree
      records[number] = make(number)
      return number
    }
    let number = Int32(records.count)
    records.append(make(number))
    return number
  }

  /// Gives a number back.
  @inline(__always)
  mutating func remove(_ number: Int32) {
    records[number].nextFree = firstFree
    firstFree = number
  }

  /// Gives back numbers that are already chained by the field that `nextFree` is.
  @inline(__always)
  mutating func remove(chainFrom first: Int32, to last: Int32) {
    records[last].nextFree = firstFree
    firstFree = first
  }

  /// Changes a record in a way that no answer depends on, such as shortening the way to a root; that is why it does not mutate.
  @inline(__always)
  func settle(_ number: Int32, _ change: (inout Record) -> Void) { change(&records.base[Int(number)]) }
}

extension Label: PoolRecord {
  var nextFree: Int32 {
    @inline(__always) get { parent }
    @inline(__always) set { parent = newValue }
  }
}

extension Group: PoolRecord {
  var nextFree: Int32 {
    @inline(__always) get { parent }
    @inline(__always) set { parent = newValue }
  }
}

extension Strand: PoolRecord {
  var nextFree: Int32 {
    @inline(__always) get { startLink.code }
    @inline(__always) set { startLink = Link(code: newValue) }
  }
}

extension Jog: PoolRecord {
  var nextFree: Int32 {
    @inline(__always) get { previous }
    @inline(__always) set { previous = newValue }
  }
}

extension Node: PoolRecord {
  var nextFree: Int32 {
    @inline(__always) get { x }
    @inline(__always) set { x = newValue }
  }
}
