/// Numbers for node_exporter's textfile collector, in Prometheus' text format.
public struct Metrics: Sendable {
  /// Whether a number may fall, or only grows.
  public enum Kind: String, Sendable {
    case gauge, counter
  }

  private var lines: [String] = []
  private let labels: [(String, String)]

  /// - Parameter labels: On every sample, before its own: they tell one writer's numbers from another's.
  public init(labels: [(String, String)] = []) { self.labels = labels }

  /// Adds one metric with a value for each set of labels.
  ///
  /// - Parameter name: Letters, digits and `_`.
  /// - Parameter kind: whether it may fall.
  /// - Parameter help: a sentence for people.
  /// - Parameter samples: values with their labels.
  public mutating func add(_ name: String, _ kind: Kind, help: String, _ samples: [(labels: [(String, String)], value: Double)]) {
    lines.append("# HELP \(name) \(Self.escaped(help, quotes: false))")
    lines.append("# TYPE \(name) \(kind.rawValue)")
    for sample in samples {
      let labels = (labels + sample.labels).map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }.joined(separator: ",")
      lines.append("\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(sample.value))")
    }
  }

  /// Adds one metric with one value.
  public mutating func add(_ name: String, _ kind: Kind, help: String, _ value: Double) {
    add(name, kind, help: help, [(labels: [], value: value)])
  }

  public var text: String { lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n") }

  /// Replaces the file at a path in one step; the collector never reads a half. The folder must be there.
  ///
  /// What a killed run left aside (a hidden file that does not end in `.prom`) goes after ten minutes.
  public func write(_ path: String, operations: FileOperations = .system, now: Double) throws(RunStateError) {
    let folder = Files.parent(path)
    let prefix = ".\(Files.last(path)).orthoweave"
    for name in try Files.list(folder) ?? [] where name.hasPrefix(prefix) && Files.isTemporary(name) {
      if let status = try Files.status(folder + "/" + name), status.kind == .file, now - Double(status.modified) / 1e9 > 600 {
        try operations.remove(folder + "/" + name)
      }
    }
    let temporary = Files.temporaryName(beside: folder + "/" + prefix)
    do {
      let file = try WritableFile(new: temporary, operations)
      try file.write(Array(text.utf8))
      try file.finish()
      try operations.rename(temporary, path)
    } catch {
      _ = try? operations.remove(temporary)
      throw error
    }
    try operations.syncDirectory(folder)
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return Int64(exactly: value).map(String.init) ?? value.description
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
