import TestSupport
import Testing

@testable import Evaluation

struct BoundaryScorerTests {
  private func score(
    _ prediction: [[UInt8]], _ truth: [[UInt8]], _ tolerance: BoundaryTolerance, _ rule: LabelRule
  ) -> BoundaryCounts {
    var scorer = BoundaryScorer(rule, width: truth.first?.count ?? 0, tolerance: tolerance)
    for (prediction, truth) in zip(prediction, truth) { scorer.add(prediction: prediction, truth: truth) }
    return scorer.finish()
  }

  /// The definition, over whole maps.
  private func naive(
    _ prediction: [[UInt8]], _ truth: [[UInt8]], _ tolerance: BoundaryTolerance, _ rule: LabelRule
  ) -> BoundaryCounts {
    let height = truth.count
    let width = truth.first?.count ?? 0
    func label(_ map: [[UInt8]], _ row: Int, _ column: Int, isTruth: Bool) -> Int? {
      guard row >= 0, row < height, column >= 0, column < width, let wanted = rule.truthClass(truth[row][column]) else { return nil }
      if isTruth { return wanted }
      return map[row][column] == 255 ? nil : min(Int(map[row][column]), rule.classes)
    }
    func boundary(_ map: [[UInt8]], isTruth: Bool) -> [(row: Int, column: Int, label: Int)] {
      var result: [(row: Int, column: Int, label: Int)] = []
      for row in 0..<height {
        for column in 0..<width {
          guard let own = label(map, row, column, isTruth: isTruth), own < rule.classes else { continue }
          let neighbors = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
          if neighbors.contains(where: { label(map, $0, $1, isTruth: isTruth).map { $0 != own } ?? false }) {
            result.append((row, column, own))
          }
        }
      }
      return result
    }
    let predicted = boundary(prediction, isTruth: false)
    let labeled = boundary(truth, isTruth: true)
    func matches(_ pixel: (row: Int, column: Int, label: Int), _ others: [(row: Int, column: Int, label: Int)]) -> Bool {
      others.contains { other in
        let (rows, columns) = (Double(pixel.row - other.row), Double(pixel.column - other.column))
        guard pixel.label == other.label, abs(rows) <= tolerance.rows, abs(columns) <= tolerance.columns else { return false }
        if tolerance.rows == tolerance.columns { return rows * rows + columns * columns <= tolerance.rows * tolerance.rows }
        let y = rows == 0 ? 0 : rows / tolerance.rows
        let x = columns == 0 ? 0 : columns / tolerance.columns
        return x * x + y * y <= 1 + 1e-12
      }
    }
    var counts = BoundaryCounts(tolerance: tolerance, classes: Array(repeating: BoundaryCounts.Class(), count: rule.classes))
    for pixel in predicted {
      counts.classes[pixel.label].predicted += 1
      if matches(pixel, labeled) { counts.classes[pixel.label].predictedMatched += 1 }
    }
    for pixel in labeled {
      counts.classes[pixel.label].labeled += 1
      if matches(pixel, predicted) { counts.classes[pixel.label].labeledMatched += 1 }
    }
    return counts
  }

  @Test func aShiftedSquareMatchesWithinTheShift() {
    let truth = rows("00000000", "00111000", "00111000", "00111000", "00000000", "00000000")
    let shifted = rows("00000000", "00001110", "00001110", "00001110", "00000000", "00000000")
    let rule = LabelRule(classes: 2)
    #expect(score(truth, truth, .pixels(0), rule).classes[1].f1 == 1)
    #expect(score(truth, truth, .pixels(0), rule).classes[1].labeled == 8)
    #expect(score(shifted, truth, .pixels(2), rule).classes[1].f1 == 1)
    // Without tolerance only the shared column counts: 3 of 8.
    #expect(score(shifted, truth, .pixels(0), rule).classes[1].precision == 3.0 / 8)
    #expect(score(shifted, truth, BoundaryTolerance(columns: 0, rows: 2), rule).classes[1].precision == 3.0 / 8)
    #expect(score(rows("00", "00"), rows("00", "00"), .pixels(1), rule).meanF1 == nil)
    #expect(score(rows("00", "00"), rows("01", "00"), .pixels(1), rule).classes[1].f1 == 0)
  }

  @Test func edgesIgnoredPixelsAndNodataMakeNoBoundary() {
    let rule = LabelRule(classes: 2)
    #expect(score(rows("111", "111"), rows("1.1", "111"), .pixels(1), rule).classes[1].labeled == 0)
    #expect(score(rows("1.1", "111"), rows("111", "111"), .pixels(1), rule).classes[1].predicted == 0)
    // A value that is not a class does make one.
    #expect(score(rows("171", "111"), rows("111", "111"), .pixels(1), rule).classes[1].predicted == 3)
    #expect(score(rows("101"), rows("1.1"), .pixels(1), rule).classes[1].predicted == 0)
  }

  @Test(arguments: [0, 1, 1.5, 2, 3, 5, 7.3, 40])
  func randomMapsGiveTheDefinitionsCounts(radius: Double) {
    var generator = Seeded(seed: UInt64(radius * 10))
    for (width, height) in [(1, 1), (1, 9), (9, 1), (13, 11), (31, 23), (40, 17)] {
      for rule in [LabelRule(classes: 4), LabelRule(classes: 3, reduceZeroLabel: true), LabelRule(classes: 4, ignore: nil)] {
        let truth = randomMap(width: width, height: height, values: [0, 1, 2, 3, 3, 255], &generator)
        let prediction = randomMap(width: width, height: height, values: [0, 1, 2, 3, 9, 255], &generator)
        for tolerance in [.pixels(radius), BoundaryTolerance(columns: radius, rows: radius * 0.6)] {
          let found = score(prediction, truth, tolerance, rule)
          #expect(found == naive(prediction, truth, tolerance, rule), "\(width)×\(height), \(tolerance), \(rule)")
        }
      }
    }
  }

  @Test func sourcesAreAddedUp() {
    let rule = LabelRule(classes: 2)
    var sum = score(rows("0011"), rows("0011"), .pixels(0), rule)
    sum.merge(score(rows("0111"), rows("0011"), .pixels(0), rule))
    #expect(sum.classes[1].predicted == 2)
    #expect(sum.classes[1].predictedMatched == 1)
    #expect(sum.classes[1].f1 == 0.5)
  }
}
