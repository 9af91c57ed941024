import FileWriting
import Foundation
import Geodata
import Layers
import PipelineFile
import RunState

/// Keeps `layers/incidents`: a table and a page for a duty officer, of the objects of some classes in all published sources. Published like a source.
struct IncidentList {
  static let name = "incidents"
  /// How many incidents the page has; the table has all.
  static let pageLimit = 200

  let context: RunContext

  /// What has to be built: of which sources, under which key.
  struct Plan {
    var sources: [MergedLayer.Source]
    var rasterKey: RasterKey
    var layerKey: LayerKey
  }

  /// What the list follows from.
  private struct Settings: Encodable {
    var version = 1
    var title: String
    var classes: [String]
    var sources: [String]
    /// What each source's layers follow from, pictures included, and the checksums over their rows.
    var keys: [String]
    var content: [String]
  }

  /// What a receipt of the list tells.
  private struct Details: Encodable {
    var incidents: Int
    /// How many pictures are on the page.
    var pictures: Int
    /// Checksums over the rows of the sources' GeoPackages, by source.
    var content: [String: String]
  }

  private var title: String { "Incidents: \(context.pipeline.origin.name)" }

  /// The list that is due, of published sources; `nil` where it is up to date.
  func plan(_ sources: [MergedLayer.Source]) throws -> Plan? {
    let output = context.output
    let name = try SourceName(Self.name)
    let settings = try SettingsDigest(
      Settings(
        title: title, classes: context.pipeline.output.incidents, sources: sources.map(\.name.text), keys: sources.map(\.layerKey.text),
        content: sources.map(\.rows)))
    let rasterKey = RasterKey(settings: settings, fingerprint: Fingerprint(files: []))
    let layerKey = LayerKey(raster: rasterKey, settings: settings)
    if let receipt = try output.receipt(name), receipt.layerKey == layerKey, try output.isWhole(name, receipt),
      try output.damage(name) == nil
    {
      return nil
    }
    return Plan(sources: sources, rasterKey: rasterKey, layerKey: layerKey)
  }

  /// Builds and publishes the list.
  ///
  /// - Parameter sources: where pictures come from, by name.
  /// - Throws: what keeps it from being written; the published one stays then.
  func build(_ plan: Plan, _ sources: [String: DueSource]) throws {
    let output = context.output
    let name = try SourceName(Self.name)
    guard let own = try SourceLock.take(output, name, .exclusive) else { return }
    defer { own.release() }
    let folder = try output.beginBuilding(own)
    do {
      let rows = try MergedRows(try context.mergeRequest(plan.sources))
      for warning in rows.warnings { context.observer.warning(warning, source: Self.name) }
      for source in rows.leftOut {
        context.observer.warning("'\(source.name)' is left out: it is not georeferenced, while other sources are", source: Self.name)
      }
      let listed = Set(context.pipeline.output.incidents)
      var incidents = try rows.incidents(of: Set(context.model.catalog.classes.filter { listed.contains($0.name) }.map(\.id)))
      let keys = Dictionary(plan.sources.map { ($0.name.text, $0.layerKey.text) }, uniquingKeysWith: { first, _ in first })
      for index in incidents.indices {
        let content = incidents[index].sightings.map { "\(keys[$0.source] ?? "") \($0.row)" }
        incidents[index].key = String(Digest.sha256(content.joined(separator: "\n")).prefix(16))
      }
      let base = "\(folder)/\(Self.name)"
      try IncidentTable.write(incidents, to: base + ".csv")
      let pictures = try writePage(incidents, plan, sources, to: base + ".html")
      let details = Details(
        incidents: incidents.count, pictures: pictures,
        content: Dictionary(plan.sources.map { ($0.name.text, $0.rows) }, uniquingKeysWith: { first, _ in first }))
      let receipt = Receipt(
        source: name, rasterKey: plan.rasterKey, layerKey: plan.layerKey, fingerprint: Fingerprint(files: []), versions: Versions.ofResults,
        details: try JSONValue(encoding: details), files: try Receipt.describe(folder))
      try context.stop.check()
      try output.publish(receipt, own)
      try output.finish(name)
      context.observer.info(
        "\(counted(incidents.count, "incident")) in \(counted(plan.sources.count, "source")): \(output.published(name))/\(Self.name).html",
        source: Self.name)
    } catch {
      defer { try? output.discardBuilding(own) }
      try own.checkWrites()
      throw error
    }
  }

  /// Returns how many pictures are on the page.
  private func writePage(_ incidents: [Incident], _ plan: Plan, _ sources: [String: DueSource], to path: String) throws -> Int {
    let shown = Array(incidents.prefix(Self.pageLimit))
    let pictures = try IncidentPictures(context, plan.sources, sources).pictures(of: shown)
    let entries = zip(shown, pictures).map { IncidentPage.Entry($0, thumbnails: $1.thumbnails, notes: $1.notes) }
    try writeNewFile(path, IncidentPage.bytes(entries, of: incidents, title: title, table: "\(Self.name).csv"))
    return pictures.reduce(0) { $0 + $1.thumbnails.count }
  }
}
