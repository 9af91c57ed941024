/// The commented pipeline that `orthoweave init` writes: what was found filled in, what is usual left to its default, the rest as comments.
public struct PipelineTemplate: Sendable, Equatable {
  /// Patterns, relative to the file that will be written; at least one.
  public var sources: [String]
  public var checkpoint: String
  public var directory = "layers/"
  /// What was seen among the sources, one line each, as comments above `sources`.
  public var findings: [String] = []
  /// What the checkpoint is, one line each, as comments above `checkpoint`.
  public var modelFindings: [String] = []
  /// The checkpoint's classes; empty where it names none.
  public var classes: [String] = []
  /// The crop size in the checkpoint; `nil` where it has none.
  public var tile: Pipeline.Tile?
  /// Why `tile` is `fit`.
  public var tileReason = ""
  /// Needed where bands cannot be chosen by themselves.
  public var bands: Pipeline.Bands?
  /// Needed where sources are not 8 bit.
  public var scale: Pipeline.Scale?
  /// A value that looks like nodata which the files do not declare; `nil` where there is none.
  public var nodata: Double?
  /// Whether the sources look like neighboring sheets.
  public var mosaic = false
  /// Why the sources should be resampled to the model's ground resolution; `nil` where they need not.
  public var resolutionReason: String?
  /// Whether the checkpoint says nothing about the ground size of the pixels that it was trained with.
  public var lacksModelResolution = false
  /// Mean and standard deviation that are usual, where the checkpoint has none.
  public var normalization: Normalization?
  /// A known data set that would name the classes, where the checkpoint does not.
  public var dataset: String?

  /// Mean and standard deviation by channel, for pixels of 0…255.
  public struct Normalization: Sendable, Equatable {
    public var mean: [Double]
    public var std: [Double]
    /// Whose they are, as in "ImageNet's, in RGB".
    public var whose: String

    public init(mean: [Double], std: [Double], whose: String) {
      self.mean = mean
      self.std = std
      self.whose = whose
    }
  }

  public init(sources: [String], checkpoint: String) {
    self.sources = sources
    self.checkpoint = checkpoint
  }

  /// The file's text. What it holds passes `PipelineReader`, whatever characters paths and names have.
  public func rendered() -> String {
    var lines = ["# What Orthoweave is to do: `orthoweave plan THIS-FILE` shows it, `orthoweave run THIS-FILE` does it."]
    lines += ["# Every key with its meaning: docs/pipeline-file.md. Paths are relative to this file.", ""]
    lines += inputLines + [""] + modelLines + [""] + inferenceLines + [""] + vectorLines + [""] + outputLines + [""] + runLines
    return lines.joined(separator: "\n") + "\n"
  }

  private var inputLines: [String] {
    var lines = ["input:"]
    lines += findings.map { comment($0, indent: "  ") }
    lines.append("  sources: [\(sources.map(Self.quoted).joined(separator: ", "))]")
    lines.append(
      mosaic
        ? "  mosaic: true                 # neighboring sheets, done without seams"
        : "  # mosaic: true               # if the files are neighboring sheets")
    switch bands {
    case .numbers(let numbers): lines.append("  bands: [\(numbers.map(String.init).joined(separator: ", "))]")
    case .names(let names): lines.append("  bands: [\(names.map(Self.quoted).joined(separator: ", "))]")
    case .auto, nil: lines.append("  # bands: [1, 2, 3]           # or names; auto takes red, green, blue")
    }
    switch scale {
    case .all(let range): lines.append("  scale: \(Self.text(range))    # what becomes 0 and 255: look at a preview, and adjust")
    case .perBand(let ranges): lines.append("  scale: [\(ranges.map(Self.text).joined(separator: ", "))]")
    case Pipeline.Scale.none?, nil: lines.append("  # scale: {min: 0, max: 3000} # for bands that are not 8 bit")
    }
    if let nodata { lines.append("  nodata: \(Self.number(nodata))    # looks like it, and the files do not say it: check") }
    if let resolutionReason {
      lines.append(comment(resolutionReason, indent: "  "))
      lines.append("  resolution: model")
    }
    lines.append("  # area: area.gpkg            # only inside these polygons")
    return lines
  }

  private var modelLines: [String] {
    var lines = ["model:"]
    lines += modelFindings.map { comment($0, indent: "  ") }
    lines.append("  checkpoint: \(Self.quoted(checkpoint))")
    if classes.isEmpty {
      lines.append(
        "  # classes: \(dataset ?? "[building, road]")  # the checkpoint names none: without this they are called class 0, class 1, …"
      )
    } else {
      lines.append(comment("classes: \(classes.joined(separator: ", "))", indent: "  "))
      let merged =
        classes.count > 1
        ? "\(Self.quoted("new")): [\(Self.quoted(classes[0])), \(Self.quoted(classes[1]))]"
        : "\(Self.quoted("new")): [\(Self.quoted(classes[0]))]"
      lines.append(comment("classes: {\(merged)}    would merge classes", indent: "  "))
    }
    if let normalization {
      lines.append(
        comment("The checkpoint does not say how its images were normalized; usual values: \(normalization.whose).", indent: "  "))
      lines.append("  mean: [\(normalization.mean.map(Self.number).joined(separator: ", "))]")
      lines.append("  std: [\(normalization.std.map(Self.number).joined(separator: ", "))]")
    }
    if lacksModelResolution {
      lines.append("  # resolution: 0.3            # meters a pixel in training: plan and run then warn where sources differ")
    }
    return lines
  }

  private var inferenceLines: [String] {
    let tileLine: String
    switch tile {
    case .size(let height, let width): tileLine = "  tile: \(height == width ? "\(height)" : "[\(height), \(width)]")"
    case .whole: tileLine = "  tile: whole"
    case .fit: tileLine = "  tile: fit                    # \(tileReason)"
    case .auto, nil: tileLine = "  # tile: 512                  # auto: the checkpoint's crop size, else 512"
    }
    return [
      "inference:", tileLine,
      "  # overlap: 128               # pixels that neighboring tiles share",
      "  # blend: cosine              # mean is mmsegmentation's own way",
      "  # memory: 8GB                # a limit that holds",
    ]
  }

  private var vectorLines: [String] {
    [
      "vectors:",
      classes.isEmpty
        ? "  # classes: [building]        # which become polygons; all if left out"
        : comment("classes: [\(Self.quoted(classes[0]))]    would keep only these as polygons", indent: "  "),
      "  # minimumArea: 4             # square meters",
      "  # simplify: {method: visvalingam, tolerance: 0.5}",
    ]
  }

  private var outputLines: [String] {
    [
      "output:", "  directory: \(Self.quoted(directory))",
      "  # formats: [classes, confidence, gpkg, shp, csv, preview]   # probabilities, geojson, fgb, postgis, stac, qgis",
      "  # merge: true                # one layer of all sources besides",
    ]
  }

  private var runLines: [String] {
    [
      "run:", "  # until: \"06:00\"             # ends a night's work cleanly; the next run resumes",
      "  # maxFailures: 20%           # stops where something is wrong with all of them",
      "  # metrics: /var/lib/node_exporter/orthoweave.prom",
    ]
  }

  /// A comment stays one: line breaks become blanks.
  private func comment(_ text: String, indent: String) -> String {
    "\(indent)# \(String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control || $0.value == 0x2028 || $0.value == 0x2029 ? " " : $0 })))"
  }

  private static func text(_ range: Pipeline.ValueRange) -> String { "{min: \(number(range.min)), max: \(number(range.max))}" }

  private static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }

  /// Text as YAML: bare where that is safe, else in double quotes. A `${` is kept from being taken for a variable.
  static func quoted(_ text: String) -> String {
    let isBare = text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "/._-* ".unicodeScalars.contains($0)
    }
    if isBare, let first = text.unicodeScalars.first, first.properties.isAlphabetic || first == "/", text.last != " ",
      !["null", "true", "false", "auto", "none", "all"].contains(text)
    {
      return text
    }
    var result = "\""
    for scalar in text.replacing("${", with: "$${").unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _
      where scalar.value < 32 || scalar.value == 127 || (0x80...0x9f).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
        || scalar.value == 0xFEFF:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
