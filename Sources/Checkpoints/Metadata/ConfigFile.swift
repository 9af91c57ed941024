import Foundation

/// Reads a configuration file that the user names, and the files that it is based on (`_base_`).
enum ConfigFile {
  /// Deepest chain of base files.
  private static let maximumDepth = 8

  /// What was read: the names that the file assigns, over those of its base files; the texts of all of these; and what was not found.
  struct Result {
    var names: [String: ConfigValue] = [:]
    /// That of the file itself comes first.
    var texts: [String] = []
    var warnings: [String] = []
  }

  static func read(_ path: String) throws(CheckpointError) -> Result {
    var result = Result()
    var files = 0
    let text = try text(path)
    result.texts = [text]
    result.names = read(text, path, 0, &files, &result)
    return result
  }

  private static func text(_ path: String) throws(CheckpointError) -> String {
    let source = try ByteSource(path: path)
    guard source.count <= ConfigReader.maximumSize else {
      throw CheckpointError(
        .unsupported, file: path, reason: "is too large for a configuration", remedy: "give the config.py of the training")
    }
    let bytes = try source.bytes(at: 0, count: source.count)
    guard let text = String(validating: bytes, as: UTF8.self), !text.contains("\0") else {
      throw CheckpointError(.unsupported, file: path, reason: "is not a text", remedy: "give the config.py of the training")
    }
    return text
  }

  private static func read(_ text: String, _ path: String, _ depth: Int, _ files: inout Int, _ result: inout Result) -> [String:
    ConfigValue]
  {
    let first = ConfigText.read(text) ?? ConfigReader.read(text)
    let bases = first["_base_"]?.texts ?? first["_base_"]?.text.map { [$0] } ?? []
    guard !bases.isEmpty else { return first }
    var inherited: [String: ConfigValue] = [:]
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    for base in bases {
      files += 1
      let basePath = folder.appendingPathComponent(base).standardizedFileURL.path
      guard depth < maximumDepth, files <= 100, let baseText = try? Self.text(basePath) else {
        result.warnings.append("the base file \(base) of \(path) cannot be read; give the configuration as the training dumped it")
        continue
      }
      result.texts.append(baseText)
      inherited = merged(read(baseText, basePath, depth + 1, &files, &result), over: inherited)
    }
    // Python's names may be those of a base file.
    var own = ConfigText.isPython(text) ? ConfigReader.read(text, inherited: inherited) : first
    own["_base_"] = nil
    return merged(own, over: inherited)
  }

  /// mmengine's rule: dictionaries are merged key by key, unless `_delete_` is true; anything else replaces.
  private static func merged(_ new: [String: ConfigValue], over old: [String: ConfigValue]) -> [String: ConfigValue] {
    var result = old
    for (key, value) in new where key != "_delete_" {
      if case .dictionary(let inner) = value, inner["_delete_"]?.bool != true, case .dictionary(let previous)? = old[key] {
        result[key] = .dictionary(merged(inner, over: previous))
      } else if case .dictionary(var inner) = value {
        inner["_delete_"] = nil
        result[key] = .dictionary(inner)
      } else {
        result[key] = value
      }
    }
    return result
  }
}
