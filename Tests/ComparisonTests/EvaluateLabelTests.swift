import Comparison
import Foundation
import GeoTypes
import Runs
import TestSupport
import Testing

@Suite struct EvaluateLabelTests {
  @Test func severalLabelsCanBeIgnored() {
    let table = LabelTable(classes: 5, ignored: [5, 6, 255])
    #expect(table[4] == 4)
    #expect([5, 6, 255].allSatisfy { table[$0] == LabelTable.ignored })
    #expect(table[7] == 5, "a label that is not a class, but is not ignored either, counts as other")
  }

  @Test func labelsAreRemappedThenDecrementedThenIgnored() {
    let table = LabelTable(classes: 3, ignored: [255], remap: [7: 1, 9: 0], reduceZeroLabel: true)
    #expect(table[7] == 0)
    #expect(table[9] == LabelTable.ignored)
    #expect(table[0] == LabelTable.ignored)
    #expect(table[3] == 2)
    #expect(table[255] == LabelTable.ignored)
  }

  @Test func aLabelOf255CountsWhereItIsNotIgnored() {
    let table = LabelTable(classes: 3, ignored: [])
    #expect(table[255] == 3)
  }

  @Test func truthsAreFoundByName() throws {
    let folder = try TemporaryFolder("pairs")
    for file in ["p/a/a.classes.tif", "p/b/b.classes.tif", "p/c/c.classes.tif", "p/.orthoweave/x.classes.tif", "p/a/a.confidence.tif"] {
      try folder.write("", to: file)
    }
    for file in ["t/a/a.png", "t/b.mask.tif", "t/notes.txt"] { try folder.write("", to: file) }
    let found = try EvaluationPairs(prediction: folder("p"), truth: folder("t"))
    #expect(found.pairs.map(\.name) == ["a/a", "b/b"])
    #expect(found.pairs.map(\.truth) == [folder("t/a/a.png"), folder("t/b.mask.tif")])
    #expect(found.unmatched == ["c/c"])
  }

  @Test func twoTruthsForOnePredictionAreRefused() throws {
    let folder = try TemporaryFolder("pairs")
    for file in ["p/a.tif", "t/a.mask.tif", "t/a_labels.png"] { try folder.write("", to: file) }
    #expect(throws: RunError.self) { try EvaluationPairs(prediction: folder("p"), truth: folder("t")) }
    #expect(throws: RunError.self) { try EvaluationPairs(prediction: folder("p"), truth: folder("missing.tif")) }
    #expect(throws: RunError.self) { try EvaluationPairs(prediction: folder("nowhere"), truth: folder("t")) }
  }
}
