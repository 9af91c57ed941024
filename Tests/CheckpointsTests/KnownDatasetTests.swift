import Basics
import Foundation
import Testing

@testable import Checkpoints

struct KnownDatasetTests {
  @Test func dataSetsHaveAsManyColorsAsNames() {
    #expect(KnownDataset.all.count == 14)
    for dataset in KnownDataset.all {
      #expect(dataset.classNames.count == dataset.palette.count)
      #expect(!dataset.classNames.contains(""))
      #expect(Set(dataset.classNames).count == dataset.classNames.count || dataset.name.hasPrefix("mapillary") || dataset.name == "ade")
    }
    #expect(KnownDataset.named("cityscapes")?.classNames.count == 19)
    #expect(KnownDataset.named("potsdam")?.classNames.first == "impervious_surface")
    #expect(KnownDataset.named("potsdam")?.palette[1] == Color(red: 0, green: 0, blue: 255))
    #expect(KnownDataset.named("ade20k")?.classNames[7] == "bed")
    #expect(KnownDataset.named("iSAID")?.classNames.count == 16)
    #expect(KnownDataset.named("Pascal_VOC")?.name == "voc")
    #expect(KnownDataset.named("coco-stuff")?.classNames.count == 171)
    #expect(KnownDataset.named("FLAIR-1")?.classNames.last == "other")
    #expect(KnownDataset.named("mars") == nil)
  }

  @Test(.enabled(if: SharedFiles.exists("reference/palettes.json"), "needs ../shared/reference"))
  func tablesAreThoseOfMMSegmentation() throws {
    struct Table: Decodable {
      var classes: [String]
      var palette: [[UInt8]]
    }
    let data = try Data(contentsOf: URL(fileURLWithPath: SharedFiles.path("reference/palettes.json")))
    let tables = try JSONDecoder().decode([String: Table].self, from: data)
    #expect(Set(tables.keys).union(["flair"]) == Set(KnownDataset.all.map(\.name)))
    for dataset in KnownDataset.all where dataset.name != "flair" {
      let table = try #require(tables[dataset.name])
      #expect(dataset.classNames == table.classes.map { $0.trimmingCharacters(in: .whitespaces) })
      #expect(dataset.palette == table.palette.map { Color(red: $0[0], green: $0[1], blue: $0[2]) })
    }
  }
}
