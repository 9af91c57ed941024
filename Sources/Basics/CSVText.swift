/// How texts are written to CSV files (RFC 4180) that people open in spreadsheets.
public enum CSVText {
  /// The text as a CSV field: in quotes, and with an apostrophe before it where a spreadsheet would take it for a formula.
  public static func quoted(_ text: String) -> String {
    "\"" + escaped(text) + "\""
  }

  /// As `quoted`, but in quotes only where the field needs them.
  public static func field(_ text: String) -> String {
    let isPlain = !text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
    return isPlain ? escaped(text) : quoted(text)
  }

  /// Whether a spreadsheet would take a text for a formula: it passes over blanks, tabs and line ends at the beginning, too.
  public static func isFormula(_ text: String) -> Bool {
    text.first { !$0.isWhitespace }.map { "=+-@".contains($0) } ?? false
  }

  private static func escaped(_ text: String) -> String {
    (isFormula(text) ? "'" : "") + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
  }
}
