import Foundation
import GeoTypes
public import Geodata

/// The rows of a merged layer: those of its sources in the order of their names; for what several frames show, one for all of them.
public struct MergedRows {
  /// What a row was made of.
  public struct Sighting: Sendable, Hashable {
    public var source: String
    /// The number of the row in the source's GeoPackage.
    public var row: Int
  }

  /// What the rows hold.
  public let fields: [VectorField]
  public let crs: CoordinateSystem?
  /// Whether areas are m².
  public let isGeodesic: Bool
  /// The sources that have rows, in order.
  public let sources: [MergeRequest.Source]
  /// Sources that are not georeferenced, where others are.
  public let leftOut: [MergeRequest.Source]
  /// What is assumed, a sentence each.
  public private(set) var warnings: [String] = []
  let columns: MergedColumns
  private let check: @Sendable () throws -> Void
  private var frames: FrameRows?
  private let nearest: [Int: Int]
  private let catalog: ClassCatalog

  /// Reads what decides which rows become one.
  ///
  /// - Throws: `LayersError.Code.request` where sources differ in crs, `.foreign` where a file is none of our GeoPackages; `GeodataError`.
  public init(_ request: MergeRequest) throws {
    let ordered = request.sources.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    (sources, leftOut) = try Self.placed(ordered)
    var extras: Set<LayerFields.Extra>
    (crs, isGeodesic, extras) = try Self.common(sources, request.crs)
    if extras.contains(.positionError), isGeodesic { extras.insert(.frames) }
    columns = MergedColumns(LayerFields(isGeodesic: isGeodesic, pixelArea: 1, extras: extras))
    fields = columns.fields
    check = request.check
    nearest = request.nearest
    catalog = request.catalog
    if let crs, columns.frames != nil {
      let frames = try FrameRows(columns, crs: crs, sources: sources, thickness: request.thickness, check: check)
      if frames.timeless > 0 {
        warnings.append(
          "\(frames.timeless) of \(sources.count) sources are frames without a time: which objects are one follows from their places alone")
      }
      self.frames = frames
    }
  }

  /// Calls `body` with each row: its polygons, its values by column, and what it was made of.
  public func forEach(_ body: (borrowing MultiPolygonBuffer, [FieldValue], [Sighting]) throws -> Void) throws {
    guard let first = columns.nearest, let crs else { return try forEachObject(body) }
    // Objects of other sources count, and those of several frames once.
    let toGeographic = try CoordinateTransformation(from: crs, to: try CoordinateSystem("EPSG:4326"))
    func geographic(_ outline: borrowing MultiPolygonBuffer) throws -> MultiPolygonBuffer {
      var outline = copy outline
      try toGeographic.apply(to: &outline.points)
      return outline
    }
    var nearby = try NearbyOutlines()
    let targets = Set(nearest.values)
    try forEachObject { outline, values, _ in
      guard let classID = columns.integer(columns.classID, values), targets.contains(classID), let id = columns.integer(columns.id, values),
        case .text(let source) = values[columns.source]
      else { return }
      nearby.add(try geographic(outline), classID: classID, id: id, source: source)
    }
    try forEachObject { outline, values, sightings in
      try check()
      var values = values
      var found: NearbyOutlines.Nearest?
      var name = ""
      if let target = columns.integer(columns.classID, values).flatMap({ nearest[$0] }) {
        found = nearby.nearest(to: try geographic(outline), classID: target)
        name = catalog.name(target)
      }
      values.replaceSubrange(first..<first + 5, with: LayerFields.values(found, className: name))
      try body(outline, values, sightings)
    }
  }

  /// The rows before anything is known of their neighbors.
  private func forEachObject(_ body: (borrowing MultiPolygonBuffer, [FieldValue], [Sighting]) throws -> Void) throws {
    for (number, source) in sources.enumerated() {
      try check()
      let reader = try VectorReader(source.geoPackage, drivers: ["GPKG"])
      let places = columns.places(in: reader.fieldNames)
      try reader.forEach { row, geometry, values in
        // Sources of other kinds lack some of the fields.
        var values = columns.values(values, places)
        let own = [Sighting(source: source.name, row: row)]
        guard let frames, frames.isFrame[number] else { return try body(geometry, values, own) }
        switch frames.part(of: number, row) {
        case .none:
          frames.fusion.tellFrames([number], &values)
          try body(geometry, values, own)
        case .first(let group):
          let fused = try frames.fuse(group)
          try body(fused.geometry, fused.values, group.map { Sighting(source: sources[$0.source].name, row: $0.row) })
        case .further: break
        }
      }
    }
  }

  /// The sources that are georeferenced, and those that are not; all of them where none is.
  private static func placed(
    _ sources: [MergeRequest.Source]
  ) throws -> (placed: [MergeRequest.Source], leftOut: [MergeRequest.Source]) {
    let isPlaced = try sources.map { try VectorReader($0.geoPackage, drivers: ["GPKG"]).fieldNames.contains("area_m2") }
    guard isPlaced.contains(true) else { return (sources, []) }
    let pairs = zip(sources, isPlaced)
    return (pairs.filter(\.1).map(\.0), pairs.filter { !$0.1 }.map(\.0))
  }

  /// The crs that all sources share, and whether they have one.
  private static func common(
    _ sources: [MergeRequest.Source], _ fallback: CoordinateSystem?
  ) throws -> (crs: CoordinateSystem?, isGeodesic: Bool, extras: Set<LayerFields.Extra>) {
    guard let first = sources.first else { return (fallback, fallback?.isOnEarth ?? true, []) }
    let reader = try VectorReader(first.geoPackage, drivers: ["GPKG"])
    let isGeodesic = reader.fieldNames.contains("area_m2")
    let names = LayerFields(isGeodesic: isGeodesic, pixelArea: 1).fields.map(\.name)
    var extras: Set<LayerFields.Extra> = []
    var groups = CRSGroups()
    for source in sources {
      let other = try VectorReader(source.geoPackage, drivers: ["GPKG"])
      extras.formUnion(LayerFields.Extra.allCases.filter { $0.fields.allSatisfy { other.fieldNames.contains($0.name) } })
      groups.add(source.name, other.crs)
      guard other.fieldNames.starts(with: names) else {
        throw LayersError(.foreign, file: source.geoPackage, reason: "does not have Orthoweave's fields", remedy: "run this source again")
      }
    }
    if let conflict = groups.conflict { throw LayersError(.request, reason: "output.merge: \(conflict)", remedy: "set vectors.crs") }
    return (reader.crs, isGeodesic, extras)
  }
}

extension MergedColumns {
  /// Where each column is in a source; `nil` for those that it lacks.
  func places(in names: [String]) -> [Int?] { fields.map { field in names.firstIndex(of: field.name) } }

  func values(_ own: [FieldValue], _ places: [Int?]) -> [FieldValue] { places.map { place in place.map { own[$0] } ?? .null } }
}
