package import Foundation
import Geodata
package import PipelineFile
package import RunState

/// What a pipeline's sources need, found out without opening them.
package struct DueWork: Sendable {
  /// What has to be done about a source.
  package enum State: Sendable {
    case due
    case unchanged
    /// Files younger than `input.settle`: still being copied, perhaps. Seconds until that is known.
    case unsettled(Double)
    /// Failed before, and its next try is not due; `nil` where there is none.
    case waiting(FailureRecord)
    /// It cannot be done as it is named: a collision, a missing file, a bad name.
    case impossible(RunError)
  }

  /// A source by its name; `source` is `nil` where it is impossible.
  package struct Entry: Sendable {
    package var name: String
    package var source: DueSource?
    package var state: State
  }

  package var entries: [Entry] = []
  package var matches: [PatternMatch] = []
  /// Folders below those of the pipeline that cannot be listed.
  package var unlisted: [String] = []
  /// STAC documents that cannot be read, and why.
  package var unread: [String] = []
  /// What patterns did not find, or what they found and is left out.
  package var notes: [String] = []

  /// Whether all sources are known: what lies in a folder that cannot be listed, or is named by a document that cannot be read, is not gone.
  package var isWhole: Bool { unlisted.isEmpty && unread.isEmpty }

  /// Whether a source's outputs lie where the page of a run would. They take precedence.
  package var hasSourceNamedReport: Bool { entries.contains { $0.name.lowercased() == OutputDirectory.pageFolder } }

  /// Whether outputs of sources lie where documents of a catalog would. They take precedence.
  package var hasSourceNamedLikeCatalog: Bool {
    entries.contains { entry in STACFiles.names.contains { entry.name.lowercased() == $0 || entry.name.lowercased().hasPrefix($0 + "/") } }
  }

  /// Why a source is due whose outputs another version of this program would have written otherwise.
  package static let earlierVersion = "published by an earlier version of this program"

  package var warnings: [String] {
    var warnings = notes + unlisted.map { "\($0): the folder cannot be listed, and its sources are left out; check its permissions" }
    warnings += unread.map { "\($0); the sources that it names are left out" }
    let earlier = entries.count { $0.source?.reason == Self.earlierVersion }
    if earlier > 0 { warnings.append("\(counted(earlier, "source")) \(Self.earlierVersion), whose results differ: processed again") }
    return warnings
  }
}

/// Compares sources with receipts.
package struct DueWorkFinder {
  package let pipeline: Pipeline
  package let output: OutputDirectory
  package let rasterSettings: SettingsDigest
  /// The raster settings but for the kernel set.
  package let sharedSettings: SettingsDigest
  package let layerSettings: SettingsDigest
  package let only: String?
  package let window: String?
  package let retriesFailed: Bool
  /// Whether sources are due for which nothing has changed.
  package let isForced: Bool
  /// `nil` where the pipeline has no database.
  package let database: DatabaseRows?
  package let now: Date
  /// Asked between what is asked of servers; what it throws ends the search.
  package let check: @Sendable () throws -> Void

  /// - Throws: `RunError`: surroundings where a folder of sources is missing, or there are fewer sources than `run.requireSources`; wrongCall
  ///   where no source has the name that is asked for.
  package func find() throws -> DueWork {
    let finder = SourceFinder(
      input: pipeline.input, naming: pipeline.output.name, pipelineName: pipeline.origin.name,
      outputFolder: pipeline.output.directory.resolved, check: check)
    let found = try finder.find()
    var work = DueWork()
    work.matches = found.patterns
    work.unlisted = found.unlisted
    work.unread = found.unread
    work.notes = found.notes
    try require(found)
    for (name, error) in found.refused where isWanted(name) { work.entries.append(impossible(name, error)) }
    for collision in found.collisions where isWanted(collision.name) {
      work.entries.append(
        impossible(
          collision.name,
          RunError(
            .source, file: collision.files.joined(separator: " and "), reason: "would both be written to '\(collision.name)'",
            remedy: "give them names of their own by output.name, such as output: {name: \"{folder}/{file}.{extension}\"}")))
    }
    var files = FileQuestions(pipeline.input, check)
    var named: [SourceName: FoundSource] = [:]
    for source in found.sources where isWanted(source.name) {
      do { named[try SourceName(source.name + (window.map { "@" + $0 } ?? ""))] = source } catch {
        work.entries.append(impossible(source.name, RunError(.source, file: source.files[0], reason: error.reason, remedy: error.remedy)))
      }
    }
    let refused = try collisions(among: named)
    work.entries += refused.map { impossible($0.key.text, $0.value) }
    let allowed = named.filter { refused[$0.key] == nil }.sorted { $0.key < $1.key }
    try askServers(allowed.map(\.value), &files)
    for (name, source) in allowed { work.entries.append(try entry(name, source, &files)) }
    work.entries.sort { ExactText($0.name) < ExactText($1.name) }
    if pipeline.output.report, work.hasSourceNamedReport {
      work.notes.append(
        "a source is called '\(OutputDirectory.pageFolder)', so that no page of the run is written; set output.report: false, "
          + "or give the source another name by output.name")
    }
    if pipeline.output.formats.contains(.stac), work.hasSourceNamedLikeCatalog {
      work.notes.append(
        "a source is called '\(STACFiles.names.joined(separator: "' or '"))', so that the documents of the catalog are not written; "
          + "give the source another name by output.name")
    }
    if let only, work.entries.isEmpty {
      let names = (found.sources.map(\.name) + found.collisions.map(\.name)).sortedByBytes()
      let some = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
      throw RunError(
        .wrongCall, reason: "no source is called '\(only)'",
        remedy: names.isEmpty ? "there are no sources" : "there \(names.count == 1 ? "is" : "are") \(some)")
    }
    return work
  }

  /// As many sources as `run.requireSources` asks for, before anything is removed or merged.
  private func require(_ found: FoundSources) throws {
    guard let required = pipeline.run.requireSources, found.fileCount < required else { return }
    let notes = found.notes.isEmpty ? "" : " (\(found.notes.joined(separator: "; ")))"
    throw RunError(
      .surroundings, file: pipeline.origin.file,
      reason: "\(counted(found.fileCount, "source")) found where run.requireSources asks for \(required)\(notes)",
      remedy: "check input.sources, and whether a disk is not mounted")
  }

  /// Sources whose outputs would not lie side by side, with each other or with the merged layer.
  private func collisions(among named: [SourceName: FoundSource]) throws -> [SourceName: RunError] {
    let merged = try pipeline.output.combinedNames
    var refused: [SourceName: RunError] = [:]
    for collision in SourceName.collisions(among: Array(named.keys) + merged) {
      for (one, other) in [(collision.first, collision.second), (collision.second, collision.first)] {
        guard let source = named[one], refused[one] == nil else { continue }
        // What is published stays in the right: a file that is dropped beside must not end the work on another's.
        if !merged.contains(other), named[other] != nil, try output.receipt(one) != nil, try output.receipt(other) == nil { continue }
        let isOfMerged = merged.contains(other) && (one == other || named[other] == nil)
        let reason =
          switch collision.kind {
          case _ where isOfMerged:
            "its outputs '\(one)' would be in the way of \(other.text == MergedLayer.name ? "the merged layer" : "the list of incidents") '\(other)'"
          case .nested: "its outputs '\(one)' and '\(other)' would lie within each other"
          case .equal, .similar:
            "its outputs '\(one)' and '\(other)' (\(lastComponent(named[other]?.files[0] ?? ""))) differ only in "
              + (one.text == other.text ? "Unicode form" : "letter case") + ", and would be one folder on some disks"
          }
        let name = isOfMerged ? "{folder}-{file}" : "{name}.{extension}"
        let remedy =
          isOfMerged || collision.kind == .nested
          ? "rename it, or give it another name by output.name, such as output: {name: \"\(name)\"}" : "rename one of them"
        refused[one] = RunError(.source, file: source.files[0], reason: reason, remedy: remedy)
      }
    }
    return refused
  }

  /// Looks at one source again, as after waiting for it to settle.
  ///
  /// - Throws: `RunStateError` where its state cannot be read.
  package func again(_ source: DueSource) throws -> DueWork.Entry {
    var files = FileQuestions(pipeline.input, check)
    let found = FoundSource(
      name: source.name.text, files: source.files, folders: source.folders, allowsVRT: source.allowsVRT, isMosaic: source.isMosaic,
      queries: source.queries)
    return try entry(source.name, found, &files)
  }

  /// What is asked about the files of sources, on the disk and of servers.
  private struct FileQuestions {
    var sidecars: SidecarFiles
    var headers: RemoteHeaders

    init(_ input: Pipeline.Input, _ check: @escaping @Sendable () throws -> Void) {
      sidecars = SidecarFiles(input, check: check)
      headers = RemoteHeaders(check: check)
    }
  }

  /// Asks for the files of all sources that are on the network, several at once.
  private func askServers(_ sources: [FoundSource], _ files: inout FileQuestions) throws {
    let remote = sources.map { (source: $0, files: $0.files.filter { RemoteAddress.isRemote($0) && !$0.hasPrefix("/vsi") }) }
    try files.sidecars.list(foldersOf: remote.flatMap(\.files))
    var all: [RemoteHeaders.File] = []
    for (source, rasters) in remote {
      for raster in rasters {
        // A folder whose server fails is reported with its sources, one by one.
        do { all += try files.sidecars.files(of: raster).map { self.remote($0, source) } } catch is GeodataError { continue }
      }
    }
    try files.headers.ask(for: all)
  }

  private func remote(_ file: String, _ source: FoundSource) -> RemoteHeaders.File {
    RemoteHeaders.File(address: file, query: source.queries[file] ?? "")
  }

  private func isWanted(_ name: String) -> Bool { only.map { fnmatch($0, name, 0) == 0 } ?? true }

  private func impossible(_ name: String, _ error: RunError) -> DueWork.Entry {
    DueWork.Entry(name: name, source: nil, state: .impossible(error))
  }

  private func entry(_ name: SourceName, _ found: FoundSource, _ files: inout FileQuestions) throws -> DueWork.Entry {
    let fingerprint: Fingerprint
    do {
      fingerprint = try self.fingerprint(found, &files)
    } catch let error as RunStateError {
      return impossible(name.text, RunError(.source, error))
    } catch let error as GeodataError {
      return impossible(name.text, RunError(.source, error))
    }
    let rasterKey = RasterKey(settings: rasterSettings, fingerprint: fingerprint)
    var source = DueSource(
      name: name, files: found.files, folders: found.folders, allowsVRT: found.allowsVRT, isMosaic: found.isMosaic,
      fingerprint: fingerprint,
      rasterKey: rasterKey, sharedKey: RasterKey(settings: sharedSettings, fingerprint: fingerprint),
      layerKey: LayerKey(raster: rasterKey, settings: layerSettings), due: .pixels, reason: "new", queries: found.queries)
    source.publication = try output.publication(name)
    if let receipt = try output.receipt(name) {
      let isWhole = try output.isWhole(name, receipt)
      let damage = try output.damage(name)
      let isCurrent = receipt.layerKey == source.layerKey && isWhole && damage == nil
      if isForced {
        source.reason = "asked for again"
      } else if isCurrent, database?.missing(name, receipt, pipeline.output) == nil {
        source.rows = receipt.tableRows
        return DueWork.Entry(name: name.text, source: source, state: .unchanged)
      } else {
        source.reason =
          switch damage {
          case .files: "verify found it damaged"
          case .elsewhere: "verify found its rows in the database changed"
          case nil: isCurrent ? "its rows in the database are missing" : reason(source, receipt, isWhole: isWhole)
          }
        if receipt.rasterKey == rasterKey, isWhole { source.due = .layers } else { source.changedFiles = changedFiles(source, receipt) }
      }
    }
    let settle = Double(pipeline.input.settle.components.seconds)
    let wait = fingerprint.secondsUntilSettled(settle, now: now)
    if wait > 0 { return DueWork.Entry(name: name.text, source: source, state: .unsettled(wait)) }
    if !retriesFailed, let failure = try output.failure(name), !failure.isDue(key: source.layerKey.text, now: now) {
      return DueWork.Entry(name: name.text, source: source, state: .waiting(failure))
    }
    return DueWork.Entry(name: name.text, source: source, state: .due)
  }

  /// What identifies a source's content. Files at addresses are asked for by their headers alone, whatever `run.verify` says.
  private func fingerprint(_ found: FoundSource, _ questions: inout FileQuestions) throws -> Fingerprint {
    var files = try found.files.flatMap { try questions.sidecars.files(of: $0) }
    // What a virtual raster is made of changes its pixels, too. One that cannot be read says so when it is opened.
    if found.allowsVRT { files += pipeline.input.partsOfVirtualRasters(found.files, within: found.folders) }
    let content = pipeline.run.verify == .content
    guard files.contains(where: RemoteAddress.isRemote) else { return try Fingerprint.of(files, content: content) }
    return Fingerprint(
      files: try files.flatMap { file -> [Fingerprint.File] in
        guard RemoteAddress.isRemote(file) else { return try Fingerprint.of([file], content: content).files }
        let status = try questions.headers.status(of: remote(file, found))
        let modified = status.modified * 1_000_000_000
        return [
          Fingerprint.File(
            .init(address: try RemoteAddress(file).text, etag: status.etag), size: status.size, modified: modified,
            changed: max(modified, status.changed))
        ]
      })
  }

  /// Where only files of a mosaic have changed since it was published: their positions in the fingerprint.
  private func changedFiles(_ source: DueSource, _ receipt: Receipt) -> [Int]? {
    guard source.isMosaic, receipt.versions == Versions.ofResults,
      receipt.rasterKey == RasterKey(settings: rasterSettings, fingerprint: receipt.fingerprint)
    else { return nil }
    return source.fingerprint.changedPositions(since: receipt.fingerprint)
  }

  private func reason(_ source: DueSource, _ receipt: Receipt, isWhole: Bool) -> String {
    if !isWhole { return "published files are missing or changed" }
    if receipt.versions["results"] != Versions.results { return DueWork.earlierVersion }
    if receipt.rasterKey == source.rasterKey { return "settings of layers changed" }
    return source.fingerprint.difference(from: receipt.fingerprint) ?? "model or settings changed"
  }
}
