import ArgumentParser
import Basics
import Foundation
import Runs
import Tools

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Trace a class raster to layers.",
    discussion: "Example: orthoweave trace map.tif --output layers --vectors '{minimumArea: 10, simplify: {method: smooth}}'")

  @Argument(help: "A raster of class ids 0…254, of any whole-number type; 255 and its nodata value are not classes.") var raster: String
  @Option(help: "A raster of percentages of the same size.") var confidence: String?
  @Option(help: "The output directory.") var output = "layers"
  @Option(help: "Formats, separated by commas: classes, confidence, gpkg, shp, csv, geojson, fgb, preview, stac, qgis.")
  var formats = "gpkg"
  @Option(help: "Settings of the pipeline file's section `vectors`, as YAML.") var vectors: String?

  func run() throws {
    let request = try TraceRequest(
      raster: raster, confidence: confidence, directory: output,
      formats: formats.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }, vectors: vectors)
    let signals = SignalWatch(request.stop)
    defer { signals.end() }
    let report = try request.perform()
    for warning in report.warnings { Standard.error("warning: \(warning)".printable) }
    Standard.output("\(report.folder): \(counted(report.polygons, "polygon"))".printable)
  }
}
