import Foundation
import TestSupport
import Testing

/// What users copy from Pipelines/ works as it is.
@Suite struct PipelinesTests {
  static let samples = ["buildings", "demo", "land-cover", "multispectral", "oil-spill", "oil-spill-frames", "rotated"]
  static let published = FileNames.below(Places.root + "/Pipelines/published", suffix: ".yaml")
  static let canCrop = Program.find("gdal_translate") != nil

  @Test func theseAreAllThereAre() {
    #expect(FileNames.below(Places.root + "/Pipelines", suffix: ".yaml") == Self.samples)
    #expect(Self.published.count == 22)
  }

  @Test(arguments: samples) func planReadsThePipelineOfTheSamples(_ name: String) throws {
    let copy = try PipelineCopy()
    try copy.linkSamples()
    let result = try copy.program("plan", "Pipelines/\(name).yaml", "--json")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("\"sources\""))
    #expect(!FileManager.default.fileExists(atPath: copy.folder("layers")))
  }

  @Test(.enabled(if: canCrop, "gdal_translate is missing"), arguments: samples)
  func samplesRunAndASecondRunHasNothingToDo(_ name: String) throws {
    let copy = try PipelineCopy()
    try copy.cropSamples()
    let first = try copy.program("run", "Pipelines/\(name).yaml")
    #expect(first.status == 0, "\(first.error)")
    let report = try copy.report("layers/\(name)")
    #expect(report["exitCode"] as? Int == 0 && report["failed"] as? Int == 0)
    #expect((report["done"] as? Int ?? 0) == (report["found"] as? Int ?? -1))
    let second = try copy.program("run", "Pipelines/\(name).yaml")
    #expect(second.status == 0, "\(second.error)")
    let again = try copy.report("layers/\(name)")
    #expect(again["unchanged"] as? Int == again["found"] as? Int && again["exitReason"] as? String == "nothing to do")
  }

  @Test(.enabled(if: canCrop, "gdal_translate is missing")) func oilSpillGivesATableOfSlicksAndShipsWithPositions() throws {
    let copy = try PipelineCopy()
    try copy.cropSamples()
    try copy.nameEverythingOil()
    #expect(try copy.program("run", "Pipelines/oil-spill.yaml").status == 0)
    let tables = copy.folder.files(below: "layers/oil-spill").filter { $0.hasSuffix(".csv") && !$0.hasPrefix("incidents/") }
    #expect(tables.count == 4)
    let lines = try tables.map { try String(contentsOfFile: copy.folder("layers/oil-spill/\($0)"), encoding: .utf8) }.joined(
      separator: "\n"
    )
    .split(whereSeparator: \.isNewline)
    for line in lines where line.hasPrefix("WKT") {
      for field in ["class", "area_m2", "conf_mean", "lon", "lat"] {
        #expect(line.split(separator: ",").contains { $0 == field }, "\(line)")
      }
    }
    let rows = lines.filter { !$0.hasPrefix("WKT") }
    #expect(!rows.isEmpty)
    for row in rows { #expect(row.contains(/,"?(oil slick|ship)"?,/), "\(row.suffix(200))") }
  }

  @Test(.enabled(if: canCrop, "gdal_translate is missing")) func landCoverMergesItsSheets() throws {
    let copy = try PipelineCopy()
    try copy.cropSamples()
    #expect(try copy.program("run", "Pipelines/land-cover.yaml").status == 0)
    let files = copy.folder.files(below: "layers/land-cover").filter { !$0.hasPrefix(".orthoweave") }
    for sheet in ["sheet-11", "sheet-12", "sheet-21", "sheet-22", "merged"] {
      #expect(files.contains("\(sheet)/\(sheet).gpkg"), "\(sheet)")
    }
  }

  @Test(.enabled(if: canCrop, "gdal_translate is missing")) func sixteenBitsWithoutScaleAreRefusedWithTheLineToPaste() throws {
    let copy = try PipelineCopy()
    try copy.cropSamples()
    try copy.replace("  scale: {min: 0, max: 4000}", with: "  #", in: "multispectral")
    let result = try copy.program("run", "Pipelines/multispectral.yaml")
    #expect(result.status == 3 && result.error.contains("scale: {min:"), "\(result.error)")
  }

  @Test(arguments: published) func publishedModelsAreAskedForByTheirFileNames(_ name: String) throws {
    let copy = try PipelineCopy()
    let file = "Pipelines/published/\(name).yaml"
    let text = try String(contentsOfFile: copy.folder(file), encoding: .utf8)
    let checkpoint = try #require(text.firstMatch(of: /checkpoint: models\/(\S+\.(?:pth|ckpt))/)?.1)
    let model = name.split(separator: "-")[0]
    #expect(checkpoint.lowercased().hasPrefix(model), "\(name): \(checkpoint)")
    let missing = try copy.program("plan", file)
    #expect(missing.status == 2 && missing.error.contains(checkpoint), "\(missing.error)")
    // Another network in its place, and a folder without images: every key is understood.
    let sources = try #require(text.firstMatch(of: /sources: \["([^"*]+)/)?.1)
    try FileManager.default.createDirectory(
      atPath: copy.folder("Pipelines/published/\(sources)"), withIntermediateDirectories: true)
    // Networks of another number of bands have one of as many.
    let fixtures = Places.root + "/Tests/NeuralNetworkTests/Fixtures/Libraries/"
    let other = ["flair-unet": fixtures + "smp_unet_b17w2.ckpt", "torchgeo-unet": fixtures + "smp_unet_r12w2.ckpt"]
    try copy.folder.copy(other[name] ?? Places.seededCheckpoint, to: "Pipelines/published/models/\(checkpoint)")
    let found = try copy.program("plan", file)
    #expect(found.status == 0, "\(found.error)")
  }

  @Test func theTableOfPublishedModelsNamesEveryCheckpointOfThePipelines() throws {
    let table = try String(contentsOfFile: Places.root + "/docs/published-models.md", encoding: .utf8)
    for name in Self.published {
      let text = try String(contentsOfFile: Places.root + "/Pipelines/published/\(name).yaml", encoding: .utf8)
      let files = text.matches(of: /(?:ann|isanet|pspnet|deeplabv3plus|fcn)_\S+\.pth/).map { String($0.output) }
      #expect(name.hasSuffix("-unet") ? files.isEmpty : 2...4 ~= files.count, "\(name)")
      for file in files { #expect(table.contains(file), "\(file)") }
    }
  }
}
