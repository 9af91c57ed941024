import GeoTypes
import Geodata

/// What is true of the pixels of a prediction.
protocol TruthRows: AnyObject {
  /// Labels of the prediction's rows, `[rows][width]`: values as stored; `nil` for pixels without truth is `outside`.
  func labels(_ rows: Range<Int>) throws -> TruthStrip
}

/// Labels of some rows.
struct TruthStrip {
  /// `[rows][width]`.
  var labels: [UInt8]
  /// 1 for pixels that the truth reaches, else 0; empty where it reaches all.
  var isKnown: [UInt8] = []
  /// The polygon of each pixel, from 1; 0 for none. Empty where the truth is no polygons.
  var objects: [UInt32] = []
}

/// A raster as truth: class ids, or colours of a palette. Read where the prediction's pixels have their centres.
final class RasterTruth: TruthRows {
  private let reader: ClassRasterReader
  private let size: RasterSize
  /// From the prediction's pixels to the truth's.
  private let way: Geotransform
  /// Ids by colour, where colours are what the truth says.
  private let ids: [UInt32: UInt8]
  /// Pixels of the prediction over a colour that no class has, of the rows so far.
  private(set) var unknownColours = 0

  /// Pixels of the truth that are held at once, at most.
  private static let mostPixels = 1 << 24

  /// - Parameter palette: what colours mean; `nil` takes values as class ids.
  /// - Throws: `RunError` (wrongCall) where the two cannot be laid upon each other.
  init(_ reader: ClassRasterReader, for prediction: ClassRasterReader, palette: TruthPalette?) throws {
    self.reader = reader
    size = prediction.size
    way = try Self.way(from: prediction, to: reader)
    ids = palette?.ids ?? [:]
    guard reader.bands == 1 || (reader.bands >= 3 && palette != nil) else {
      throw RunError(
        .wrongCall, file: reader.path, reason: "is no class raster: it has \(reader.bands) bands",
        remedy: "if it is a mask of colours, say which class has which: --palette")
    }
    if palette != nil, reader.bands == 1, reader.colours.isEmpty {
      throw RunError(.wrongCall, file: reader.path, reason: "has no colours, so that --palette says nothing of it", remedy: "leave it out")
    }
  }

  /// By georeferencing where both have it, else pixel by pixel.
  private static func way(from prediction: ClassRasterReader, to truth: ClassRasterReader) throws -> Geotransform {
    let arePlaced = prediction.isPlaced && truth.isPlaced
    if arePlaced, let one = prediction.crs, let other = truth.crs, !one.isEquivalent(to: other) {
      throw RunError(
        .wrongCall, file: truth.path, reason: "is in \(other), the prediction in \(one)", remedy: "bring it into the prediction's crs first"
      )
    }
    guard arePlaced, let inverse = truth.geotransform.inverse else {
      guard prediction.size == truth.size else {
        throw RunError(
          .wrongCall, file: truth.path,
          reason:
            "has \(truth.size.width) × \(truth.size.height) pixels, the prediction \(prediction.size.width) × \(prediction.size.height), and not both say where they lie",
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
        .wrongCall, file: truth.path, reason: "lies elsewhere than \(prediction.path)", remedy: "give the truth of the same place")
    }
    return way
  }

  func labels(_ rows: Range<Int>) throws -> TruthStrip {
    let window = Window(column: 0, row: rows.lowerBound, width: size.width, height: rows.count)
    var strip = TruthStrip(
      labels: [UInt8](repeating: 0, count: window.area), isKnown: [UInt8](repeating: 0, count: window.area))
    try fill(window, top: rows.lowerBound, &strip)
    return strip
  }

  /// Fills a window, or its halves where the truth below it is too large.
  private func fill(_ window: Window, top: Int, _ strip: inout TruthStrip) throws {
    let corners = [
      (window.column, window.row), (window.maxColumn - 1, window.row), (window.column, window.maxRow - 1),
      (window.maxColumn - 1, window.maxRow - 1),
    ].map { centre(column: $0.0, row: $0.1) }
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
    let columns = (window.column..<window.maxColumn).map { Int((centre(column: $0, row: 0).x).rounded(.down)) - hull.column }
    for row in window.row..<window.maxRow {
      let target = (row - top) * size.width
      var line = Int((centre(column: window.column, row: row).y).rounded(.down)) - hull.row
      for column in window.column..<window.maxColumn {
        var source = columns[column - window.column]
        if !isStraight {
          let point = centre(column: column, row: row)
          (source, line) = (Int(point.x.rounded(.down)) - hull.column, Int(point.y.rounded(.down)) - hull.row)
        }
        guard source >= 0, source < hull.width, line >= 0, line < hull.height else { continue }
        let value = values.labels[line * hull.width + source]
        strip.labels[target + column] = value
        guard !values.isKnown.isEmpty else {
          strip.isKnown[target + column] = 1
          continue
        }
        strip.isKnown[target + column] = values.isKnown[line * hull.width + source]
        // Counted here, where each pixel comes once: windows of the truth overlap.
        if values.isKnown[line * hull.width + source] == 0 { unknownColours += 1 }
      }
    }
  }

  private func centre(column: Int, row: Int) -> Point { way.apply(column: Double(column) + 0.5, row: Double(row) + 0.5) }

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

  /// The truth's own pixels as class ids.
  private func read(_ window: Window) throws -> TruthStrip {
    let first = try reader.read(window)
    guard !ids.isEmpty else { return TruthStrip(labels: first) }
    var strip = TruthStrip(labels: first, isKnown: [UInt8](repeating: 1, count: first.count))
    func take(_ index: Int, _ id: UInt8?) {
      strip.labels[index] = id ?? TruthPalette.unknown
      if id == nil { strip.isKnown[index] = 0 }
    }
    if reader.bands == 1 {
      let table = (0..<256).map { $0 < reader.colours.count ? ids[TruthPalette.number(reader.colours[$0])] : nil }
      for index in first.indices { take(index, table[Int(first[index])]) }
      return strip
    }
    let (green, blue) = (try reader.read(window, band: 2), try reader.read(window, band: 3))
    var last: (colour: UInt32, id: UInt8?) = (0, ids[0])
    for index in first.indices {
      let colour = UInt32(first[index]) << 16 | UInt32(green[index]) << 8 | UInt32(blue[index])
      if colour != last.colour { last = (colour, ids[colour]) }
      take(index, last.id)
    }
    return strip
  }
}
