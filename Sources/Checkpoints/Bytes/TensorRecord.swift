/// Where a tensor's numbers lie in the file. Made only by `init(_:checking:)`, so that what it says is known to fit the file.
struct TensorRecord: Sendable {
  /// Nil for a type that cannot be read; `typeName` names it.
  let type: ElementType?
  let typeName: String
  let shape: [Int]
  /// Distance, in elements, of neighbors along each axis; 0 along an axis that has none.
  let strides: [Int]
  /// Position in the file of the element with index 0 on all axes.
  let offset: Int
  let isBigEndian: Bool
  /// The number of elements.
  let count: Int

  /// A tensor as a file claims it.
  struct Claim {
    var type: ElementType?
    var typeName: String
    var shape: [Int]
    var strides: [Int]
    /// First element, counted from the start of the storage.
    var firstElement: Int
    /// The storage's bytes in the file.
    var storage: Range<Int>
    var isBigEndian: Bool
  }

  /// Checks that every element lies within the storage.
  ///
  /// - Returns: nil where it does not, or where shape and strides make no sense.
  init?(_ claim: Claim) {
    guard claim.shape.count == claim.strides.count, claim.shape.count <= 32, claim.firstElement >= 0 else { return nil }
    var count = 1
    // The last element's index, from the first.
    var reach = 0
    for (length, stride) in zip(claim.shape, claim.strides) {
      guard length >= 0, stride >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { return nil }
      count = product
      guard length > 1 else { continue }
      let (distance, tooFar) = (length - 1).multipliedReportingOverflow(by: stride)
      let (sum, beyond) = reach.addingReportingOverflow(distance)
      guard !tooFar, !beyond else { return nil }
      reach = sum
    }
    let size = claim.type?.size ?? 1
    if count > 0, claim.type != nil {
      let capacity = claim.storage.count / size
      guard claim.firstElement < capacity, reach < capacity - claim.firstElement else { return nil }
    }
    let (start, overflow) = claim.firstElement.multipliedReportingOverflow(by: size)
    let (offset, beyond) = claim.storage.lowerBound.addingReportingOverflow(start)
    guard !overflow, !beyond else { return nil }
    type = claim.type
    typeName = claim.typeName
    shape = claim.shape
    strides = zip(claim.shape, claim.strides).map { $0 > 1 ? $1 : 0 }
    self.offset = offset
    isBigEndian = claim.isBigEndian
    self.count = count
  }

  /// Whether the elements lie one after the other, last axis fastest.
  var isContiguous: Bool {
    var expected = 1
    for (length, stride) in zip(shape, strides).reversed() {
      if length != 1, stride != expected { return false }
      expected *= length
    }
    return true
  }

  /// Elements from the first to the last one that the strides reach.
  var span: Int {
    guard count > 0 else { return 0 }
    return zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
  }

  /// The strides of a tensor whose elements lie one after the other; nil if they overflow.
  static func contiguousStrides(_ shape: [Int]) -> [Int]? {
    var strides = [Int](repeating: 1, count: shape.count)
    var next = 1
    for axis in shape.indices.reversed() {
      strides[axis] = next
      let (product, overflow) = next.multipliedReportingOverflow(by: max(shape[axis], 1))
      guard !overflow else { return nil }
      next = product
    }
    return strides
  }
}
