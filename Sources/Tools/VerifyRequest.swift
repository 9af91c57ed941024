import Foundation
import GeoTypes
import Geodata
import Layers
import PipelineFile
import RunState
import Runs

/// Compares what is published with its receipts, and segments with their checksums. Marks what is damaged, so that the next run does it again.
public struct VerifyRequest: Sendable {
  private let folder: String
  private let isDeep: Bool
  private let pipeline: Pipeline?

  /// - Parameters:
  ///   - place: the output directory, or the pipeline file.
  ///   - file: the pipeline file where `place` is the directory: it names the database whose rows are compared, too.
  ///   - deep: whether outputs are also read as a GIS would.
  /// - Throws: `PipelineError` where a file is not a pipeline; `RunError` (wrongCall) where its output directory is another one.
  public init(output place: String, pipeline file: String? = nil, deep: Bool) throws {
    var isFolder: ObjCBool = false
    let isFile = FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) && !isFolder.boolValue
    pipeline = try (file ?? (isFile ? place : nil)).map { try PipelineReader.read(path: $0) }
    if let pipeline, isFile {
      folder = pipeline.output.directory.resolved
    } else {
      folder = place
    }
    if let pipeline, let file {
      func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
      guard real(pipeline.output.directory.resolved) == real(folder) else {
        throw RunError(
          .wrongCall, file: file, reason: "its output.directory is \(pipeline.output.directory.resolved), not \(folder)",
          remedy: "give the pipeline that wrote there")
      }
    }
    isDeep = deep
  }

  /// What was compared and found.
  public struct Report: Sendable, Encodable {
    /// Something that is not as it was published.
    public struct Problem: Sendable, Encodable {
      public var source: String
      public var message: String
      /// Whether the source has to be processed again.
      public var isDamage: Bool
    }

    public var sources: Int
    public var files: Int
    public var problems: [Problem]
    /// Sources to do again: the next run does them.
    public var damaged: [String]
    /// `nil` where no source has rows in a database.
    public var database: DatabaseReport?
  }

  /// How far rows in a database were compared.
  public struct DatabaseReport: Sendable, Encodable {
    /// As "PostGIS table schema.name".
    public var table: String
    /// Sources whose rows were compared with what was written.
    public var compared = 0
    /// Sources whose rows were counted only: the receipt, of an earlier version, holds no checksum.
    public var counted = 0
    /// Sources whose rows were not compared.
    public var unknown = 0
    /// Why, where there are such sources.
    public var reason: String?

    /// One line for people.
    public var line: String {
      var parts: [String] = []
      if compared > 0 || counted + unknown == 0 { parts.append("rows of \(Runs.counted(compared, "source")) compared") }
      if counted > 0 { parts.append("of \(Runs.counted(counted, "source")) only counted, as the receipt is that of an earlier version") }
      if unknown > 0 { parts.append("rows of \(Runs.counted(unknown, "source")) not compared\(reason.map { ", as \($0)" } ?? "")") }
      return "\(table): \(parts.joined(separator: "; "))"
    }
  }

  /// - Throws: `RunError` (surroundings) where there is no output directory.
  public func perform() throws -> Report {
    let output = OutputDirectory(folder)
    guard FileManager.default.fileExists(atPath: folder + "/.orthoweave") else {
      throw RunError(
        .wrongCall, file: folder, reason: "is not the output directory of a run", remedy: "give the folder that output.directory names")
    }
    return try surroundings {
      var report = Report(sources: 0, files: 0, problems: [], damaged: [])
      for source in try output.publishedSources() {
        report.sources += 1
        report.files += try output.receipt(source)?.files.count ?? 0
        // The checksum over rows counts only where the file is sound.
        var problems = try output.verify(source, .content, rows: ContentChecksum.ifSound).map {
          Report.Problem(source: $0.source, message: $0.message, isDamage: $0.isDamage)
        }
        if problems.allSatisfy({ !$0.isDamage }) { problems += Self.strangers(output, source) }
        if isDeep, problems.allSatisfy({ !$0.isDamage }) {
          problems += DeepCheck(folder: output.published(source), source: source, receipt: try output.receipt(source)).problems()
          problems += (try MergedCheck(output, source)?.problems() ?? []).map {
            Report.Problem(source: source.text, message: $0.message, isDamage: $0.isDamage)
          }
        }
        let damage = problems.filter(\.isDamage).map(\.message)
        if !damage.isEmpty {
          report.damaged.append(source.text)
          do { try output.markDamaged(source, damage) } catch {
            let remedy = "remove \(output.published(source)) to have it redone"
            problems.append(
              .init(source: source.text, message: "the damage cannot be marked for the next run: \(error); \(remedy)", isDamage: false))
          }
        }
        report.problems += problems
      }
      let lost = try lost(output)
      report.problems += lost
      report.damaged += lost.map(\.source).filter { !$0.isEmpty }
      try compareRows(output, &report)
      report.problems += try (output.verifyDocuments() + output.verifySegments()).map {
        Report.Problem(source: $0.source, message: $0.message, isDamage: $0.isDamage)
      }
      return report
    }
  }

  /// Files that are not the program's, and that GIS read with its rasters and pictures. Statistics alone tell nothing about a raster.
  private static func strangers(_ output: OutputDirectory, _ source: SourceName) -> [Report.Problem] {
    guard let receipt = (try? output.receipt(source)).flatMap({ $0 }) else { return [] }
    let known = Set(receipt.files.map(\.name))
    let folder = output.published(source) + "/"
    var problems: [Report.Problem] = []
    for name in OutputDirectory.readersFiles(in: folder, of: known) {
      if name.hasSuffix(".aux.xml"), (try? RasterCompanions.description(in: folder + name)) == "" { continue }
      problems.append(
        Report.Problem(
          source: source.text, message: "\(source.text)/\(name): is not one of the outputs, and is read as a part of one", isDamage: true))
    }
    guard problems.isEmpty else { return problems }
    for raster in known.sorted() where raster.hasSuffix(".tif") || raster.hasSuffix(".png") {
      do {
        // What replaces the raster does not take these with it.
        for file in try RasterCompanions.files(of: folder + raster) where file.hasPrefix(folder) {
          let name = String(file.dropFirst(folder.count))
          guard !known.contains(name), !name.hasSuffix(".aux.xml") else { continue }
          problems.append(
            Report.Problem(
              source: source.text,
              message: "\(source.text)/\(name): is not one of the outputs, and is read as a part of \(raster); remove it", isDamage: false))
        }
      } catch {
        problems.append(Report.Problem(source: source.text, message: "\(source.text)/\(raster): cannot be read (\(error))", isDamage: true))
      }
    }
    return problems
  }

  /// Compares rows in the database with what receipts say of them. Rows that are missing need no mark: a run counts them, too.
  private func compareRows(_ output: OutputDirectory, _ report: inout Report) throws {
    let receipts = try output.publishedSources().compactMap { source in
      // A receipt that is damaged has been reported.
      (try? output.receipt(source)).flatMap { $0 }.map { (source: source, receipt: $0) }
    }
    guard let pipeline, let target = pipeline.postGISTarget else {
      let named = receipts.compactMap(\.receipt.databaseRows)
      guard let first = named.first else { return }
      let reason =
        pipeline == nil
        ? "no receipt holds the connection; give the pipeline file, too" : "the pipeline's output.formats has no postgis"
      report.database = DatabaseReport(table: first.table, unknown: named.count, reason: reason)
      return
    }
    guard let database = try DatabaseRows.check(pipeline, output, claims: false, warn: { _ in }) else { return }
    let found = try content(of: target)
    var rows = DatabaseReport(table: target.description)
    for (source, receipt) in receipts {
      var message: String?
      var isChanged = false
      if let missing = database.missing(source, receipt, pipeline.output) {
        message = "\(counted(missing.found, "row")) in the database where there were \(missing.expected)"
        rows.compared += 1
      } else if let written = receipt.databaseRows, written.table == target.description {
        rows.compared += 1
        isChanged = written.content.contains { found[$0, default: .empty].checksum != $1 }
        if isChanged { message = "its rows in the database are not those that were written" }
      } else if database.expects(receipt, pipeline.output) {
        rows.counted += 1
      }
      guard let message else { continue }
      report.problems.append(Report.Problem(source: source.text, message: "\(source.text)/: \(message)", isDamage: true))
      if isChanged, try output.damage(source) == nil { try output.markDamaged(source, [message], .elsewhere) }
      if !report.damaged.contains(source.text) { report.damaged.append(source.text) }
    }
    report.database = rows
  }

  private func content(of target: PostGISTarget) throws -> [String: PostGISContent] {
    do { return try PostGISTable.content(of: target) } catch { throw RunError(database: error) }
  }

  /// Outputs that a run published and that are not there any more. Their sources need no mark: without a receipt they are due.
  private func lost(_ output: OutputDirectory) throws -> [Report.Problem] {
    do {
      return try output.lostSources().map {
        let message = "\($0.text)/: was published, but its folder or receipt is missing, or a link is in its place"
        return Report.Problem(source: $0.text, message: message, isDamage: true)
      }
    } catch {
      guard error.isOfContent else { throw error }
      return [Report.Problem(source: "", message: "\(error.file): \(error.reason); the next run rewrites it", isDamage: true)]
    }
  }
}

/// Reads a source's outputs as a GIS would.
struct DeepCheck {
  let folder: String
  let source: SourceName
  let receipt: Receipt?

  func problems() -> [VerifyRequest.Report.Problem] {
    let base = "\(folder)/\(source.leaf)"
    var found: [String] = []
    func check(_ ending: String, _ body: (String) throws -> Void) {
      let path = base + ending
      guard FileManager.default.fileExists(atPath: path) else { return }
      do { try body(path) } catch { found.append("\(error)") }
    }
    var pixels: [UInt8: Int] = [:]
    check(".classes.tif") { path in
      let reader = try ClassRasterReader(path: path)
      for row in stride(from: 0, to: reader.size.height, by: max(1, reader.blockHeight)) {
        let rows = row..<min(reader.size.height, row + max(1, reader.blockHeight))
        for value in try reader.readRows(rows) { pixels[value, default: 0] += 1 }
      }
      guard reader.isCloudOptimized else { throw RunError(.source, file: path, reason: "is no longer a Cloud Optimized GeoTIFF") }
    }
    check(".confidence.tif") { path in
      let reader = try ClassRasterReader(path: path)
      for row in stride(from: 0, to: reader.size.height, by: max(1, reader.blockHeight)) {
        let rows = row..<min(reader.size.height, row + max(1, reader.blockHeight))
        for value in try reader.readRows(rows) where value > 100 && value != ClassMap.nodata {
          throw RunError(.source, file: path, reason: "holds a confidence of \(value) %")
        }
      }
    }
    check(".gpkg") { path in
      guard GeoPackageContents.isIntact(path) else { throw RunError(.source, file: path, reason: "SQLite finds it damaged") }
      let reader = try VectorReader(path, drivers: ["GPKG"])
      var sum = 0
      try reader.forEach { id, geometry, values in
        guard geometry.isValid() else { throw RunError(.source, file: path, reason: "polygon \(id) is not valid") }
        if let index = reader.fieldNames.firstIndex(of: "pixels"), case .integer(let count) = values[index] { sum += count }
      }
      let valid = pixels.filter { $0.key != ClassMap.nodata }.values.reduce(0, +)
      if !pixels.isEmpty, sum > valid {
        throw RunError(.source, file: path, reason: "its polygons have \(sum) pixels, the class map \(valid)")
      }
    }
    do { found += try misplaced() } catch { found.append("\(error)") }
    return found.map { VerifyRequest.Report.Problem(source: source.text, message: $0, isDamage: true) }
  }

  /// Files that say another crs than the receipt.
  private func misplaced() throws -> [String] {
    guard let receipt, case .object(let details)? = receipt.details, let value = details["crs"] else { return [] }
    let crs = try JSONDecoder().decode(LayerCRS.self, from: Data(value.canonical.utf8))
    return try LayerReadBack.faults(
      in: receipt.files.map { folder + "/" + $0.name }, layers: try crs.layers.map { try CoordinateSystem($0) },
      raster: try crs.raster.map { try CoordinateSystem($0) }
    ).map { "\($0.file): \($0.reason)" }
  }
}
