import Basics
import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

/// Items, collection and model as a catalog reads them.
@Suite struct STACDocumentsTests {
  private let classes = ClassCatalog(names: ["Gebäude & Höfe", "수면", "<b>\"x\"</b>", "=1+1", "road_1"])

  private var provenance: Provenance {
    var provenance = Provenance()
    provenance.pipeline = "nightly"
    provenance.about.license = "CC-BY-4.0"
    provenance.about.keywords = ["land cover"]
    provenance.about.contact = "https://example.org/gis"
    provenance.model = .init(
      name: "net & more.pth", sha256: String(repeating: "a", count: 64), configSHA256: nil, architecture: "unet", parameters: 7,
      resolution: 0.5,
      training: [:])
    provenance.software = ["orthoweave": "1.2.3"]
    return provenance
  }

  private func item(_ name: String) throws -> Data {
    var raster = try #require(STACAsset(file: "sheet.classes.tif"))
    raster.bytes = 12
    raster.sha256 = String(repeating: "b", count: 64)
    raster.bands = [STACBand(name: "class", classes: classes.classes)]
    var probabilities = try #require(STACAsset(file: "sheet.probabilities.tif"))
    probabilities.bands = classes.classes.map { STACBand(name: $0.name, unit: "%", scale: 0.5) }
    return try STACItem(
      size: RasterSize(width: 20, height: 10), geotransform: Geotransform(500_000, 0.5, 0, 5_800_000, 0, -0.5),
      crs: try CoordinateSystem("EPSG:32633"),
      acquisition: .between("2024-06-01T00:00:00Z", "2024-06-01T23:59:59Z"),
      metadata: LayerMetadata(name: name, provenance: provenance, catalog: classes, crs: nil), assets: [raster, probabilities]
    ).json()
  }

  private func model() throws -> Data {
    try STACModel(
      model: try #require(provenance.model), pipeline: "nightly", bands: ["red", "green", "blue"],
      scaling: [.init(mean: 1, deviation: 2), .init(mean: 1, deviation: 2), .init(mean: 1, deviation: 2)], tile: [512, 512],
      classes: classes.classes,
      outputs: 5, path: "../models/net & more.pth", bytes: 99
    ).json()
  }

  @Test func anItemHasChecksumsBandsClassesAndItsWayUp() throws {
    let json = try #require(try JSONSerialization.jsonObject(with: try item("north/sheet")) as? [String: Any])
    let assets = try #require(json["assets"] as? [String: [String: Any]])
    let raster = try #require(assets["classes"])
    #expect(raster["file:checksum"] as? String == "1220" + String(repeating: "b", count: 64) && raster["file:size"] as? Int == 12)
    let bands = try #require(raster["bands"] as? [[String: Any]])
    let shown = try #require(bands[0]["classification:classes"] as? [[String: Any]])
    #expect(shown.map { $0["title"] as? String } == classes.classes.map(\.name))
    #expect(shown.map { $0["name"] as? String } == ["class-0", "class-1", "b-x-b", "1-1", "road_1"])
    #expect((assets["probabilities"]?["bands"] as? [[String: Any]])?.first?["raster:scale"] as? Double == 0.5)
    let links = try #require(json["links"] as? [[String: Any]])
    #expect(links.first { $0["rel"] as? String == "collection" }?["href"] as? String == "../../collection.json")
    #expect(links.first { $0["rel"] as? String == "mlm:model" }?["href"] as? String == "../../model.json")
    #expect(json["collection"] as? String == "nightly")
  }

  @Test func aCollectionHasTheExtentOfItsItemsInOrder() throws {
    let members = [
      STACCollection.Member(source: "b", box: [1, 2, 3, 4], start: "2024-06-02T00:00:00Z", end: "2024-06-03T00:00:00Z"),
      STACCollection.Member(source: "a/x y", box: [0, 3, 2, 5], start: "2024-06-01T00:00:00Z", end: "2024-06-01T10:00:00Z"),
    ]
    func json(_ members: [STACCollection.Member]) throws -> [String: Any] {
      let data = try STACCollection(provenance: provenance, members: members).json()
      #expect(STACCollection.sources(in: data) == members.count)
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    let both = try json(members)
    let extent = try #require(both["extent"] as? [String: [String: Any]])
    #expect(extent["spatial"]?["bbox"] as? [[Double]] == [[0, 2, 3, 5]])
    #expect(extent["temporal"]?["interval"] as? [[String]] == [["2024-06-01T00:00:00Z", "2024-06-03T00:00:00Z"]])
    let links = try #require(both["links"] as? [[String: Any]])
    #expect(
      links.filter { $0["rel"] as? String == "item" }.map { $0["href"] as? String } == ["./a/x%20y/stac-item.json", "./b/stac-item.json"])
    // What is not known is open, and what crosses 180° keeps its place.
    let unknown = try json(members + [.init(source: "c", box: [179, 0, -179, 1], start: nil, end: nil)])
    let open = try #require(unknown["extent"] as? [String: [String: Any]])
    #expect(open["spatial"]?["bbox"] as? [[Double]] == [[0, 0, -179, 5]])
    #expect((open["temporal"]?["interval"] as? [[Any]])?.first?.allSatisfy { $0 is NSNull } == true)
  }

  /// RFC 7946, section 5.2: the smallest box, from west to east.
  @Test(
    arguments: [
      ([[177, -20, 178, -18], [-179, -17, -178, -16]], [177, -20, -178, -16]),
      ([[179, -17, -179, -16], [178, -18, 180, -16.5]], [178, -18, -179, -16]),
      ([[179.5, 0, -179.5, 1], [10.1, 2, 10.2, 3]], [10.1, 0, -179.5, 3]),
      ([[13.40123456, 52.1, 13.5, 52.3]], [13.40123456, 52.1, 13.5, 52.3]),
      ([[-120, 30, -70, 50], [5, 40, 15, 55]], [-120, 30, 15, 55]),
      ([[-180, 70, 180, 90], [10, 50, 11, 51]], [-180, 50, 180, 90]),
      ([[-180, -10, -60, 10], [-60, -10, 60, 10], [60, -10, 180, 10]], [-180, -10, 180, 10]),
      ([[0, 0, 120, 1], [120, 0, -120, 1], [-120, 0, 0, 1]], [-180, 0, 180, 1]),
      ([], [-180, -90, 180, 90]),
    ] as [([[Double]], [Double])])
  func aCollectionsBoxIsTheSmallestAroundItsItems(_ boxes: [[Double]], _ expected: [Double]) throws {
    for boxes in [boxes, boxes.reversed()] {
      let members = boxes.enumerated().map { STACCollection.Member(source: "s\($0.offset)", box: $0.element, start: nil, end: nil) }
      let data = try STACCollection(provenance: provenance, members: members + [.init(source: "unplaced", box: nil, start: nil, end: nil)])
        .json()
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let extent = try #require(json["extent"] as? [String: [String: Any]])
      #expect(extent["spatial"]?["bbox"] as? [[Double]] == [expected], "\(boxes)")
    }
  }

  /// Names as machines read them: letters, digits, dashes and underscores, no two the same, and the same in every item.
  @Test(
    arguments: [
      (["class-1", "Straße", "class-3", "ü"], ["class-1", "class-1-1", "class-3", "class-3-3"]),
      (["bare land", "bare-land", "bare land", "bare/land"], ["bare-land-0", "bare-land", "bare-land-2", "bare-land-3"]),
      (["road", "road", "road-1", ""], ["road", "road-1-1", "road-1", "class-3"]),
      (["water", "trees, dense", "?!", "B"], ["water", "trees-dense", "class-2", "B"]),
    ] as [([String], [String])])
  func shortNamesOfClassesAreUnique(_ names: [String], _ expected: [String]) throws {
    var raster = try #require(STACAsset(file: "sheet.classes.tif"))
    raster.bands = [STACBand(name: "class", classes: ClassCatalog(names: names).classes)]
    let data = try STACItem(
      size: RasterSize(width: 20, height: 10), geotransform: .pixels, crs: nil, acquisition: .unknown,
      metadata: LayerMetadata(name: "x", provenance: provenance, catalog: classes, crs: nil), assets: [raster]
    ).json()
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let assets = try #require(json["assets"] as? [String: [String: Any]])
    let shown = (assets["classes"]?["bands"] as? [[String: Any]])?.first?["classification:classes"] as? [[String: Any]]
    #expect(shown?.map { $0["name"] as? String } == expected)
    #expect(shown?.map { $0["title"] as? String } == names)
  }

  @Test func membersAreTakenFromOurItemsAlone() throws {
    let data = try item("north/sheet")
    let member = try #require(STACCollection.Member(item: data, source: "north/sheet"))
    #expect(member.box?.count == 4 && member.start == "2024-06-01T00:00:00Z" && member.end == "2024-06-01T23:59:59Z")
    #expect(STACCollection.Member(item: data, source: "other") == nil)
    #expect(
      STACCollection.Member(item: Data("{}".utf8), source: "x") == nil && STACCollection.Member(item: Data([0xFF]), source: "x") == nil)
  }

  /// What their extensions ask for beyond the core; scripts/acceptance/layers validates whole documents (scripts/acceptance/stac_schemas.py).
  @Test func documentsHaveWhatTheirSchemasRequire() throws {
    let model = try #require(try JSONSerialization.jsonObject(with: try model()) as? [String: Any])
    let properties = try #require(model["properties"] as? [String: Any])
    for key in ["mlm:name", "mlm:architecture", "mlm:tasks", "mlm:input", "mlm:output", "datetime"] {
      #expect(properties[key] != nil, "\(key)")
    }
    let asset = try #require((model["assets"] as? [String: [String: Any]])?["weights"])
    #expect(asset["href"] as? String == "../models/net%20%26%20more.pth" && (asset["roles"] as? [String])?.contains("mlm:model") == true)
    #expect(asset["mlm:artifact_type"] != nil)
    // Letters, digits and ._- alone; the bands of the input are STAC's bands, too.
    #expect(properties["mlm:name"] as? String == "net---more.pth" && properties["title"] as? String == "net & more.pth")
    #expect((properties["bands"] as? [[String: String]])?.compactMap { $0["name"] } == ["red", "green", "blue"])
    let data = try STACCollection(provenance: provenance, members: []).json()
    let collection = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let processors = try #require(collection["providers"] as? [[String: Any]]).filter {
      ($0["roles"] as? [String])?.contains("processor") == true
    }
    #expect(processors.map { $0["name"] as? String } == ["https://example.org/gis"])
    #expect(processors.first?["processing:software"] as? [String: String] == ["orthoweave": "1.2.3"])
  }

  @Test(arguments: [
    ("7.pth", "pth"), ("수면.pth", "pth"), ("수면", "model"), ("..", "model"), ("a", "model"), ("ab", "model-ab"), ("a_-", "model"),
    ("", "model"),
  ])
  func aModelsNameIsOneThatTheExtensionAllows(_ name: String, _ expected: String) throws {
    var model = try #require(provenance.model)
    model.name = name
    let item = STACModel(
      model: model, pipeline: nil, bands: ["gray"], scaling: [], tile: [64, 64], classes: classes.classes, outputs: 5, path: "x", bytes: nil
    )
    let json = try #require(try JSONSerialization.jsonObject(with: try item.json()) as? [String: Any])
    let properties = try #require(json["properties"] as? [String: Any])
    #expect(properties["mlm:name"] as? String == expected && properties["orthoweave:pipeline"] == nil)
    // What is not known is left out.
    #expect((properties["mlm:input"] as? [[String: Any]])?.first?["value_scaling"] == nil)
  }
}
