import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Evaluation

struct ReportTests {
  private var report: EvaluationReport {
    let rule = LabelRule(classes: 3)
    var matrix = ConfusionMatrix(rule)
    matrix.add(prediction: [0, 0, 1, 1, 255, 0], truth: [0, 1, 1, 1, 1, 255])
    return EvaluationReport(classNames: ["land", "a, \"b\"", "=바다"], matrix: matrix)
  }

  @Test func theTableHasALineForEachClass() {
    #expect(
      report.table()
        == """
        class   pixels    IoU  accuracy  precision     F1   Dice
        land         1  50.00    100.00      50.00  66.67  66.67
        a, "b"       4  50.00     50.00     100.00  66.67  66.67
        =바다        0      -         -          -      -      -
        mean         5  50.00     75.00      75.00  66.67  66.67
        aAcc 60.00  mIoU 50.00  mAcc 75.00

        """)
  }

  @Test func theMatrixIsCSVThatNoSpreadsheetExecutes() {
    #expect(
      report.confusionCSV() == """
        true \\ predicted,land,"a, ""b""\",'=바다,other\r
        land,1,0,0,0\r
        "a, ""b""\",1,2,0,1\r
        '=바다,0,0,0,0\r
        other,0,0,0,0\r

        """)
  }

  @Test func theJSONHasNamesAndRatios() throws {
    struct JSON: Decodable {
      struct Class: Decodable {
        struct Pixels: Decodable {
          var iou: Double?
          var labeled: Int
        }
        var name: String
        var pixels: Pixels
      }
      var classes: [Class]
      var mIoU: Double
      var confusion: [[Int]]
    }
    let text = try report.json()
    let found = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    #expect(found.classes.map(\.name) == report.classNames)
    #expect(found.classes[2].pixels.iou == nil)
    #expect(found.mIoU == 0.5)
    #expect(found.confusion[1] == [1, 2, 0, 1])
    let again = try JSONDecoder().decode(EvaluationReport.self, from: JSONEncoder().encode(report))
    #expect(again == report)
  }
}

struct SeamStatisticsTests {
  @Test func pixelsAreCountedNearSeamsAndElsewhere() {
    var statistics = SeamStatistics(size: RasterSize(width: 8, height: 6), columnSeams: [0, 4, 8], rowSeams: [0, 6], distance: 1)
    for row in 0..<6 {
      // Columns 3 and 4 are near; 3 changes, and 7 does.
      statistics.add(row: row, first: [0, 0, 0, 0, 0, 0, 255, 0], second: [0, 0, 0, 1, 0, 0, 1, 1])
    }
    #expect(statistics.near == SeamStatistics.Counts(pixels: 12, changed: 6))
    #expect(statistics.elsewhere == SeamStatistics.Counts(pixels: 30, changed: 6))
    #expect(statistics.near.share == 0.5)
    #expect(statistics.share == 12.0 / 42)
  }

  @Test func randomMapsGiveTheNaiveCounts() {
    var generator = Seeded(seed: 5)
    for distance in [0, 1, 3, 100] {
      let first = randomMap(width: 33, height: 21, values: [0, 1, 255], &generator)
      let second = randomMap(width: 33, height: 21, values: [0, 1, 255], &generator)
      let (columns, rows) = ([5, 20, -3, 40], [11])
      var statistics = SeamStatistics(size: RasterSize(width: 33, height: 21), columnSeams: columns, rowSeams: rows, distance: distance)
      for row in 0..<21 { statistics.add(row: row, first: first[row], second: second[row]) }
      var near = SeamStatistics.Counts()
      for row in 0..<21 {
        for column in 0..<33 where first[row][column] != 255 && second[row][column] != 255 {
          let toColumn = columns.filter { 0 < $0 && $0 < 33 }.map { abs(Double(column) + 0.5 - Double($0)) }.min() ?? .infinity
          let toRow = rows.map { abs(Double(row) + 0.5 - Double($0)) }.min() ?? .infinity
          guard min(toColumn, toRow) < Double(distance) else { continue }
          near.pixels += 1
          near.changed += first[row][column] == second[row][column] ? 0 : 1
        }
      }
      #expect(statistics.near == near)
    }
  }
}
