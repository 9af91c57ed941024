import Basics
import Checkpoints
import Foundation
import Geodata
import Runs

/// Names and colors of classes, by which a mask of colors becomes class ids.
struct TruthPalette: Sendable {
  private(set) var names: [String] = []
  private(set) var colors: [Color] = []

  /// - Parameter text: the name of a data set, a class raster with a color table, or "NAME=#RRGGBB,…" in the order of the class ids.
  init(_ text: String) throws {
    if text.contains("=#") {
      try read(list: text)
    } else if let dataset = KnownDataset.named(text) {
      names = dataset.classNames
      colors = dataset.palette
    } else if FileManager.default.fileExists(atPath: text) {
      let reader = try LabelRaster(path: text)
      guard let palette = TruthPalette(reader) else {
        throw RunError(.wrongCall, file: text, reason: "has no color table", remedy: "give a class raster that has one as the palette")
      }
      self = palette
    } else {
      throw RunError(
        .wrongCall, reason: "'\(text)' is not a palette: neither a file nor a data set",
        remedy: "give a class raster, one of \(KnownDataset.all.map(\.name).joined(separator: ", ")), or NAME=#RRGGBB,…")
    }
  }

  /// The colors of a class raster; `nil` where it has none.
  init?(_ reader: LabelRaster) {
    guard !reader.colors.isEmpty else { return nil }
    names = reader.names
    // Color tables are often filled up with black.
    colors = names.isEmpty ? reader.colors : Array(reader.colors.prefix(names.count))
  }

  private mutating func read(list: String) throws {
    for part in list.split(separator: ",") {
      // The last "=#": names may hold either character.
      guard let sign = part.ranges(of: "=#").last, part[sign.upperBound...].count == 6,
        let value = UInt32(part[sign.upperBound...], radix: 16), !part[sign.upperBound...].hasPrefix("+")
      else {
        throw RunError(.wrongCall, reason: "'\(part)' is not a class with its color", remedy: "give NAME=#RRGGBB,…")
      }
      names.append(String(part[..<sign.lowerBound]).trimmingSpaces)
      colors.append(
        Color(
          red: UInt8(truncatingIfNeeded: value >> 16), green: UInt8(truncatingIfNeeded: value >> 8), blue: UInt8(truncatingIfNeeded: value))
      )
    }
  }

  /// Class ids by color (0xRRGGBB); of two classes with one color the first.
  var ids: [UInt32: UInt8] {
    Dictionary(colors.enumerated().prefix(255).map { (Self.number($0.element), UInt8($0.offset)) }, uniquingKeysWith: { first, _ in first })
  }

  /// A sentence for each named class whose color stands for an earlier class.
  var notes: [String] {
    let ids = ids
    return names.enumerated().prefix(min(colors.count, 255)).compactMap { id, name in
      guard !name.isEmpty, let first = ids[Self.number(colors[id])], first != id, names.indices.contains(Int(first)) else { return nil }
      return "the classes '\(names[Int(first)])' and '\(name)' of the palette have one color: it stands for '\(names[Int(first)])'"
    }
  }

  static func number(_ color: Color) -> UInt32 { UInt32(color.red) << 16 | UInt32(color.green) << 8 | UInt32(color.blue) }
}
