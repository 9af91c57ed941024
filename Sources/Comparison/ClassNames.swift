import Basics

/// The classes that an evaluation tells apart: texts, and the classes of other files, are found among them.
struct ClassNames: Sendable {
  /// By class id; never empty texts.
  let names: [String]
  /// Whether a name was made up of its number.
  private let isNumbered: [Bool]
  private let exact: [String: Int]
  /// By lowercase name; `nil` where it stands for several classes.
  private let folded: [String: Int?]

  /// - Parameter given: names by class id; an empty one becomes "class N".
  init(_ given: [String]) {
    let trimmed = given.map(\.trimmingSpaces)
    isNumbered = trimmed.map(\.isEmpty)
    names = trimmed.enumerated().map { $0.element.isEmpty ? "class \($0.offset)" : $0.element }
    exact = Dictionary(names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    folded = Dictionary(names.enumerated().map { ($0.element.lowercased(), $0.offset) }, uniquingKeysWith: { _, _ in nil })
  }

  /// So many classes without names.
  init(count: Int) { self.init([String](repeating: "", count: count)) }

  var count: Int { names.count }

  /// "a, b, c", cut short where they are many.
  var listing: String { names.count > 12 ? names.prefix(12).joined(separator: ", ") + ", …" : names.joined(separator: ", ") }

  /// "; did you mean …" for the first of the values that nearly is a class, as `Omission.value` has them: 'name', or "7 (name)".
  func hint(for entries: [Omission]) -> String {
    for text in entries.compactMap(\.value) {
      let opening: Character = text.hasPrefix("'") ? "'" : "("
      guard let start = text.firstIndex(of: opening), let end = text.lastIndex(where: { $0 == "'" || $0 == ")" }), start < end else {
        continue
      }
      let name = String(text[text.index(after: start)..<end])
      if let near = NearestName.of(name.lowercased(), among: names.map { $0.lowercased() }), let id = id(named: near) {
        return "; is '\(name)' meant to be '\(names[id])'?"
      }
    }
    return ""
  }

  /// The class of that name; upper and lower case matter only where they tell two classes apart.
  func id(named text: String) -> Int? {
    let name = text.trimmingSpaces
    return exact[name] ?? folded[name.lowercased()] ?? nil
  }

  /// The class of that name, or else of that number, which may lie beyond the classes.
  func id(of text: String) -> Int? { id(named: text) ?? Int(text.trimmingSpaces) }

  /// How another file's class ids become these.
  enum Match: Equatable {
    /// Ids are the same.
    case same
    /// Ids are taken as the same, though no name is.
    case byNumber
    /// By the other's id: the class of the same name.
    case byName([Int?])
  }

  /// - Parameter other: names by the other file's class ids, empty where it has none.
  func match(_ other: [String]) -> Match {
    guard isNumbered.contains(false), other.contains(where: { !$0.isEmpty }) else { return .same }
    let table = (0..<256).map { index -> Int? in
      guard index < other.count, !other[index].isEmpty else { return index < count && !isNumbered[index] ? nil : index }
      return index < count && names[index] == other[index] ? index : id(named: other[index])
    }
    let named = other.indices.filter { !other[$0].isEmpty && $0 < 256 }
    if named.allSatisfy({ table[$0] == nil }) { return .byNumber }
    return named.allSatisfy { table[$0] == $0 } ? .same : .byName(table)
  }
}
