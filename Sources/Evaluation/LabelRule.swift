/// Which label values are classes, and which pixels count.
public struct LabelRule: Hashable, Sendable, Codable {
  /// Classes are 0 ..< `classes`.
  public let classes: Int
  /// Pixels with this truth count nowhere; nil: all count.
  public let ignore: UInt8?
  /// Whether the truth is decremented first (0 becomes 255, 255 stays), as in data sets whose label 0 is not a class.
  public let reduceZeroLabel: Bool

  /// - Parameter classes: 1…255.
  /// - Parameter ignore: the label that does not count.
  /// - Parameter reduceZeroLabel: whether label 0 does not count, and all others are one lower.
  public init(classes: Int, ignore: UInt8? = 255, reduceZeroLabel: Bool = false) {
    precondition(1...255 ~= classes, "\(classes) classes")
    self.classes = classes
    self.ignore = ignore
    self.reduceZeroLabel = reduceZeroLabel
  }

  /// The class of a truth value: `classes` for a value that is none, nil for a pixel that does not count.
  func truthClass(_ value: UInt8) -> Int? {
    var label = value
    if reduceZeroLabel { label = value == 0 || value == 255 ? 255 : value - 1 }
    if label == ignore { return nil }
    return min(Int(label), classes)
  }

  /// The class of each truth value: `classes` for a value that is none, `classes` + 1 for a pixel that does not count.
  var truthTable: [Int] { (0...255).map { truthClass(UInt8($0)) ?? classes + 1 } }

  /// The class of each predicted value: `classes` for a value that is none.
  var predictionTable: [Int] { (0...255).map { min($0, classes) } }
}
