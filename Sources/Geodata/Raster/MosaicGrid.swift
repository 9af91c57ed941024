import Foundation
import GeoTypes

/// The one grid that the sheets of a mosaic fit, and where each lies in it.
struct MosaicGrid {
  /// What a sheet's header says of its place.
  struct Sheet {
    var path: String
    var size: RasterSize
    var geotransform: Geotransform
    var crs: CoordinateSystem?
    var isPlaced: Bool
  }

  let size: RasterSize
  let geotransform: Geotransform
  /// In the order of the sheets given.
  let windows: [Window]

  /// Corners may lie this far from the grid, in pixels.
  private static let tolerance = 0.5 + 1e-6

  /// - Throws: `unsupported`, naming every sheet that does not fit, and why.
  init(_ sheets: [Sheet], name: String) throws(GeodataError) {
    guard let first = sheets.first else {
      throw GeodataError(.unsupported, file: name, reason: "a mosaic needs at least one sheet")
    }
    var misfits: [String] = sheets.filter { !$0.isPlaced }.map { "\($0.path) (it has no place)" }
    misfits += sheets.filter { $0.isPlaced && !MosaicGrid.isSame($0.crs, first.crs) }.map {
      "\($0.path) (\($0.crs?.description ?? "no crs") instead of \(first.crs?.description ?? "no crs"))"
    }
    try MosaicGrid.refuse(misfits, name: name)

    var reference = MosaicGrid.meanPixel(sheets)
    let places = try MosaicGrid.places(of: sheets, in: reference, name: name)
    // Sheets may lie a little beside each other's grids: the grid goes through the middle.
    let columns = places.map(\.residual.x)
    let rows = places.map(\.residual.y)
    let shift = Point(
      x: ((columns.min() ?? 0) + (columns.max() ?? 0)) / 2, y: ((rows.min() ?? 0) + (rows.max() ?? 0)) / 2)
    let isExact = places.allSatisfy { abs($0.residual.x) < 1e-4 && abs($0.residual.y) < 1e-4 }
    if !isExact {
      let origin = reference.apply(shift)
      reference.c0 = origin.x
      reference.c3 = origin.y
    }
    for (sheet, place) in zip(sheets, places) {
      let off = MosaicGrid.farthestCorner(of: sheet, at: place.column, place.row, in: reference)
      if off > MosaicGrid.tolerance {
        misfits.append("\(sheet.path) (a corner lies \(String(format: "%.2f", off)) pixels off the grid)")
      }
    }
    try MosaicGrid.refuse(misfits, name: name)

    let minColumn = places.map(\.column).min() ?? 0
    let minRow = places.map(\.row).min() ?? 0
    windows = zip(sheets, places).map { sheet, place in
      Window(column: place.column - minColumn, row: place.row - minRow, width: sheet.size.width, height: sheet.size.height)
    }
    let width = windows.map(\.maxColumn).max() ?? 0
    let height = windows.map(\.maxRow).max() ?? 0
    guard width <= RasterLimits.side, height <= RasterLimits.side, width * height <= RasterLimits.pixels else {
      throw GeodataError(
        .tooLarge, file: name, reason: "its sheets lie so far apart that the mosaic would have \(width) × \(height) pixels",
        remedy: "split the sheets into several pipelines")
    }
    size = RasterSize(width: width, height: height)
    // Where a sheet has the grid's own corner, its numbers are taken as they are.
    if isExact, let corner = windows.firstIndex(where: { $0.column == 0 && $0.row == 0 }) {
      geotransform = Geotransform(
        sheets[corner].geotransform.c0, reference.c1, reference.c2, sheets[corner].geotransform.c3, reference.c4, reference.c5)
    } else {
      geotransform = reference.shifted(to: Window(column: minColumn, row: minRow, width: width, height: height))
    }
  }

  private static func isSame(_ one: CoordinateSystem?, _ other: CoordinateSystem?) -> Bool {
    if let one, let other { one.isSame(as: other) } else { one == nil && other == nil }
  }

  private static func refuse(_ misfits: [String], name: String) throws(GeodataError) {
    guard !misfits.isEmpty else { return }
    let shown = misfits.prefix(20).joined(separator: ", ")
    let more = misfits.count > 20 ? " and \(misfits.count - 20) more" : ""
    throw GeodataError(
      .unsupported, file: name, reason: "\(misfits.count) of its sheets do not fit one grid: \(shown)\(more)",
      remedy: "leave them out, or resample them to the others' grid")
  }

  /// The first sheet's origin with the mean of all pixel vectors; exactly the first sheet's where all are equal.
  private static func meanPixel(_ sheets: [Sheet]) -> Geotransform {
    let first = sheets[0].geotransform
    func mean(_ part: (Geotransform) -> Double) -> Double {
      let values = sheets.map { part($0.geotransform) }
      return values.allSatisfy { $0 == values[0] } ? values[0] : values.reduce(0, +) / Double(values.count)
    }
    return Geotransform(first.c0, mean(\.c1), mean(\.c2), first.c3, mean(\.c4), mean(\.c5))
  }

  private typealias Place = (column: Int, row: Int, residual: Point)

  private static func places(of sheets: [Sheet], in reference: Geotransform, name: String) throws(GeodataError) -> [Place] {
    guard let inverse = reference.inverse else {
      throw GeodataError(.unsupported, file: name, reason: "its sheets turn so differently that they have no common grid")
    }
    var places: [Place] = []
    for sheet in sheets {
      // By the middle, where differences of the pixel size weigh least.
      let (width, height) = (Double(sheet.size.width) / 2, Double(sheet.size.height) / 2)
      let middle = inverse.apply(sheet.geotransform.apply(column: width, row: height))
      let (x, y) = (middle.x - width, middle.y - height)
      guard abs(x) < 1e9, abs(y) < 1e9 else {
        throw GeodataError(.tooLarge, file: name, reason: "its sheet \(sheet.path) lies too far from the others")
      }
      places.append((Int(x.rounded()), Int(y.rounded()), Point(x: x - x.rounded(), y: y - y.rounded())))
    }
    return places
  }

  /// The largest distance, along an axis, of a sheet's corners from where the grid has them.
  private static func farthestCorner(of sheet: Sheet, at column: Int, _ row: Int, in reference: Geotransform) -> Double {
    guard let inverse = reference.inverse else { return .infinity }
    var farthest = 0.0
    for (x, y) in [(0, 0), (sheet.size.width, 0), (0, sheet.size.height), (sheet.size.width, sheet.size.height)] {
      let corner = inverse.apply(sheet.geotransform.apply(column: Double(x), row: Double(y)))
      farthest = max(farthest, abs(corner.x - Double(column + x)), abs(corner.y - Double(row + y)))
    }
    return farthest.isFinite ? farthest : .infinity
  }
}
