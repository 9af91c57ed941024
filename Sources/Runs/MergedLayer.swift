import Foundation
import Geodata
import Layers
import PipelineFile
import RunState

/// Keeps `layers/merged`: one layer with the rows of all published sources, published like a source.
struct MergedLayer {
  static let name = "merged"

  let context: RunContext
  let lock: RunLock

  /// What the merged layer follows from: the layer keys of its sources, in the order of their names.
  private struct Settings: Encodable {
    var version = 1
    var formats: [Pipeline.Format]
    var sources: [String]
    var keys: [LayerKey]
  }

  /// Builds it anew where a source was added, changed or removed since.
  ///
  /// - Parameter present: all sources of this run, with the layer keys of those that were found unchanged: thousands of receipts need not be
  ///   read once more.
  /// - Returns: whether it was built.
  /// - Throws: what keeps it from being written; the published one stays then.
  @discardableResult
  func update(present: [(name: SourceName, key: LayerKey?)]) throws -> Bool {
    let output = context.output
    let name = try SourceName(Self.name)
    var sources: [(name: SourceName, key: LayerKey)] = []
    for source in present.sorted(by: { $0.name < $1.name }) where source.name != name {
      if let key = source.key {
        sources.append((source.name, key))
      } else if let receipt = try output.receipt(source.name), try output.isWhole(source.name, receipt) {
        sources.append((source.name, receipt.layerKey))
      }
    }
    let formats = context.pipeline.output.formats.filter { [.gpkg, .fgb, .postgis].contains($0) }
    let settings = try SettingsDigest(Settings(formats: formats, sources: sources.map(\.name.text), keys: sources.map(\.key)))
    let rasterKey = RasterKey(settings: settings, fingerprint: Fingerprint(files: []))
    let layerKey = LayerKey(raster: rasterKey, settings: settings)
    if let receipt = try output.receipt(name), receipt.layerKey == layerKey, try output.isWhole(name, receipt) { return false }
    guard let own = try SourceLock.take(output, name, .exclusive) else { return false }
    defer { own.release() }
    let folder = try output.beginBuilding(own)
    do {
      let vectors = formats.compactMap { format -> VectorFormat? in
        switch format {
        case .gpkg: .geoPackage
        case .fgb: .flatGeobuf
        case .postgis: .postGIS
        default: nil
        }
      }
      let report = try MergedLayers.write(
        MergeRequest(
          directory: folder, name: Self.name, formats: vectors,
          sources: sources.map {
            MergeRequest.Source(
              name: $0.name.text, geoPackage: "\(output.published($0.name))/\($0.name.leaf).gpkg")
          },
          crs: try context.pipeline.vectors.target, catalogue: context.model.catalogue,
          postGIS: context.postGIS))
      for warning in report.warnings { context.observer.warning(warning, source: Self.name) }
      var rows: [String: String] = [:]
      if formats.contains(.gpkg) { rows["\(Self.name).gpkg"] = try rowsChecksum(ofGeoPackage: "\(folder)/\(Self.name).gpkg") }
      let receipt = Receipt(
        source: name, rasterKey: rasterKey, layerKey: layerKey, fingerprint: Fingerprint(files: []), versions: Versions.ofResults,
        files: try Receipt.describe(folder, rows: rows))
      try context.stop.check()
      try output.publish(receipt, own)
      try output.finish(name)
      context.observer.info("\(counted(report.features, "polygon")) of \(counted(sources.count, "source"))", source: Self.name)
      return true
    } catch {
      defer { try? output.discardBuilding(own) }
      try own.checkWrites()
      throw error
    }
  }
}
