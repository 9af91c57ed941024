/// A text that equals another only if their bytes are equal, as names on a disk do. Swift's own equality takes composed and decomposed
/// letters for one.
struct ExactText: Hashable, Comparable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (first: ExactText, second: ExactText) -> Bool { first.text.utf8.elementsEqual(second.text.utf8) }

  static func < (first: ExactText, second: ExactText) -> Bool { first.text.utf8.lexicographicallyPrecedes(second.text.utf8) }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

extension Sequence<String> {
  /// In the order of their bytes.
  func sortedByBytes() -> [String] { sorted { ExactText($0) < ExactText($1) } }
}
