import YAMLText

/// What is wrong with a pipeline file: every problem that was found, the first of them foremost.
public struct PipelineError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong with a value.
  public enum Code: String, Sendable {
    /// The file cannot be read, is too large, or is not UTF-8 text.
    case unreadable
    /// The text is not YAML, or is nested or aliased beyond the limits.
    case syntax
    case unknownKey
    case duplicateKey
    case missingKey
    case wrongType
    /// Of the right type, but out of range or not among the allowed words.
    case impossibleValue
    /// Each value is possible, but not with the others.
    case conflict
    /// A `${NAME}` that is not set or not well formed.
    case environment
  }

  /// One problem and its place.
  public struct Problem: Sendable, Equatable, CustomStringConvertible {
    public var code: Code
    /// The key path, such as `inference.tile`; empty for the file as a whole.
    public var key: String
    /// From 1; 0 where the problem has no position.
    public var line: Int
    /// From 1, in Unicode scalars; 0 where the problem has no position.
    public var column: Int
    public var reason: String
    /// What the user can do; empty where nothing helps.
    public var remedy: String

    public init(_ code: Code, key: String = "", line: Int = 0, column: Int = 0, reason: String, remedy: String = "") {
      self.code = code
      self.key = key
      self.line = line
      self.column = column
      self.reason = reason
      self.remedy = remedy
    }

    /// `12:3: inference.overlap: reason; remedy`, in one line.
    public var description: String {
      let place = line > 0 ? "\(line):\(column): " : ""
      let what = key.isEmpty ? reason : "\(key): \(reason)"
      return place + (remedy.isEmpty ? what : "\(what); \(remedy)")
    }
  }

  /// The path as the user named it; empty for text that comes from no file.
  public var file: String
  /// Not empty; in the order in which they were found.
  public var problems: [Problem]

  public init(file: String, problems: [Problem]) {
    precondition(!problems.isEmpty, "an error without a problem")
    self.file = file
    self.problems = problems
  }

  public var code: Code { problems[0].code }
  public var line: Int { problems[0].line }
  public var column: Int { problems[0].column }
  public var reason: String { problems[0].reason }
  public var remedy: String { problems[0].remedy }

  /// The first problem in one line, with the number of the others.
  public var description: String {
    let more = problems.count - 1
    let rest = more == 0 ? "" : more == 1 ? " (and one more problem)" : " (and \(more) more problems)"
    return lines[0] + rest
  }

  /// `lines`, and how many more there are where that is more than `most`: what a person is shown.
  public func listing(atMost most: Int = 20) -> [String] {
    let more = problems.count - most
    guard more > 0 else { return lines }
    return lines.prefix(most) + [more == 1 ? "and one more problem" : "and \(more) more problems"]
  }

  /// Each problem in one line that begins with file, line and column, as compilers write them.
  public var lines: [String] {
    problems.map { problem in
      if file.isEmpty { return problem.description }
      return problem.line > 0 ? "\(file):\(problem)" : "\(file): \(problem)"
    }
  }
}

extension PipelineError {
  /// The error of a text that is not YAML.
  init(_ error: YAMLError, file: String) {
    let code: Code =
      switch error.code {
      case .unreadable: .unreadable
      case .syntax: .syntax
      case .duplicateKey: .duplicateKey
      }
    self.init(file: file, problems: [Problem(code, line: error.line, column: error.column, reason: error.reason, remedy: error.remedy)])
  }
}
