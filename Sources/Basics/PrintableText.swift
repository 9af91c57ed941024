extension String {
  /// The text in one line that no terminal obeys: control characters and direction marks as Swift writes them, such as \n and \u{1B}.
  ///
  /// Names of files may hold anything; all lines for people go through this, and JSON, which has its own way, does not.
  package var printable: String { escaped(keeping: "") }

  /// As `printable`, for text of several lines.
  package var printableLines: String { escaped(keeping: "\n\t") }

  /// JSON whose text shows in the order in which it is: direction marks, which occur within strings only, as JSON escapes them.
  package var printableJSON: String {
    guard unicodeScalars.contains(where: Self.turnsText) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if Self.turnsText(scalar) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private func escaped(keeping kept: String) -> String {
    func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
      (Self.isControl(scalar) || Self.turnsText(scalar)) && !kept.unicodeScalars.contains(scalar)
    }
    guard unicodeScalars.contains(where: isEscaped) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case _ where !isEscaped(scalar): text.unicodeScalars.append(scalar)
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default: text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }
    return text
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// Marks that make a terminal show letters in another order than theirs, or hide that they are there.
  private static func turnsText(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x206F, 0xFEFF: true
    default: false
    }
  }
}
