import Foundation
import GeoTypes
import Geodata

/// Makes one object of several sightings.
///
/// A frame that shows all of it gives the outline: the one with the least error of those, moved to the mean of the centers, each weighted by 1/σ².
/// Where every frame cuts it off, or shows a small part, the outline is what lies in any of theirs.
struct ObjectFusion {
  let columns: MergedColumns
  /// The crs of all sources.
  let crs: CoordinateSystem
  private let toGeographic: CoordinateTransformation
  private let fromGeographic: CoordinateTransformation
  let ellipsoid: Ellipsoid
  /// In µm, by class.
  let thickness: [Int: ClosedRange<Double>]
  /// Names of the sources, and when they were taken.
  let sources: [String]
  let moments: [FrameMoment?]

  init(
    _ columns: MergedColumns, crs: CoordinateSystem, thickness: [Int: ClosedRange<Double>], sources: [String], moments: [FrameMoment?]
  ) throws {
    self.columns = columns
    self.crs = crs
    self.thickness = thickness
    self.sources = sources
    self.moments = moments
    let geographic = try CoordinateSystem("EPSG:4326")
    toGeographic = try CoordinateTransformation(from: crs, to: geographic)
    fromGeographic = try CoordinateTransformation(from: geographic, to: crs)
    ellipsoid = Ellipsoid(of: geographic)
  }

  /// What one frame shows of the object, in one piece or in several.
  private struct View {
    var source: Int
    var rows: [OutlineStore.Row]
    var sigma: Double
    var isCut: Bool
    var area: Double
    /// Longitude and latitude in degrees.
    var center: Point
  }

  /// Longitudes and latitudes of an outline, in degrees.
  func geographic(_ outline: MultiPolygonBuffer) throws -> MultiPolygonBuffer {
    var result = outline
    try toGeographic.apply(to: &result.points)
    return result
  }

  /// The distance of two outlines in meters, 0 where they overlap.
  func gap(_ first: MultiPolygonBuffer, _ second: MultiPolygonBuffer) throws -> Double {
    let (first, second) = (try geographic(first), try geographic(second))
    guard let origin = first.points.first else { return .infinity }
    let plane = LocalPlane(around: origin, on: ellipsoid)
    return first.mapped(plane.meters).distance(to: second.mapped(plane.meters)) ?? .infinity
  }

  /// - Parameters:
  ///   - sightings: two or more, sorted by their sources.
  ///   - row: reads one of them, its values in the order of the merged columns.
  func fuse(_ sightings: [Sighting], row: (Sighting) throws -> OutlineStore.Row) throws -> (
    geometry: MultiPolygonBuffer, values: [FieldValue]
  ) {
    let views = try views(sightings, row: row)
    let largest = views.reduce(0) { max($0, $1.area) }
    let whole = views.filter { !$0.isCut && $0.area >= largest / 2 }
    let chosen = whole.isEmpty ? views : whole
    guard let best = chosen.min(by: { ($0.sigma, $0.source) < ($1.sigma, $1.source) }), let main = Self.largest(best.rows, columns) else {
      throw LayersError(.foreign, file: sources[sightings[0].source], reason: "an object has no outline", remedy: "run this source again")
    }
    var values = main.values
    var geometry = Self.together(best.rows)
    // As if frames of one pass had the same error: that of the mean is then the mean of theirs.
    let weights = chosen.map { 1 / max(1e-6, $0.sigma * $0.sigma) }
    let sum = weights.reduce(0, +)
    if whole.isEmpty {
      for view in views where view.source != best.source { geometry = try Self.union(geometry, Self.together(view.rows)) }
      values[columns.pixels] = .null
      values[columns.edge] = .integer(1)
    } else {
      geometry = try moved(geometry, best, chosen, weights, &values)
      values[columns.edge] = .integer(0)
      if best.rows.count > 1 {
        values[columns.pixels] = .integer(best.rows.reduce(0) { $0 + (columns.integer(columns.pixels, $1.values) ?? 0) })
      }
    }
    if whole.isEmpty || best.rows.count > 1 { try measure(geometry, &values) }
    let sigma = zip(weights, chosen).reduce(0) { $0 + $1.0 * $1.1.sigma } / sum
    if let column = columns.sigma { values[column] = .real(LayerFields.rounded(sigma, decimals: 2)) }
    tellConfidence(views, &values)
    tellFrames(views.map(\.source), &values)
    return (geometry, values)
  }

  // MARK: - Parts

  private func views(_ sightings: [Sighting], row: (Sighting) throws -> OutlineStore.Row) throws -> [View] {
    var views: [View] = []
    for (source, members) in Dictionary(grouping: sightings, by: \.source).sorted(by: { $0.key < $1.key }) {
      let rows = try members.sorted { $0.row < $1.row }.map(row)
      let outline = try geographic(Self.together(rows))
      guard let origin = outline.points.first else { continue }
      let plane = LocalPlane(around: origin, on: ellipsoid)
      let center = outline.mapped(plane.meters).planeCenter?.center ?? Point(x: 0, y: 0)
      views.append(
        View(
          source: source, rows: rows, sigma: members.reduce(0) { max($0, $1.sigma) },
          isCut: rows.contains { columns.integer(columns.edge, $0.values) != 0 }, area: members.reduce(0) { $0 + $1.area },
          center: plane.place(center)))
    }
    return views
  }

  /// The outline of the best view, moved so that its center is the mean of all; the point inside goes with it.
  private func moved(
    _ outline: MultiPolygonBuffer, _ best: View, _ views: [View], _ weights: [Double], _ values: inout [FieldValue]
  ) throws -> MultiPolygonBuffer {
    let plane = LocalPlane(around: best.center, on: ellipsoid)
    let sum = weights.reduce(0, +)
    var shift = Point(x: 0, y: 0)
    for (view, weight) in zip(views, weights) {
      let offset = plane.meters(view.center)
      shift.x += weight * offset.x / sum
      shift.y += weight * offset.y / sum
    }
    let (from, to) = (try fromGeographic.apply(best.center), try fromGeographic.apply(plane.place(shift)))
    if let longitude = columns.real(columns.longitude, values), let latitude = columns.real(columns.latitude, values) {
      let inside = plane.meters(Point(x: longitude, y: latitude))
      var place = plane.place(Point(x: inside.x + shift.x, y: inside.y + shift.y))
      place.x -= (place.x / 360).rounded() * 360
      values[columns.longitude] = .real(LayerFields.rounded(degrees: place.x))
      values[columns.latitude] = .real(LayerFields.rounded(degrees: place.y))
    }
    return outline.mapped { Point(x: $0.x + to.x - from.x, y: $0.y + to.y - from.y) }
  }

  /// Area, length, shape and volume of an outline that no frame has as it is.
  private func measure(_ outline: MultiPolygonBuffer, _ values: inout [FieldValue]) throws {
    guard let bounds = outline.bounds else { return }
    let measure = try GroundMeasure(crs: crs, over: bounds)
    var (area, perimeter) = (0.0, 0.0)
    for polygon in outline.polygons {
      let measured = try measure.measure(polygon)
      area += measured.area
      perimeter += measured.perimeter
    }
    area = columns.layout.rounded(area: area)
    perimeter = columns.layout.rounded(length: perimeter)
    values[columns.area] = .real(area)
    values[columns.perimeter] = .real(perimeter)
    if let first = columns.shape {
      let shape = try ObjectShape(outline.polygons, on: ellipsoid) { try toGeographic.apply($0) }
      let measures = ObjectShape.values(shape, MedialLine(try geographic(outline), on: ellipsoid), area: area, perimeter: perimeter)
      values.replaceSubrange(first..<first + measures.count, with: measures)
    }
    if let first = columns.volume {
      let range = columns.integer(columns.classID, values).flatMap { thickness[$0] }
      values.replaceSubrange(first..<first + 2, with: LayerFields.volumes(area: area, range))
    }
  }

  /// The confidence of the view that is surest.
  private func tellConfidence(_ views: [View], _ values: inout [FieldValue]) {
    let rows = views.flatMap(\.rows)
    let surest = rows.max { (columns.real(columns.confidence, $0.values) ?? -1) < (columns.real(columns.confidence, $1.values) ?? -1) }
    guard let surest else { return }
    for column in columns.confidence..<columns.confidence + 3 { values[column] = surest.values[column] }
  }

  /// Which frames show an object, and from when to when; one frame for what no other shows.
  func tellFrames(_ frames: [Int], _ values: inout [FieldValue]) {
    guard let first = columns.frames else { return }
    let span = FrameMoment.span(frames.compactMap { moments[$0] })
    values[first] = span.map { .text($0.first.text) } ?? .null
    values[first + 1] = span.map { .text($0.last.text) } ?? .null
    values[first + 2] = .integer(frames.count)
    values[first + 3] = .text(Self.list(frames.map { sources[$0] }))
  }

  /// Names as a JSON array.
  private static func list(_ names: [String]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(names)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }

  private static func largest(_ rows: [OutlineStore.Row], _ columns: MergedColumns) -> OutlineStore.Row? {
    rows.max { (columns.real(columns.area, $0.values) ?? 0) < (columns.real(columns.area, $1.values) ?? 0) }
  }

  private static func together(_ rows: [OutlineStore.Row]) -> MultiPolygonBuffer {
    guard rows.count != 1 else { return rows[0].geometry }
    var result = MultiPolygonBuffer()
    for row in rows { for polygon in row.geometry.polygons { result.append(polygon) } }
    return result
  }

  private static func union(_ first: MultiPolygonBuffer, _ second: MultiPolygonBuffer) throws -> MultiPolygonBuffer {
    // Outlines that touch themselves trip GEOS.
    let both = first.union(second) ?? first.madeValid().flatMap { first in second.madeValid().flatMap { first.union($0) } }
    guard var both else {
      throw LayersError(
        .foreign, reason: "outlines of one object cannot be put together", remedy: "set vectors.simplify, or output.merge: false")
    }
    both.orient()
    return both
  }
}
