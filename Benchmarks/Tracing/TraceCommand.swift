import ArgumentParser
import Basics
import Foundation
import GeoTypes
import Geodata
import Glibc
import NeuralNetwork

/// The tracer beside GDALPolygonize: the same maps in the same run, in turns.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Tracing class maps beside GDALPolygonize, one thread each; counts and areas must be equal.",
    discussion: """
      Both sides start with the map in memory. They end with complete rings in memory, ours with statistics; or, with --geopackage, with a
      synced GeoPackage that has all fields and a spatial index. Seconds are those of the clock.
      """)

  @Option(help: "A class raster for the third map, mirrored up to the size.") var map: String?
  @Option(help: "Only these maps: speckle, noise, file.") var only: [String] = []
  @Option(help: "Pixels in a row.") var width = 8192
  @Option(help: "Rows.") var height = 8192
  @Option(help: "Rounds of each side, in turns; the median is shown.") var rounds = 3
  @Flag(help: "Into a GeoPackage instead of memory.") var geopackage = false
  @Flag(help: "No GDAL. Without --geopackage nothing is held: the map comes row by row, regions are counted and dropped.") var oursOnly =
    false
  @Option(help: "Where GeoPackages are written; a temporary folder by default.") var folder: String?
  @Option(help: "A table of least ratios (Benchmarks/limits.json); ends with 1 where one is missed.") var limits: String?
  @Flag(help: "JSON instead of a table.") var json = false

  private struct Row: Encodable {
    var map: String
    var regions: Int
    var vertices: Int
    var ownRounds: [Seconds] = []
    var gdalRounds: [Seconds] = []
    /// Medians.
    var own = Seconds()
    var gdal: Seconds?
    var timesFaster: Double?
  }

  private struct Report: Encodable {
    var processor: String
    var gdal: String
    var date: String
    var load: Double
    var width: Int
    var height: Int
    var geopackage: Bool
    var peakMemory: Int
    var leftOut: [String]
    var results: [Row]
  }

  func validate() throws {
    guard width > 0, height > 0, rounds > 0, width <= 1 << 24, height <= 1 << 24 else {
      throw ValidationError("sizes and rounds are at least 1")
    }
    for name in only where TraceMap.Kind(rawValue: name) == nil {
      throw ValidationError("\(name): there are \(TraceMap.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    if only.contains("file"), map == nil { throw ValidationError("the map 'file' needs --map FILE.tif") }
  }

  func run() throws {
    let limits = try limits.map { try Limits(path: $0) }
    GDALLibrary.start()
    var load = [0.0]
    getloadavg(&load, 1)
    var rows: [Row] = []
    var leftOut: [String] = []
    for kind in TraceMap.Kind.allCases {
      if kind == .file, map == nil {
        leftOut.append("file: no --map was given")
        continue
      }
      if !only.isEmpty, !only.contains(kind.rawValue) {
        leftOut.append("\(kind.rawValue): not asked for")
        continue
      }
      let map = try TraceMap(kind, size: RasterSize(width: width, height: height), path: map)
      rows.append(try oursOnly && !geopackage ? stream(map) : compare(map))
    }
    let report = Report(
      processor: processorName(), gdal: GDALLibrary.version, date: Date.now.formatted(.iso8601.year().month().day()), load: load[0],
      width: width, height: height, geopackage: geopackage, peakMemory: Self.peakMemory, leftOut: leftOut, results: rows)
    print(try json ? SortedJSON.of(report) : Self.text(report))
    guard let limits else { return }
    let least = geopackage ? limits.geopackage : limits.trace
    try Limits.check(
      rows.compactMap { row in
        guard let limit = least[row.map], let measured = row.timesFaster else { return nil }
        return Limits.Ratio(name: "\(row.map), times faster than GDALPolygonize", measured: measured, least: limit)
      })
  }

  private func stream(_ map: TraceMap) throws -> Row {
    let (counts, seconds) = try OwnTracing.streaming(map)
    return Row(map: map.name, regions: counts.regions, vertices: counts.vertices, ownRounds: [seconds], own: seconds)
  }

  private func compare(_ map: TraceMap) throws -> Row {
    let classes = map.whole()
    let own = OwnTracing(size: map.size, classes: classes, confidence: map.confidence(0..<map.size.height))
    let gdal = GDALTracing(size: map.size, classes: classes)
    let place = try TracePlace()
    var row = Row(map: map.name, regions: 0, vertices: 0)
    for round in 0..<rounds {
      let scratch = try makeScratch()
      defer { try? FileManager.default.removeItem(at: scratch) }
      var (ownCounts, gdalCounts) = (TraceCounts(), TraceCounts())
      let steps: [() throws -> Void] = [
        {
          if geopackage {
            let (counts, seconds, path) = try own.toGeoPackage(in: scratch, place: place)
            row.ownRounds.append(seconds)
            ownCounts = counts
            try check(path, "own", counts)
          } else {
            let (counts, seconds) = try own.inMemory()
            row.ownRounds.append(seconds)
            ownCounts = counts
          }
        },
        {
          if geopackage {
            let (counts, seconds, path) = try gdal.toGeoPackage(in: scratch, place: place)
            row.gdalRounds.append(seconds)
            gdalCounts = counts
            try check(path, "gdal", counts)
          } else {
            let (counts, seconds) = try gdal.inMemory()
            row.gdalRounds.append(seconds)
            gdalCounts = counts
          }
        },
      ]
      for step in oursOnly ? [steps[0]] : round % 2 == 0 ? steps : steps.reversed() { try step() }
      guard oursOnly || ownCounts == gdalCounts else {
        throw TraceFailure(
          "\(map.name): ours and GDAL's polygons differ; the seconds say nothing\n  ours: \(ownCounts)\n  GDAL's: \(gdalCounts)")
      }
      (row.regions, row.vertices) = (ownCounts.regions, ownCounts.vertices)
    }
    row.own = Self.median(row.ownRounds)
    guard !oursOnly else { return row }
    let median = Self.median(row.gdalRounds)
    row.gdal = median
    row.timesFaster = median.wall / row.own.wall
    return row
  }

  private func check(_ path: String, _ layer: String, _ counts: TraceCounts) throws {
    let rows = try GDALTracing.rows(of: path, layer: layer)
    guard rows.features == counts.regions, rows.indexed == counts.regions else {
      throw TraceFailure("\(path): \(counts.regions) regions, but \(rows.features) rows and \(rows.indexed) in the spatial index")
    }
  }

  private func makeScratch() throws -> URL {
    let parent = folder.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
    let scratch = parent.appendingPathComponent("orthoweave-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    return scratch
  }

  private static func median(_ rounds: [Seconds]) -> Seconds {
    Seconds(wall: rounds.map(\.wall).sorted()[rounds.count / 2], processor: rounds.map(\.processor).sorted()[rounds.count / 2])
  }

  private static var peakMemory: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  private static func number(_ seconds: Double?) -> String { seconds.map { String(format: "%.3f", $0) } ?? "–" }

  private static func text(_ report: Report) -> String {
    var table = TextTable(["map", "regions", "vertices", "ours, s", "GDAL, s", "×", "ours, processor s", "GDAL, processor s"])
    for row in report.results {
      table.add([
        row.map, "\(row.regions)", "\(row.vertices)", number(row.own.wall), number(row.gdal?.wall),
        row.timesFaster.map { String(format: "%.1f", $0) } ?? "–", number(row.own.processor), number(row.gdal?.processor),
      ])
    }
    let head =
      "\(report.date), \(report.processor), load \(String(format: "%.2f", report.load)), GDAL \(report.gdal), "
      + "\(report.width) × \(report.height) pixels, \(report.geopackage ? "to GeoPackage" : "in memory"), one thread"
    var lines = [head, table.text, String(format: "peak memory %.0f MB", Double(report.peakMemory) * 1e-6)]
    lines += report.leftOut.map { "left out: \($0)" }
    return lines.joined(separator: "\n")
  }
}
