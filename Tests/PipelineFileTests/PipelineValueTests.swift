import Basics
import Foundation
import PipelineFile
import Testing

struct PipelineValueTests {
  /// Section, key, values that are taken, values that are refused.
  static let cases: [(String, String, [String], [String])] = [
    (
      "input", "sources",
      [
        "a.tif", "[a.tif]", "[\"*.tif\", b/**]", "/vsicurl/https://x/y.tif", "s3://a/b.tif", "{stac: a.json, asset: data}",
        "[a, {stac: a, asset: x}, {stac: a, asset: y}]",
      ],
      [
        "", "[]", "{}", "[a, a]", "[[a]]", "\"\"", "[\"\"]", "*.tif", "{stac: a.json}", "{asset: x}", "{stac: a, asset: x, b: c}",
        "[\"https://x/a?b\", \"https://x/a?c\"]",
      ]
    ),
    ("input", "mosaic", ["true", "false", "True"], ["yes", "1", "\"true\"", "[true]", "null", ""]),
    (
      "input", "bands", ["auto", "[1]", "[3, 2, 1]", "[1, 1, 1]", "[red, green, blue]", "[nir, red, green]"],
      ["1", "[]", "[0]", "[1, red]", "[red, 1.5, [2]]", "rgb", "[70000]", "[-1]"]
    ),
    (
      "input", "scale", ["none", "{min: 0, max: 3000}", "{max: 1, min: -0.5}", "[{min: 0, max: 1}, {min: 0, max: 1}, {min: 0, max: 2}]"],
      [
        "{min: 1, max: 1}", "{min: 2, max: 1}", "{min: 0}", "[0, 3000]", "3000", "{min: 0, max: 1, mid: 2}", "[]", "{min: a, max: 1}",
        "[{min: 0, max: 1}]", "{min: .nan, max: 1}",
      ]
    ),
    ("input", "nodata", ["none", "0", "-9999", "1e-3", "null"], [".nan", ".inf", "black", "\"0\"", "1e999"]),
    ("input", "nodataTolerance", ["0", "8", "0.5"], ["-1", "none", "8%", "[8]", ".inf"]),
    ("input", "alpha", ["auto", "none", "1", "128", "0.5"], ["0", "-1", "yes", "null", "[1]", "\"128\"", ".nan"]),
    ("input", "crs", ["none", "EPSG:25833", "null"], ["[EPSG:4326]", "\"\""]),
    ("input", "dem", ["none", "dem.tif"], ["", "[dem.tif]"]),
    ("input", "resolution", ["native", "model", "0.25", "30"], ["0", "-1", "25cm", "natve", "[1, 1]"]),
    ("input", "area", ["none", "a.gpkg", "~"], ["", "[a]", "{a: b}"]),
    (
      "input", "date", ["none", "\"*_{year}{month}{day}_*\"", "\"{year}-{month}-{day}.tif\""],
      [
        "\"\"", "\"*\"", "\"{year}{month}\"", "\"{year}{month}{day}{day}\"", "\"{year}{month}{day}{hour}\"", "\"{year}{month}{day}}\"",
        "[1]",
      ]
    ),
    ("input", "drivers", ["[GTiff]"], ["GTiff", "[]", "[GTiff, GTiff]", "[[GTiff]]"]),
    (
      "input", "settle", ["0s", "0", "60s", "1.5h", "1h30m", "2d"],
      ["60", "-60s", "1w", "s", "1h30", "\"\"", "1 hour", "99999999999999999999d", "1e5s"]
    ),
    ("model", "architecture", ["auto", "isanet", "ann", "fanet", "unet", "smp-pspnet"], ["upernet", "ISANet", "[isanet]"]),
    (
      "model", "classes", ["auto", "potsdam", "[a, b]", "[no]", "{a: \"#000000\", b: '#FFffFF'}", "{built: [house, road], rest: [sea]}"],
      [
        "[]", "{}", "[a, a]", "{a: red}", "{a: \"#12345\"}", "{a: \"#+12345\"}", "{a: [b], c: [b]}", "{a: []}", "{a: [b], c: \"#000000\"}",
        "{a: }", "[[a]]", "{a: #ff0000\n    }", "{[a]: [b]}", "\"\"",
      ]
    ),
    ("model", "mean", ["auto", "[123.675, 116.28, 103.53]", "[0.5]"], ["128", "[]", "[a]", "none"]),
    ("model", "std", ["auto", "[58.4, 57.1, 57.4]"], ["[0]", "[-1, 1, 1]"]),
    ("model", "channels", ["auto", "rgb", "bgr"], ["grb", "RGB"]),
    ("model", "align_corners", ["auto", "true", "false"], ["none", "1"]),
    (
      "inference", "tile", ["auto", "whole", "512", "[512, 1024]"],
      ["0", "4", "-512", "512.5", "[512]", "[1, 2, 3]", "100000", "\"512\"", "{h: 1}", "atuo"]
    ),
    ("input", "gcp", ["auto", "polynomial", "tps"], ["none", "spline", "[tps]"]),
    ("input", "follow", ["folder", "links"], ["none", "true", "[links]"]),
    ("model", "resolution", ["auto", "0.3", "10"], ["0", "-1", "30cm", "none", "[1, 1]"]),
    ("inference", "overlap", ["0", "128", "auto"], ["-1", "1.5", "20000", "1e99", "nan"]),
    ("inference", "blend", ["mean", "cosine", "center"], ["max", "centre", "[mean]", "1"]),
    ("inference", "scales", ["[1.0]", "[0.75, 1, 1.25]"], ["1.0", "[]", "[0]", "[9]", "[1, 1.0]"]),
    ("inference", "flip", ["none", "horizontal", "d4"], ["true", "vertical", "null"]),
    ("inference", "threshold", ["auto", "0", "0.5", "1"], ["-0.1", "1.1", "half"]),
    ("inference", "precision", ["float32", "bfloat16"], ["float16"]),
    ("inference", "kernels", ["auto", "avx512", "avx2", "portable"], ["sse"]),
    ("inference", "workers", ["auto", "1", "64"], ["0", "2000", "all", "1.5"]),
    (
      "inference", "memory", ["auto", "8GB", "500MB", "1.5 GiB", "0.25TB"],
      ["8", "8G", "0GB", "-1GB", "1kB", "8gb", "99999999999TB", "GB", ".5GB"]
    ),
    ("vectors", "classes", ["all", "[a]"], ["[]", "a", "none", "[a, a]"]),
    ("vectors", "minimumArea", ["0", "4.5"], ["-1", "4m", "none"]),
    ("vectors", "connectivity", ["4", "8"], ["6", "\"4\"", "four"]),
    ("vectors", "minimumConfidence", ["0", "60", "{ship: 60}"], ["101", "-1", "{}", "{ship: 101}", "60%"]),
    (
      "vectors", "simplify", ["{method: none, tolerance: 0}", "{method: visvalingam, tolerance: 1}", "{method: smooth}"],
      [
        "{method: visvalingam}", "{tolerance: 1}", "visvalingam", "{method: rdp, tolerance: 1}", "{method: smooth, tolerance: -1}",
        "{methd: none}",
      ]
    ),
    ("vectors", "shape", ["true", "false"], ["none", "1", "[true]"]),
    (
      "vectors", "thickness", ["none", "{sheen: [0.04, 0.3], rainbow: [1, 1]}"],
      ["{}", "[1, 2]", "{a: 1}", "{a: [1]}", "{a: [2, 1]}", "{a: [0, 1]}", "{a: [1, 2, 3]}", "{a: [b, 1]}", "true"]
    ),
    ("vectors", "nearest", ["none", "{oil: ship, sheen: ship}"], ["{}", "[a, b]", "{a: a}", "{a: [b]}", "ship"]),
    ("output", "incidents", ["[]", "[oil]", "[oil, sheen]"], ["oil", "none", "[oil, oil]", "[\"\"]", "{oil: 1}"]),
    (
      "input", "frames",
      [
        "{metadata: none}", "{metadata: auto}", "{metadata: auto, columns: {lat: Sensor Latitude}}", "{metadata: exif}",
        "{metadata: a.csv, columns: {lat: Sensor Latitude}}", "{metadata: exif, ground: sea}",
        "{metadata: exif, ground: -430.5}", "{metadata: exif, ground: dem.tif}", "{metadata: exif, vertical: takeoff, takeoff: 4}",
        "{metadata: exif, camera: {sensorWidth: 13.2, distortion: [0, 0, 0, 0, 0]}}", "{metadata: exif, sigma: {position: 0, attitude: 2}}",
        "{metadata: exif, minimumDip: 10, maximumPixel: 16, infer: image}",
      ],
      [
        "none", "exif", "[]", "{ground: 5}", "{minimumDip: 8}", "{metadata: exif, vertical: takeoff}", "{metadata: exif, takeoff: 4}",
        "{metadata: a.csv, vertical: takeoff, takeoff: 4}", "{metadata: exif, columns: {lat: Sensor Latitude}}",
        "{metadata: exif, minimumDip: 0}",
        "{metadata: exif, minimumDip: 91}", "{metadata: exif, maximumPixel: 0.5}", "{metadata: exif, camera: {focalLength: 8.8}}",
        "{metadata: exif, camera: {sensorWidth: 13, distortion: [1, 2]}}", "{metadata: exif, sigma: {attitude: -1}}",
        "{metadata: exif, infer: both}", "{metadata: exif, ground: }",
      ]
    ),
    ("vectors", "regularize", ["[]", "[building]"], ["building", "true"]),
    ("vectors", "crs", ["source", "EPSG:4326"], ["4326: x", "[a]", "\"\""]),
    (
      "output", "formats", ["[gpkg]", "[classes, confidence, probabilities, gpkg, shp, csv, geojson, fgb, preview, stac, qgis]"],
      ["[]", "gpkg", "[geopackage]", "[shp, shp]", "[postgis]"]
    ),
    ("output", "merge", ["true", "false", "only"], ["yes", "none", "\"\"", "[]"]),
    (
      "output", "name", ["auto", "{name}", "\"{folder}/{file}\"", "\"x-{name}-{extension}\""],
      ["x", "\"{nme}\"", "\"/{name}\"", "\"../{name}\"", "\"{name}/\"", "\"{name\"", "\"{extension}\"", "\".orthoweave/{name}\"", "\"{}\""]
        .filter { $0 != "{name}" }
    ),
    ("output", "create", ["auto", "always", "never"], ["true", "none", "[auto]"]),
    ("output", "prune", ["true", "false"], ["1"]),
    ("output", "report", ["true", "false"], ["1", "none"]),
    ("about", "title", ["none", "Land cover", "\"Höfe: 수면\""], ["\"\"", "[a]", "{a: b}"]),
    ("about", "abstract", ["none", "Two. Sentences."], ["\"\"", "[a]"]),
    (
      "about", "license", ["none", "CC-BY-4.0", "\"(MIT OR Apache-2.0)\"", "LicenseRef-Own", "https://example.org/terms"],
      ["\"\"", "all rights reserved", "\"CC BY 4.0\"", "\"MIT AND\"", "https://", "\"(MIT\"", "[MIT]"]
    ),
    ("about", "attribution", ["none", "\"© Land survey 2026\""], ["\"\"", "[a]"]),
    ("about", "contact", ["none", "gis@example.org"], ["\"\"", "{a: b}"]),
    ("about", "keywords", ["[]", "[land cover, orthophoto]"], ["a", "[a, a]", "[\"\"]"]),
    ("run", "verify", ["metadata", "content"], ["hash"]),
    ("run", "retry", ["{limit: 0, after: 1h}", "{limit: 5}", "{}"], ["3", "{limit: -1}", "{after: 5}", "{times: 3}"]),
    ("run", "maxFailures", ["none", "10", "20%", "0.5%"], ["0", "-1", "101%", "%", "ten", "1.5"]),
    ("run", "timeLimit", ["none", "2h"], ["2", "0", "0s"]),
    ("run", "until", ["none", "06:00", "6:00", "23:59", "\"06:00\""], ["24:00", "6", "06:60", "6am", "+6:00", "06:0", "06:00:00"]),
    ("run", "pruneLimit", ["10%", "0", "100%"], ["none", "-1"]),
    ("run", "metrics", ["none", "/var/x.prom"], ["[x]", "1: 2"]),
    (
      "run", "notify", ["{command: none}", "{command: mail me, when: always}", "{when: failure}", "{}"],
      ["mail me", "{command: [mail, me]}", "{when: never}", "{command: \"\"}"]
    ),
  ]

  @Test(arguments: cases.indices) func valuesAreTakenOrRefused(index: Int) throws {
    let (section, key, taken, refused) = Self.cases[index]
    for value in taken {
      // `{name}` without quotes is a table to YAML.
      let text = key == "name" && value == "{name}" ? "\"{name}\"" : value
      #expect(throws: Never.self, "\(section).\(key): \(value)") { try read(pipelineText(section: section, key: key, value: text)) }
    }
    for value in refused {
      let error = refusal(pipelineText(section: section, key: key, value: value))
      #expect(error != nil, "\(section).\(key): \(value)")
      for problem in error?.problems ?? [] {
        #expect(problem.line > 0 && problem.column > 0, "no place: \(problem)")
        #expect(!problem.description.contains("\n") && !problem.reason.isEmpty)
      }
    }
  }

  @Test func everyKeyIsTried() {
    let tried = Set(Self.cases.map { "\($0.0).\($0.1)" })
    let rest = [
      "model.checkpoint", "model.config", "vectors.minimumHole", "output.directory", "output.postgis", "run.failures", "run.requireSources",
    ]
    for key in PipelineReference.keys where key.path.split(separator: ".").count == 2 {
      #expect(tried.contains(key.path) || rest.contains(key.path), "\(key.path)")
    }
  }

  @Test func bothLimitsOfANumberAreNamed() throws {
    let error = try #require(refusal(pipelineText("inference: {workers: 100000}")))
    #expect(error.reason.contains("from 1 to 1024"), "\(error)")
  }

  @Test func colorsWithoutQuotesAreExplained() throws {
    let error = try #require(refusal(pipelineText(section: "model", key: "classes", value: "\n    a: #ff0000")))
    #expect(error.remedy.contains("quotes"))
  }

  @Test func aMissingUnitIsExplained() throws {
    #expect(try #require(refusal(pipelineText("inference: {memory: 8}"))).remedy == "write the unit: MB, GB")
    #expect(try #require(refusal(pipelineText("run: {timeLimit: 90}"))).remedy == "write the unit: 90s")
  }

  @Test func unitsAreThousandsUnlessTheySayOtherwise() throws {
    for (text, bytes) in [("8GB", 8_000_000_000), ("1.5GiB", 1_610_612_736), ("500 MB", 500_000_000), ("2TB", 2_000_000_000_000)] {
      #expect(try read(pipelineText("inference: {memory: \(text)}")).inference.memory == bytes)
    }
  }

  @Test func contradictionsAreFound() throws {
    let cases: [(String, String, String)] = [
      ("inference: {tile: 128, overlap: 128}", "inference.overlap", "not smaller"),
      ("inference: {tile: [512, 100], overlap: 100}", "inference.overlap", "[512, 100]"),
      ("vectors: {classes: [a], regularize: [b]}", "vectors.regularize", "not among vectors.classes"),
      ("vectors: {classes: [a], minimumConfidence: {b: 1}}", "vectors.minimumConfidence", "not among"),
      ("vectors: {minimumConfidence: 0.6}", "vectors.minimumConfidence", "is in percent"),
    ]
    for (text, key, words) in cases {
      let error = try #require(refusal(pipelineText(text)))
      #expect(error.code == .conflict && error.problems[0].key == key && error.reason.contains(words), "\(error)")
    }
    let outputs: [(String, String)] = [
      ("{directory: o, formats: [gpkg, postgis]}", "output.formats"), ("{directory: o, postgis: host=x}", "output.postgis"),
      ("{directory: o, formats: [classes], merge: true}", "output.merge"), ("{directory: in/out}", "output.directory"),
    ]
    for (text, key) in outputs {
      let error = try #require(refusal("input: {sources: in/**}\nmodel: {checkpoint: b}\noutput: \(text)"))
      #expect(error.problems.map(\.key) == [key] || error.problems.map(\.key) == [key, "output.directory"], "\(error.lines)")
    }
    let named = try #require(
      refusal("input: {sources: a}\nmodel: {checkpoint: b, classes: [ship, sea]}\noutput: {directory: o}\nvectors: {classes: [shp]}"))
    #expect(named.remedy == "did you mean 'ship'?")
    let lengths = try #require(refusal("input: {sources: a, bands: [1]}\nmodel: {checkpoint: b, mean: [1, 2]}\noutput: {directory: o}"))
    #expect(lengths.problems[0].key == "model.mean")
  }

  @Test func passwordsAreNeverShown() {
    let cases = [
      ("host=db user=me password=geheim dbname=x", "host=db user=me password=… dbname=x"),
      ("password = 'ge \\' heim' host=db", "password=… host=db"),
      ("postgresql://me:geheim@db:5432/x", "postgresql://me:…@db:5432/x"),
      ("postgresql://me:ge/he@im@db/x", "postgresql://me:…@db/x"),
      ("postgresql://db/x?user=me&password=geheim&y=1", "postgresql://db/x?user=me&password=…&y=1"),
      ("PG:host=db PASSWORD=geheim", "PG:host=db PASSWORD=…"), ("service=x", "service=x"), ("password='open", "password=…"), ("", ""),
      ("password", "password"),
    ]
    for (text, shown) in cases {
      #expect(ConnectionString(text).redacted == shown)
      #expect("\(ConnectionString(text))" == shown)
    }
    let json = try? ConnectionString("password=geheim").canonicalPipelineJSON()
    #expect(json.map { String(decoding: $0, as: UTF8.self) } == "\"password=…\"")
  }

  @Test func canonicalJSONDependsOnValuesAlone() throws {
    let first = try read(pipelineText("run: {retry: {limit: 1, after: 60s}, verify: content}\n# a comment"))
    let second = try read("# moved\n" + pipelineText("run:\n  verify: content\n  retry:\n    after: 1m\n    limit: 1"))
    #expect(try first.canonicalPipelineJSON() == second.canonicalPipelineJSON())
    #expect(try first.canonicalPipelineJSON() != read(pipelineText()).canonicalPipelineJSON())
    let decoded = try JSONDecoder().decode(Pipeline.self, from: first.canonicalPipelineJSON())
    #expect(decoded.run == first.run && decoded.input == first.input && decoded.output == first.output)
  }

  @Test func limitsCount() {
    #expect(Limit.percent(10).count(of: 19) == 1)
    #expect(Limit.count(7).count(of: 3) == 7)
    #expect(Color(hex: "#0aF00c")?.hex == "#0af00c")
    #expect(Color(hex: "0aF00c") == nil)
  }
}
