/// A number with its noun: "1 polygon", "2 polygons".
///
/// - Parameter count: how many there are.
/// - Parameter noun: in the singular; the plural has an s.
public func counted(_ count: some BinaryInteger, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
