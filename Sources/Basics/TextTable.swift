/// A table of text for terminals, its columns as wide as they need to be; the first is aligned left, the others right.
public struct TextTable {
  private var lines: [[String]]
  /// Whether all columns are aligned left.
  public var isAlignedLeft = false

  public init(_ header: [String]) { lines = [header] }

  /// Adds a line of cells, one for each column; missing ones stay empty.
  public mutating func add(_ line: [String]) { lines.append(line) }

  /// A line for each of the table, without blanks and a line break at the end.
  public var text: String {
    let columns = lines.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in lines.map { column < $0.count ? Self.width($0[column]) : 0 }.max() ?? 0 }
    return lines.map { line in
      var text = ""
      for (column, cell) in line.enumerated() {
        let blank = String(repeating: " ", count: widths[column] - Self.width(cell))
        text += (column == 0 ? "" : "  ") + (column == 0 || isAlignedLeft ? cell + blank : blank + cell)
      }
      while text.last == " " { text.removeLast() }
      return text
    }.joined(separator: "\n")
  }

  /// Terminal columns of a text: East Asian characters take two.
  private static func width(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      guard let value = character.unicodeScalars.first?.value else { return sum }
      let isWide =
        0x1100...0x115f ~= value || 0x2e80...0xa4cf ~= value || 0xac00...0xd7a3 ~= value || 0xf900...0xfaff ~= value
        || 0xfe30...0xfe6f ~= value
        || 0xff00...0xff60 ~= value || 0xffe0...0xffe6 ~= value || 0x1f300...0x1faff ~= value || 0x20000...0x3fffd ~= value
      return sum + (isWide ? 2 : 1)
    }
  }
}
