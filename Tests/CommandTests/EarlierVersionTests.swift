import Foundation
import TestSupport
import Testing

/// Outputs that another version of the program published.
struct EarlierVersionTests {
  @Test func outputsOfAnEarlierVersionAreDoneAgainAndTheRunSaysWhyOnce() throws {
    let scene = try Scene()
    for name in ["a", "b"] { try scene.raster("\(name).tif", width: 120, height: 100) }
    try scene.pipeline(output: "formats: [classes, gpkg]")
    #expect(try scene.run().status == 0)
    let before = scene.published()
    for name in ["a", "b"] { try makeEarlier(scene.folder("layers/\(name)/receipt.json")) }
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
    let lines = result.error.split(separator: "\n").filter { $0.contains("earlier version") }
    let said = lines.map { $0.drop { $0 != " " }.dropFirst() }
    #expect(said == ["warning: 2 sources published by an earlier version of this program, whose results differ: processed again"])
    let report = try scene.report()
    #expect(report["done"] as? Int == 2)
    #expect(scene.published() == before)
    #expect(try scene.run().error.contains("earlier") == false)
  }

  /// Gives a receipt another raster key and no version of results, and seals it.
  private func makeEarlier(_ path: String) throws {
    var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    lines.removeAll { $0.contains("\"results\"") }
    lines = lines.map {
      $0.contains("\"rasterKey\"") || $0.contains("\"layerKey\"")
        ? $0.replacing(/[0-9a-f]{64}/, with: String(repeating: "1", count: 64)) : $0
    }
    // The last of the versions has no comma after it.
    if let last = lines.firstIndex(where: { $0.contains("\"versions\"") }), let end = lines[last...].firstIndex(where: { $0.contains("}") })
    {
      lines[end - 1] = lines[end - 1].replacing(/,$/, with: "")
    }
    lines[1] = lines[1].replacing(/[0-9a-f]{64}/, with: String(repeating: "0", count: 64))
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    let sum = try Program.run(try #require(Program.find("sha256sum")), [path]).output.prefix(64)
    lines[1] = lines[1].replacing(/[0-9a-f]{64}/, with: String(sum))
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
  }
}
