import Foundation
import TestSupport
import Testing

@testable import Evaluation

struct ConfusionMatrixTests {
  private struct Case: Decodable {
    struct Image: Decodable {
      var prediction: [UInt8]
      var truth: [UInt8]
    }

    var name: String
    var classes: Int
    var ignore: UInt8
    var reduceZeroLabel: Bool
    var images: [Image]
    var intersect: [UInt64]
    var union: [UInt64]
    var predicted: [UInt64]
    var labeled: [UInt64]
    var iou: [Double?]
    var acc: [Double?]
    var dice: [Double?]
    var fscore: [Double?]
    var precision: [Double?]
    var mIoU: Double?
    var mAcc: Double?
    var mDice: Double?
    var mFscore: Double?
    var mPrecision: Double?
    var aAcc: Double?
  }

  private func isClose(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= 1e-12
  }

  private func areClose(_ a: [Double?], _ b: [Double?]) -> Bool { a.count == b.count && zip(a, b).allSatisfy(isClose) }

  @Test func countsAndRatiosAreThoseOfMMSegmentation() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/metrics.json")
    for found in try JSONDecoder().decode([Case].self, from: Data(contentsOf: url)) {
      var matrix = ConfusionMatrix(LabelRule(classes: found.classes, ignore: found.ignore, reduceZeroLabel: found.reduceZeroLabel))
      for image in found.images { matrix.add(prediction: image.prediction, truth: image.truth) }
      let scores = matrix.scores()
      let name = Comment(rawValue: found.name)
      #expect(scores.classes.map(\.intersection) == found.intersect, name)
      #expect(scores.classes.map(\.union) == found.union, name)
      #expect(scores.classes.map(\.predicted) == found.predicted, name)
      #expect(scores.classes.map(\.labeled) == found.labeled, name)
      #expect(areClose(scores.classes.map(\.iou), found.iou), name)
      #expect(areClose(scores.classes.map(\.accuracy), found.acc), name)
      #expect(areClose(scores.classes.map(\.dice), found.dice), name)
      #expect(areClose(scores.classes.map(\.f1), found.fscore), name)
      #expect(areClose(scores.classes.map(\.precision), found.precision), name)
      let means = [scores.accuracy, scores.meanIoU, scores.meanAccuracy, scores.meanDice, scores.meanF1, scores.meanPrecision]
      #expect(areClose(means, [found.aAcc, found.mIoU, found.mAcc, found.mDice, found.mFscore, found.mPrecision]), name)
    }
  }

  @Test func partsInAnyOrderGiveTheSameMatrix() {
    var generator = Seeded(seed: 3)
    let prediction = (0..<1000).map { _ in UInt8.random(in: 0...6, using: &generator) }
    let labels: [UInt8] = [0, 1, 2, 3, 4, 5, 255]
    let truth = (0..<1000).map { _ in labels.randomElement(using: &generator) ?? 0 }
    let rule = LabelRule(classes: 5)
    var whole = ConfusionMatrix(rule)
    whole.add(prediction: prediction, truth: truth)
    var parts = ConfusionMatrix(rule)
    var rest = ConfusionMatrix(rule)
    parts.add(prediction: prediction[400...], truth: truth[400...])
    rest.add(prediction: prediction[..<400], truth: truth[..<400])
    parts.merge(rest)
    #expect(parts == whole)
    for wanted in 0...5 {
      for found in 0...5 {
        let count = zip(prediction, truth).count { min(Int($0), 5) == found && $1 != 255 && Int($1) == wanted }
        #expect(whole[truth: wanted, prediction: found] == UInt64(count))
      }
    }
    #expect(whole.pixels == UInt64(truth.count { $0 != 255 }))
  }

  @Test func twoHundredFiftyFiveClassesAreCounted() {
    var matrix = ConfusionMatrix(LabelRule(classes: 255))
    let all = (0...255).map { UInt8($0) }
    matrix.add(prediction: all, truth: all)
    #expect(matrix.pixels == 255)
    #expect(matrix.scores().meanIoU == 1)
  }
}
