import Foundation
import Geodata
import PipelineFile

/// A source as the pipeline names it, before it is opened.
struct FoundSource: Sendable, Hashable {
  /// What its folder below the output directory is called.
  var name: String
  /// The file, or the sheets of a mosaic in the order of their names.
  var files: [String]
  /// The fixed folders of the patterns that found them.
  var folders: [String]
  /// Whether the pattern itself ends in `.vrt`.
  var allowsVRT: Bool
  var isMosaic: Bool
}

/// Two or more sources that would get the same name: none of them is done.
struct NameCollision: Sendable, Hashable {
  var name: String
  var files: [String]
}

struct FoundSources: Sendable {
  /// By name, ascending.
  var sources: [FoundSource] = []
  var collisions: [NameCollision] = []
  /// Files that a pipeline names and that are not there.
  var missing: [String] = []
  /// Folders below a pattern's fixed one that cannot be listed: what lies in them is unknown.
  var unlisted: [String] = []
  /// Fixed folders of patterns, and how many files each pattern found: what pruning asks for.
  var patterns: [(pattern: String, folder: String, matches: Int)] = []
}

/// Finds the sources that the pipeline's patterns name.
struct SourceFinder {
  let input: Pipeline.Input
  let naming: Pipeline.NamePattern
  /// The name of a mosaic.
  let pipelineName: String
  /// Never looked into: outputs are no sources.
  let outputFolder: String?
  private let output = OutputPlace()

  private static let rasterEndings: Set<String> = ["tif", "tiff", "jp2", "jpg", "jpeg", "png"]
  /// Files that belong to another, though GDAL would open some of them.
  private static let sidecarEndings = [
    ".ovr", ".msk", ".aux.xml", ".aux", ".tfw", ".tifw", ".tiffw", ".wld", ".jgw", ".pgw", ".j2w", ".rpb",
  ]

  /// - Throws: `RunError`: surroundings where a pattern's fixed folder is missing, as a mount may be; wrongCall where it lies within the
  ///   output directory.
  func find() throws -> FoundSources {
    var found = FoundSources()
    var files: [(file: String, folder: String, allowsVRT: Bool)] = []
    var seen: Set<String> = []
    for pattern in input.sources.map(\.resolved) {
      let matches = try expand(pattern, missing: &found.missing, unlisted: &found.unlisted)
      found.patterns.append((pattern, matches.folder, matches.files.count))
      let allowsVRT = pattern.lowercased().hasSuffix(".vrt")
      for file in matches.files where seen.insert(file).inserted { files.append((file, matches.folder, allowsVRT)) }
    }
    if input.mosaic {
      guard !files.isEmpty else { return found }
      let sheets = files.map(\.file).sorted { lastComponent($0) != lastComponent($1) ? lastComponent($0) < lastComponent($1) : $0 < $1 }
      found.sources = [
        FoundSource(
          name: pipelineName, files: sheets, folders: Set(files.map(\.folder)).sorted(), allowsVRT: files.contains(where: \.allowsVRT),
          isMosaic: true)
      ]
      return found
    }
    let byName = Dictionary(grouping: files) { name(of: $0.file, below: $0.folder) }
    for (name, group) in byName.sorted(by: { $0.key < $1.key }) {
      if group.count > 1 {
        found.collisions.append(NameCollision(name: name, files: group.map(\.file).sorted()))
      } else if let one = group.first {
        found.sources.append(
          FoundSource(name: name, files: [one.file], folders: [one.folder], allowsVRT: one.allowsVRT, isMosaic: false))
      }
    }
    return found
  }

  // MARK: - Names

  func name(of file: String, below folder: String) -> String {
    let relative = file.hasPrefix(folder + "/") ? String(file.dropFirst(folder.count + 1)) : lastComponent(file)
    let automatic = withoutEnding(relative)
    guard case .pattern(let pattern) = naming else { return automatic }
    let parts = file.split(separator: "/")
    let base = lastComponent(file)
    return
      pattern
      .replacingOccurrences(of: "{name}", with: automatic)
      .replacingOccurrences(of: "{file}", with: withoutEnding(base))
      .replacingOccurrences(of: "{folder}", with: parts.count > 1 ? String(parts[parts.count - 2]) : "")
      .replacingOccurrences(of: "{extension}", with: base.contains(".") ? String(base.split(separator: ".").last ?? "") : "")
  }

  private func withoutEnding(_ path: String) -> String {
    let base = lastComponent(path)
    guard let dot = base.lastIndex(of: "."), dot != base.startIndex else { return path }
    return String(path.dropLast(base.distance(from: dot, to: base.endIndex)))
  }

  // MARK: - Patterns

  private func expand(
    _ pattern: String, missing: inout [String], unlisted: inout [String]
  ) throws -> (folder: String, files: [String]) {
    if ArchivePath.isVirtual(pattern) {
      guard ArchivePath.isArchive(pattern) else {
        throw RunError(
          .wrongCall, file: pattern, reason: "of /vsi paths, only those into local archives are read (/vsizip/, /vsitar/)",
          remedy: "copy the files to a disk, or mount where they lie")
      }
      return ((ArchivePath.file(of: pattern) as NSString).deletingLastPathComponent, [pattern])
    }
    let components = pattern.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    let firstGlob = components.firstIndex { $0.contains { "*?[".contains($0) } }
    guard let firstGlob else { return try expandPlain(pattern, missing: &missing) }
    let folder = "/" + components[..<firstGlob].joined(separator: "/")
    try requireFolder(folder, pattern: pattern)
    try requireOutside(folder)
    var files: [String] = []
    try match(folder, Array(components[firstGlob...]), depth: 0, into: &files, unlisted: &unlisted)
    let filtersEndings = components.last == "**"
    return (folder, files.filter { isCandidate($0, anyEnding: !filtersEndings) }.sorted())
  }

  private func expandPlain(_ path: String, missing: inout [String]) throws -> (folder: String, files: [String]) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      let folder = (path as NSString).deletingLastPathComponent
      let looksLikeFile = Self.rasterEndings.union(["vrt"]).contains((path as NSString).pathExtension.lowercased())
      guard looksLikeFile, FileManager.default.fileExists(atPath: folder) else {
        throw RunError(
          .surroundings, file: path, reason: "no such folder or file",
          remedy: "check input.sources, and whether a disk is not mounted")
      }
      missing.append(path)
      return (folder, [])
    }
    guard isFolder.boolValue else { return ((path as NSString).deletingLastPathComponent, [path]) }
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    try requireOutside(trimmed)
    let files = try listing(trimmed).filter { !isDirectory($0) && isCandidate($0, anyEnding: false) }
    return (trimmed, files.sorted())
  }

  private func requireFolder(_ folder: String, pattern: String) throws {
    guard isDirectory(folder) else {
      throw RunError(
        .surroundings, file: folder, reason: "the folder of the pattern '\(pattern)' is missing",
        remedy: "check input.sources, and whether a disk is not mounted")
    }
  }

  /// Sources that lie among the outputs would all be passed over.
  private func requireOutside(_ path: String) throws {
    guard isOutput(path) else { return }
    throw RunError(
      .wrongCall, file: path, reason: "is output.directory or lies within it: outputs are not sources",
      remedy: "choose another output.directory, such as a new folder beside or below the sources")
  }

  /// Folders deeper than this are not looked into.
  private static let maximumDepth = 32

  /// Folders that are links are not looked into for `**`: they can lead back.
  private func match(
    _ folder: String, _ components: [String], depth: Int, into files: inout [String], unlisted: inout [String]
  ) throws {
    guard let component = components.first, depth < Self.maximumDepth, !isOutput(folder) else { return }
    let rest = Array(components.dropFirst())
    if component == "**" {
      if !rest.isEmpty { try match(folder, rest, depth: depth, into: &files, unlisted: &unlisted) }
      for entry in try listing(folder, depth: depth, unlisted: &unlisted) {
        if isDirectory(entry) {
          if !isLink(entry) { try match(entry, components, depth: depth + 1, into: &files, unlisted: &unlisted) }
        } else if rest.isEmpty {
          files.append(entry)
        }
      }
      return
    }
    for entry in try listing(folder, depth: depth, unlisted: &unlisted) where fnmatch(component, lastComponent(entry), 0) == 0 {
      if rest.isEmpty {
        if !isDirectory(entry) { files.append(entry) }
      } else if isDirectory(entry) {
        try match(entry, rest, depth: depth + 1, into: &files, unlisted: &unlisted)
      }
    }
  }

  /// As `listing` for a pattern's fixed folder (depth 0); one below it that cannot be listed is noted, and taken as empty.
  private func listing(_ folder: String, depth: Int, unlisted: inout [String]) throws -> [String] {
    if depth == 0 { return try listing(folder) }
    guard let entries = try? listing(folder) else {
      if !unlisted.contains(folder) { unlisted.append(folder) }
      return []
    }
    return entries
  }

  /// Full paths of what lies in a folder, without hidden entries.
  private func listing(_ folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }.sorted()
        .map { folder == "/" ? "/" + $0 : folder + "/" + $0 }
    } catch {
      throw RunError(
        .surroundings, file: folder, reason: "the folder cannot be listed",
        remedy: "check its permissions, and whether a disk is not mounted")
    }
  }

  private func isCandidate(_ file: String, anyEnding: Bool) -> Bool {
    let name = lastComponent(file).lowercased()
    guard !Self.sidecarEndings.contains(where: name.hasSuffix), !isOutput(file) else { return false }
    return anyEnding || Self.rasterEndings.contains((name as NSString).pathExtension)
  }

  private func isOutput(_ path: String) -> Bool { outputFolder.map { output.holds(path, in: $0) } ?? false }

  private func isLink(_ path: String) -> Bool { (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil }

  private func isDirectory(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}

func lastComponent(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
