import Foundation
import Geodata
package import PipelineFile
package import RunState

/// A source as the pipeline names it, before it is opened.
package struct FoundSource: Sendable, Hashable {
  /// What its folder below the output directory is called.
  package var name: String
  /// The file, or the sheets of a mosaic in the order of their names.
  package var files: [String]
  /// The fixed folders of the patterns that found them.
  package var folders: [String]
  /// Whether the pattern itself ends in `.vrt`.
  package var allowsVRT: Bool
  package var isMosaic: Bool
  /// Of those files that are addresses with a query: the query, which may hold a secret.
  package var queries: [String: String] = [:]
}

/// Two or more sources that would get the same name: none of them is done.
package struct NameCollision: Sendable, Hashable {
  package var name: String
  package var files: [String]
}

/// What the patterns of `input.sources` found.
package struct FoundSources: Sendable {
  /// By name, ascending.
  package var sources: [FoundSource] = []
  package var collisions: [NameCollision] = []
  /// Files that a pattern names, or matches, and that cannot be sources, by name.
  package var refused: [(name: String, error: RunError)] = []
  /// Folders below a pattern's fixed one that cannot be listed: what lies in them is unknown.
  package var unlisted: [String] = []
  /// STAC documents that cannot be read, and why: what they name is unknown.
  package var unread: [String] = []
  /// Fixed folders of patterns, and how many files each pattern found: what pruning asks for.
  package var patterns: [PatternMatch] = []
  /// What was not found or is left out, a line each.
  package var notes: [String] = []
  /// Files that are sources or sheets, each counted once.
  package var fileCount = 0
}

/// Finds the sources that the pipeline's patterns name. Nothing is opened, but for files of one name of which one may be a mere picture.
package struct SourceFinder {
  package let input: Pipeline.Input
  package let naming: Pipeline.NamePattern
  /// The name of a mosaic.
  package let pipelineName: String
  /// Never looked into: outputs are not sources.
  package let outputFolder: String?
  /// Asked between what is asked of servers; what it throws ends the search.
  private let check: @Sendable () throws -> Void

  package init(
    input: Pipeline.Input, naming: Pipeline.NamePattern, pipelineName: String, outputFolder: String?,
    check: @escaping @Sendable () throws -> Void = {}
  ) {
    self.check = check
    self.input = input
    self.naming = naming
    self.pipelineName = pipelineName
    self.outputFolder = outputFolder
  }

  private let output = OutputPlace()

  private struct File {
    var path: String
    var folder: String
    var allowsVRT: Bool
    /// As in `PatternFiles`.
    var query: String
  }

  /// - Throws: `RunError`: surroundings where a pattern's fixed folder is missing, as a mount may be; wrongCall where it lies within the
  ///   output directory.
  package func find() throws -> FoundSources {
    var found = FoundSources()
    let files = withoutPreviews(try expand(&found), &found.notes)
    found.fileCount = files.count
    if input.mosaic {
      guard !files.isEmpty else { return found }
      // Some of its sheets may lie there: the mosaic that is published stays.
      if let reason = (found.unlisted.map { "\($0): the folder cannot be listed" } + found.unread).first {
        found.refused.append(
          (
            pipelineName,
            RunError(
              .source, file: pipelineName, reason: "sheets of it may be missing (\(reason))",
              remedy: "check permissions, mounts and the network, and run again")
          ))
        return found
      }
      let sheets = files.map(\.path).sorted {
        (ExactText(lastComponent($0)), ExactText($0)) < (ExactText(lastComponent($1)), ExactText($1))
      }
      found.sources = [
        FoundSource(
          name: pipelineName, files: sheets, folders: Set(files.map(\.folder)).sorted(), allowsVRT: files.contains(where: \.allowsVRT),
          isMosaic: true, queries: queries(of: files))
      ]
      return found
    }
    let byName = Dictionary(grouping: files) { ExactText(name(of: $0.path, below: $0.folder)) }
    for (name, group) in byName.sorted(by: { $0.key < $1.key }) {
      if group.count > 1 {
        found.collisions.append(NameCollision(name: name.text, files: group.map(\.path).sortedByBytes()))
      } else if let one = group.first {
        found.sources.append(
          FoundSource(
            name: name.text, files: [one.path], folders: [one.folder], allowsVRT: one.allowsVRT, isMosaic: false,
            queries: queries(of: [one])))
      }
    }
    return found
  }

  private func queries(of files: [File]) -> [String: String] {
    Dictionary(files.filter { !$0.query.isEmpty }.map { ($0.path, $0.query) }, uniquingKeysWith: { first, _ in first })
  }

  /// The files of all patterns, each once, whichever way it was found.
  private func expand(_ found: inout FoundSources) throws -> [File] {
    let listings = FolderListings(check: check)
    var search = PatternSearch(listings: listings, endings: SourceEndings(drivers: input.drivers), isOutput: isOutput)
    var files: [File] = []
    var indexes: [ExactText: Int] = [:]
    for source in input.sources {
      let matched: [File]
      if let asset = source.asset {
        let assets = try STACSearch(asset: asset, check: check).expand(source.resolved)
        found.patterns.append(PatternMatch(pattern: assets.document, fixedFolder: nil, matches: assets.files.count))
        found.refused += assets.refused
        found.unread += assets.unread
        matched = assets.files.map { File(path: $0.path, folder: parentPath($0.path), allowsVRT: false, query: $0.query) }
      } else {
        let isRemote = RemoteAddress.isRemote(source.resolved)
        let pattern = isRemote ? RemoteAddress.withoutQuery(source.resolved) : source.resolved
        let written = source.written.isEmpty ? pattern : source.written
        let matches = try search.expand(source.resolved, shown: isRemote ? RemoteAddress.withoutQuery(written) : written)
        found.patterns.append(
          PatternMatch(pattern: pattern, fixedFolder: isRemote ? nil : matches.folder, matches: matches.files.count))
        found.notes += matches.notes
        for error in matches.refused where !found.refused.contains(where: { ExactText($0.error.file) == ExactText(error.file) }) {
          found.refused.append((name(of: error.file, below: matches.folder), error))
        }
        let allowsVRT = !isRemote && pattern.lowercased().hasSuffix(".vrt")
        matched = matches.files.map { File(path: $0, folder: matches.folder, allowsVRT: allowsVRT, query: matches.query) }
      }
      for file in matched {
        let path = file.path
        let real = ExactText(listings.realPath(path))
        guard let index = indexes[real] else {
          indexes[real] = files.count
          files.append(file)
          continue
        }
        // The file itself goes before a link to it, whichever was found first.
        let other = files[index]
        guard ExactText(lastComponent(other.path)) != ExactText(lastComponent(path)) else { continue }
        let isReal = ExactText(path) == real && ExactText(other.path) != real
        if isReal { files[index] = file }
        found.notes.append("\(isReal ? other.path : path): is the same file as \(isReal ? path : other.path), and is processed once")
      }
    }
    found.unlisted = search.unlisted
    return files
  }

  /// Of files in one folder that differ only in their ending, the one that is georeferenced, where the others are not: they are
  /// previews of it, such as a thumbnail beside an orthophoto.
  private func withoutPreviews(_ files: [File], _ notes: inout [String]) -> [File] {
    let local = files.indices.filter { !RemoteAddress.isRemote(files[$0].path) }
    let groups = Dictionary(grouping: local) { ExactText(stem(of: files[$0].path)) }.filter { $0.value.count > 1 }
    var leftOut: Set<Int> = []
    for group in groups.values.sorted(by: { $0[0] < $1[0] }) {
      let placed = group.filter { RasterPlacing.isKnown(path: files[$0].path, drivers: input.drivers) }
      guard placed.count == 1 else { continue }
      for index in group where index != placed[0] {
        leftOut.insert(index)
        let name = lastComponent(files[placed[0]].path)
        notes.append("\(files[index].path): is not georeferenced, and is left out as a preview of \(name)")
      }
    }
    return files.indices.filter { !leftOut.contains($0) }.map { files[$0] }
  }

  // MARK: - Names

  /// The name of a source by `output.name`, from a file and the fixed folder of the pattern that found it.
  package func name(of file: String, below folder: String) -> String {
    let start = folder == "/" ? "/" : folder + "/"
    let relative = file.hasPrefix(start) ? String(file.dropFirst(start.count)) : lastComponent(file)
    let automatic = stem(of: relative)
    guard case .pattern(let pattern) = naming else { return automatic }
    let parts = file.split(separator: "/")
    let base = lastComponent(file)
    return
      pattern
      .replacingOccurrences(of: "{name}", with: automatic)
      .replacingOccurrences(of: "{file}", with: stem(of: base))
      .replacingOccurrences(of: "{folder}", with: parts.count > 1 ? String(parts[parts.count - 2]) : "")
      .replacingOccurrences(of: "{extension}", with: base.contains(".") ? String(base.split(separator: ".").last ?? "") : "")
  }

  /// The path without the ending of its last component.
  private func stem(of path: String) -> String {
    let base = lastComponent(path)
    guard let dot = base.lastIndex(of: "."), dot != base.startIndex else { return path }
    return String(path.dropLast(base.distance(from: dot, to: base.endIndex)))
  }

  private func isOutput(_ path: String) -> Bool { outputFolder.map { output.holds(path, in: $0) } ?? false }
}

/// The part of a path behind the last slash.
package func lastComponent(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
