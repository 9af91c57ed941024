/// Makes new classes out of the network's own: each new class is the union of old ones.
///
/// A pixel keeps the decision that the network made and gets the new name of it; its confidence becomes the probability that it
/// belongs to any of the union's members.
public struct ClassMerge: Sendable, Hashable {
  /// Old class to new class.
  public let table: [UInt8]
  /// The number of new classes.
  public let classes: Int

  /// - Parameter table: for each old class the new one, from 0.
  public init(table: [UInt8]) {
    self.table = table
    classes = Int(table.max() ?? 0) + 1
  }

  /// Rewrites a decided row.
  ///
  /// - Parameters:
  ///   - classIDs: old classes in, new ones out.
  ///   - confidence: gets 100 p, rounded half up.
  ///   - probabilities: [pixels][old classes].
  ///   - merged: gets [pixels][new classes].
  public func apply(
    classIDs: UnsafeMutableBufferPointer<UInt8>, confidence: UnsafeMutableBufferPointer<UInt8>,
    probabilities: UnsafeBufferPointer<Float>, merged: UnsafeMutableBufferPointer<Float>
  ) {
    let old = table.count
    precondition(probabilities.count == classIDs.count * old && merged.count == classIDs.count * classes)
    merged.update(repeating: 0)
    for pixel in classIDs.indices {
      for channel in 0..<old { merged[pixel * classes + Int(table[channel])] += probabilities[pixel * old + channel] }
      let new = table[Int(classIDs[pixel])]
      classIDs[pixel] = new
      confidence[pixel] = UInt8(max(0, min(100 * merged[pixel * classes + Int(new)] + 0.5, 100)))
    }
  }
}
