import Foundation
import GeoTypes

/// The one grid that the sheets of a mosaic fit, and where each lies in it.
///
/// Most sheets decide: their crs, their pixel, their phase. What does not fit them is refused by name; what lies a part of a pixel beside
/// them is moved, which `warnings` say.
struct MosaicGrid {
  /// What a sheet's header says of its place.
  struct Sheet {
    var path: String
    var size: RasterSize
    var geotransform: Geotransform
    var crs: CoordinateSystem?
    var isPlaced: Bool

    var name: String { (path as NSString).lastPathComponent }
  }

  let size: RasterSize
  let geotransform: Geotransform
  let crs: CoordinateSystem?
  /// In the order of the sheets given.
  let windows: [Window]
  /// About sheets that are moved, and about emptiness.
  let warnings: [String]

  /// Corners may lie this far from the grid, in pixels.
  private static let tolerance = 0.5 + 1e-6

  /// Sheets that lie apart by no more than this, in pixels, are taken as exact but for rounding: the grid goes through their middle.
  private static let rounding = 0.02

  /// - Throws: `unsupported`, naming every sheet that does not fit the others, and why.
  init(_ sheets: [Sheet], name: String) throws(GeodataError) {
    guard !sheets.isEmpty else {
      throw GeodataError(.unsupported, file: name, reason: "a mosaic needs at least one sheet")
    }
    var misfits = MosaicMisfits(name: name, count: sheets.count)
    for sheet in sheets where !sheet.isPlaced { misfits.add(sheet, "it is not georeferenced", "georeference %") }
    let placed = sheets.filter(\.isPlaced)
    let crs = MosaicGrid.commonCRS(placed)
    self.crs = crs
    for sheet in placed where !MosaicGrid.isSame(sheet.crs, crs) {
      misfits.add(
        sheet, "\(sheet.crs?.description ?? "no crs") instead of \(crs?.description ?? "no crs")",
        sheet.crs == nil ? "name the crs of %" : "reproject %")
    }
    let fitting = placed.filter { MosaicGrid.isSame($0.crs, crs) }
    guard let model = MosaicGrid.commonPixel(fitting) else { throw misfits.error() }
    for sheet in fitting where !MosaicGrid.fits(sheet, model.geotransform) {
      let (what, remedy) = MosaicGrid.difference(sheet.geotransform, from: model.geotransform)
      misfits.add(sheet, what, remedy)
    }
    try misfits.check()

    var reference = MosaicGrid.meanPixel(sheets)
    let places = try MosaicGrid.places(of: sheets, in: reference, name: name)
    let isExact = places.allSatisfy { abs($0.residual.x) < 1e-4 && abs($0.residual.y) < 1e-4 }
    if !isExact {
      let origin = reference.apply(Point(x: MosaicGrid.phase(places.map(\.residual.x)), y: MosaicGrid.phase(places.map(\.residual.y))))
      reference.c0 = origin.x
      reference.c3 = origin.y
    }
    let final = isExact ? places : try MosaicGrid.places(of: sheets, in: reference, name: name)
    var warnings: [String] = []
    for (sheet, place) in zip(sheets, final) {
      let off = MosaicGrid.farthestCorner(of: sheet, at: place.column, place.row, in: reference)
      if off > MosaicGrid.tolerance {
        misfits.add(sheet, "a corner lies \(String(format: "%.2f", off)) pixels off the grid", "resample %")
      } else if max(abs(place.residual.x), abs(place.residual.y)) > MosaicGrid.rounding / 2 {
        let distance = String(format: "%.2f × %.2f", abs(place.residual.x), abs(place.residual.y))
        warnings.append("\(sheet.name) lies \(distance) pixels off the grid of the other sheets and is moved onto it")
      }
    }
    try misfits.check()
    self.warnings = MosaicGrid.shortened(warnings)

    let minColumn = final.map(\.column).min() ?? 0
    let minRow = final.map(\.row).min() ?? 0
    let windows = zip(sheets, final).map { sheet, place in
      Window(column: place.column - minColumn, row: place.row - minRow, width: sheet.size.width, height: sheet.size.height)
    }
    self.windows = windows
    let width = windows.map(\.maxColumn).max() ?? 0
    let height = windows.map(\.maxRow).max() ?? 0
    guard width <= RasterLimits.side, height <= RasterLimits.side, width * height <= RasterLimits.pixels else {
      let far = MosaicSpread(windows).far.map { sheets[$0].path }
      throw GeodataError(
        .tooLarge, file: name, reason: "its sheets lie so far apart that the mosaic would have \(width) × \(height) pixels",
        remedy: far.map { "check the place of \($0), or " }.map { $0 + "split the sheets into several pipelines" }
          ?? "split the sheets into several pipelines")
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
    if let one, let other { one.isEquivalent(to: other) } else { one == nil && other == nil }
  }

  /// At most five sentences, then how many more.
  private static func shortened(_ sentences: [String]) -> [String] {
    sentences.count <= 5 ? sentences : sentences.prefix(5) + ["\(sentences.count - 5) more sheets are moved by parts of a pixel"]
  }

  // MARK: - What most sheets have

  /// The crs of most sheets; of equally many, one that is named, then the first sheet's.
  private static func commonCRS(_ sheets: [Sheet]) -> CoordinateSystem? {
    var groups: [(crs: CoordinateSystem?, count: Int)] = []
    for sheet in sheets {
      if let index = groups.firstIndex(where: { $0.crs == sheet.crs }) ?? groups.firstIndex(where: { isSame($0.crs, sheet.crs) }) {
        groups[index].count += 1
      } else {
        groups.append((sheet.crs, 1))
      }
    }
    let most = groups.map(\.count).max() ?? 0
    let candidates = groups.filter { $0.count == most }
    return (candidates.first { $0.crs != nil } ?? candidates.first)?.crs
  }

  /// The first sheet whose pixel most others share; of equally many, one that is north up comes first.
  private static func commonPixel(_ sheets: [Sheet]) -> Sheet? {
    var seen: Set<[Double]> = []
    var best: (sheet: Sheet, count: Int)?
    for sheet in sheets {
      let g = sheet.geotransform
      guard seen.insert([g.c1, g.c2, g.c4, g.c5]).inserted else { continue }
      // Many different pixels are unlikely; the first hundred tell what most sheets have.
      if seen.count > 100 { break }
      let count = sheets.count { fits($0, g) }
      let isBetter = best.map { count > $0.count || (count == $0.count && g.isNorthUp && !$0.sheet.geotransform.isNorthUp) } ?? true
      if isBetter { best = (sheet, count) }
    }
    return best?.sheet
  }

  /// Whether a sheet's corners would lie where a grid's pixel puts them, seen from its middle.
  private static func fits(_ sheet: Sheet, _ grid: Geotransform) -> Bool {
    let g = sheet.geotransform
    guard let inverse = grid.inverse else { return false }
    let (width, height) = (Double(sheet.size.width) / 2, Double(sheet.size.height) / 2)
    for (x, y) in [(width, height), (width, -height)] {
      // From crs vector to pixels: the inverse without its offset.
      let vector = Point(x: x * g.c1 + y * g.c2, y: x * g.c4 + y * g.c5)
      let (column, row) = (vector.x * inverse.c1 + vector.y * inverse.c2, vector.x * inverse.c4 + vector.y * inverse.c5)
      guard abs(column - x) <= tolerance, abs(row - y) <= tolerance else { return false }
    }
    return true
  }

  /// What is different about a sheet's pixel, and what to do with the sheet.
  private static func difference(_ sheet: Geotransform, from grid: Geotransform) -> (what: String, remedy: String) {
    if sheet.determinant * grid.determinant < 0 {
      let isSouthUp = sheet.isAxisParallel && sheet.c1 > 0 && sheet.c5 > 0
      return (isSouthUp ? "its rows run from south to north" : "it is mirrored", "turn % north up")
    }
    let angle = { (g: Geotransform) in atan2(g.c4, g.c1) * 180 / .pi }
    let turn = (angle(sheet) - angle(grid)).remainder(dividingBy: 360)
    if abs(turn) > 1e-3 { return ("it is turned by \(String(format: "%.3g", turn))°", "resample %") }
    func text(_ g: Geotransform) -> String { String(format: "%.6g × %.6g", g.pixelSize.width, g.pixelSize.height) }
    return ("pixels of \(text(sheet)) instead of \(text(grid))", "resample %")
  }

  /// The first sheet's origin with the mean of all pixel vectors; exactly the first sheet's where all are equal.
  private static func meanPixel(_ sheets: [Sheet]) -> Geotransform {
    let origin = sheets[0].geotransform
    func mean(_ part: (Geotransform) -> Double) -> Double {
      let values = sheets.map { part($0.geotransform) }
      return values.allSatisfy { $0 == values[0] } ? values[0] : values.reduce(0, +) / Double(values.count)
    }
    return Geotransform(origin.c0, mean(\.c1), mean(\.c2), origin.c3, mean(\.c4), mean(\.c5))
  }

  /// Where the grid lies along one axis, given how far the sheets lie beside it: in the middle where they differ by rounding alone, else
  /// where most of them lie.
  private static func phase(_ residuals: [Double]) -> Double {
    guard let least = residuals.min(), let most = residuals.max() else { return 0 }
    if most - least <= rounding { return (least + most) / 2 }
    func neighbors(_ residual: Double) -> Int { residuals.count { abs(($0 - residual).remainder(dividingBy: 1)) <= rounding / 2 } }
    // The first of those with most neighbors: equal residuals are counted once.
    var counted: [Double: Int] = [:]
    var best = (residual: residuals[0], count: 0)
    for residual in residuals where counted[residual] == nil && counted.count < 1000 {
      counted[residual] = neighbors(residual)
      if counted[residual, default: 0] > best.count { best = (residual, counted[residual, default: 0]) }
    }
    return best.residual
  }

  private typealias Place = (column: Int, row: Int, residual: Point)

  private static func places(of sheets: [Sheet], in reference: Geotransform, name: String) throws(GeodataError) -> [Place] {
    guard let inverse = reference.inverse else {
      throw GeodataError(.unsupported, file: name, reason: "its sheets have no common grid")
    }
    let corners = sheets.map { sheet -> Point in
      // By the middle, where differences of the pixel size weigh least.
      let (width, height) = (Double(sheet.size.width) / 2, Double(sheet.size.height) / 2)
      let middle = inverse.apply(sheet.geotransform.apply(column: width, row: height))
      return Point(x: middle.x - width, y: middle.y - height)
    }
    // The one in the middle of them all tells which of two far sheets is the odd one.
    let (x, y) = (corners.map(\.x).sorted()[corners.count / 2], corners.map(\.y).sorted()[corners.count / 2])
    var places: [Place] = []
    for (sheet, corner) in zip(sheets, corners) {
      let away = max(abs(corner.x - x), abs(corner.y - y))
      guard away < 1e9 else {
        throw GeodataError(
          .tooLarge, file: name, reason: "its sheet \(sheet.path) lies \(String(format: "%.2g", away)) pixels from the others",
          remedy: "check its place, or leave it out")
      }
      guard max(abs(corner.x), abs(corner.y)) < 1e15 else {
        throw GeodataError(.tooLarge, file: name, reason: "its sheets lie too far from \(sheets[0].path)", remedy: "check its place")
      }
      let (column, row) = (corner.x.rounded(), corner.y.rounded())
      places.append((Int(column), Int(row), Point(x: corner.x - column, y: corner.y - row)))
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
