import GeoTypes
import Geodata

/// Rows of sources with their outlines, read when they are asked for; once they are many, those of the source that was used least lately go.
final class OutlineStore {
  struct Row {
    var geometry: MultiPolygonBuffer
    /// In the order of the source's own columns.
    var values: [FieldValue]
  }

  private let paths: [String]
  /// The rows of each source that will be asked for.
  private let wanted: [Int: [Int]]
  private let pointLimit: Int
  private var loaded: [Int: [Int: Row]] = [:]
  /// Sources that are loaded, the one used last at the end.
  private var recent: [Int] = []
  private var points = 0

  /// - Parameters:
  ///   - paths: the sources' GeoPackages.
  ///   - pointLimit: how many vertices stay in memory, at 16 bytes each, besides those of the source that was read last.
  init(_ paths: [String], wanted: [Int: [Int]], pointLimit: Int = 4_000_000) {
    self.paths = paths
    self.wanted = wanted
    self.pointLimit = pointLimit
  }

  /// - Throws: `GeodataError`, or `LayersError.Code.foreign` where the row is gone.
  func row(_ number: Int, of source: Int) throws -> Row {
    if loaded[source] == nil { try load(source) }
    if recent.last != source {
      recent.removeAll { $0 == source }
      recent.append(source)
    }
    guard let row = loaded[source]?[number] else {
      throw LayersError(.foreign, file: paths[source], reason: "polygon \(number) is gone", remedy: "run this source again")
    }
    return row
  }

  private func load(_ source: Int) throws {
    while points > pointLimit, let oldest = recent.first {
      recent.removeFirst()
      points -= loaded.removeValue(forKey: oldest)?.values.reduce(0) { $0 + $1.geometry.points.count } ?? 0
    }
    let reader = try VectorReader(paths[source], drivers: ["GPKG"])
    var rows: [Int: Row] = [:]
    for number in wanted[source] ?? [] {
      guard let (geometry, values) = try reader.feature(number) else { continue }
      points += geometry.points.count
      rows[number] = Row(geometry: geometry, values: values)
    }
    loaded[source] = rows
    recent.append(source)
  }
}
