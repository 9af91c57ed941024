import YAMLText

/// The state of one reading: where relative paths lead, the environment, and what was found wrong so far.
struct Reading {
  /// Beyond this many, more problems help nobody.
  static let maximumProblems = 100

  let folder: String
  let environment: [String: String]
  var problems: [PipelineError.Problem] = []
  var locations: [String: Pipeline.Location] = [:]
  /// The key being read, outermost first.
  var path: [String] = []

  init(folder: String, environment: [String: String]) {
    self.folder = folder
    self.environment = environment
  }

  var key: String { path.joined(separator: ".") }

  mutating func fail(_ code: PipelineError.Code, at node: YAMLNode, key: String? = nil, _ reason: String, _ remedy: String = "") {
    guard problems.count < Self.maximumProblems else { return }
    problems.append(.init(code, key: key ?? self.key, line: node.line, column: node.column, reason: reason, remedy: remedy))
  }

  /// Blames a key that may not be in the file; then the problem has no position.
  mutating func fail(_ code: PipelineError.Code, atKey key: String, _ reason: String, _ remedy: String = "") {
    guard problems.count < Self.maximumProblems else { return }
    let place = locations[key]
    problems.append(.init(code, key: key, line: place?.line ?? 0, column: place?.column ?? 0, reason: reason, remedy: remedy))
  }

  mutating func wrongType(_ node: YAMLNode, expected: String) {
    let remedy =
      if case .scalar("", quoted: false) = node.content { "leave the key out to have its default; text with # needs quotes" } else { "" }
    fail(.wrongType, at: node, "must be \(expected), not \(node.kindName)", remedy)
  }

  /// The text of a scalar with environment variables put in; reports everything else.
  mutating func text(_ node: YAMLNode, expected: String) -> String? {
    guard case .scalar(let written, let quoted) = node.content, quoted || !written.isEmpty else {
      wrongType(node, expected: expected)
      return nil
    }
    switch EnvironmentText.substituting(written, environment) {
    case .success(let text): return text
    case .failure(let failure):
      fail(.environment, at: node, failure.reason, failure.remedy)
      return nil
    }
  }
}
