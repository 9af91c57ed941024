import GeoTypes
import Geodata
import Runs

/// A raster as truth: class ids, or colors of a palette. Read where the prediction's pixels have their centers.
final class RasterTruth: TruthRows {
  private let reader: LabelRaster
  private let size: RasterSize
  /// From the prediction's pixels to the truth's.
  private let way: Geotransform
  /// Ids by color, where colors are what the truth says.
  private let ids: [UInt32: UInt8]
  private let table: LabelTable
  private(set) var meanings: [TruthMeaning]
  /// Codes of labels beyond a byte.
  private var codes: [Int32: UInt16] = [:]

  /// Codes that follow those of the labels 0…255, and precede those of others.
  private enum Code {
    static let beyond: UInt16 = 256
    static let nodata: UInt16 = 257
    static let unknownColor: UInt16 = 258
    static let others: UInt16 = 259
    static let first = 260
  }

  /// Labels beyond a byte that are told apart; the rest are one.
  private static let mostLabels = 1000
  /// Pixels of the truth that are held at once, at most.
  private static let mostPixels = 1 << 22

  /// - Parameters:
  ///   - palette: what colors mean; `nil` takes values as class ids.
  ///   - labels: what ids mean.
  /// - Throws: `RunError` (wrongCall) where the two cannot be laid upon each other.
  init(_ reader: LabelRaster, for prediction: LabelRaster, palette: TruthPalette?, labels: LabelTable) throws {
    self.reader = reader
    size = prediction.size
    table = labels
    way = try Self.way(from: prediction, to: reader)
    ids = palette?.ids ?? [:]
    guard reader.bands == 1 || (reader.bands >= 3 && palette != nil) else {
      throw RunError(
        .wrongCall, file: reader.path, reason: "is not a class raster: it has \(reader.bands) bands",
        remedy: "if it is a mask of colors, give a palette that says which class has which")
    }
    if palette != nil, reader.bands == 1, reader.colors.isEmpty {
      throw RunError(
        .wrongCall, file: reader.path, reason: "has no color table, so a palette cannot be applied", remedy: "leave the palette out")
    }
    func name(_ id: Int) -> String? {
      let names = palette?.names ?? reader.names
      return names.indices.contains(id) && !names[id].isEmpty ? "\(id) (\(names[id]))" : "\(id)"
    }
    meanings = (0..<256).map { Self.meaning(of: $0, labels, shown: name($0)) }
    meanings += [
      TruthMeaning(label: LabelTable.ignored, cause: .beyondTruth), TruthMeaning(label: LabelTable.ignored, cause: .nodata),
      TruthMeaning(label: LabelTable.ignored, cause: .unknownColor), TruthMeaning(label: labels.other, cause: .notAClass, value: "others"),
    ]
  }

  private static func meaning(of label: Int, _ table: LabelTable, shown: String?) -> TruthMeaning {
    let found = table[label]
    if found < table.other { return TruthMeaning(label: found) }
    let isIgnored = table.isIgnored(label)
    return TruthMeaning(label: found, cause: isIgnored ? .ignored : .notAClass, value: shown)
  }

  /// By georeferencing where both have it, else pixel by pixel.
  private static func way(from prediction: LabelRaster, to truth: LabelRaster) throws -> Geotransform {
    let arePlaced = prediction.isPlaced && truth.isPlaced
    if arePlaced, let one = prediction.crs, let other = truth.crs, !one.isEquivalent(to: other) {
      throw RunError(
        .wrongCall, file: truth.path, reason: "is in \(other), the prediction in \(one)", remedy: "reproject it to the prediction's crs"
      )
    }
    guard arePlaced, let inverse = truth.geotransform.inverse else {
      guard prediction.size == truth.size else {
        throw RunError(
          .wrongCall, file: truth.path,
          reason:
            "has \(truth.size.width) × \(truth.size.height) pixels, the prediction \(prediction.size.width) × \(prediction.size.height), and not both are georeferenced",
          remedy: "give rasters of the same size, or georeferenced ones")
      }
      return .pixels
    }
    // Where a pixel's corners land: the composition of two affine maps is one.
    let origin = inverse.apply(prediction.geotransform.apply(column: 0, row: 0))
    let right = inverse.apply(prediction.geotransform.apply(column: 1, row: 0))
    let down = inverse.apply(prediction.geotransform.apply(column: 0, row: 1))
    let way = Geotransform(origin.x, right.x - origin.x, down.x - origin.x, origin.y, right.y - origin.y, down.y - origin.y)
    let reach = way.bounds(of: prediction.size)
    guard reach.maxX > 0, reach.maxY > 0, reach.minX < Double(truth.size.width), reach.minY < Double(truth.size.height) else {
      throw RunError(
        .wrongCall, file: truth.path, reason: "does not overlap \(prediction.path)", remedy: "give ground truth for the same area")
    }
    return way
  }

  func strip(_ rows: Range<Int>) throws -> TruthStrip {
    let window = Window(column: 0, row: rows.lowerBound, width: size.width, height: rows.count)
    var strip = TruthStrip(codes: [UInt16](repeating: Code.beyond, count: window.area))
    try fill(window, top: rows.lowerBound, &strip)
    return strip
  }

  /// Fills a window, or its halves where the truth below it is too large.
  private func fill(_ window: Window, top: Int, _ strip: inout TruthStrip) throws {
    let corners = [
      (window.column, window.row), (window.maxColumn - 1, window.row), (window.column, window.maxRow - 1),
      (window.maxColumn - 1, window.maxRow - 1),
    ].map { center(column: $0.0, row: $0.1) }
    guard let bounds = Bounds(of: corners) else { return }
    let whole = Window(reader.size)
    // A pixel more on each side: rounding never leaves the window.
    let hull = Window(
      column: clamped(bounds.minX - 1), row: clamped(bounds.minY - 1), width: clamped(bounds.maxX + 2) - clamped(bounds.minX - 1),
      height: clamped(bounds.maxY + 2) - clamped(bounds.minY - 1)
    ).intersection(whole)
    guard !hull.isEmpty else { return }
    if hull.area > Self.mostPixels, window.area > 1 {
      for half in halves(window) { try fill(half, top: top, &strip) }
      return
    }
    let values = try read(hull)
    let isStraight = way.c2 == 0 && way.c4 == 0
    // Most truths lie straight: a column's place is the same in every row.
    let columns = (window.column..<window.maxColumn).map { Int((center(column: $0, row: 0).x).rounded(.down)) - hull.column }
    for row in window.row..<window.maxRow {
      let target = (row - top) * size.width
      var line = Int((center(column: window.column, row: row).y).rounded(.down)) - hull.row
      for column in window.column..<window.maxColumn {
        var source = columns[column - window.column]
        if !isStraight {
          let point = center(column: column, row: row)
          (source, line) = (Int(point.x.rounded(.down)) - hull.column, Int(point.y.rounded(.down)) - hull.row)
        }
        guard source >= 0, source < hull.width, line >= 0, line < hull.height else { continue }
        strip.codes[target + column] = values[line * hull.width + source]
      }
    }
  }

  private func center(column: Int, row: Int) -> Point { way.apply(column: Double(column) + 0.5, row: Double(row) + 0.5) }

  private func clamped(_ value: Double) -> Int { Int(max(-1e9, min(1e9, value.rounded(.down)))) }

  private func halves(_ window: Window) -> [Window] {
    var (first, second) = (window, window)
    if window.width > window.height {
      first.width = window.width / 2
      second.width = window.width - first.width
      second.column = first.maxColumn
    } else {
      first.height = window.height / 2
      second.height = window.height - first.height
      second.row = first.maxRow
    }
    return [first, second]
  }

  /// The codes of the truth's own pixels.
  private func read(_ window: Window) throws -> [UInt16] {
    if reader.bands > 1 {
      var last: (color: UInt32, code: UInt16) = (0, code(ofColor: 0))
      return try reader.readColors(window).map { color in
        if color != last.color { last = (color, code(ofColor: color)) }
        return last.code
      }
    }
    let labels = try reader.read(window)
    if ids.isEmpty {
      return labels.map { label in
        if 0...255 ~= label { return UInt16(label) }
        return label == LabelRaster.noLabel ? Code.nodata : code(of: label)
      }
    }
    let colors = reader.colors.map { code(ofColor: TruthPalette.number($0)) }
    return labels.map { label in
      if label == LabelRaster.noLabel { return Code.nodata }
      return colors.indices.contains(Int(label)) ? colors[Int(label)] : Code.unknownColor
    }
  }

  private func code(ofColor color: UInt32) -> UInt16 { ids[color].map { UInt16($0) } ?? Code.unknownColor }

  /// The code of a label beyond a byte.
  private func code(of label: Int32) -> UInt16 {
    if let known = codes[label] { return known }
    guard codes.count < Self.mostLabels else { return Code.others }
    let code = UInt16(Code.first + codes.count)
    codes[label] = code
    meanings.append(Self.meaning(of: Int(label), table, shown: "\(label)"))
    return code
  }
}
