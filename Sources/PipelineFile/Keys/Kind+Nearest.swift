extension Kind where Value == [String: String] {
  /// From classes to the class whose nearest object counts.
  static let nearest: Kind = .names(of: "a class", table: "a table of a class by class")
}
