public import Basics

/// A data set whose classes users can name instead of listing them: `model.classes: potsdam`.
///
/// It is never chosen by the number of classes: Potsdam and Vaihingen both have six.
public struct KnownDataset: Sendable, Equatable {
  /// The name, as in mmsegmentation: `potsdam`, `ade`.
  public let name: String
  public let classNames: [String]
  /// As many as class names.
  public let palette: [Color]

  /// All data sets.
  public static let all: [KnownDataset] = tables.map(KnownDataset.init)

  /// The data set of a name (`potsdam`, `ade`, `ade20k`, `voc` …; case, `-` and `_` do not matter); nil for an unknown one.
  public static func named(_ name: String) -> KnownDataset? {
    let wanted = plain(name)
    guard let index = tables.firstIndex(where: { $0.names.contains { plain($0) == wanted } }) else { return nil }
    return all[index]
  }

  /// The data set that one of mmsegmentation's classes reads (`PotsdamDataset`); nil for a class of the user's own.
  static func read(by datasetType: String) -> KnownDataset? {
    let names = [
      "CityscapesDataset": "cityscapes", "ADE20KDataset": "ade", "PascalVOCDataset": "voc", "PascalContextDataset59": "pcontext",
      "LoveDADataset": "loveda", "PotsdamDataset": "potsdam", "ISPRSDataset": "vaihingen", "COCOStuffDataset": "cocostuff",
      "iSAIDDataset": "isaid",
      "STAREDataset": "stare", "MapillaryDataset_v1": "mapillary_v1", "MapillaryDataset_v2": "mapillary_v2", "BDD100KDataset": "bdd100k",
    ]
    return names[datasetType].flatMap(named)
  }

  private static func plain(_ name: String) -> String { name.lowercased().filter { $0 != "-" && $0 != "_" } }

  private init(names: [String], table: String) {
    name = names.first ?? ""
    var classNames: [String] = []
    var palette: [Color] = []
    for line in table.split(separator: "\n") {
      let color = UInt32(line.suffix(6), radix: 16) ?? 0
      classNames.append(String(line.dropLast(7)))
      palette.append(
        Color(
          red: UInt8(truncatingIfNeeded: color >> 16), green: UInt8(truncatingIfNeeded: color >> 8),
          blue: UInt8(truncatingIfNeeded: color)))
    }
    self.classNames = classNames
    self.palette = palette
  }
}
