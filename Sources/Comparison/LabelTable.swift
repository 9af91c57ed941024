import GeoTypes

/// What becomes of the labels of a truth: first remapped, then (with `reduceZeroLabel`) decremented, then left out where ignored; the order
/// in which mmsegmentation does it. Where the truth names its classes in another order, they are found by name at last.
package struct LabelTable: Sendable {
  /// The value of pixels that do not count, as the counters get it.
  package static let ignored = ClassMap.nodata

  private let classes: Int
  private let ignoredLabels: Set<Int>
  private let remap: [Int: Int]
  private let reduceZeroLabel: Bool
  private let byName: [Int?]?

  /// - Parameters:
  ///   - classes: 1…255.
  ///   - ignored: labels that do not count, after the other two steps.
  ///   - remap: new labels for some, before all else.
  ///   - reduceZeroLabel: whether label 0 does not count, and all others are one lower.
  ///   - byName: for labels 0…255 the class of the same name, where names and not numbers say it.
  package init(
    classes: Int, ignored: Set<Int>, remap: [Int: Int] = [:], reduceZeroLabel: Bool = false, byName: [Int?]? = nil
  ) {
    self.classes = classes
    ignoredLabels = ignored
    self.remap = remap
    self.reduceZeroLabel = reduceZeroLabel
    self.byName = byName
  }

  /// What counts for a label that is not a class: the first number that is not one (255, which does not count, where all others are).
  package var other: UInt8 { UInt8(min(classes, 255)) }

  /// The class of a label as stored; `ignored`; or `other`.
  package subscript(label: Int) -> UInt8 {
    let value = changed(label)
    if ignoredLabels.contains(value) { return Self.ignored }
    let id = byName.map { $0.indices.contains(value) ? $0[value] ?? -1 : -1 } ?? value
    return 0..<classes ~= id ? UInt8(id) : other
  }

  /// Whether a label as stored does not count because that was asked for.
  func isIgnored(_ label: Int) -> Bool { ignoredLabels.contains(changed(label)) }

  private func changed(_ label: Int) -> Int {
    let value = remap[label] ?? label
    guard reduceZeroLabel else { return value }
    return value == 0 || value == 255 ? 255 : value - 1
  }
}

extension String {
  /// Without spaces at either end.
  var trimmingSpaces: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
