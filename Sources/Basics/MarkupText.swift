/// Text as it can stand in HTML and XML, between tags and in attributes, within quotes of either kind.
///
/// Ends of lines become spaces, and what neither HTML nor XML 1.0 can hold becomes U+FFFD: a text stays one line, and a document is well formed whatever
/// it is called.
package enum MarkupText {
  /// Who reads the text.
  package enum Reader {
    /// A program, which gets back what was written.
    case program
    /// A person, to whom a text must not look like another one: marks that turn the direction of writing are shown by their number.
    case person
  }

  /// The text, escaped, as `append` adds it.
  package static func escaped(_ text: String, for reader: Reader) -> String {
    var bytes: [UInt8] = []
    append(text, to: &bytes, for: reader)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Adds a text to the bytes of a document.
  package static func append(_ text: String, to bytes: inout [UInt8], for reader: Reader) {
    var copy = text
    copy.withUTF8 { utf8 in
      if utf8.allSatisfy(isPlain) {
        bytes.append(contentsOf: utf8)
      } else {
        for scalar in text.unicodeScalars { append(scalar, to: &bytes, for: reader) }
      }
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
    default: byte >= 0x20 && byte < 0x7F
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8], for reader: Reader) {
    switch scalar.value {
    case 0x26: bytes.append(contentsOf: "&amp;".utf8)
    case 0x3C: bytes.append(contentsOf: "&lt;".utf8)
    case 0x3E: bytes.append(contentsOf: "&gt;".utf8)
    case 0x22: bytes.append(contentsOf: "&quot;".utf8)
    case 0x27: bytes.append(contentsOf: "&#39;".utf8)
    case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: bytes.append(UInt8(ascii: " "))
    // Control characters, and code points that are none.
    case 0..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF, 0xFFFE, 0xFFFF: bytes.append(contentsOf: "\u{FFFD}".utf8)
    case _ where reader == .person && turnsText(scalar):
      bytes.append(contentsOf: "[\(scalar.codePoint)]".utf8)
    default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  private static func turnsText(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
