import Basics
import YAMLText

/// A STAC document among the sources, of which keys may still be missing.
private struct STACDraft: Sendable {
  var document: PipelinePath?
  var asset: String?
}

extension Kind where Value == [PipelinePath] {
  static let sources: Kind = {
    let path = Kind<PipelinePath>.path("a file, folder or glob")
    let record = Record<STACDraft>(fields: [
      .key(
        "stac", \.document, Kind<PipelinePath>.path("a STAC document").map { Optional($0) }, default: nil,
        "A STAC item, collection or catalog."),
      .key("asset", \.asset, Kind<String>.text("a key or role").map { Optional($0) }, default: nil, "The key or role of its assets."),
    ])
    let document = Kind<PipelinePath>(expected: "{stac: a document, asset: a key or role}", schema: record.schema) { node, reading in
      var draft = STACDraft()
      record.read(node, &reading, &draft)
      guard let path = draft.document, let asset = draft.asset else { return nil }
      return PipelinePath(written: path.written, resolved: path.resolved, asset: asset)
    }
    let one = Kind<PipelinePath>.either(
      path, { $0 }, or: document, { $0 }, takesSecond: { if case .map = $0.content { true } else { false } })
    return .either(
      .list(
        of: one, "a list of files, folders and globs", unique: { PathText.withoutQuery($0.resolved) + ($0.asset.map { " " + $0 } ?? "") }),
      { $0 }, or: one, { [$0] },
      takesSecond: {
        switch $0.content {
        case .scalar(let text, let quoted): quoted || !text.isEmpty
        case .map: true
        default: false
        }
      })
  }()
}

extension Kind where Value == Pipeline.Bands {
  static let bands: Kind = {
    let numbers = Kind<[Int]>.list(of: .integer(1...65535, "a band number from 1 to 65535"), "a list of band numbers")
    let names = Kind<[String]>.list(of: .text("a band name"), "of band names")
    return .word(
      "auto", .auto,
      or: .either(
        numbers, { Pipeline.Bands.numbers($0) }, or: names, { .names($0) },
        takesSecond: {
          guard case .list(let items) = $0.content, let first = items.first else { return false }
          return NumberText.value(of: first) == nil
        })
    ) { $0 }
  }()
}

extension Kind where Value == Pipeline.Alpha {
  static let alpha: Kind = {
    let number = Kind<Double>.number("a number above 0", above: 0)
    let expected = "auto, none or a number above 0"
    return Kind(expected: expected, schema: ["anyOf": [["enum": ["auto", "none"]], number.schema]]) { node, reading in
      switch node.content {
      case .scalar("auto", _): return .auto
      case .scalar("none", _): return Pipeline.Alpha.none
      case .scalar where NumberText.value(of: node) != nil: return number.read(node, &reading).map { .from($0) }
      default:
        reading.wrongType(node, expected: expected)
        return nil
      }
    }
  }()
}

/// A range of which an end may still be missing.
private struct RangeDraft: Sendable {
  var min: Double?
  var max: Double?
}

extension Kind where Value == Pipeline.ValueRange {
  static let valueRange: Kind = {
    let number = Kind<Double>.number("a number")
    let record = Record<RangeDraft>(fields: [
      .key("min", \.min, number.map { Optional($0) }, default: nil, "The value that becomes 0."),
      .key("max", \.max, number.map { Optional($0) }, default: nil, "The value that becomes 255."),
    ])
    return Kind(expected: "{min: number, max: number}", schema: record.schema) { node, reading in
      guard case .map = node.content else {
        reading.wrongType(node, expected: "{min: number, max: number}")
        return nil
      }
      var draft = RangeDraft()
      record.read(node, &reading, &draft)
      guard let min = draft.min, let max = draft.max else { return nil }
      guard min < max else {
        reading.fail(.impossibleValue, at: node, "min must be below max")
        return nil
      }
      return Pipeline.ValueRange(min: min, max: max)
    }
  }()
}

extension Kind where Value == Pipeline.Scale {
  static let scale: Kind = .word(
    "none", .none,
    or: .either(
      .valueRange, { Pipeline.Scale.all($0) }, or: .list(of: .valueRange, "a list of them"), { .perBand($0) },
      takesSecond: { if case .list = $0.content { true } else { false } })
  ) { $0 }
}

extension Kind where Value == [Double] {
  static func channels(_ expected: String, above: Double? = nil) -> Kind {
    .list(of: .number(above == nil ? "a number" : "a number above 0", above: above), expected)
  }
}

extension Kind where Value == [String] {
  static let classNames = Kind.list(of: .text("a class"), "a list of classes", unique: { $0 })
}

extension Kind where Value == Pipeline.Classes {
  static let classes: Kind = {
    let name = Kind<String>.text("a class")
    let colors = Kind<[(name: String, value: Color)]>.table(of: .color, "a table of colors")
    let merges = Kind<[(name: String, value: [String])]>.table(of: .classNames, "a table of lists of classes")
    let names = Kind<[String]>.classNames
    let dataset = Kind<String>.text("a data set's name")
    let expected = "auto, a list of names, {name: \"#RRGGBB\"}, {new: [old, old]}, or a data set's name"
    return Kind(expected: expected, schema: ["anyOf": [dataset.schema, names.schema, colors.schema, merges.schema]]) { node, reading in
      switch node.content {
      case .scalar("auto", _): return .auto
      case .scalar(let text, let quoted):
        guard quoted || !text.isEmpty else {
          reading.wrongType(node, expected: expected)
          return nil
        }
        return dataset.read(node, &reading).map { .dataset($0) }
      case .list: return names.read(node, &reading).map { .names($0) }
      case .map(let pairs):
        guard let first = pairs.first, case .list = first.value.content else {
          return colors.read(node, &reading).map { .colors($0.map { .init(name: $0.name, color: $0.value) }) }
        }
        guard let table = merges.read(node, &reading) else { return nil }
        var seen: Set<String> = []
        for member in table.flatMap(\.value) where !seen.insert(member).inserted {
          reading.fail(.impossibleValue, at: node, "the class '\(YAMLNode.shortened(member))' is merged into two classes", "name it once")
          return nil
        }
        return .merges(table.map { .init(name: $0.name, members: $0.value) })
      }
    }
  }()
}

extension Kind where Value == Pipeline.Tile {
  static let tile: Kind = {
    let side = Kind<Int>.integer(8...16384, "a whole number of pixels from 8 to 16384")
    let expected = "auto, fit, whole, a size such as 512, or [height, width]"
    return Kind(
      expected: expected,
      schema: [
        "anyOf": [["enum": ["auto", "fit", "whole"]], side.schema, ["type": "array", "items": side.schema, "minItems": 2, "maxItems": 2]]
      ]
    ) { node, reading in
      switch node.content {
      case .scalar("auto", _): return .auto
      case .scalar("fit", _): return .fit
      case .scalar("whole", _): return .whole
      case .scalar:
        guard NumberText.value(of: node) != nil else {
          reading.wrongType(node, expected: expected)
          return nil
        }
        return side.read(node, &reading).map { .size(height: $0, width: $0) }
      case .list(let items):
        guard items.count == 2 else {
          reading.fail(.impossibleValue, at: node, "must be \(expected): two numbers, not \(items.count)")
          return nil
        }
        guard let height = side.read(items[0], &reading), let width = side.read(items[1], &reading) else { return nil }
        return .size(height: height, width: width)
      case .map:
        reading.wrongType(node, expected: expected)
        return nil
      }
    }
  }()
}

extension Kind where Value == Pipeline.Connectivity {
  static let connectivity = Kind(expected: "4 or 8", schema: ["enum": [4, 8]]) { node, reading in
    guard let number = NumberText.value(of: node) else {
      reading.wrongType(node, expected: "4 or 8")
      return nil
    }
    guard let value = Int(exactly: number).flatMap(Pipeline.Connectivity.init(rawValue:)) else {
      reading.fail(.impossibleValue, at: node, "must be 4 or 8, not \(node.kindName)")
      return nil
    }
    return value
  }
}

extension Kind where Value == Pipeline.MinimumConfidence {
  static let minimumConfidence: Kind = {
    let percent = Kind<Double>.number("a percentage from 0 to 100", from: 0, to: 100)
    return .either(
      percent, { .all($0) }, or: .table(of: percent, "a table of percentages by class"),
      { table in .byClass(Dictionary(table.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })) },
      takesSecond: { if case .map = $0.content { true } else { false } })
  }()
}

extension Kind where Value == Pipeline.Merge {
  static let merge = Kind(expected: "true, false or only", schema: ["enum": [false, true, "only"]]) { node, reading in
    guard let text = reading.text(node, expected: "true, false or only") else { return nil }
    if text == "only" { return .only }
    if let value = Kind<Bool>.boolean.reads(node) { return value ? .beside : Pipeline.Merge.none }
    reading.fail(.impossibleValue, at: node, "must be true, false or only, not \(node.kindName)")
    return nil
  }
}

extension Kind where Value == Bool {
  /// The value without a report.
  fileprivate func reads(_ node: YAMLNode) -> Bool? {
    var silent = Reading(folder: "", environment: [:])
    return read(node, &silent)
  }
}

extension Kind where Value == Pipeline.NamePattern {
  static let namePattern: Kind = {
    let text = Kind<String>.text("a pattern such as {folder}/{file}")
    return .word(
      "auto", .auto,
      or: Kind<Pipeline.NamePattern>(expected: text.expected, schema: text.schema) { node, reading in
        guard let pattern = text.read(node, &reading) else { return nil }
        guard isSafe(pattern) else {
          reading.fail(
            .impossibleValue, at: node, "must lead to a folder below the output directory, not \(node.kindName)",
            "leave out a leading slash, '.' and '..'")
          return nil
        }
        var rest = Substring(pattern)
        var placeholders = 0
        while let open = rest.firstIndex(of: "{") {
          let close = rest[open...].firstIndex(of: "}")
          let name = close.map { String(rest[rest.index(after: open)..<$0]) } ?? ""
          guard let close, Pipeline.NamePattern.placeholders.contains(name) else {
            let nearest = NearestName.of(name, among: Pipeline.NamePattern.placeholders).map { "did you mean {\($0)}?" }
            reading.fail(
              .impossibleValue, at: node, "'{\(YAMLNode.shortened(name))}' is not a valid placeholder",
              nearest ?? "there are {name}, {file}, {folder}, {extension}")
            return nil
          }
          placeholders += name == "extension" ? 0 : 1
          rest = rest[close...].dropFirst()
        }
        guard placeholders > 0 else {
          reading.fail(.impossibleValue, at: node, "gives all sources the same name", "put {name}, {file} or {folder} into it")
          return nil
        }
        return .pattern(pattern)
      }
    ) { $0 }
  }()

  private static func isSafe(_ pattern: String) -> Bool {
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
    return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0 != ".orthoweave" }
  }
}

extension Kind where Value == String {
  /// A pattern with `{year}`, `{month}` and `{day}`, once each, and no other brace.
  static let datePattern: Kind = {
    let expected = "a pattern with {year}, {month} and {day}"
    return Kind(expected: expected, schema: ["type": "string"]) { node, reading in
      guard let text = reading.text(node, expected: expected) else { return nil }
      var rest = text
      for placeholder in ["{year}", "{month}", "{day}"] {
        let parts = rest.split(separator: placeholder, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
          let problem = parts.count == 1 ? "lacks \(placeholder)" : "has \(placeholder) more than once"
          reading.fail(.impossibleValue, at: node, problem, "write it as in \"*_{year}{month}{day}_*\"")
          return nil
        }
        // A character that no file's name holds keeps the halves apart.
        rest = parts.joined(separator: "/")
      }
      guard !rest.contains(where: { "{}".contains($0) }) else {
        reading.fail(.impossibleValue, at: node, "has a brace that belongs to no placeholder", "there are {year}, {month}, {day}")
        return nil
      }
      return text
    }
  }()
}

/// A database of which the connection may still be missing.
private struct PostGISDraft: Sendable {
  var connection: String?
  var schema: String? = "public"
  var table: String?
}

extension Kind where Value == Pipeline.PostGIS {
  static let postGIS: Kind = {
    let text = Kind<String>.text("a connection string")
    let name = Kind<String>.databaseName.map { Optional($0) }
    let record = Record<PostGISDraft>(fields: [
      .key("connection", \.connection, text.map { Optional($0) }, default: nil, "A connection string."),
      .key("schema", \.schema, name, default: "public", "The table's schema; it must be there."),
      .key(
        "table", \.table, .optional("auto", .databaseName), default: "auto",
        "The table; created if it is missing. Auto names it after the pipeline."),
    ])
    let table = Kind<Pipeline.PostGIS>(expected: "{connection: text, schema: name, table: name}", schema: record.schema) { node, reading in
      var draft = PostGISDraft()
      record.read(node, &reading, &draft)
      guard let connection = draft.connection else { return nil }
      var value = Pipeline.PostGIS(connection: ConnectionString(connection))
      if let schema = draft.schema { value.schema = schema }
      value.table = draft.table
      return value
    }
    return .either(
      text.map { Pipeline.PostGIS(connection: ConnectionString($0)) }, { $0 }, or: table, { $0 },
      takesSecond: { if case .map = $0.content { true } else { false } })
  }()
}

extension Kind where Value == String {
  /// A name that needs no quotes in any database tool.
  static let databaseName: Kind = {
    let text = Kind<String>.text("a name of letters, digits and _")
    return Kind(expected: text.expected, schema: ["type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$"]) { node, reading in
      guard let name = text.read(node, &reading) else { return nil }
      let isFine = name.utf8.count <= 63 && name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
      guard isFine else {
        reading.fail(.impossibleValue, at: node, "must be \(text.expected), at most 63 and no digit first, not \(node.kindName)")
        return nil
      }
      return name
    }
  }()
}
