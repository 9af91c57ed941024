/// Lays out lines of cells in columns: the first to the left, the others to the right.
enum TextTable {
  static func text(_ lines: [[String]]) -> String {
    let columns = lines.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in lines.map { column < $0.count ? width($0[column]) : 0 }.max() ?? 0 }
    var result = ""
    for line in lines {
      var text = ""
      for (column, cell) in line.enumerated() {
        let blank = String(repeating: " ", count: widths[column] - width(cell))
        text += column == 0 ? cell + blank : "  " + blank + cell
      }
      while text.last == " " { text.removeLast() }
      result += text + "\n"
    }
    return result
  }

  /// Terminal columns of a text: East Asian characters take two.
  static func width(_ text: String) -> Int {
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
