import Foundation
import PipelineFile
import RunState
import TestSupport
import Testing

@testable import Runs

/// Every key of the schema is set to another value: does the raster key change, or the layer key, or none?
@Suite struct KeysTests {
  private enum Changes: String { case pixels, layers, nothing }

  /// Keys that do not do what their section does.
  private static let exceptions: [String: Changes] = [
    // Which files there are, and when they are read.
    "input.sources": .nothing, "input.settle": .nothing, "input.drivers": .nothing,
    // Whether a link is followed is decided before anything is read.
    "input.follow": .nothing,
    // Written into layers, as it is.
    "input.date": .layers,
    // Known by their content, which is not part of the settings' values.
    "model.checkpoint": .nothing, "model.config": .nothing,
    // Names and colors come in by the catalog, unions by their table.
    "model.classes": .nothing,
    "inference.workers": .nothing, "inference.memory": .nothing,
    // By the set that is used, not by the word.
    "inference.kernels": .nothing,
    "output.directory": .nothing, "output.create": .nothing, "output.name": .nothing, "output.prune": .nothing, "output.report": .nothing,
    // Only asks for a GeoPackage, which sources have anyway.
    "output.incidents": .nothing,
  ]

  /// Values where the schema alone does not give one that differs.
  private static let values: [String: String] = [
    "about.title": "b", "about.abstract": "b", "about.license": "CC0-1.0", "about.attribution": "b", "about.contact": "b",
    "about.keywords": "[b]",
    "input.sources": "[elsewhere]", "input.area": "b.geojson", "input.scale": "{min: 0, max: 1000}", "input.settle": "5s",
    "input.date": "\"{year}-{month}-{day}*\"",
    "model.mean": "[1, 2, 3]", "model.std": "[1, 2, 3]", "model.classes": "[a, b]", "inference.memory": "500MB",
    "inference.scales": "[0.5]", "input.resolution": "0.5", "model.resolution": "0.5",
    "inference.overlap": "64", "output.formats": "[gpkg]", "output.merge": "only", "output.name": "\"{file}\"", "output.directory": "b",
    "output.postgis": "\"host=b\"", "run.metrics": "b.prom", "run.timeLimit": "5s", "run.until": "\"06:00\"", "run.maxFailures": "5",
    "run.pruneLimit": "5",
    "run.retry.after": "5s", "model.checkpoint": "b.pth",
    "vectors.thickness": "{a: [0.04, 0.3]}", "vectors.nearest": "{a: b}", "output.incidents": "[a]", "input.frames.metadata": "a.geojson",
    "input.frames.columns": "{lat: Sensor Latitude}", "input.frames.ground": "12",
    "input.frames.vertical": "geoid", "input.frames.takeoff": "5", "input.frames.camera.sensorWidth": "13",
    "input.frames.camera.focalLength": "9", "input.frames.camera.distortion": "[1, 0, 0, 0, 0]", "input.frames.minimumDip": "10",
    "input.frames.maximumPixel": "9",
    "vectors.simplify.method": "smooth", "vectors.simplify.tolerance": "2",
  ]

  /// What a key needs beside it, before and after.
  private static let companions: [String: [String: String]] = [
    "input.area": ["input.area": "a.geojson"],
    "vectors.simplify.method": ["vectors.simplify.tolerance": "1", "vectors.simplify.method": "visvalingam"],
    "vectors.simplify.tolerance": ["vectors.simplify.tolerance": "1", "vectors.simplify.method": "visvalingam"],
    "input.frames.columns": ["input.frames.metadata": "a.geojson"], "input.frames.ground": ["input.frames.metadata": "exif"],
    "input.frames.vertical": ["input.frames.metadata": "exif"],
    "input.frames.takeoff": ["input.frames.metadata": "exif", "input.frames.vertical": "takeoff", "input.frames.takeoff": "4"],
    "input.frames.camera.sensorWidth": ["input.frames.metadata": "exif"],
    "input.frames.camera.focalLength": ["input.frames.metadata": "exif", "input.frames.camera.sensorWidth": "13"],
    "input.frames.camera.distortion": ["input.frames.metadata": "exif", "input.frames.camera.sensorWidth": "13"],
    "input.frames.sigma.position": ["input.frames.metadata": "exif"], "input.frames.sigma.height": ["input.frames.metadata": "exif"],
    "input.frames.sigma.attitude": ["input.frames.metadata": "exif"], "input.frames.minimumDip": ["input.frames.metadata": "exif"],
    "input.frames.maximumPixel": ["input.frames.metadata": "exif"], "input.frames.infer": ["input.frames.metadata": "exif"],
    "output.postgis": ["output.formats": "[postgis]", "output.postgis": "\"host=a\""],
  ]

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder("keys")
    for name in ["a.geojson", "b.geojson", "other"] { try folder.write(name, to: name) }
  }

  @Test func everyKeyOfTheSchemaChangesTheKeyThatItsResultsFollowFrom() throws {
    var sections: Set<String> = []
    let keys = try PipelineReference.keys.map(\.path).filter { try schema(of: $0)["properties"] == nil }
    #expect(keys.count > 40)
    for key in keys {
      let section = String(key.prefix { $0 != "." })
      sections.insert(section)
      let standard = PipelineReference.keys.first { $0.path == key }?.defaultText
      let value = try #require(Self.values[key] ?? other(try schema(of: key), than: standard), "give a value for \(key) in this test")
      let base = Self.companions[key] ?? [:]
      let before = try keysOf(base)
      let after = try keysOf(base.merging([key: value]) { _, new in new })
      let found: Changes = before.raster != after.raster ? .pixels : before.layers != after.layers ? .layers : .nothing
      let expected: Changes =
        switch section {
        case "input", "model", "inference": .pixels
        case "vectors", "output", "about": .layers
        default: .nothing
        }
      #expect(found == Self.exceptions[key] ?? expected, "\(key): \(value)")
    }
    #expect(sections == ["input", "model", "inference", "vectors", "output", "run", "about"])
  }

  @Test func aFileThatTheSettingsNameCountsByItsContent() throws {
    let before = try keysOf(["input.area": "a.geojson"])
    try folder.write("a.geojson", to: "moved/area.geojson")
    #expect(try keysOf(["input.area": "moved/area.geojson"]).raster == before.raster)
    try folder.write("other", to: "a.geojson")
    #expect(try keysOf(["input.area": "a.geojson"]).raster != before.raster)
    // A Shapefile's crs lies in a file of its own.
    try folder.write("a", to: "a.shp")
    let without = try keysOf(["input.area": "a.shp"])
    try folder.write("PROJCS", to: "a.prj")
    #expect(try keysOf(["input.area": "a.shp"]).raster != without.raster)
    #expect(throws: RunStateError.self) { _ = try keysOf(["input.area": "missing.gpkg"]) }
  }

  @Test func modelUnionsKernelsAndWindowChangeTheRasterKey() throws {
    let pipeline = try read([:])
    func key(_ digests: [String] = ["m"], _ merge: [UInt8]? = nil, _ kernels: String = "avx2", _ window: [Int]? = nil) throws -> String {
      try SettingsDigest(RasterSettings(pipeline, modelDigests: digests, merge: merge, kernels: kernels, window: window)).text
    }
    let keys = try [
      key(), key(["n"]), key(["m", "c"]), key(["m"], [0, 0]), key(["m"], nil, "portable"), key(["m"], nil, "avx2", [0, 0, 8, 8]),
    ]
    #expect(Set(keys).count == keys.count)
  }

  @Test func classNamesAndColorsChangeTheLayerKey() throws {
    let pipeline = try read([:])
    func key(_ names: [String], _ colors: [String]) throws -> String {
      try SettingsDigest(LayerSettings(pipeline, classNames: names, classColors: colors)).text
    }
    let keys = try [key(["a"], ["#000000"]), key(["b"], ["#000000"]), key(["a"], ["#000001"])]
    #expect(Set(keys).count == keys.count)
  }

  @Test func passwordsAndTheOrderOfFormatsChangeNoKey() throws {
    let formats = ["output.formats": "[gpkg, postgis]"]
    let first = try keysOf(formats.merging(["output.postgis": "\"host=a password=one\""]) { $1 })
    let second = try keysOf(["output.formats": "[postgis, gpkg]", "output.postgis": "\"host=a password=two\""])
    #expect(first.layers == second.layers)
  }

  // MARK: - Helpers

  private func keysOf(_ values: [String: String]) throws -> (raster: String, layers: String) {
    let pipeline = try read(values)
    return (
      try SettingsDigest(RasterSettings(pipeline, modelDigests: ["m"], merge: nil, kernels: "avx2", window: nil)).text,
      try SettingsDigest(LayerSettings(pipeline, classNames: ["a"], classColors: ["#000000"])).text
    )
  }

  private func read(_ values: [String: String]) throws -> Pipeline {
    var all = ["input.sources": "[in]", "model.checkpoint": "a.pth", "output.directory": "a"]
    all.merge(values) { _, new in new }
    return try PipelineReader.read(text: Self.yaml(all), folder: folder.path)
  }

  /// A table in flow style from key paths and their values.
  private static func yaml(_ values: [String: String]) -> String {
    let groups = Dictionary(grouping: values) { $0.key.prefix { $0 != "." } }
    let members = groups.sorted { $0.key < $1.key }.map { name, members -> String in
      if members.count == 1, let only = members.first, only.key == name { return "\(name): \(only.value)" }
      let below = members.map { (String($0.key.dropFirst(name.count + 1)), $0.value) }
      return "\(name): \(yaml(Dictionary(uniqueKeysWithValues: below)))"
    }
    return "{\(members.joined(separator: ", "))}"
  }

  private func schema(of key: String) throws -> [String: Any] {
    var schema = try #require(try JSONSerialization.jsonObject(with: Data(PipelineSchema.json.utf8)) as? [String: Any])
    for part in key.split(separator: ".") {
      let tables = [schema] + (schema["anyOf"] as? [[String: Any]] ?? [])
      let properties = tables.lazy.compactMap { $0["properties"] as? [String: Any] }.first
      schema = try #require(properties?[String(part)] as? [String: Any], "\(key)")
    }
    return schema
  }

  /// A value that the schema takes, other than the standard one; `nil` where the schema does not say enough.
  private func other(_ schema: [String: Any], than standard: String?) -> String? {
    if let words = schema["enum"] as? [Any] { return words.map { "\($0)" }.first { $0 != standard } }
    if let word = schema["const"] as? String { return word == standard ? nil : word }
    if let choices = schema["anyOf"] as? [[String: Any]] { return choices.lazy.compactMap { other($0, than: standard) }.first }
    switch schema["type"] as? String {
    case "boolean": return standard == "true" ? "false" : "true"
    case "integer", "number":
      let least = (schema["minimum"] ?? schema["exclusiveMinimum"]) as? Double ?? 0
      let most = schema["maximum"] as? Double ?? least + 10
      let value = schema["type"] as? String == "integer" ? min(least + 3, most) : (least + most) / 2
      return value == value.rounded() ? "\(Int(value))" : "\(value)"
    case "string": return schema["pattern"] == nil ? "other" : nil
    case "array": return (schema["items"] as? [String: Any]).flatMap { other($0, than: nil) }.map { "[\($0)]" }
    default: return nil
    }
  }
}

/// Settings as provenance tells them.
@Suite struct SettingsTextsTests {
  @Test func settingsHaveTheKeysOfThePipelineAndPlainValues() throws {
    let pipeline = try PipelineReader.read(
      text: """
        input: {sources: [in]}
        model: {checkpoint: a.pth}
        inference: {tile: 512}
        vectors: {simplify: {method: visvalingam, tolerance: 0.5}, minimumConfidence: {ship: 60}}
        output: {directory: out}
        """, folder: "/")
    var texts = SettingsTexts()
    texts.add("input", try JSONValue(settings: pipeline.input, except: RasterSettings.inputWithoutPixels))
    texts.add("inference", try JSONValue(settings: pipeline.inference, except: []))
    texts.add("vectors", try JSONValue(settings: pipeline.vectors, except: []))
    let found = texts.texts
    #expect(found["input.bands"] == "auto" && found["input.scale"] == "none" && found["inference.blend"] == "cosine")
    #expect(found["inference.tile.size.height"] == "512" && found["inference.scales"] == "[1]")
    #expect(found["vectors.simplify.method"] == "visvalingam" && found["vectors.simplify.tolerance"] == "0.5")
    #expect(found["vectors.minimumConfidence.byClass.ship"] == "60" && found["vectors.classes"] == "all")
    #expect(!found.keys.contains { $0.contains("_0") || $0.contains("sources") }, "\(found)")
  }
}
