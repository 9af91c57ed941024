import Foundation
import TestSupport
import Testing

/// Pipelines/ in a folder of its own, so that layers land there, with SampleData beside it.
struct PipelineCopy {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder("pipelines")
    try folder.copy(Places.root + "/Pipelines", to: "Pipelines")
    // The crops have just been written; nothing shall wait for them.
    for name in FileNames.below(Places.root + "/Pipelines", suffix: ".yaml") { try replace("settle: 60s", with: "settle: 0s", in: name) }
  }

  func linkSamples() throws {
    try FileManager.default.createSymbolicLink(atPath: folder("SampleData"), withDestinationPath: Places.sampleData)
  }

  /// Puts 320² pixels of each sheet in the sample sheets' place: where the four meet, and the middle of the others.
  func cropSamples() throws {
    let gdal = try #require(Program.find("gdal_translate"))
    let corners = [("sheet-11", 1180, 1180), ("sheet-12", 0, 1180), ("sheet-21", 1180, 0), ("sheet-22", 0, 0)]
    for (name, column, row) in corners + [("other/rotated", 440, 240), ("other/multispectral", 140, 140)] {
      let file = "SampleData/orthophotos/\(name).tif"
      try folder.write("", to: file)
      let result = try Program.run(
        gdal, ["-q", "-srcwin", "\(column)", "\(row)", "320", "320", Places.root + "/" + file, folder(file)])
      #expect(result.status == 0, "\(result.error)")
    }
    try folder.copy(Places.sampleData + "/flight", to: "SampleData/flight")
    try folder.copy(Places.sampleData + "/models", to: "SampleData/models")
  }

  /// Makes the oil spill pipeline find something, whatever the sample model knows.
  func nameEverythingOil() throws {
    try replace(
      "model:\n", with: "model:\n  classes: {oil slick: [building, road, vegetation, water, bare land, oil slick], ship: [ship]}\n",
      in: "oil-spill")
  }

  func replace(_ old: String, with new: String, in pipeline: String) throws {
    let file = "Pipelines/\(pipeline).yaml"
    let text = try String(contentsOfFile: folder(file), encoding: .utf8)
    try folder.write(text.replacing(old, with: new), to: file)
  }

  func program(_ arguments: String...) throws -> ProgramResult { try Program.run(Program.orthoweave, arguments, in: folder.path) }

  func report(_ directory: String) throws -> [String: Any] {
    let data = FileManager.default.contents(atPath: folder("\(directory)/.orthoweave/reports/latest.json")) ?? Data()
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }
}

enum FileNames {
  /// Names of the files directly in a folder that end so, without the ending, sorted.
  static func below(_ folder: String, suffix: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(suffix) }
      .map { String($0.dropLast(suffix.count)) }.sorted()
  }
}
