/// The ratios of a confusion matrix, 0…1; nil for 0 / 0.
public struct SegmentationScores: Sendable, Equatable, Codable {
  /// A class's counts and ratios.
  public struct Class: Sendable, Equatable, Codable {
    /// Pixels that are of the class, and were predicted as such.
    public var intersection: UInt64
    /// Pixels that are of the class, or were predicted as such.
    public var union: UInt64
    public var predicted: UInt64
    public var labeled: UInt64
    public var iou: Double?
    /// Also called recall.
    public var accuracy: Double?
    public var precision: Double?
    public var f1: Double?
    public var dice: Double?
  }

  public var classes: [Class]
  /// Pixels with a truth that is not ignored.
  public var pixels: UInt64
  /// Share of all pixels of a class that are right: aAcc.
  public var accuracy: Double?
  /// mIoU.
  public var meanIoU: Double?
  /// mAcc.
  public var meanAccuracy: Double?
  public var meanPrecision: Double?
  public var meanF1: Double?
  public var meanDice: Double?
}

extension ConfusionMatrix {
  /// The ratios, as mmsegmentation's IoUMetric defines them: means are over the classes that have a value.
  public func scores() -> SegmentationScores {
    let classes = (0..<rule.classes).map(scores(of:))
    let right = classes.reduce(0) { $0 + $1.intersection }
    let labeled = classes.reduce(0) { $0 + $1.labeled }
    func mean(_ part: (SegmentationScores.Class) -> Double?) -> Double? {
      let values = classes.compactMap(part)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    return SegmentationScores(
      classes: classes, pixels: pixels, accuracy: ratio(right, labeled), meanIoU: mean(\.iou), meanAccuracy: mean(\.accuracy),
      meanPrecision: mean(\.precision), meanF1: mean(\.f1), meanDice: mean(\.dice))
  }

  private func scores(of index: Int) -> SegmentationScores.Class {
    let (intersection, predicted, labeled) = (intersection(index), predicted(index), labeled(index))
    let union = predicted + labeled - intersection
    let precision = ratio(intersection, predicted)
    let recall = ratio(intersection, labeled)
    return SegmentationScores.Class(
      intersection: intersection, union: union, predicted: predicted, labeled: labeled, iou: ratio(intersection, union), accuracy: recall,
      precision: precision, f1: harmonicMean(precision, recall), dice: ratio(2 * intersection, predicted + labeled))
  }
}

/// The quotient; nil for 0 / 0.
func ratio(_ part: UInt64, _ whole: UInt64) -> Double? {
  whole == 0 ? nil : Double(part) / Double(whole)
}

/// 2 P R / (P + R); nil where one has no value or both are 0.
func harmonicMean(_ precision: Double?, _ recall: Double?) -> Double? {
  guard let precision, let recall, precision + recall > 0 else { return nil }
  return 2 * precision * recall / (precision + recall)
}
