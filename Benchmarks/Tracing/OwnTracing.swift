import Foundation
import GeoTypes
import Geodata
import Layers
import Tracing

/// The map traced by this project.
struct OwnTracing {
  let size: RasterSize
  let classes: [UInt8]
  let confidence: [UInt8]

  /// To complete rings with their statistics in memory.
  func inMemory() throws -> (counts: TraceCounts, seconds: Seconds) {
    let (regions, seconds) = try measured {
      var regions: [TracedRegion] = []
      var tracer = try Tracer(size: size) { regions.append($0) }
      try tracer.add(classes: classes, confidence: confidence)
      _ = try tracer.finish()
      return regions
    }
    var counts = TraceCounts()
    for region in regions { counts.add(region) }
    return (counts, seconds)
  }

  /// To a GeoPackage, as a run writes it, and synced.
  func toGeoPackage(in folder: URL, place: TracePlace) throws -> (counts: TraceCounts, seconds: Seconds, path: String) {
    let path = folder.appendingPathComponent("own.gpkg").path
    var counts = TraceCounts()
    let (_, seconds) = try measured {
      let layers = try VectorLayers(
        LayerRequest(
          directory: folder.path, name: "own", formats: [.geoPackage], source: TracePlace.source, size: size,
          geotransform: place.geotransform, crs: place.crs, catalog: ClassCatalog(names: TracePlace.classNames)))
      var tracer = try Tracer(size: size) { region in
        counts.add(region)
        let statistics = region.statistics
        try layers.add(
          RegionFeature(
            id: region.id, classID: Int(region.classID), polygons: region.polygons, pixels: statistics.pixels,
            confidence: statistics.confidence.map {
              RegionConfidence(mean: $0.mean, minimum: Int($0.minimum), maximum: Int($0.maximum))
            }, touchesEdge: statistics.touchesEdge, pointInside: statistics.pointInside))
      }
      try tracer.add(classes: classes, confidence: confidence)
      _ = try tracer.finish()
      _ = try layers.finish()
      try place.sync(path)
    }
    return (counts, seconds, path)
  }

  /// Row by row, without holding the map or the regions.
  static func streaming(_ map: TraceMap) throws -> (counts: TraceCounts, seconds: Seconds) {
    var counts = TraceCounts()
    var seconds = Seconds()
    var tracer = try Tracer(size: map.size) { counts.add($0) }
    var row = 0
    while row < map.size.height {
      let range = row..<min(row + 64, map.size.height)
      let (classes, confidence) = (map.rows(range), map.confidence(range))
      seconds = seconds + (try measured { try tracer.add(classes: classes, confidence: confidence) }).seconds
      row = range.upperBound
    }
    _ = try tracer.finish()
    return (counts, seconds)
  }
}

extension TraceCounts {
  fileprivate mutating func add(_ region: TracedRegion) {
    var vertices = 0
    for polygon in region.polygons {
      vertices += polygon.shell.points.count + polygon.holes.reduce(0) { $0 + $1.points.count }
    }
    add(classID: region.classID, vertices: vertices, area: Double(region.statistics.pixels))
  }
}
