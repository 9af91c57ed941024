import CGDAL
import Foundation
import GeoTypes

/// Names of labels in a raster's attribute table: one that GDAL keeps (in the file, or in an `.aux.xml` beside it), or the `.vat.dbf` that ArcGIS writes
/// beside a raster.
enum LabelNames {
  /// A longer table is not one of classes.
  private static let mostRows = 100_000
  /// Columns that hold names, where none is marked so; the first of these counts.
  private static let nameColumns = [
    "class_name", "classname", "class_names", "name", "label", "class", "category", "landcover", "description",
  ]

  /// The names from label 0 to 255; empty where there is no table, or no column of names in it.
  ///
  /// - Throws: `unreadable` where there is a `.vat.dbf` that cannot be read.
  static func find(in dataset: RasterDataset) throws(GeodataError) -> [String] {
    if let table = dataset.attributeTable(band: 1, mostRows: mostRows, nameColumns: nameColumns) { return list(table) }
    let beside = dataset.path + ".vat.dbf"
    guard FileManager.default.fileExists(atPath: beside) else { return [] }
    let reader = try VectorReader(beside, drivers: ["ESRI Shapefile"])
    let columns = reader.fieldNames.map { $0.lowercased() }
    guard reader.count <= mostRows, let value = columns.firstIndex(of: "value"),
      let name = nameColumns.lazy.compactMap({ columns.firstIndex(of: $0) }).first
    else { return [] }
    var table: [(label: Int, name: String)] = []
    do {
      try reader.forEach { _, _, values in
        guard case .text(let text) = values[name] else { return }
        switch values[value] {
        case .integer(let number): table.append((Int(clamping: number), text))
        case .real(let number) where number == number.rounded() && abs(number) < 1e9: table.append((Int(number), text))
        case .null, .real, .text: break
        }
      }
    } catch let error as GeodataError { throw error } catch {
      throw GeodataError(.unreadable, file: beside, reason: "cannot be read (\(error))")
    }
    return list(table)
  }

  private static func list(_ table: [(label: Int, name: String)]) -> [String] {
    let inRange = table.filter { 0...255 ~= $0.label && !$0.name.isEmpty }
    guard let largest = inRange.map(\.label).max() else { return [] }
    var names = [String](repeating: "", count: largest + 1)
    for entry in inRange where names[entry.label].isEmpty { names[entry.label] = entry.name }
    return names
  }
}

extension RasterDataset {
  /// Labels and names of a band's attribute table; `nil` where there is none that has both.
  fileprivate func attributeTable(band number: Int, mostRows: Int, nameColumns: [String]) -> [(label: Int, name: String)]? {
    withBand(number) { band in
      guard let table = GDALGetDefaultRAT(band) else { return nil }
      let rows = Int(GDALRATGetRowCount(table))
      let columns = (0..<GDALRATGetColumnCount(table)).map { index in
        (
          name: GDALRATGetNameOfCol(table, index).map { String(cString: $0).lowercased() } ?? "", usage: GDALRATGetUsageOfCol(table, index),
          isText: GDALRATGetTypeOfCol(table, index) == GFT_String, index: index
        )
      }
      let value = columns.first { $0.usage == GFU_MinMax } ?? columns.first { $0.name == "value" && !$0.isText }
      let named =
        columns.first { $0.usage == GFU_Name }
        ?? nameColumns.lazy.compactMap { name in columns.first { $0.name == name && $0.isText } }.first
      guard let value, let named, rows <= mostRows else { return nil }
      return (0..<Int32(rows)).compactMap { row in
        guard let text = GDALRATGetValueAsString(table, row, named.index) else { return nil }
        return (Int(GDALRATGetValueAsInt(table, row, value.index)), String(cString: text))
      }
    }
  }
}
