/// What the reader of an evaluation's numbers has to know; of files that have the same to say, the first is named.
struct EvaluationNotes {
  private var texts: [String] = []
  private var files: [String: [String]] = [:]

  /// - Parameter text: a predicate, such as "is not georeferenced".
  mutating func add(_ file: String, _ text: String) {
    guard let known = files[text] else {
      texts.append(text)
      files[text] = [file]
      return
    }
    if !known.contains(file) { files[text] = known + [file] }
  }

  var sentences: [String] {
    texts.map { text in
      let found = files[text] ?? []
      return (found.first ?? "") + (found.count > 1 ? " and \(found.count - 1) more: " : ": ") + text
    }
  }
}
