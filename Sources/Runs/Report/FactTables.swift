import Foundation
import Layers
import PipelineFile
import Report
import RunState

/// Model, settings and versions, as rows of names and values.
struct FactTables {
  let context: RunContext
  let report: RunReport

  var tables: [PageContent.FactTable] {
    [model, run, versions, settings].compactMap(\.self)
  }

  private var model: PageContent.FactTable {
    let facts = context.model.facts
    var rows = [("checkpoint", facts.file), ("SHA-256", facts.sha256), ("architecture", facts.architecture)]
    if let resolution = facts.resolution { rows.append(("trained with pixels of", "\(resolution) m")) }
    rows.append(("classes", context.model.catalog.classes.map(\.name).joined(separator: ", ")))
    rows += facts.assumed.map { ("assumed", $0) }
    return PageContent.FactTable(heading: "Model", rows: rows)
  }

  private var run: PageContent.FactTable {
    PageContent.FactTable(
      heading: "Run",
      rows: [
        ("pipeline", report.pipeline), ("output directory", context.output.path), ("host", report.host), ("kernel set", report.kernels),
      ])
  }

  private var versions: PageContent.FactTable {
    PageContent.FactTable(
      heading: "Versions", rows: report.versions.sorted { $0.key.lowercased() < $1.key.lowercased() }.map { ($0.key, $0.value) })
  }

  /// All settings of the pipeline, as they were used; a connection is in them without its password.
  private var settings: PageContent.FactTable? {
    guard let value = try? JSONValue(encoding: context.pipeline) else { return nil }
    var rows: [(String, String)] = []
    Self.flatten(value, "", &rows)
    return PageContent.FactTable(heading: "Settings", rows: rows.sorted { $0.0 < $1.0 }, isFolded: true)
  }

  private static func flatten(_ value: JSONValue, _ path: String, _ rows: inout [(String, String)]) {
    if case .object(let members) = value, !isScalar(members) {
      for (name, member) in members { flatten(member, path.isEmpty ? name : "\(path).\(name)", &rows) }
    } else {
      rows.append((path, text(value)))
    }
  }

  /// Whether an object stands for one value: a path, or a case with what it holds.
  private static func isScalar(_ members: [String: JSONValue]) -> Bool {
    if members["resolved"] != nil, members["written"] != nil { return true }
    guard members.count == 1, case .object(let inner)? = members.values.first else { return members["_0"] != nil }
    return inner.isEmpty || inner["_0"] != nil
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: return "none"
    case .bool(let value): return "\(value)"
    case .integer(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .string(let value): return value
    case .array(let values): return "[\(values.map(text).joined(separator: ", "))]"
    case .object(let members):
      if case .string(let path)? = members["written"] { return path }
      if let value = members["_0"] { return text(value) }
      return members.sorted { $0.key < $1.key }.map { name, value in
        if case .object(let inner) = value, inner.isEmpty { return name }
        return "\(name) \(text(value))"
      }.joined(separator: ", ")
    }
  }
}
