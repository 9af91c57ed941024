import Foundation
import Geodata
import TestSupport
import Testing

/// The table and the page for a duty officer, through the whole program.
struct IncidentRunTests {
  private let scene: TemporaryFolder

  init() throws {
    scene = try TemporaryFolder("incidents")
    for (file, name) in [("h135", "=1+1"), ("h315", "<b>\"x\"<b>"), ("o45", "o45")] {
      try scene.copy(Places.sampleData + "/flight/\(file).jpg", to: "flight/\(name).jpg")
    }
  }

  private func run(_ output: String, _ incidents: String = "[oil slick, ship]") throws -> ProgramResult {
    try scene.write(
      """
      input: {sources: [flight/*.jpg], settle: 0s, frames: {metadata: exif}}
      model: {checkpoint: \(Places.sampleData)/models/sample.pth}
      vectors: {classes: [oil slick, ship, water], minimumArea: 4, shape: true, thickness: {oil slick: [0.3, 5]}, nearest: {oil slick: ship}}
      output: {directory: layers, \(output), incidents: \(incidents)}
      """, to: "watch.yaml")
    return try Program.run(Program.orthoweave, ["run", "watch.yaml"], in: scene.path)
  }

  private func text(_ file: String) throws -> String { try String(contentsOfFile: scene(file), encoding: .utf8) }

  @Test func incidentsOfAllPicturesAreListed() throws {
    let first = try run("formats: [classes]")
    #expect(first.status == 0, "\(first.error.suffix(2000))")
    let table = try text("layers/incidents/incidents.csv")
    let lines = table.split(separator: "\n")
    #expect(lines.count > 1 && lines[0].hasPrefix("incident,class,position,lat,lon,"))
    // A formula stays text.
    #expect(!table.contains(",=") && !table.contains(",\"="), "\(table)")
    let page = try text("layers/incidents/incidents.html")
    #expect(page.contains("&lt;b&gt;&quot;x&quot;&lt;b&gt;") && !page.contains("<b>") && !page.contains("<script"))
    #expect(page.contains("data:image/jpeg;base64,") && page.contains("Position error"))
    #expect(page.components(separatedBy: "<section>").count == lines.count)
    let verified = try Program.run(Program.orthoweave, ["verify", "--deep", "layers"], in: scene.path)
    #expect(verified.status == 0, "\(verified.output)\(verified.error)")

    // Nothing to do: the list stays as it is.
    let stamp = try FileManager.default.attributesOfItem(atPath: scene("layers/incidents/incidents.html"))[.systemFileNumber] as? Int
    #expect(try run("formats: [classes]").status == 0)
    #expect(try FileManager.default.attributesOfItem(atPath: scene("layers/incidents/incidents.html"))[.systemFileNumber] as? Int == stamp)

    // A list that was removed is rebuilt with the same bytes.
    try FileManager.default.removeItem(atPath: scene("layers/incidents"))
    #expect(try run("formats: [classes]").status == 0)
    #expect(try text("layers/incidents/incidents.csv") == table && text("layers/incidents/incidents.html") == page)

    // With fewer pictures and prune, what only they showed is gone; without incidents, the list is.
    try FileManager.default.removeItem(atPath: scene("flight/=1+1.jpg"))
    #expect(try run("formats: [classes, gpkg], prune: true, merge: true").status == 0)
    #expect(try !text("layers/incidents/incidents.csv").contains("1+1"))
    #expect(FileManager.default.fileExists(atPath: scene("layers/merged/merged.gpkg")))
    #expect(try run("formats: [classes, gpkg], prune: true, merge: true", "[]").status == 0)
    #expect(!FileManager.default.fileExists(atPath: scene("layers/incidents")))
  }

  @Test func aListOfAnUnknownClassIsRefused() throws {
    let result = try run("formats: [classes]", "[oil slik]")
    #expect(result.status == 2 && result.error.contains("oil slik"), "\(result.error)")
  }
}
