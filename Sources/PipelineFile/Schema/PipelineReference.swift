/// Every key of the pipeline file, as documents show it.
public enum PipelineReference {
  /// A key with what it takes and does.
  public struct Key: Sendable, Equatable {
    /// Such as `vectors.simplify.method`.
    public var path: String
    /// As YAML; `nil` for a key that must be given.
    public var defaultText: String?
    /// What a value must be.
    public var expected: String
    public var summary: String
  }

  /// All keys that hold values, and the tables among them that have a default of their own, in the order of the design.
  public static let keys: [Key] = PipelineKeys.all.filter { $0.fields.isEmpty || $0.defaultText?.isEmpty == false }.map {
    Key(path: $0.path, defaultText: $0.defaultText, expected: $0.expected, summary: $0.summary)
  }

  /// A Markdown table of one section's keys.
  public static func markdown(section: String) -> String {
    var lines = ["| key | default | value | meaning |", "| --- | --- | --- | --- |"]
    for key in keys where key.path.hasPrefix(section + ".") {
      let name = key.path.dropFirst(section.count + 1)
      let standard = key.defaultText.map { "`\($0)`" } ?? "must be given"
      let cells = [key.expected, key.summary].map {
        $0.replacing("|", with: "\\|").replacing("{", with: "\\{").replacing("<", with: "&lt;")
      }
      lines.append("| `\(name)` | \(standard) | \(cells[0]) | \(cells[1]) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
