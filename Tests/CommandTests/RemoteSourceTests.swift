import Foundation
import Geodata
import TestSupport
import Testing

/// Sources that are fetched: over HTTP, out of archives, and named by STAC documents.
@Suite(.enabled(if: Program.find("python3") != nil, "python3 is not here")) struct RemoteSourceTests {
  /// A scene whose rasters lie in `in/`, and what a run over the files themselves publishes.
  private func scene(_ names: [String] = ["a"]) throws -> Scene {
    let scene = try Scene("remote")
    for (index, name) in names.enumerated() { try scene.raster("\(name).tif", width: 200, height: 160, column: 300 * index) }
    return scene
  }

  private func pipeline(_ scene: Scene, sources: String, directory: String = "layers", more: String = "") throws {
    try scene.folder.write(
      """
      input: {sources: \(sources), settle: 0s}
      model: {checkpoint: \(Scene.checkpoint)}
      inference: {tile: 128, overlap: 32}
      output: {directory: \(directory), formats: [classes, gpkg, preview]}
      \(more)
      """, to: "pipeline.yaml")
  }

  /// Published files but for receipts, which tell where the source lies.
  private func layers(_ scene: Scene, _ directory: String) -> [String: Data] {
    scene.published(directory).filter { !$0.key.hasSuffix("receipt.json") }
  }

  /// What is left of copies, in work directories or elsewhere.
  private func leftOver(_ scene: Scene, _ directory: String = "layers") -> [String] {
    scene.folder.files(below: "\(directory)/.orthoweave/work") + scene.folder.files(below: directory).filter { $0.hasSuffix(".part") }
  }

  private func gets(_ server: FileServer, _ name: String) -> Int {
    server.requests().count { $0.hasPrefix("GET /\(name)") }
  }

  @Test func aFetchedSourceGivesTheLayersOfTheFileAndIsNotFetchedAgain() throws {
    let scene = try scene()
    try pipeline(scene, sources: "[in/a.tif]", directory: "local")
    #expect(try scene.run().status == 0)
    // Every other answer is cut off in its middle.
    let server = try FileServer(scene.folder("in"), fault: .cut(every: 2))
    try pipeline(scene, sources: "[\"\(server.address)/a.tif?key=hidden-word\"]")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.status == 0 && plan.output.contains("to fetch"), "\(plan.output)\(plan.error)")
    #expect(gets(server, "a.tif") == 0)
    let first = try scene.run()
    #expect(first.status == 0 && first.error.contains("fetching 1 file"), "\(first.error)")
    #expect(gets(server, "a.tif") > 0)
    #expect(layers(scene, "layers") == layers(scene, "local"))
    #expect(scene.published()["a/receipt.json"].map { String(decoding: $0, as: UTF8.self).contains("\(server.address)/a.tif") } == true)
    let second = try scene.run()
    #expect(second.status == 0 && second.error.contains("1 unchanged"), "\(second.error)")
    #expect(gets(server, "a.tif") == 0)
    // The copy is gone, and the query, which may be a secret, stands nowhere.
    for file in scene.folder.files(below: "layers") {
      #expect(!file.contains("/copies/"))
      let content = FileManager.default.contents(atPath: scene.folder("layers/" + file)) ?? Data()
      #expect(content.range(of: Data("hidden-word".utf8)) == nil, "\(file)")
    }
    #expect(![plan.output, plan.error, first.output, first.error, second.error].contains { $0.contains("hidden-word") })
  }

  @Test func anotherContentOfTheSameSizeAndTimeIsFetched() throws {
    let scene = try scene()
    let server = try FileServer(scene.folder("in"))
    try pipeline(scene, sources: "[\(server.address)/a.tif]")
    #expect(try scene.run().status == 0)
    let path = scene.folder("in/a.tif")
    let time = try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
    var content = try #require(FileManager.default.contents(atPath: path))
    // Within the pixels, which decide nothing here: only the entity tag tells it.
    content[content.count - 1] ^= 1
    try content.write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.output.contains("a.tif was written since"), "\(plan.output)")
  }

  @Test func whatIsMissingOrChangesMeanwhileFailsAloneAndIsNotPublished() throws {
    let scene = try scene(["a", "b"])
    let server = try FileServer(scene.folder("in"), fault: .grows("a.tif"))
    try pipeline(scene, sources: "[\(server.address)/a.tif, \(server.address)/b.tif, \(server.address)/none.tif]")
    let run = try scene.run()
    #expect(run.status == 3, "\(run.error)")
    #expect(run.error.contains("\(server.address)/a.tif: it changed while it was fetched"), "\(run.error)")
    #expect(run.error.contains("\(server.address)/none.tif: there is no such file"), "\(run.error)")
    #expect(Set(scene.published().keys.map { $0.split(separator: "/")[0] }) == ["b"])
    #expect(!scene.folder.files(below: "layers").contains { $0.contains("/copies/") })
  }

  @Test func aMosaicOfFetchedSheetsIsThatOfTheFilesAlsoAfterAKillWhileItIsFetched() throws {
    let scene = try scene()
    // Neighbors, the second one with a mask and an overlap.
    try scene.raster("b.tif", width: 180, height: 160, column: 170, mask: { x, y in (x + y) % 97 > 5 })
    func mosaic(_ sources: String, _ directory: String) throws {
      try pipeline(scene, sources: "\(sources), mosaic: true", directory: directory)
    }
    try mosaic("[in/*.tif]", "local")
    #expect(try scene.run().status == 0)
    let server = try FileServer(scene.folder("in"), fault: .holds("b.tif"))
    try mosaic("[\"\(server.address)/*.tif\"]", "layers")

    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.orthoweave)
    process.arguments = ["run", "--quiet", "pipeline.yaml"]
    process.currentDirectoryURL = URL(fileURLWithPath: scene.folder.path)
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    var before: [String] = []
    for _ in 0..<6000 where !before.contains("HELD /b.tif") {
      before += server.requests()
      usleep(10_000)
    }
    kill(process.processIdentifier, SIGKILL)
    ended.wait()
    #expect(before.contains("HELD /b.tif") && before.contains { $0.hasPrefix("GET /a.tif") }, "\(before)")
    #expect(scene.published().isEmpty)
    #expect(leftOver(scene).contains { $0.hasSuffix("/1/a.tif") } && leftOver(scene).contains { $0.hasSuffix("/2/b.tif.part") })

    server.release()
    let next = try scene.run()
    #expect(next.status == 0 && next.error.contains("fetching 1 file"), "\(next.error)")
    // The sheet that was whole is there, and only the other one is fetched.
    let after = server.requests()
    #expect(after.contains { $0.hasPrefix("GET /b.tif") } && !after.contains { $0.hasPrefix("GET /a.tif") }, "\(after)")
    #expect(layers(scene, "layers") == layers(scene, "local"))
    #expect(leftOver(scene).isEmpty, "\(leftOver(scene))")
  }

  @Test func aPatternThatMatchesNothingIsAWarning() throws {
    let scene = try scene()
    let server = try FileServer(scene.folder("in"))
    try pipeline(scene, sources: "[\"\(server.address)/sheet-*.tif\"]")
    let run = try scene.run("--quiet")
    #expect(
      run.status == 0 && run.error.contains("\(server.address)/sheet-*.tif: 1 file below \(server.address), none matches"), "\(run.error)")
    #expect((try scene.report()["warnings"] as? [String])?.contains { $0.contains("none matches") } == true)
    // A folder that is not there is not an empty one.
    try pipeline(scene, sources: "[\"\(server.address)/none/*.tif\"]")
    let missing = try scene.run("--quiet")
    #expect(missing.status == 1 && missing.error.contains("/none: the folder cannot be listed"), "\(missing.error)")
    try pipeline(scene, sources: "[\"\(server.address)/sheet-*.tif\"]", more: "run: {requireSources: 1}")
    #expect(try scene.run("--quiet").status == 1)
    withExtendedLifetime(server) {}
  }

  @Test func aSourceOfWhichThereIsNothingToDoIsFetchedOnce() throws {
    let scene = try scene(["a", "b"])
    let server = try FileServer(scene.folder("in"))
    // Around the first sheet alone: UTM 33 north, 100 m × 80 m from its upper-left corner.
    let area = """
      {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}, "features": [
       {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates":
        [[[500000, 6000000], [500100, 6000000], [500100, 5999920], [500000, 5999920], [500000, 6000000]]]}}]}
      """
    try scene.folder.write(area, to: "area.geojson")
    try pipeline(scene, sources: "[\"\(server.address)/*.tif\"], area: area.geojson")
    let first = try scene.run()
    #expect(first.status == 0 && gets(server, "b.tif") > 0, "\(first.error)")
    #expect(Set(scene.published().keys.map { $0.split(separator: "/")[0] }) == ["a"])
    let second = try scene.run()
    #expect(second.status == 0 && gets(server, "b.tif") == 0, "\(second.error)")
    #expect(leftOver(scene).filter { !$0.hasSuffix("nothing.json") }.isEmpty, "\(leftOver(scene))")
    // Another area may touch it.
    try scene.folder.write(area.replacingOccurrences(of: "500100", with: "500200"), to: "area.geojson")
    let third = try scene.run()
    #expect(third.status == 0 && gets(server, "b.tif") > 0, "\(third.error)")
    #expect(scene.published()["b/receipt.json"] != nil && leftOver(scene).isEmpty)
  }

  @Test func headersAreAskedForEightAtATime() throws {
    let scene = try Scene("remote")
    for number in 0..<24 { try scene.folder.write("no raster", to: String(format: "in/deep/%02d/s%02d.tif", number, number)) }
    let server = try FileServer(scene.folder("in"), fault: .waits(0.05))
    // Two are not there; they are listed in the order of names.
    let addresses = (0..<26).map { String(format: "\"\(server.address)/deep/%02d/s%02d.tif\"", $0, $0) }
    try pipeline(scene, sources: "[\(addresses.joined(separator: ", "))]")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml", "--json"], in: scene.folder.path)
    let most = server.mostAtOnce
    #expect((2...8).contains(most), "\(most) at once")
    let sources = try #require(
      (JSONSerialization.jsonObject(with: Data(plan.output.utf8)) as? [String: Any])?["sources"] as? [[String: Any]], "\(plan.error)")
    #expect(sources.compactMap { $0["name"] as? String } == (0..<26).map { String(format: "s%02d", $0) })
    #expect(sources.map { $0["state"] as? String } == Array(repeating: "due", count: 24) + ["refused", "refused"])
  }

  @Test func manySTACItemsAreReadInTheOrderOfTheirLinks() throws {
    let scene = try Scene("remote")
    let server = try FileServer(scene.folder("in"), fault: .waits(0.03))
    let numbers = (0..<20).map { String(format: "%02d", $0) }
    for number in numbers {
      try scene.folder.write(
        "{\"type\": \"Feature\", \"id\": \"\(number)\", \"assets\": {\"data\": {\"href\": \"../none/\(number).tif\"}}}",
        to: "in/items/\(number).json")
    }
    let links =
      numbers.map { "{\"rel\": \"item\", \"href\": \"items/\($0).json\"}" } + ["{\"rel\": \"item\", \"href\": \"items/gone.json\"}"]
    try scene.folder.write("{\"type\": \"Catalog\", \"id\": \"c\", \"links\": [\(links.joined(separator: ", "))]}", to: "in/catalog.json")
    try pipeline(scene, sources: "[{stac: \"\(server.address)/catalog.json\", asset: data}]")
    let run = try scene.run()
    // Each of the files that the items name is missing, and so is one item.
    #expect(run.status == 3 && run.error.contains("items/gone.json"), "\(run.error)")
    let failed = (try scene.report()["sources"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
    #expect(failed == numbers)
    #expect((2...8).contains(server.mostAtOnce), "\(server.mostAtOnce) at once")
    // Whatever is read ahead, each document is read once.
    let gets = server.requests().filter { $0.hasPrefix("GET /items/") && $0.contains(".json 2") }
    #expect(gets.count == 20, "\(gets)")
  }

  /// A server such as Python's own sends no parts of files; what it sends is not held in memory.
  @Test func aServerWithoutRangesIsReadInOneGo() throws {
    let scene = try scene()
    // What follows the picture is part of the file, and no part of the picture.
    let file = try #require(FileHandle(forWritingAtPath: scene.folder("in/a.tif")))
    try file.truncate(atOffset: 120_000_000)
    try file.close()
    try pipeline(scene, sources: "[in/a.tif]", directory: "local")
    #expect(try scene.run().status == 0)
    let server = try FileServer(scene.folder("in"), fault: .withoutRanges)
    try pipeline(scene, sources: "[\(server.address)/a.tif]")
    let run = try scene.run()
    #expect(run.status == 0, "\(run.error)")
    #expect(layers(scene, "layers") == layers(scene, "local"))
    #expect(server.requests().contains { $0.hasPrefix("GET /a.tif 200") })
    let memory = try ["layers", "local"].map { try #require(try scene.report($0)["peakMemory"] as? Int) }
    #expect(memory[0] < memory[1] + 60_000_000, "\(memory)")
  }

  /// Only what the pipeline names is fetched: not what a fetched raster names.
  @Test func aFetchedSourceReachesNobody() throws {
    let scene = try scene(["a", "secret"])
    let server = try FileServer(scene.folder("in"))
    try scene.folder.write(
      """
      <PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/\(server.address)/secret.tif</MDI></Metadata></PAMDataset>
      """, to: "in/a.tif.aux.xml")
    try pipeline(scene, sources: "[\(server.address)/a.tif]")
    let run = try scene.run()
    #expect(run.status == 3 && run.error.contains("points to '/vsicurl/\(server.address)/secret.tif'"), "\(run.error)")
    let requests = server.requests()
    #expect(requests.contains { $0.hasPrefix("GET /a.tif.aux.xml") })
    #expect(!requests.contains { $0.contains("secret") })
  }

  @Test func patternsFindWhatServersAndArchivesList() throws {
    let scene = try scene(["x1", "x2", "y"])
    let server = try FileServer(scene.folder("in"))
    let python = try #require(Program.find("python3"))
    let pack = """
      import sys, tarfile, zipfile
      with zipfile.ZipFile("x.zip", "w", zipfile.ZIP_DEFLATED) as z: [z.write(f"in/{n}.tif", f"deep/{n}.tif") for n in ("x1", "x2", "y")]
      with tarfile.open("x.tar", "w") as t: [t.add(f"in/{n}.tif", f"deep/{n}.tif") for n in ("x1", "x2", "y")]
      """
    #expect(try Program.run(python, ["-c", pack], in: scene.folder.path).status == 0)
    try pipeline(scene, sources: "[\"in/x*.tif\"]", directory: "local")
    #expect(try scene.run().status == 0)
    for (number, pattern) in ["\(server.address)/x*.tif", "/vsizip/x.zip/deep/x?.tif", "/vsitar/x.tar/deep/**/x*.tif"].enumerated() {
      try pipeline(scene, sources: "[\"\(pattern)\"]", directory: "layers\(number)", more: "run: {verify: content}")
      let run = try scene.run()
      #expect(run.status == 0, "\(pattern): \(run.error)")
      #expect(layers(scene, "layers\(number)") == layers(scene, "local"), "\(pattern)")
      #expect(try scene.run().error.contains("2 unchanged"), "\(pattern)")
    }
  }

  @Test func assetsOfSTACDocumentsAreSources() throws {
    let scene = try scene(["a", "b"])
    let server = try FileServer(scene.folder.path)
    func item(_ id: String, _ href: String) -> String {
      """
      {"type": "Feature", "id": "\(id)", "assets": {"visual": {"href": "\(href)", "roles": ["data"]}, "thumbnail": {"href": "none.png"}}}
      """
    }
    try scene.folder.write(
      "{\"type\": \"Catalog\", \"id\": \"c\", \"links\": [{\"rel\": \"child\", \"href\": \"./deep/items.json\"}, {\"rel\": \"root\", \"href\": \"x\"}]}",
      to: "catalog.json")
    try scene.folder.write(
      "{\"type\": \"FeatureCollection\", \"features\": [\(item("a", "../in/a.tif")), \(item("b", server.address + "/in/b.tif")), \(item("c", "/etc/passwd"))]}",
      to: "deep/items.json")
    let document = "\(server.address)/catalog.json"
    try pipeline(scene, sources: "[{stac: \"\(document)\", asset: data}]")
    let run = try scene.run()
    // An absolute path in a document of a server is a path on the server.
    #expect(run.status == 3 && run.error.contains("\(server.address)/etc/passwd: there is no such file"), "\(run.error)")
    #expect(scene.published()["a/receipt.json"] != nil && scene.published()["b/receipt.json"] != nil)
    // A document on the disk names files in its own folder, and addresses.
    try pipeline(scene, sources: "[{stac: catalog.json, asset: visual}]", directory: "local")
    let local = try scene.run()
    #expect(local.status == 3 && local.error.contains("item 'c' has an asset 'visual' that leads out of its folder"), "\(local.error)")
    #expect(layers(scene, "local") == layers(scene, "layers"))
    try pipeline(scene, sources: "[{stac: catalog.json, asset: nir}]", directory: "none")
    #expect(try scene.run().error.contains("has no asset 'nir', by key or role; it has thumbnail, visual"))
  }

  @Test(arguments: [
    ("ftp://host/a.tif", "is not an address from which files are fetched"),
    ("/vsistdin/", "is not an address from which files are fetched"),
    ("https://name:word@host/a.tif", "holds a user's name or a password"),
    ("/vsizip//vsicurl/http://host/a.zip/a.tif", "is not an address"),
    ("https://host/*.tif?key=x", "an address with a query cannot be a pattern"),
  ])
  func addressesThatAreNotFetchedAreRefused(_ source: String, _ reason: String) throws {
    let scene = try Scene("remote")
    try pipeline(scene, sources: "[\"\(source)\"]")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.status == 2 && plan.error.contains(reason) && !plan.error.contains("word@"), "\(plan.status) \(plan.error)")
  }
}
