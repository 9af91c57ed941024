import Foundation
import GeoTypes
import Geodata
import Layers
import PipelineFile
import RunState

/// Keeps `layers/merged`: one layer with the rows of all published sources, published like a source.
///
/// It follows from the content of their GeoPackages, which are compared with their receipts before a row is taken.
struct MergedLayer {
  static let name = "merged"

  let context: RunContext
  let lock: RunLock

  /// A published source, and the checksum over the rows of its GeoPackage that its receipt holds.
  struct Source: Sendable {
    var name: SourceName
    var rows: String
    /// What its layers follow from.
    var layerKey: LayerKey

    /// The GeoPackage in the receipt.
    var file: String { "\(name.leaf).gpkg" }
  }

  /// What has to be built: of which sources, under which key.
  struct Plan {
    var sources: [Source]
    var rasterKey: RasterKey
    var layerKey: LayerKey
  }

  /// What the merged layer follows from.
  private struct Settings: Encodable {
    var version = 3
    var formats: [Pipeline.Format]
    /// Whether there is a project to open, and with class maps.
    var project: [Bool]
    var postgis: Pipeline.PostGIS?
    var table: String?
    var sources: [String]
    /// Checksums over rows, in the order of the sources.
    var content: [String]
    /// Raised whenever the same rows of frames would give other objects; `nil` without frames.
    var frames: Int?
  }

  /// What a receipt of the merged layer tells, for `verify --deep`.
  struct Details: Codable {
    /// Checksums over the rows of the sources' GeoPackages, by source.
    var sources: [String: String]
    /// Sources that have no rows in it, as they are not georeferenced.
    var leftOut: [String]
    var polygons: Int
    /// From and to in µm, by class: what volumes of objects that several frames show follow from.
    var thickness: [Int: [Double]]?
    /// The class whose nearest object counts, by class.
    var nearest: [Int: Int]?
    /// Names of classes that may be nearest.
    var names: [Int: String]?
  }

  /// A source of this run; for one that was found unchanged with what is known of it: thousands of receipts need not be read once more.
  struct Present {
    var name: SourceName
    var known: Source?
  }

  /// The sources of which whole outputs are published, and those whose outputs are there, but not whole, with what is wrong.
  ///
  /// - Parameter present: all sources of this run.
  static func sources(
    _ present: [Present], _ context: RunContext
  ) throws -> (whole: [Source], broken: [(name: SourceName, problems: [String])]) {
    let output = context.output
    let own = Set(try context.pipeline.output.combinedNames)
    var sources: [Source] = []
    var broken: [(SourceName, [String])] = []
    for source in present.sorted(by: { $0.name < $1.name }) where !own.contains(source.name) {
      if let known = source.known {
        sources.append(known)
      } else if let receipt = try output.receipt(source.name), let rows = receipt.tableRows {
        guard try output.isWhole(source.name, receipt) else {
          let problems = try output.verify(source.name, receipt, .sizes).filter(\.isDamage).map(\.message)
          broken.append((source.name, problems.isEmpty ? ["\(source.name)/: was found damaged"] : problems))
          continue
        }
        sources.append(Source(name: source.name, rows: rows, layerKey: receipt.layerKey))
      }
    }
    return (sources, broken)
  }

  /// The layer that is due; `nil` where it is up to date.
  func plan(_ sources: [Source]) throws -> Plan? {
    let output = context.output
    let name = try SourceName(Self.name)
    let settings = try SettingsDigest(
      Settings(
        formats: formats, project: [Pipeline.Format.qgis, .classes].map { context.pipeline.output.formats.contains($0) },
        postgis: formats.contains(.postgis) ? context.pipeline.output.postgis : nil,
        table: formats.contains(.postgis) ? context.postGIS?.description : nil,
        sources: sources.map(\.name.text), content: sources.map(\.rows), frames: context.pipeline.input.frames.metadata == .none ? nil : 1))
    let rasterKey = RasterKey(settings: settings, fingerprint: Fingerprint(files: []))
    let layerKey = LayerKey(raster: rasterKey, settings: settings)
    if let receipt = try output.receipt(name), receipt.layerKey == layerKey, try output.isWhole(name, receipt),
      try output.damage(name) == nil,
      context.database?.missing(name, receipt, context.pipeline.output) == nil
    {
      return nil
    }
    return Plan(sources: sources, rasterKey: rasterKey, layerKey: layerKey)
  }

  /// The sources whose GeoPackages are not what was published, with what is wrong: their rows must not be taken.
  static func damaged(_ sources: [Source], _ context: RunContext) throws -> [(name: SourceName, problems: [String])] {
    var damaged: [(SourceName, [String])] = []
    for source in sources {
      guard var receipt = try context.output.receipt(source.name) else {
        damaged.append((source.name, ["there is no receipt"]))
        continue
      }
      receipt.files.removeAll { $0.name != source.file }
      let problems = try context.output.verify(source.name, receipt, .content, rows: ContentChecksum.ifSound)
      let damage = problems.filter(\.isDamage).map(\.message)
      if !damage.isEmpty { damaged.append((source.name, damage)) }
      try context.stop.check()
    }
    return damaged
  }

  /// Builds and publishes the layer.
  ///
  /// - Throws: what keeps it from being written; the published one stays then.
  func build(_ plan: Plan) throws {
    let output = context.output
    let name = try SourceName(Self.name)
    guard let own = try SourceLock.take(output, name, .exclusive) else { return }
    defer { own.release() }
    let folder = try output.beginBuilding(own)
    do {
      var request = try context.mergeRequest(plan.sources)
      request.directory = folder
      request.formats = formats.compactMap(VectorFormat.init(merging:))
      request.postGIS = context.postGIS
      let report = try MergedLayers.write(request)
      if context.pipeline.output.formats.contains(.qgis) { try writeProject(plan, report, in: folder, request) }
      for warning in report.warnings { context.observer.warning(warning, source: Self.name) }
      for source in report.leftOut {
        context.observer.warning("'\(source)' is left out: it is not georeferenced, while other sources are", source: Self.name)
      }
      var rows: [String: String] = [:]
      if formats.contains(.gpkg) { rows["\(Self.name).gpkg"] = try ContentChecksum.of("\(folder)/\(Self.name).gpkg") }
      let leftOut = Set(report.leftOut.map { ExactText($0) })
      let merged = plan.sources.filter { !leftOut.contains(ExactText($0.name.text)) }
      let details = Details(
        sources: Dictionary(merged.map { ($0.name.text, $0.rows) }, uniquingKeysWith: { first, _ in first }), leftOut: report.leftOut,
        polygons: report.features,
        thickness: request.thickness.isEmpty ? nil : request.thickness.mapValues { [$0.lowerBound, $0.upperBound] },
        nearest: request.nearest.isEmpty ? nil : request.nearest,
        names: request.nearest.isEmpty
          ? nil : Dictionary(request.nearest.values.map { ($0, request.catalog.name($0)) }, uniquingKeysWith: { first, _ in first }))
      let receipt = Receipt(
        source: name, rasterKey: plan.rasterKey, layerKey: plan.layerKey, fingerprint: Fingerprint(files: []),
        versions: Versions.ofResults,
        details: try JSONValue(encoding: details)
          .adding(Provenance.receiptKey, try JSONValue(encoding: context.provenance))
          .adding(ReceiptRows.key, try context.postGIS.flatMap { try ReceiptRows($0, report)?.value }),
        files: try Receipt.describe(folder, rows: rows))
      try context.stop.check()
      try output.publish(receipt, own)
      try output.finish(name)
      context.observer.info("\(counted(report.features, "polygon")) of \(counted(merged.count, "source"))", source: Self.name)
    } catch {
      defer { try? output.discardBuilding(own) }
      try own.checkWrites()
      throw error
    }
  }

  /// The most sources whose class maps a project lists: QGIS opens each of them.
  private static let mostClassMaps = 200

  private func writeProject(_ plan: Plan, _ report: LayersReport, in folder: String, _ request: MergeRequest) throws {
    let files = LayerFiles(directory: folder, name: Self.name)
    var polygons: QGISProject.Layer?
    if formats.contains(.gpkg) {
      polygons = .init(name: Self.name, source: "./\(Self.name).gpkg|layername=\(files.layer)")
    } else if formats.contains(.fgb) {
      polygons = .init(name: Self.name, source: "./\(Self.name).fgb")
    }
    let sources = context.pipeline.output.formats.contains(.classes) ? plan.sources.map(\.name) : []
    if sources.count > Self.mostClassMaps {
      context.observer.warning(
        "the QGIS project lists the class maps of \(Self.mostClassMaps) of \(counted(sources.count, "source")); its polygons are those of all",
        source: Self.name)
    }
    var provenance = request.provenance
    provenance.mergedSources = plan.sources.count - report.leftOut.count
    let project = QGISProject(
      metadata: LayerMetadata(name: Self.name, provenance: provenance, catalog: request.catalog, crs: report.crs),
      extent: report.bounds ?? Bounds(minX: 0, minY: 0, maxX: 1, maxY: 1), polygons: polygons, fields: report.fields,
      classMaps: try sources.prefix(Self.mostClassMaps).map {
        let crs = try context.output.receipt($0)?.layerCRS?.raster.map { try CoordinateSystem($0) }
        return QGISProject.Layer(name: $0.text, source: "../\($0.text)/\($0.leaf).classes.tif", crs: crs)
      }, orthophotos: [], picture: .init(bands: [1, 2, 3], ranges: []))
    try project.write(to: files.project)
  }

  /// The formats of the merged layer. A table in a database holds the rows of all sources anyway, where each writes its own.
  private var formats: [Pipeline.Format] {
    let output = context.pipeline.output
    return output.formats.filter { $0 == .gpkg || $0 == .fgb || ($0 == .postgis && output.merge == .only) }
  }
}

extension RunContext {
  /// The rows of all sources, without a format that they are written in.
  func mergeRequest(_ sources: [MergedLayer.Source]) throws -> MergeRequest {
    var request = MergeRequest(
      directory: "", formats: [],
      sources: sources.map { MergeRequest.Source(name: $0.name.text, geoPackage: "\(output.published($0.name))/\($0.file)") },
      crs: try pipeline.vectors.target, catalog: model.catalog)
    request.thickness = pipeline.vectors.thickness(of: model.catalog)
    request.nearest = pipeline.vectors.nearest(in: model.catalog)
    request.provenance = provenance
    request.check = stop.check
    return request
  }
}

extension Pipeline.Output {
  /// What is published besides the sources.
  var combinedNames: [SourceName] {
    get throws {
      try (merge == .none ? [] : [MergedLayer.name]).map { try SourceName($0) }
        + (incidents.isEmpty ? [] : [IncidentList.name]).map { try SourceName($0) }
    }
  }
}

extension VectorFormat {
  /// The format of a merged layer; `nil` for those that it is not written in.
  fileprivate init?(merging format: Pipeline.Format) {
    switch format {
    case .gpkg: self = .geoPackage
    case .fgb: self = .flatGeobuf
    case .postgis: self = .postGIS
    default: return nil
    }
  }
}

extension Receipt {
  /// The checksum over the rows of the source's GeoPackage; `nil` where it has none.
  var tableRows: String? {
    let file = "\(lastComponent(source)).gpkg"
    return files.first { $0.name == file }?.rows
  }
}
