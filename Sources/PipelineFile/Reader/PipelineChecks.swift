import Basics
import YAMLText

/// What each value alone cannot tell: values that contradict each other.
enum PipelineChecks {
  static func check(_ pipeline: Pipeline, _ reading: inout Reading) {
    checkInput(pipeline, &reading)
    checkInference(pipeline, &reading)
    checkVectors(pipeline, &reading)
    checkOutput(pipeline, &reading)
    checkRun(pipeline, &reading)
  }

  private static func checkRun(_ pipeline: Pipeline, _ reading: inout Reading) {
    if pipeline.run.timeLimit == .zero {
      reading.fail(.impossibleValue, atKey: "run.timeLimit", "leaves no time at all", "give a time above 0, or none for no limit")
    }
    if let metrics = pipeline.run.metrics, !metrics.resolved.hasSuffix(".prom") {
      reading.fail(
        .impossibleValue, atKey: "run.metrics", "does not end in .prom, and node_exporter reads no other files", "give it that ending")
    }
  }

  private static func checkInput(_ pipeline: Pipeline, _ reading: inout Reading) {
    let bandCount: Int? =
      switch pipeline.input.bands {
      case .auto: nil
      case .numbers(let numbers): numbers.count
      case .names(let names): names.count
      }
    if case .perBand(let ranges) = pipeline.input.scale, ranges.count != bandCount ?? 3 {
      reading.fail(
        .conflict, atKey: "input.scale", "has \(ranges.count) ranges for \(bandCount ?? 3) bands",
        "give one range for all, or one per band of input.bands")
    }
    for (key, list) in [("model.mean", pipeline.model.mean), ("model.std", pipeline.model.std)] {
      if let list, let bandCount, list.count != bandCount {
        reading.fail(.conflict, atKey: key, "has \(list.count) values for \(bandCount) bands", "give one value per band of input.bands")
      }
    }
    checkFrames(pipeline, &reading)
    if let mean = pipeline.model.mean, let std = pipeline.model.std, mean.count != std.count {
      reading.fail(
        .conflict, atKey: "model.std", "has \(std.count) values where model.mean has \(mean.count)", "give both one value per channel")
    }
  }

  private static func checkFrames(_ pipeline: Pipeline, _ reading: inout Reading) {
    let frames = pipeline.input.frames
    guard frames.metadata != .none else {
      if frames != Pipeline.Frames() {
        reading.fail(
          .conflict, atKey: "input.frames", "does nothing without input.frames.metadata", "set input.frames.metadata: exif, or a CSV file")
      }
      return
    }
    if pipeline.input.mosaic {
      reading.fail(.conflict, atKey: "input.frames", "pictures are not sheets of a mosaic", "set input.mosaic: false")
    }
    if frames.vertical == .takeoff, frames.takeoff == nil {
      reading.fail(.conflict, atKey: "input.frames.vertical", "takeoff needs its height", "set input.frames.takeoff")
    }
    if frames.vertical != .takeoff, frames.takeoff != nil {
      reading.fail(.conflict, atKey: "input.frames.takeoff", "is for vertical: takeoff", "set input.frames.vertical: takeoff")
    }
    if case .table = frames.metadata {
      if frames.vertical == .takeoff {
        reading.fail(
          .conflict, atKey: "input.frames.vertical", "a table has no heights over the place of takeoff", "set input.frames.vertical: auto")
      }
    } else if frames.metadata == .exif, !frames.columns.isEmpty {
      reading.fail(.conflict, atKey: "input.frames.columns", "is for a CSV file", "name it in input.frames.metadata")
    }
    if frames.infer == .image {
      if pipeline.input.area != nil {
        reading.fail(.conflict, atKey: "input.area", "lies on the ground, which the network does not see", "set input.frames.infer: ground")
      }
      if pipeline.input.resolution != .native {
        reading.fail(.conflict, atKey: "input.resolution", "a picture has no ground resolution", "set input.frames.infer: ground")
      }
    }
    let camera = frames.camera
    if camera.sensorWidth == nil, camera.focalLength != nil || !camera.distortion.isEmpty {
      reading.fail(.conflict, atKey: "input.frames.camera", "needs the width of the sensor", "set input.frames.camera.sensorWidth")
    }
  }

  private static func checkInference(_ pipeline: Pipeline, _ reading: inout Reading) {
    let inference = pipeline.inference
    if case .size(let height, let width) = inference.tile, let overlap = inference.overlap, overlap >= min(height, width) {
      let tile = height == width ? "\(height)" : "[\(height), \(width)]"
      let key = reading.locations["inference.overlap"] == nil ? "inference.tile" : "inference.overlap"
      reading.fail(
        .conflict, atKey: key, "the overlap of \(overlap) is not smaller than the tile of \(tile)",
        "set inference.overlap to \(min(height, width) / 4)")
    }
  }

  private static func checkVectors(_ pipeline: Pipeline, _ reading: inout Reading) {
    let vectors = pipeline.vectors
    let simplify = vectors.simplify
    if simplify.method == .visvalingam || simplify.method == .douglasPeucker, simplify.tolerance == 0 {
      reading.fail(
        .conflict, atKey: "vectors.simplify", "\(simplify.method.rawValue) needs a tolerance above 0", "write tolerance: 0.5 (meters)")
    }
    if simplify.method == .none, simplify.tolerance > 0, vectors.regularize.isEmpty {
      reading.fail(.conflict, atKey: "vectors.simplify", "a tolerance without a method does nothing", "write method: visvalingam")
    }
    let percentages: [Double] =
      switch vectors.minimumConfidence {
      case .all(let percent): [percent]
      case .byClass(let table): Array(table.values)
      }
    if let share = percentages.filter({ 0 < $0 && $0 < 1 }).min() {
      reading.fail(
        .conflict, atKey: "vectors.minimumConfidence", "is in percent, of which \(share) is next to nothing", "write \(share * 100)")
    }
    checkClassNames(pipeline, &reading)
    let hasVectors = pipeline.output.formats.contains(where: \.isVector)
    if pipeline.output.merge != .none, !hasVectors {
      reading.fail(
        .conflict, atKey: "output.merge", "merges polygons, but output.formats has no format for them", "add gpkg to output.formats")
    }
  }

  /// Names in `vectors` are compared with those that the file itself gives to the classes; the checkpoint's are compared by who reads it.
  private static func checkClassNames(_ pipeline: Pipeline, _ reading: inout Reading) {
    let known: [String]? =
      switch pipeline.model.classes {
      case .names(let names): names
      case .colors(let colors): colors.map(\.name)
      case .merges(let merges): merges.map(\.name)
      case .auto, .dataset: nil
      }
    var chosen: [String] = []
    if case .names(let names) = pipeline.vectors.classes { chosen = names }
    var confident: [String] = []
    if case .byClass(let table) = pipeline.vectors.minimumConfidence { confident = table.keys.sorted() }
    let vectors = pipeline.vectors
    let named = [
      ("vectors.minimumConfidence", confident), ("vectors.regularize", vectors.regularize),
      ("vectors.thickness", vectors.thickness.keys.sorted()), ("vectors.nearest", Set(vectors.nearest.flatMap { [$0, $1] }).sorted()),
      ("output.incidents", pipeline.output.incidents),
    ]
    if let known {
      for (key, names) in [("vectors.classes", chosen)] + named {
        for name in names where !known.contains(name) {
          let nearest =
            NearestName.of(name, among: known).map { "did you mean '\($0)'?" } ?? "model.classes has \(known.joined(separator: ", "))"
          reading.fail(.conflict, atKey: key, "'\(YAMLNode.shortened(name))' is not a class of model.classes", nearest)
        }
      }
    }
    if !chosen.isEmpty {
      for (key, names) in named {
        for name in names where !chosen.contains(name) && known?.contains(name) != false {
          reading.fail(
            .conflict, atKey: key, "'\(YAMLNode.shortened(name))' is not among vectors.classes", "add it there, or leave it out here")
        }
      }
    }
    for name in vectors.nearest.filter({ $0 == $1 }).keys.sorted() {
      reading.fail(
        .conflict, atKey: "vectors.nearest", "'\(YAMLNode.shortened(name))' is to be near its own class", "name another class")
    }
  }

  private static func checkOutput(_ pipeline: Pipeline, _ reading: inout Reading) {
    let output = pipeline.output
    if output.formats.contains(.postgis), output.postgis == nil {
      reading.fail(
        .conflict, atKey: "output.formats", "postgis needs a connection string",
        "write postgis: \"host=… dbname=… password=${PGPASSWORD}\" under output")
    }
    if output.postgis != nil, !output.formats.contains(.postgis) {
      reading.fail(
        .conflict, atKey: "output.postgis", "is given, but output.formats has no postgis",
        "add postgis to output.formats, or leave this out")
    }
    let directory = output.directory.resolved
    for source in pipeline.input.sources where source.resolved.split(separator: "/").contains("**") {
      let folder = PathText.fixedFolder(ofPattern: source.resolved)
      if directory == folder || directory.hasPrefix(folder == "/" ? "/" : folder + "/") {
        reading.fail(
          .conflict, atKey: "output.directory",
          "lies within the sources '\(YAMLNode.shortened(source.written))': outputs would become sources",
          "choose a folder outside")
      }
    }
  }
}
