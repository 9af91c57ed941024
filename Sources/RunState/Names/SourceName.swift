import Basics

/// The name under which a source's outputs appear, checked: a relative path below the output directory that cannot leave it.
///
/// Components are separated by `/`. The name's *flat* form has none (`a/b` is `a%2Fb`) and names the source's state below `.orthoweave`.
public struct SourceName: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let text: String

  /// The most bytes a component may have: layer names add up to 55 to it ("….probabilities.tif.aux.xml").
  public static let maximumComponentBytes = 200
  /// The most bytes of a whole name.
  public static let maximumBytes = 1024

  /// Throws `badName` for whatever could climb out, hide, collide with the state or not be written.
  public init(_ text: String) throws(RunStateError) {
    if let reason = Self.fault(in: text) {
      throw RunStateError(.badName, file: Self.printable(text), reason: reason, remedy: "set output.name so that it gives another name")
    }
    self.text = text
  }

  public var description: String { text }

  public static func < (first: SourceName, second: SourceName) -> Bool {
    first.text.utf8.lexicographicallyPrecedes(second.text.utf8)
  }

  public static func == (first: SourceName, second: SourceName) -> Bool {
    first.text.utf8.elementsEqual(second.text.utf8)  // String's == equates composed and decomposed letters; the disk does not
  }

  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }

  /// The last component: what the layers of the source are named after.
  public var leaf: String { Files.last(text) }

  var components: [String] { text.split(separator: "/", omittingEmptySubsequences: false).map(String.init) }

  /// One path component for the state of this source, different for different names.
  var flat: String {
    var flat = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "/": flat += "%2F"
      case "%": flat += "%25"
      default: flat.unicodeScalars.append(scalar)
      }
    }
    guard flat.utf8.count > Self.maximumComponentBytes else { return flat }
    // "%%" occurs in no other flat name.
    var short = ""
    for scalar in flat.unicodeScalars {
      if short.utf8.count + scalar.utf8.count > 120 { break }
      short.unicodeScalars.append(scalar)
    }
    return "\(short)%%\(Digest.sha256(text).prefix(32))"
  }

  /// What is wrong with a name; nil where nothing is.
  static func fault(in text: String) -> String? {
    if text.isEmpty { return "the name of a source is empty" }
    if text.utf8.count > maximumBytes { return "the name of a source is longer than \(maximumBytes) bytes" }
    for scalar in text.unicodeScalars where !isPrintable(scalar) {
      return scalar == "\u{FFFD}"
        ? "the name of a source is not UTF-8"
        : "the name of a source holds the control character \(scalar.codePoint)"
    }
    // GDAL's drivers take it for the end of a folder's name.
    if text.contains("\\") { return "the name of a source holds a backslash" }
    if text.hasPrefix("/") { return "the name of a source is an absolute path" }
    for component in text.split(separator: "/", omittingEmptySubsequences: false) {
      if component.isEmpty { return "the name of a source has an empty part" }
      if component == "." || component == ".." { return "the name of a source would leave the output directory" }
      if component.lowercased() == OutputDirectory.stateFolder {
        return "\(OutputDirectory.stateFolder) is where this program keeps its state"
      }
      if component.utf8.count > maximumComponentBytes {
        return "the name of a source has a part longer than \(maximumComponentBytes) bytes"
      }
    }
    return nil
  }

  /// Control characters, line breaks, and the marks that make a terminal or a list show another name than the real one.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0xFEFF, 0xFFFD: false
    default: true
    }
  }

  /// The name as it can stand in a message.
  private static func printable(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(120) { shown.unicodeScalars.append(isPrintable(scalar) ? scalar : "?") }
    return shown
  }
}

extension SourceName {
  /// Two sources whose outputs would not lie side by side.
  public struct Collision: Sendable, Equatable {
    /// In which way two names collide.
    public enum Kind: String, Sendable {
      /// The same name.
      case equal
      /// Names that a file system without upper and lower case, or with other Unicode forms, takes for one.
      case similar
      /// One lies in the other's directory, which is replaced as a whole.
      case nested
    }

    public var first: SourceName
    public var second: SourceName
    public var kind: Kind
  }

  /// All collisions between names, each pair of neighbors once.
  ///
  /// - Complexity: O(n log n).
  public static func collisions(among names: [SourceName]) -> [Collision] {
    var found: [Collision] = []
    let sorted = names.map { (name: $0, key: folded($0.text)) }.sorted { ($0.key, $0.name) < ($1.key, $1.name) }
    for (first, second) in zip(sorted, sorted.dropFirst()) where first.key == second.key {
      found.append(Collision(first: first.name, second: second.name, kind: first.name == second.name ? .equal : .similar))
    }
    let byKey = Dictionary(sorted.map { ($0.key, $0.name) }, uniquingKeysWith: { first, _ in first })
    for (name, key) in sorted {
      var above = key
      while let slash = above.lastIndex(of: "/") {
        above = String(above[..<slash])
        if let outer = byKey[above] { found.append(Collision(first: outer, second: name, kind: .nested)) }
      }
    }
    return found
  }

  private static func folded(_ text: String) -> String {
    // Lower case after upper case also joins ß and ss, ſ and s; Swift compares Strings by canonical equivalence.
    text.uppercased().lowercased()
  }
}
