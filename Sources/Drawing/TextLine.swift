import Synchronization

/// A line of text as it is drawn: how much of each pixel it covers.
///
/// Set by Pango in any script; letters that no installed font has are boxes with their number. The same text gives the same pixels, as long as
/// the machine's fonts stay the same: no screen's settings go into it.
public struct TextLine: Sendable {
  public enum Weight: Sendable { case regular, bold }

  /// In pixels.
  public let width: Int
  public let height: Int
  /// `[height][width]`, 0…255.
  public let coverage: [UInt8]
  /// Characters that no font has.
  public let missing: Int

  /// - Parameters:
  ///   - text: one line; line breaks, control characters and marks that turn the direction of writing are replaced.
  ///   - size: of the font, in pixels.
  ///   - widest: longer lines lose their middle; in pixels.
  public init(_ text: String, size: Double, weight: Weight = .regular, widest: Int = 4000) {
    let drawn = TextSetter.shared.withLock { $0.draw(Self.printable(text), size: size, weight: weight, widest: widest) }
    (width, height, coverage, missing) = (drawn.width, drawn.height, drawn.coverage, drawn.missing)
  }

  /// The longest text that is set, in characters; it is wider than any picture.
  private static let longest = 1000

  private static func printable(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(longest) {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D: shown.append(" ")
      case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: shown.append("\u{FFFD}")
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}
