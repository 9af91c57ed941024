/// Where a prediction errs: the pixels of a picture.
public enum ErrorMap {
  public static let right: UInt8 = 0
  public static let wrong: UInt8 = 1
  /// The truth is ignored.
  public static let unknown: UInt8 = 255

  /// `right`, `wrong` or `unknown` for each pixel of a row.
  public static func row(prediction: [UInt8], truth: [UInt8], rule: LabelRule) -> [UInt8] {
    precondition(prediction.count == truth.count, "\(prediction.count) predicted pixels, \(truth.count) true ones")
    let (truthTable, predictionTable) = (rule.truthTable, rule.predictionTable)
    return zip(prediction, truth).map { predicted, label in
      let wanted = truthTable[Int(label)]
      if wanted > rule.classes { return unknown }
      return wanted < rule.classes && predictionTable[Int(predicted)] == wanted ? right : wrong
    }
  }
}
