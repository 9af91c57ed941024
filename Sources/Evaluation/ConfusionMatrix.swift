/// How many pixels of each true class were predicted as each class.
///
/// Counts are exact at any size. (mmsegmentation counts in float32, which rounds above 16.7 million pixels of a class in an image.)
public struct ConfusionMatrix: Sendable, Equatable {
  public let rule: LabelRule
  /// Row by row: `classes` + 1 true classes, the last for values that are not a class, with `classes` + 1 predicted ones each; then a row for pixels that do
  /// not count, which stays 0 but while pixels are added.
  private var counts: [UInt64]
  /// Where the row of a truth value begins, and the column of a predicted value.
  private let starts: [Int]
  private let columns: [Int]

  public init(_ rule: LabelRule) {
    self.rule = rule
    let side = rule.classes + 1
    counts = [UInt64](repeating: 0, count: (side + 1) * side)
    starts = rule.truthTable.map { $0 * side }
    columns = rule.predictionTable
  }

  private var side: Int { rule.classes + 1 }

  /// The number of pixels of class `truth` that were predicted as `prediction`; `rule.classes` stands for values that are not a class.
  public subscript(truth truth: Int, prediction prediction: Int) -> UInt64 {
    precondition(0..<side ~= truth && 0..<side ~= prediction, "class \(truth), \(prediction) of \(rule.classes)")
    return counts[truth * side + prediction]
  }

  /// Counts pixels: class ids of the prediction and labels of the truth, in the same order.
  ///
  /// - Complexity: a table look-up a pixel.
  public mutating func add(prediction: [UInt8], truth: [UInt8]) {
    add(prediction: prediction[...], truth: truth[...])
  }

  /// Counts pixels of both maps at the same places.
  public mutating func add(prediction: ArraySlice<UInt8>, truth: ArraySlice<UInt8>) {
    precondition(prediction.count == truth.count, "\(prediction.count) predicted pixels, \(truth.count) true ones")
    prediction.withUnsafeBufferPointer { prediction in
      truth.withUnsafeBufferPointer { truth in
        for index in 0..<truth.count { counts[starts[Int(truth[index])] + columns[Int(prediction[index])]] += 1 }
      }
    }
    for index in side * side..<counts.count { counts[index] = 0 }
  }

  /// Adds the counts of another part or source.
  public mutating func merge(_ other: ConfusionMatrix) {
    precondition(rule == other.rule, "matrices of different rules")
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  // MARK: - Sums

  /// Pixels of a class that were predicted as such.
  public func intersection(_ index: Int) -> UInt64 { self[truth: index, prediction: index] }

  /// Pixels that were predicted as a class.
  public func predicted(_ index: Int) -> UInt64 { (0..<side).reduce(0) { $0 + self[truth: $1, prediction: index] } }

  /// Pixels that truly are of a class.
  public func labeled(_ index: Int) -> UInt64 { (0..<side).reduce(0) { $0 + self[truth: index, prediction: $1] } }

  /// Pixels with a truth that is not ignored.
  public var pixels: UInt64 { counts.reduce(0, +) }

  /// Rows of true classes with the counts of predicted ones; the last row and column hold values that are not a class.
  public var rows: [[UInt64]] { (0..<side).map { Array(counts[$0 * side..<($0 + 1) * side]) } }
}
