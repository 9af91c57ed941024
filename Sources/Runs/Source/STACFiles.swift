import Basics
import Foundation
import GeoTypes
import Inference
import Layers
import PipelineFile
import RunState

/// Keeps `collection.json` and `model.json` in the output directory, for pipelines whose formats have `stac`; removes them for others.
struct STACFiles {
  static let names = [STAC.collectionFile, STAC.modelFile]

  let context: RunContext

  /// Writes both, or removes them. Items are read, so that the collection follows from what is published.
  ///
  /// - Parameter isIdle: whether this run has changed nothing: then nothing is written where the collection lists all sources and is younger than their
  ///   items. After shards, or a run that was killed, it may not be.
  /// - Throws: `RunStateError` where they cannot be written, or what is published cannot be read.
  func update(isIdle: Bool) throws {
    guard context.pipeline.output.formats.contains(.stac) else { return try remove() }
    let items = try context.output.publishedSources().map { (name: $0, path: "\(context.output.published($0))/stac-item.json") }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
    if isIdle, try isCurrent(items.map(\.path)) { return }
    var members: [STACCollection.Member] = []
    for item in items {
      guard let data = FileManager.default.contents(atPath: item.path),
        let member = STACCollection.Member(item: data, source: item.name.text)
      else { continue }
      members.append(member)
    }
    let model = try context.model.stac(context.provenance, from: context.output.path).json()
    try context.output.replaceDocument(STAC.modelFile, with: [UInt8](model), mark: STAC.mark)
    // Last: its age says when both were written.
    let collection = try STACCollection(provenance: context.provenance, members: members).json()
    try context.output.replaceDocument(STAC.collectionFile, with: [UInt8](collection), mark: STAC.mark)
  }

  /// Removes what an earlier run left, while `output.formats` had `stac`: their links would lead nowhere.
  private func remove() throws {
    let removed = try Self.names.filter { try context.output.removeDocument($0, mark: STAC.mark) }
    guard !removed.isEmpty else { return }
    context.observer.info("output.formats has no stac any more: \(removed.joined(separator: " and ")) removed")
  }

  private func path(_ name: String) -> String { "\(context.output.path)/\(name)" }

  private func isCurrent(_ items: [String]) throws -> Bool {
    guard let known = try? context.output.document(STAC.collectionFile), STACCollection.sources(in: Data(known)) == items.count,
      try Self.names.allSatisfy({ try context.output.isDocumentWhole($0) })
    else { return false }
    let written = try Fingerprint.of([path(STAC.collectionFile)] + items).files.map(\.modified)
    return written.allSatisfy { $0 <= written[0] }
  }
}

extension ModelSetup {
  /// The network as an item of the Machine Learning Model extension.
  ///
  /// - Parameter folder: the folder in which the item will lie, absolute.
  func stac(_ provenance: Provenance, from folder: String) throws -> STACModel {
    guard let model = provenance.model else { preconditionFailure("a run has a model") }
    return STACModel(
      model: model, pipeline: provenance.pipeline, bands: normalization.order.map { "channel \($0 + 1)" },
      scaling: zip(normalization.mean, normalization.std).map { STACModel.Scaling(mean: Double($0), deviation: Double($1)) },
      tile: [automaticTile.height, automaticTile.width], classes: catalog.classes, outputs: channels,
      path: relativePath(file, from: folder), bytes: try? Fingerprint.of([file]).files.first?.size)
  }
}
