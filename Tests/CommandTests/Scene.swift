import Foundation
import GeoTypes
import Geodata
import TestSupport

/// Small sources, a small seeded network, and pipelines over them.
struct Scene {
  let folder: TemporaryFolder

  init(_ name: String = "scene") throws {
    folder = try TemporaryFolder(name)
    try FileManager.default.createDirectory(atPath: folder("in"), withIntermediateDirectories: true)
  }

  static let checkpoint = Places.seededCheckpoint

  /// Writes a GeoTIFF of smooth colored noise: UTM, 0.5 m, its upper-left corner at (500000, 6000000) less the offset.
  @discardableResult
  func raster(
    _ name: String, width: Int, height: Int, bands: Int = 3, column: Int = 0, row: Int = 0, crs: String? = "EPSG:32633",
    geotransform: Geotransform? = nil, mask: ((Int, Int) -> Bool)? = nil
  ) throws -> String {
    var values: [UInt8] = []
    values.reserveCapacity(width * height * bands)
    var valid: [UInt8] = []
    for y in row..<row + height {
      for x in column..<column + width {
        for band in 0..<bands {
          let wave = sin(Double(x + 31 * band) / 23) * cos(Double(y - 17 * band) / 19) + sin(Double(x * y) / 4000)
          values.append(UInt8(clamping: Int(127 + 55 * wave)))
        }
        if let mask { valid.append(mask(x, y) ? 255 : 0) }
      }
    }
    let place = Geotransform(500_000, 0.5, 0, 6_000_000, 0, -0.5)
    let path = folder("in/" + name)
    try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try PictureWriter.write(
      PictureSamples(
        size: RasterSize(width: width, height: height), bands: bands, values: .bytes(values), mask: mask == nil ? nil : valid),
      geotransform: geotransform
        ?? place.shifted(to: Window(column: column, row: row, width: width, height: height)),
      crs: crs.map { try CoordinateSystem($0) }, to: path, format: .cogDeflate)
    return path
  }

  /// Writes a pipeline; `more` are further top-level keys or replacements of whole sections.
  @discardableResult
  func pipeline(
    _ name: String = "pipeline.yaml", input: String = "", inference: String = "tile: 128, overlap: 32", output: String = "",
    directory: String = "layers", more: String = ""
  ) throws -> String {
    try folder.write(
      """
      input: {sources: [in/], settle: 0s\(input.isEmpty ? "" : ", " + input)}
      model: {checkpoint: \(Self.checkpoint)}
      inference: {\(inference)}
      output: {directory: \(directory)\(output.isEmpty ? "" : ", " + output)}
      \(more)
      """, to: name)
  }

  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> ProgramResult {
    try Program.run(Program.orthoweave, ["run", "pipeline.yaml"] + arguments, in: folder.path, environment: environment)
  }

  /// The newest report.
  func report(_ directory: String = "layers") throws -> [String: Any] {
    let data = FileManager.default.contents(atPath: folder("\(directory)/.orthoweave/reports/latest.json")) ?? Data()
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// The page of the last run.
  func page(_ directory: String = "layers") -> String? {
    FileManager.default.contents(atPath: folder("\(directory)/report/index.html")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Bytes of every published file, by path; without the page of the run, which says when it was.
  func published(_ directory: String = "layers") -> [String: Data] {
    var found: [String: Data] = [:]
    for file in folder.files(below: directory) where !file.hasPrefix(".orthoweave") && file != "report/index.html" {
      found[file] = FileManager.default.contents(atPath: folder("\(directory)/\(file)"))
    }
    return found
  }
}
