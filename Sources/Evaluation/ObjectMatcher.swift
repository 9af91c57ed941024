/// Matches predicted regions with true objects by their overlap.
///
/// Fed with region ids of pixels, in any order and in parts of any length.
///
/// - Complexity: holds a count for each region, object and overlapping pair.
public struct ObjectMatcher: Sendable {
  /// The id of pixels without truth: they count nowhere.
  public static let ignored = UInt32.max

  private struct Pair: Hashable {
    var prediction: UInt32
    var truth: UInt32
  }

  private var overlaps: [Pair: UInt64] = [:]

  public init() {}

  /// Counts pixels: ids of predicted regions and of true objects, 0 for none; `ignored` in the truth for pixels that do not count.
  public mutating func add(prediction: [UInt32], truth: [UInt32]) {
    precondition(prediction.count == truth.count, "\(prediction.count) predicted pixels, \(truth.count) true ones")
    var index = 0
    while index < truth.count {
      let pair = Pair(prediction: prediction[index], truth: truth[index])
      let start = index
      while index < truth.count, prediction[index] == pair.prediction, truth[index] == pair.truth { index += 1 }
      guard pair.truth != Self.ignored, pair.prediction != 0 || pair.truth != 0 else { continue }
      overlaps[pair, default: 0] += UInt64(index - start)
    }
  }

  /// Matches regions and objects of the same class.
  ///
  /// - Parameters:
  ///   - classes: number of classes; regions and objects of others are left out.
  ///   - threshold: the least IoU of a match, above 0.
  ///   - minimumPixels: smaller predicted regions are left out.
  ///   - predictedRegion: the region of an id (where several ids are one region), and its class.
  ///   - trueObject: the same for the truth.
  public func counts(
    classes: Int, threshold: Double = 0.5, minimumPixels: UInt64 = 0, predictedRegion: (UInt32) -> (id: UInt32, classID: Int),
    trueObject: (UInt32) -> (id: UInt32, classID: Int)
  ) -> ObjectCounts {
    var result = ObjectCounts(threshold: threshold, classes: Array(repeating: ObjectCounts.Class(), count: classes))
    var sizes: (prediction: [UInt32: UInt64], truth: [UInt32: UInt64]) = ([:], [:])
    var classOf: (prediction: [UInt32: Int], truth: [UInt32: Int]) = ([:], [:])
    var joined: [Pair: UInt64] = [:]
    for (pair, count) in overlaps {
      var key = Pair(prediction: 0, truth: 0)
      if pair.prediction != 0 {
        let (id, classID) = predictedRegion(pair.prediction)
        key.prediction = id
        sizes.prediction[id, default: 0] += count
        classOf.prediction[id] = classID
      }
      if pair.truth != 0 {
        let (id, classID) = trueObject(pair.truth)
        key.truth = id
        sizes.truth[id, default: 0] += count
        classOf.truth[id] = classID
      }
      joined[key, default: 0] += count
    }
    for (id, size) in sizes.prediction where size >= minimumPixels {
      if let index = classOf.prediction[id], 0..<classes ~= index { result.classes[index].predicted += 1 }
    }
    for index in classOf.truth.values where 0..<classes ~= index { result.classes[index].labeled += 1 }

    var candidates: [(iou: Double, pair: Pair, classID: Int)] = []
    for (pair, overlap) in joined where pair.prediction != 0 && pair.truth != 0 {
      guard let classID = classOf.prediction[pair.prediction], classID == classOf.truth[pair.truth], 0..<classes ~= classID,
        let predicted = sizes.prediction[pair.prediction], let labeled = sizes.truth[pair.truth], predicted >= minimumPixels
      else { continue }
      let iou = Double(overlap) / Double(predicted + labeled - overlap)
      if iou >= threshold { candidates.append((iou, pair, classID)) }
    }
    candidates.sort { ($1.iou, $0.pair.prediction, $0.pair.truth) < ($0.iou, $1.pair.prediction, $1.pair.truth) }
    var taken: (prediction: Set<UInt32>, truth: Set<UInt32>) = ([], [])
    for candidate in candidates where !taken.prediction.contains(candidate.pair.prediction) && !taken.truth.contains(candidate.pair.truth) {
      taken.prediction.insert(candidate.pair.prediction)
      taken.truth.insert(candidate.pair.truth)
      result.classes[candidate.classID].matched += 1
      result.classes[candidate.classID].iouSum += candidate.iou
    }
    return result
  }
}

/// Predicted regions, true objects and matches by class.
public struct ObjectCounts: Sendable, Equatable, Codable {
  /// The objects of one class: predicted ones, true ones, and pairs that match.
  public struct Class: Sendable, Equatable, Codable {
    public var predicted: UInt64 = 0
    public var labeled: UInt64 = 0
    public var matched: UInt64 = 0
    /// The sum of the matches' IoU.
    public var iouSum = 0.0

    public init() {}

    public var precision: Double? { ratio(matched, predicted) }
    public var recall: Double? { ratio(matched, labeled) }
    /// 0 where there are regions or objects, but no match; nil where there is neither.
    public var f1: Double? { ratio(2 * matched, predicted + labeled) }
    public var meanIoU: Double? { matched == 0 ? nil : iouSum / Double(matched) }
  }

  /// The least IoU of a match.
  public var threshold: Double
  public var classes: [Class]

  /// Adds the counts of another source.
  public mutating func merge(_ other: ObjectCounts) {
    precondition(classes.count == other.classes.count, "counts of different classes")
    for index in classes.indices {
      classes[index].predicted += other.classes[index].predicted
      classes[index].labeled += other.classes[index].labeled
      classes[index].matched += other.classes[index].matched
      classes[index].iouSum += other.classes[index].iouSum
    }
  }
}
