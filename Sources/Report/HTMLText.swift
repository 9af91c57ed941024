import Basics

/// Text as it can stand in an HTML page, between tags and in attributes.
enum HTMLText {
  /// Adds a text to the bytes of a page: markup is escaped, control characters are shown as U+FFFD, and marks that turn the direction of writing by their number.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    var copy = text
    copy.withUTF8 { utf8 in
      if utf8.allSatisfy(isPlain) {
        bytes.append(contentsOf: utf8)
      } else {
        for scalar in text.unicodeScalars { append(scalar, to: &bytes) }
      }
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
    default: byte >= 0x20 && byte < 0x7F
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    switch scalar.value {
    case 0x26: bytes.append(contentsOf: "&amp;".utf8)
    case 0x3C: bytes.append(contentsOf: "&lt;".utf8)
    case 0x3E: bytes.append(contentsOf: "&gt;".utf8)
    case 0x22: bytes.append(contentsOf: "&quot;".utf8)
    case 0x27: bytes.append(contentsOf: "&#39;".utf8)
    case 0x09, 0x0A, 0x0D: bytes.append(UInt8(ascii: " "))
    // Control characters, and code points that are none.
    case 0..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF, 0xFFFE, 0xFFFF: bytes.append(contentsOf: "\u{FFFD}".utf8)
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
      bytes.append(contentsOf: "[\(scalar.codePoint)]".utf8)
    default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }
}
