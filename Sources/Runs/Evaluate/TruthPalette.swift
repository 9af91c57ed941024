import Checkpoints
import Foundation
import Geodata

/// Names and colours of classes, by which a mask of colours becomes class ids.
struct TruthPalette: Sendable {
  private(set) var names: [String] = []
  private(set) var colours: [RGB] = []

  /// A mask's colour that no class has becomes this: it counts nowhere, and is reported.
  static let unknown: UInt8 = 255

  /// - Parameter text: the name of a data set, a class raster with a colour table, or "NAME=#RRGGBB,…" in the order of the class ids.
  init(_ text: String) throws {
    if text.contains("=#") {
      try read(list: text)
    } else if let dataset = KnownDataset.named(text) {
      names = dataset.classNames
      colours = dataset.palette.map { RGB(red: $0.red, green: $0.green, blue: $0.blue) }
    } else if FileManager.default.fileExists(atPath: text) {
      let reader = try ClassRasterReader(path: text)
      guard let palette = TruthPalette(reader) else {
        throw RunError(.wrongCall, file: text, reason: "has no colour table", remedy: "give --palette a class raster that has one")
      }
      self = palette
    } else {
      throw RunError(
        .wrongCall, reason: "'\(text)' is no palette: neither a file nor a data set",
        remedy: "give --palette a class raster, one of \(KnownDataset.all.map(\.name).joined(separator: ", ")), or NAME=#RRGGBB,…")
    }
  }

  /// The colours of a class raster; `nil` where it has none.
  init?(_ reader: ClassRasterReader) {
    guard !reader.colours.isEmpty else { return nil }
    names = reader.names
    colours = reader.colours
  }

  private mutating func read(list: String) throws {
    for part in list.split(separator: ",") {
      let pair = part.split(separator: "=")
      guard pair.count == 2, pair[1].count == 7, pair[1].first == "#", let value = UInt32(pair[1].dropFirst(), radix: 16) else {
        throw RunError(.wrongCall, reason: "'\(part)' is no class with its colour", remedy: "give --palette NAME=#RRGGBB,…")
      }
      names.append(String(pair[0]).trimmingSpaces)
      colours.append(
        RGB(
          red: UInt8(truncatingIfNeeded: value >> 16), green: UInt8(truncatingIfNeeded: value >> 8), blue: UInt8(truncatingIfNeeded: value))
      )
    }
  }

  /// Class ids by colour (0xRRGGBB); of two classes with one colour the first.
  var ids: [UInt32: UInt8] {
    var result: [UInt32: UInt8] = [:]
    for (id, colour) in colours.enumerated().prefix(255) where result[Self.number(colour)] == nil {
      result[Self.number(colour)] = UInt8(id)
    }
    return result
  }

  static func number(_ colour: RGB) -> UInt32 { UInt32(colour.red) << 16 | UInt32(colour.green) << 8 | UInt32(colour.blue) }
}
