import Foundation
import GeoTypes
import Geodata
import Layers
import RunState

/// Cuts the parts of pictures that show incidents.
struct IncidentPictures {
  /// Of one incident, and on the whole page.
  static let limit = (each: 4, all: 120)
  /// Pixels of the longer side.
  static let side = 320

  struct Pictures {
    var thumbnails: [IncidentPage.Thumbnail] = []
    /// What is missing, a sentence each.
    var notes: [String] = []
  }

  private let context: RunContext
  private let published: [String: MergedLayer.Source]
  private let sources: [String: DueSource]

  init(_ context: RunContext, _ published: [MergedLayer.Source], _ sources: [String: DueSource]) {
    self.context = context
    self.published = Dictionary(published.map { ($0.name.text, $0) }, uniquingKeysWith: { first, _ in first })
    self.sources = sources
  }

  /// The pictures of each incident, in the order of their sources. Each source is opened once.
  func pictures(of incidents: [Incident]) throws -> [Pictures] {
    var result = incidents.map { _ in Pictures() }
    var wanted: [String: [(incident: Int, rows: [Int])]] = [:]
    var count = 0
    for (index, incident) in incidents.enumerated() {
      let names = incident.sources
      let chosen = names.prefix(min(Self.limit.each, Self.limit.all - count))
      count += chosen.count
      for name in chosen { wanted[name, default: []].append((index, incident.sightings.filter { $0.source == name }.map(\.row))) }
      if chosen.count < names.count { result[index].notes.append("\(chosen.count) of \(names.count) pictures are shown.") }
    }
    for (name, parts) in wanted.sorted(by: { ExactText($0.key) < ExactText($1.key) }) {
      try context.stop.check()
      do {
        let cut = try Cutter(context, published[name], sources[name])
        for part in parts {
          if let thumbnail = try cut.thumbnail(of: part.rows, source: name) { result[part.incident].thumbnails.append(thumbnail) }
        }
      } catch {
        try context.stop.check()
        context.observer.warning("no picture of '\(name)' is on the page: \(error)", source: IncidentList.name)
        for part in parts { result[part.incident].notes.append("The picture of \(name) cannot be read.") }
      }
    }
    return result
  }
}

/// Cuts parts of one source.
private struct Cutter {
  private let pixels: any PixelSource
  private let table: VectorReader
  /// From the crs of the polygons to that of the pixels; `nil` where both are the same.
  private let transformation: CoordinateTransformation?
  private let inverse: Geotransform

  init(_ context: RunContext, _ published: MergedLayer.Source?, _ source: DueSource?) throws {
    guard let published, let source else { throw RunError(.source, reason: "its source is gone") }
    pixels = try context.open(source, onGround: true)
    let path = "\(context.output.published(published.name))/\(published.file)"
    table = try VectorReader(path, drivers: ["GPKG"])
    guard let inverse = pixels.geotransform.inverse else {
      throw RunError(.source, file: path, reason: "its geotransform cannot be inverted")
    }
    self.inverse = inverse
    if let from = table.crs, let to = pixels.crs, !from.isEquivalent(to: to) {
      transformation = try CoordinateTransformation(from: from, to: to)
    } else {
      transformation = nil
    }
  }

  /// The part of the picture around some rows, with their outlines.
  func thumbnail(of rows: [Int], source: String) throws -> IncidentPage.Thumbnail? {
    var rings: [[Point]] = []
    for row in rows {
      guard var outline = try table.feature(row)?.geometry else { continue }
      try transformation?.apply(to: &outline.points)
      for index in 0..<outline.ringCount { rings.append(outline.points[outline.ring(index)].map(inverse.apply)) }
    }
    guard let bounds = Bounds(of: rings.joined()), let window = window(around: bounds) else { return nil }
    let picture = try pixels.picture(of: window, side: IncidentPictures.side)
    let jpeg = try PictureWriter.jpeg(picture, quality: 80)
    let scale = Double(picture.size.width) / Double(window.width)
    let drawn = rings.map { ring in
      thinned(ring.map { Point(x: ($0.x - Double(window.column)) * scale, y: ($0.y - Double(window.row)) * scale) })
    }
    return IncidentPage.Thumbnail(source: source, jpeg: jpeg, size: picture.size, rings: drawn)
  }

  /// The box and a third of it around, at least 48 pixels wide and high, within the picture.
  private func window(around bounds: Bounds) -> Window? {
    func range(_ low: Double, _ high: Double, _ limit: Int) -> Range<Int>? {
      guard low.isFinite, high.isFinite, abs(low) < 1e9, abs(high) < 1e9 else { return nil }
      let reach = max(48, (high - low) * 5 / 3) / 2
      let middle = (low + high) / 2
      let (first, last) = (max(0, Int((middle - reach).rounded(.down))), min(limit, Int((middle + reach).rounded(.up))))
      return first < last ? first..<last : nil
    }
    guard let columns = range(bounds.minX, bounds.maxX, pixels.size.width), let rows = range(bounds.minY, bounds.maxY, pixels.size.height)
    else { return nil }
    return Window(column: columns.lowerBound, row: rows.lowerBound, width: columns.count, height: rows.count)
  }

  /// Without points that no eye tells from the one before.
  private func thinned(_ ring: [Point]) -> [Point] {
    var kept: [Point] = []
    for point in ring {
      if let last = kept.last, (point.x - last.x) * (point.x - last.x) + (point.y - last.y) * (point.y - last.y) < 0.5 { continue }
      kept.append(point)
    }
    return kept
  }
}
