import Foundation

/// The ground size of a pixel, as people write it into a file's metadata.
enum GroundResolution {
  /// Meters: of a number, or of a number with a unit of the metric system ("0.3", "25cm", "0.3 m", "30 m/px"). `nil` for anything else, such as feet or
  /// a decimal comma, and for what is not a pixel's size.
  static func meters(_ text: String) -> Double? {
    let pattern =
      /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+\-]?[0-9]{1,3}))?\s*(mm|cm|km|m|(?:milli|centi)?met(?:er|re)s?)?(?:\s*(?:\/|per\s+)\s*(?:px|pixel))?/
    let plain = text.trimmingCharacters(in: .whitespacesAndNewlines.union(CharacterSet(charactersIn: "\"")))
    guard plain.utf8.count <= 64, let match = plain.lowercased().wholeMatch(of: pattern),
      let number = Double(match.1 + (match.2.map { "e" + $0 } ?? ""))
    else { return nil }
    let unit = match.3.map(String.init) ?? "m"
    let size =
      unit.hasPrefix("mm") || unit.hasPrefix("milli")
      ? number / 1000 : unit.hasPrefix("cm") || unit.hasPrefix("centi") ? number / 100 : unit == "km" ? number * 1000 : number
    return 1e-4...1e5 ~= size ? size : nil
  }

  static func warning(_ text: String) -> String {
    "its resolution ('\(text.prefix(40))') is not a number of meters, and is ignored; set model.resolution"
  }
}
