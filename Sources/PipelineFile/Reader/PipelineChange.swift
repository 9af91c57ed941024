import YAMLText

/// A key that a call sets in place of the file: `inference.tile=768`.
package struct PipelineChange {
  let path: [String]
  let value: YAMLNode

  /// A change as reports may hold it: without the value where that may be a secret.
  package static func shown(_ text: String) -> String {
    let key = text.prefix { $0 != "=" }
    let isConnection = key.hasPrefix("output.postgis") || key.hasPrefix("output") && !key.contains(".")
    let isSigned = key.hasPrefix("input") && text.contains("://") && text.contains("?")
    return isConnection || isSigned ? "\(key)=(not shown)" : text
  }

  /// - Parameter text: KEY=VALUE, the value as YAML writes it on one line. Relative paths in it are relative to the pipeline file, as those in it are.
  /// - Throws: `PipelineError` (syntax).
  init(_ text: String, file: String) throws(PipelineError) {
    func failure(_ reason: String, _ remedy: String) -> PipelineError {
      PipelineError(file: file, problems: [.init(.syntax, reason: reason, remedy: remedy)])
    }
    // Not the value, which may be a secret.
    let shown = YAMLNode.shortened(String(text.prefix { $0 != "=" }))
    guard let sign = text.firstIndex(of: "=") else {
      throw failure("'\(shown)' does not set a key", "write KEY=VALUE, such as inference.tile=768")
    }
    path = text[..<sign].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard path.allSatisfy({ !$0.isEmpty }) else {
      throw failure("'\(shown)=…' names no key", "write KEY=VALUE, such as inference.tile=768")
    }
    let written = String(text[text.index(after: sign)...])
    do throws(YAMLError) {
      value = try YAMLDocument.parse(Array(written.utf8)) ?? YAMLNode(content: .scalar("", quoted: false), line: 0, column: 0)
    } catch { throw failure("the value of '\(shown)' cannot be read", "write it as in the file, on one line") }
  }

  /// Puts the value in its place below `root`; tables on the way to it are made where they are not there.
  ///
  /// - Throws: `PipelineError` (wrongType) where what is on the way is no table.
  func apply(to root: inout YAMLNode, file: String) throws(PipelineError) {
    guard let changed = Self.setting(path[...], to: Self.withoutPlace(value), in: root) else {
      throw PipelineError(
        file: file,
        problems: [
          .init(
            .wrongType, key: path.joined(separator: "."),
            reason: "cannot be set by itself, as what holds it is not a table of keys in the file",
            remedy: "set the whole: \(path.dropLast().joined(separator: "."))={\(path[path.count - 1]): …}")
        ])
    }
    root = changed
  }

  private static func setting(_ path: ArraySlice<String>, to value: YAMLNode, in node: YAMLNode) -> YAMLNode? {
    guard let name = path.first else { return value }
    var entries: [(key: YAMLNode, value: YAMLNode)]
    switch node.content {
    case .map(let given): entries = given
    case .scalar where node.isNull: entries = []
    case .scalar, .list: return nil
    }
    let index = entries.firstIndex { if case .scalar(name, _) = $0.key.content { true } else { false } }
    let before = index.map { entries[$0].value } ?? YAMLNode(content: .map([]), line: 0, column: 0)
    guard let after = setting(path.dropFirst(), to: value, in: before) else { return nil }
    if let index {
      entries[index].value = after
    } else {
      entries.append((YAMLNode(content: .scalar(name, quoted: false), line: 0, column: 0), after))
    }
    return YAMLNode(content: .map(entries), line: node.line, column: node.column)
  }

  /// It stands nowhere in the file.
  private static func withoutPlace(_ node: YAMLNode) -> YAMLNode {
    let content: YAMLNode.Content =
      switch node.content {
      case .scalar: node.content
      case .list(let items): .list(items.map(withoutPlace))
      case .map(let entries): .map(entries.map { (withoutPlace($0.key), withoutPlace($0.value)) })
      }
    return YAMLNode(content: content, line: 0, column: 0)
  }
}
