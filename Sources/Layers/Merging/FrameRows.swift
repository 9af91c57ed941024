import Foundation
import GeoTypes
import Geodata

/// The rows of frames, and which of them show one object.
///
/// Holds 80 bytes a row, and the outlines of those that lie near rows of other frames as far as `OutlineStore` keeps them.
struct FrameRows {
  /// What a row of a frame is to its object.
  enum Part {
    /// No other frame shows it.
    case none
    /// The first row of an object that several frames show.
    case first([Sighting])
    /// Another row of such an object.
    case further
  }

  /// Whether a source is a frame: its rows have the errors of their positions.
  let isFrame: [Bool]
  /// How many frames have no time.
  let timeless: Int
  let fusion: ObjectFusion
  private var groups: [Sighting] = []
  private var groupEnds: [Int] = []
  /// By source and row: the group, and whether it is its first row.
  private var partOf: [[Int: (group: Int, isFirst: Bool)]]
  private let store: OutlineStore
  private let placesOf: [[Int?]]

  init(
    _ columns: MergedColumns, crs: CoordinateSystem, sources: [MergeRequest.Source], thickness: [Int: ClosedRange<Double>],
    check: () throws -> Void
  ) throws {
    var moments: [FrameMoment?] = []
    var isFrame: [Bool] = []
    var placesOf: [[Int?]] = []
    var sightings: [Sighting] = []
    let toGeographic = try CoordinateTransformation(from: crs, to: try CoordinateSystem("EPSG:4326"))
    for (number, source) in sources.enumerated() {
      try check()
      let reader = try VectorReader(source.geoPackage, drivers: ["GPKG"])
      let places = columns.places(in: reader.fieldNames)
      placesOf.append(places)
      isFrame.append(columns.sigma.map { places[$0] != nil } ?? false)
      moments.append(isFrame[number] ? try Self.moment(reader, source.geoPackage) : nil)
      guard isFrame[number] else { continue }
      try reader.forEach { row, geometry, values in
        let values = columns.values(values, places)
        guard let sigma = columns.sigma.flatMap({ columns.real($0, values) }), let area = columns.real(columns.area, values),
          let classID = columns.integer(columns.classID, values), let bounds = geometry.bounds
        else { return }
        var corners = [
          Point(x: bounds.minX, y: bounds.minY), Point(x: bounds.maxX, y: bounds.minY), Point(x: bounds.maxX, y: bounds.maxY),
          Point(x: bounds.minX, y: bounds.maxY),
        ]
        try toGeographic.apply(to: &corners)
        let reference = sightings.first?.bounds.minX ?? corners[0].x
        for index in corners.indices { corners[index].x -= ((corners[index].x - reference) / 360).rounded() * 360 }
        guard let box = Bounds(of: corners) else { return }
        sightings.append(Sighting(source: number, row: row, classID: classID, area: area, sigma: sigma, bounds: box))
      }
    }
    self.isFrame = isFrame
    self.placesOf = placesOf
    timeless = zip(isFrame, moments).count { $0 && $1 == nil }
    let fusion = try ObjectFusion(columns, crs: crs, thickness: thickness, sources: sources.map(\.name), moments: moments)
    let candidates = SightingGroups.candidates(sightings, moments)
    var wanted: [Int: Set<Int>] = [:]
    for sighting in candidates.flatMap({ [sightings[$0.0], sightings[$0.1]] }) { wanted[sighting.source, default: []].insert(sighting.row) }
    let store = OutlineStore(sources.map(\.geoPackage), wanted: wanted.mapValues { $0.sorted() })
    func outline(_ index: Int) throws -> MultiPolygonBuffer {
      try store.row(sightings[index].row, of: sightings[index].source).geometry
    }
    let found = try SightingGroups.find(sightings, candidates) { first, second in
      try check()
      return try fusion.gap(try outline(first), try outline(second))
    }
    self.fusion = fusion
    self.store = store
    partOf = Array(repeating: [:], count: sources.count)
    for (number, group) in found.enumerated() {
      // In the order in which rows are read.
      let members = group.map { sightings[$0] }.sorted { ($0.source, $0.row) < ($1.source, $1.row) }
      for (index, member) in members.enumerated() { partOf[member.source][member.row] = (number, index == 0) }
      groups += members
      groupEnds.append(groups.count)
    }
  }

  func part(of source: Int, _ row: Int) -> Part {
    guard let (group, isFirst) = partOf[source][row] else { return .none }
    return isFirst ? .first(Array(groups[(group == 0 ? 0 : groupEnds[group - 1])..<groupEnds[group]])) : .further
  }

  /// The one row of an object that several frames show.
  func fuse(_ group: [Sighting]) throws -> (geometry: MultiPolygonBuffer, values: [FieldValue]) {
    try fusion.fuse(group) { sighting in
      var row = try store.row(sighting.row, of: sighting.source)
      row.values = fusion.columns.values(row.values, placesOf[sighting.source])
      return row
    }
  }

  /// When a frame was taken, by its footprint.
  private static func moment(_ reader: VectorReader, _ path: String) throws -> FrameMoment? {
    guard reader.layerNames.contains(reader.name + FootprintLayer.ending) else { return nil }
    let footprint = try VectorReader(path, drivers: ["GPKG"], layer: reader.name + FootprintLayer.ending)
    guard let column = footprint.fieldNames.firstIndex(of: "time") else { return nil }
    var moment: FrameMoment?
    try footprint.forEach { _, _, values in
      if case .text(let text) = values[column] { moment = FrameMoment(text) }
    }
    return moment
  }
}
