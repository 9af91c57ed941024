import Basics
import Foundation

/// The outcome of a comparison: what `evaluate` prints.
public struct EvaluationReport: Sendable, Equatable, Codable {
  public var classNames: [String]
  public var scores: SegmentationScores
  /// Rows of true classes with the counts of predicted ones; the last row and column hold values that are not a class.
  public var confusion: [[UInt64]]
  public var boundary: BoundaryCounts?
  public var objects: ObjectCounts?

  /// - Parameter classNames: as many as classes.
  /// - Parameter matrix: pixels by true and predicted class.
  /// - Parameter boundary: boundary counts; `nil` where none were asked for.
  /// - Parameter objects: object counts; `nil` where none were asked for.
  public init(classNames: [String], matrix: ConfusionMatrix, boundary: BoundaryCounts? = nil, objects: ObjectCounts? = nil) {
    precondition(classNames.count == matrix.rule.classes, "\(classNames.count) names for \(matrix.rule.classes) classes")
    self.classNames = classNames
    scores = matrix.scores()
    confusion = matrix.rows
    self.boundary = boundary
    self.objects = objects
  }

  /// The report as JSON, keys in alphabetical order. A ratio without a value is left out.
  ///
  /// - Throws: `EncodingError`, where a ratio is not finite.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(JSON(self)), as: UTF8.self)
  }

  /// The confusion matrix as CSV: a row for each true class, a column for each predicted one. `other` holds values that are not a class.
  public func confusionCSV() -> String {
    let names = (classNames + ["other"]).map(CSVText.field)
    let header = (["true \\ predicted"] + names).joined(separator: ",")
    let rows = zip(names, confusion).map { name, counts in ([name] + counts.map(String.init)).joined(separator: ",") }
    return ([header] + rows).joined(separator: "\r\n") + "\r\n"
  }

  // MARK: - Table

  /// A table for terminals: a line for each class, then the means. Ratios are in percent.
  public func table() -> String {
    var header = ["class", "pixels", "IoU", "accuracy", "precision", "F1", "Dice"]
    if boundary != nil { header.append("boundary F1") }
    if objects != nil { header += ["objects", "found", "right"] }
    var table = TextTable(header)
    for (index, name) in classNames.enumerated() {
      let found = scores.classes[index]
      var line = [name, "\(found.labeled)"] + [found.iou, found.accuracy, found.precision, found.f1, found.dice].map(Self.percent)
      if let boundary { line.append(Self.percent(boundary.classes[index].f1)) }
      if let counts = objects?.classes[index] {
        line += ["\(counts.labeled)", Self.percent(counts.recall), Self.percent(counts.precision)]
      }
      table.add(line)
    }
    var mean = ["mean", "\(scores.pixels)"]
    mean += [scores.meanIoU, scores.meanAccuracy, scores.meanPrecision, scores.meanF1, scores.meanDice].map(Self.percent)
    if let boundary { mean.append(Self.percent(boundary.meanF1)) }
    if objects != nil { mean += ["", "", ""] }
    table.add(mean)
    let summary =
      "aAcc \(Self.percent(scores.accuracy))  mIoU \(Self.percent(scores.meanIoU))  mAcc \(Self.percent(scores.meanAccuracy))"
    return "\(table.text)\n\(summary)\n"
  }

  private static func percent(_ value: Double?) -> String {
    value.map { String(format: "%.2f", $0 * 100) } ?? "-"
  }
}

extension EvaluationReport {
  /// The report with the names and ratios beside each class's counts.
  private struct JSON: Encodable {
    struct Class: Encodable {
      var name: String
      var pixels: SegmentationScores.Class
      var boundary: Boundary?
      var objects: Objects?
    }

    struct Boundary: Encodable {
      var counts: BoundaryCounts.Class
      var precision: Double?
      var recall: Double?
      var f1: Double?
    }

    struct Objects: Encodable {
      var predicted: UInt64
      var labeled: UInt64
      var matched: UInt64
      var precision: Double?
      var recall: Double?
      var f1: Double?
      var meanIoU: Double?
    }

    var classes: [Class]
    var pixels: UInt64
    var aAcc: Double?
    var mIoU: Double?
    var mAcc: Double?
    var mPrecision: Double?
    var mF1: Double?
    var mDice: Double?
    var boundaryF1: Double?
    var boundaryTolerance: BoundaryTolerance?
    var objectIoU: Double?
    var confusion: [[UInt64]]

    init(_ report: EvaluationReport) {
      let scores = report.scores
      classes = report.classNames.enumerated().map { index, name in
        Class(
          name: name, pixels: scores.classes[index],
          boundary: report.boundary.map { $0.classes[index] }.map {
            Boundary(counts: $0, precision: $0.precision, recall: $0.recall, f1: $0.f1)
          },
          objects: report.objects.map { $0.classes[index] }.map {
            Objects(
              predicted: $0.predicted, labeled: $0.labeled, matched: $0.matched, precision: $0.precision, recall: $0.recall, f1: $0.f1,
              meanIoU: $0.meanIoU)
          })
      }
      pixels = scores.pixels
      (aAcc, mIoU, mAcc) = (scores.accuracy, scores.meanIoU, scores.meanAccuracy)
      (mPrecision, mF1, mDice) = (scores.meanPrecision, scores.meanF1, scores.meanDice)
      boundaryF1 = report.boundary?.meanF1
      boundaryTolerance = report.boundary?.tolerance
      objectIoU = report.objects?.threshold
      confusion = report.confusion
    }
  }
}
