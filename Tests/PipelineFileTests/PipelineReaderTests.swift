import Basics
import Foundation
import PipelineFile
import Testing

struct PipelineReaderTests {
  @Test func threeKeysAreEnough() throws {
    let pipeline = try read(pipelineText())
    #expect(pipeline.input.sources == [PipelinePath(written: "a.tif", resolved: "/data/project/a.tif")])
    #expect(pipeline.model.checkpoint.resolved == "/data/project/net.pth")
    #expect(pipeline.output.directory.resolved == "/data/project/out")
    var plain = Pipeline()
    plain.input.sources = pipeline.input.sources
    plain.model.checkpoint = pipeline.model.checkpoint
    plain.output.directory = pipeline.output.directory
    plain.origin = pipeline.origin
    #expect(pipeline == plain)
  }

  @Test func everyDefaultIsWhatItsTextSays() throws {
    for key in PipelineReference.keys {
      guard let text = key.defaultText else { continue }
      let parts = key.path.split(separator: ".").map(String.init)
      let value = parts.dropFirst(2).reversed().reduce(text) { "{\($1): \($0)}" }
      var given = try read(pipelineText(section: parts[0], key: parts[1], value: value))
      var plain = try read(pipelineText())
      given.origin = .init()
      plain.origin = .init()
      #expect(given == plain, "\(key.path): \(text)")
    }
  }

  @Test func theDesignsExampleReadsWhole() throws {
    let pipeline = try read(
      """
      # comment
      input:
        sources: [orthophotos/*.tif, "/abs/**", "${DATA}/x"]
        mosaic: true
        bands: [4, 3, 2]
        scale: {min: 0, max: 3000}
        nodata: -9999.5
        resolution: 0.25
        area: area.gpkg
        drivers: [GTiff]
        settle: 1h30m
      model:
        checkpoint: ./models//net.pth
        config: ../config.py
        architecture: isanet
        classes: {building: "#3C1098", road: '#6ec1e4'}
        mean: [1, 2.5, 3e1]
        std: [1, 1, 1]
        channels: bgr
        align_corners: false
      inference:
        tile: [512, 1024]
        overlap: 64
        blend: center
        scales: [0.5, 1, 1.5]
        flip: d4
        threshold: 0.4
        precision: bfloat16
        kernels: portable
        workers: 3
        memory: 8GB
      vectors:
        classes: [building]
        minimumArea: 2
        minimumHole: 1.5
        connectivity: 8
        minimumConfidence: {building: 60}
        simplify: {method: douglas-peucker, tolerance: 0.3}
        regularize: [building]
        crs: EPSG:4326
      output:
        directory: /srv/layers/
        formats: [classes, postgis]
        merge: only
        name: "{folder}/{file}"
        prune: true
        postgis: host=db password=${SECRET}
      run:
        verify: content
        retry: {limit: 1, after: 2d}
        maxFailures: 20%
        timeLimit: 90m
        until: 06:00
        pruneLimit: 5
        metrics: /var/lib/x.prom
      """, environment: ["DATA": "/mnt/d", "SECRET": "geheim"])
    #expect(pipeline.input.sources.map(\.resolved) == ["/data/project/orthophotos/*.tif", "/abs/**", "/mnt/d/x"])
    #expect(pipeline.input.sources[2].written == "${DATA}/x")
    #expect(pipeline.input.mosaic)
    #expect(pipeline.input.bands == .numbers([4, 3, 2]))
    #expect(pipeline.input.scale == .all(.init(min: 0, max: 3000)))
    #expect(pipeline.input.nodata == -9999.5)
    #expect(pipeline.input.resolution == .meters(0.25))
    #expect(pipeline.input.area?.resolved == "/data/project/area.gpkg")
    #expect(pipeline.input.settle == .seconds(5400))
    #expect(pipeline.model.checkpoint == PipelinePath(written: "./models//net.pth", resolved: "/data/project/models/net.pth"))
    #expect(pipeline.model.config?.resolved == "/data/project/../config.py")
    #expect(
      pipeline.model.classes
        == .colors([
          .init(name: "building", color: Color(red: 60, green: 16, blue: 152)),
          .init(name: "road", color: Color(red: 110, green: 193, blue: 228)),
        ]))
    #expect(pipeline.model.mean == [1, 2.5, 30])
    #expect(pipeline.model.alignCorners == false)
    #expect(pipeline.inference.tile == .size(height: 512, width: 1024))
    #expect(pipeline.inference.scales == [0.5, 1, 1.5])
    #expect(pipeline.inference.memory == 8_000_000_000)
    #expect(pipeline.vectors.minimumConfidence.percent(ofClass: "building") == 60)
    #expect(pipeline.vectors.simplify.method == .douglasPeucker)
    #expect(pipeline.vectors.connectivity == .eight)
    #expect(pipeline.vectors.crs == .code("EPSG:4326"))
    #expect(pipeline.output.directory.resolved == "/srv/layers")
    #expect(pipeline.output.merge == .only)
    #expect(pipeline.output.name == .pattern("{folder}/{file}"))
    #expect(pipeline.output.postgis?.connection.value == "host=db password=geheim")
    #expect("\(pipeline)".contains("geheim") == false)
    #expect(pipeline.run.maxFailures == .percent(20))
    #expect(pipeline.run.until == TimeOfDay(hour: 6, minute: 0))
    #expect(pipeline.run.pruneLimit == .count(5))
    #expect(pipeline.origin.locations["inference.memory"] == .init(line: 31, column: 11))
    #expect(pipeline.origin.name == "demo")
  }

  @Test func anUnknownKeyIsNamedWithItsPlaceAndTheNearestOne() throws {
    let error = try #require(refusal(pipelineText("inference:\n  overlpa: 64")))
    #expect(error.code == .unknownKey)
    #expect(error.description == "demo.yaml:5:3: inference: unknown key 'overlpa'; did you mean 'overlap'?")
    let moved = try #require(refusal(pipelineText("run: {overlap: 64}")))
    #expect(moved.remedy == "'inference.overlap' is such a key: move it")
    let section = try #require(refusal(pipelineText("inferense: {}")))
    #expect(section.remedy == "did you mean 'inference'?")
    let strange = try #require(refusal(pipelineText("run: {zzzzzzzzz: 64}")))
    #expect(strange.remedy.hasPrefix("keys here are verify, retry"))
  }

  @Test func allProblemsAreReportedTheFirstFirst() throws {
    let error = try #require(
      refusal(
        """
        input:
          sources: []
          mosaic: yes
        inference:
          tile: huge
          scales: [1.0, x, -1]
        vectors: {connectivity: 6, simplify: {methd: smooth}}
        """))
    #expect(
      error.problems.map(\.key) == [
        "input.sources", "input.mosaic", "inference.tile", "inference.scales", "inference.scales", "vectors.connectivity",
        "vectors.simplify",
        "model.checkpoint", "output.directory",
      ])
    #expect(error.problems.map(\.line) == [2, 3, 5, 6, 6, 7, 7, 1, 1])
    #expect(error.description.hasSuffix("(and 8 more problems)"))
    #expect(error.lines.count == 9)
    #expect(error.lines[1] == "demo.yaml:3:11: input.mosaic: must be true or false, not \"yes\"")
  }

  @Test func aListingNamesSoManyProblemsAndCountsTheRest() {
    let problems = (1...23).map { PipelineError.Problem(.unknownKey, line: $0, column: 2, reason: "is unknown", remedy: "leave it out") }
    let error = PipelineError(file: "demo.yaml", problems: problems)
    let listing = error.listing()
    #expect(listing.count == 21)
    #expect(listing.first == "demo.yaml:1:2: is unknown; leave it out" && listing.last == "and 3 more problems")
    #expect(error.listing(atMost: 22).last == "and one more problem")
    #expect(error.listing(atMost: 23) == error.lines)
  }

  @Test func missingKeysAreNamed() throws {
    for text in ["", "# nothing", "---\n", "input:\n", "input: {}\nmodel:\n"] {
      let error = try #require(refusal(text))
      #expect(error.problems.map(\.key).sorted() == ["input.sources", "model.checkpoint", "output.directory"], "\(text)")
      #expect(error.code == .missingKey)
    }
  }

  @Test func aSectionWithAllKeysCommentedOutHasItsDefaults() throws {
    #expect(try read(pipelineText("vectors:\n  # minimumArea: 4\nrun:")).vectors == Pipeline.Vectors())
  }

  @Test func aKeyGivenTwiceIsRefused() throws {
    #expect(try #require(refusal(pipelineText("run: {prune: 1, prune: 2}"))).code == .duplicateKey)
    #expect(try #require(refusal(pipelineText("output: {directory: b}"))).code == .duplicateKey)
    #expect(try #require(refusal(pipelineText("inference: {tile: 512, \"tile\": 256}"))).code == .duplicateKey)
    #expect(try #require(refusal(pipelineText("inference: {scales: [1, 1]}"))).code == .impossibleValue)
  }

  @Test func lettersOfAClassNameStayAsTheyAre() throws {
    let names = ["no", "on", "yes", "off", "true", "null", "~", "1", "0x10", "1e3", "06:00", "2020-01-01", "water body", "시설"]
    let pipeline = try read(pipelineText("vectors: {classes: [\(names.joined(separator: ", "))]}"))
    #expect(pipeline.vectors.classes == .names(names))
    let table = try read(pipelineText("vectors: {minimumConfidence: {no: 5, on: 7}}"))
    #expect(table.vectors.minimumConfidence == .byClass(["no": 5, "on": 7]))
    let tagged = try read(pipelineText("vectors: {classes: [!!bool no]}"))
    #expect(tagged.vectors.classes == .names(["no"]))
  }

  @Test func variablesAreForValuesOfText() throws {
    let environment = ["A": "x", "B": "${A}", "EMPTY": ""]
    func directory(_ text: String) throws -> String {
      try read("input: {sources: [a]}\nmodel: {checkpoint: b}\noutput: {directory: \"\(text)\"}", environment: environment).output.directory
        .resolved
    }
    #expect(try directory("/${A}/y") == "/x/y")
    #expect(try directory("/${B}") == "/${A}")
    #expect(try directory("/$${A}/$A/$") == "/${A}/$A/$")
    #expect(try read(pipelineText("inference: {blend: \"${MODE}\"}"), environment: ["MODE": "mean"]).inference.blend == .mean)
    for (text, words) in [
      ("${NO}", "NO is not set"), ("${A", "without }"), ("${a b}", "names no"), ("${}", "names no"), ("${1}", "names no"),
      ("${EMPTY}", "empty"),
    ] {
      let error = try #require(refusal(pipelineText("input2: 1\nrun: {metrics: \"\(text)\"}"), environment: environment))
      #expect(error.problems.contains { $0.key == "run.metrics" && $0.description.contains(words) }, "\(text): \(error.lines)")
    }
    // A key is never a variable, and a refused value shows what was written, not what it stood for.
    #expect(try #require(refusal(pipelineText("\"${A}\": 1"), environment: environment)).code == .unknownKey)
    let secret = try #require(refusal(pipelineText("inference: {blend: \"${MODE}\"}"), environment: ["MODE": "hidden"]))
    #expect(!secret.description.contains("hidden") && secret.description.contains("${MODE}"))
  }

  @Test func filesAreReadAndRelativeToThemselves() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pipeline-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("nightly job.yaml").path
    try Data(pipelineText().utf8).write(to: URL(fileURLWithPath: path))
    let pipeline = try PipelineReader.read(path: path, environment: [:])
    #expect(pipeline.origin.name == "nightly job")
    #expect(pipeline.input.sources.first?.resolved == folder.path + "/a.tif")

    func code(_ path: String) -> PipelineError? {
      do throws(PipelineError) { _ = try PipelineReader.read(path: path, environment: [:]) } catch { return error }
      return nil
    }
    #expect(code(folder.path)?.reason == "is a folder")
    #expect(code(folder.path + "/none.yaml")?.reason == "does not exist")
    let large = folder.appendingPathComponent("large.yaml").path
    #expect(FileManager.default.createFile(atPath: large, contents: nil))
    let handle = try #require(FileHandle(forWritingAtPath: large))
    try handle.truncate(atOffset: 3_000_000_000)
    try handle.close()
    #expect(code(large)?.reason == "is larger than a megabyte")
  }

  @Test func aKeyCanBeBlamedLater() throws {
    let pipeline = try read(pipelineText("vectors:\n  classes: [ship]"))
    let error = pipeline.error(at: "vectors.classes", reason: "the model has no class 'ship'", remedy: "it has sea, land")
    #expect(error.description == "demo.yaml:5:12: vectors.classes: the model has no class 'ship'; it has sea, land")
    let absent = pipeline.error(at: "model.mean", reason: "is nowhere")
    #expect(absent.description == "demo.yaml: model.mean: is nowhere")
  }
}
