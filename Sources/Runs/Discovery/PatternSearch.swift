import Foundation
import Geodata

/// What one pattern of `input.sources` found.
struct PatternFiles {
  /// The part of the pattern that is taken as written.
  var folder: String
  /// In the order of their paths' bytes.
  var files: [String] = []
  /// Of a file's address; empty where there is none.
  var query = ""
  /// What it did not find, and what comes near.
  var notes: [String] = []
  /// Files that are named, or match, and cannot be sources.
  var refused: [RunError] = []
}

/// Expands the patterns of `input.sources` on the disk.
struct PatternSearch {
  let listings: FolderListings
  let endings: SourceEndings
  /// Whether a path is the output directory or lies below it.
  let isOutput: (String) -> Bool
  /// Folders below a pattern's fixed one that cannot be listed.
  var unlisted: [String] = []

  init(listings: FolderListings, endings: SourceEndings, isOutput: @escaping (String) -> Bool) {
    self.listings = listings
    self.endings = endings
    self.isOutput = isOutput
  }

  /// - Parameter shown: the pattern as the user wrote it.
  /// - Throws: `RunError`: surroundings where the fixed folder is missing, as a mount may be; wrongCall where it lies within the output
  ///   directory.
  mutating func expand(_ pattern: String, shown: String) throws -> PatternFiles {
    if RemoteAddress.isRemote(pattern) { return try remote(pattern, shown: shown) }
    let components = pattern.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    // What exists as it is written is taken as written, whatever characters it holds.
    var fixed = ""
    var count = 0
    for component in components {
      guard !Self.isGlob(component) || Self.exists(fixed + "/" + component) else { break }
      fixed += "/" + component
      count += 1
    }
    if fixed.isEmpty { fixed = "/" }
    if count == components.count { return try plain(fixed, components) }
    try requireFolder(fixed, pattern: shown)
    try requireOutside(fixed)
    return try globbed(fixed, Array(components[count...]), shown: shown)
  }

  // MARK: - Addresses

  /// A file, a folder or a pattern on the network or in an archive. A file is not asked for here.
  private mutating func remote(_ pattern: String, shown: String) throws -> PatternFiles {
    let address: RemoteAddress
    do { address = try RemoteAddress(pattern) } catch { throw RunError(.wrongCall, error) }
    let root = address.root
    let rest = address.text.dropFirst(root.count)
    let components = rest.split(separator: "/").map(String.init)
    let count = components.firstIndex(where: Self.isGlob) ?? components.count
    let fixed = ([root] + components[..<count]).joined(separator: "/")
    guard count == components.count else {
      guard address.query.isEmpty else {
        throw RunError(
          .wrongCall, file: address.text, reason: "an address with a query cannot be a pattern", remedy: "name its files one by one")
      }
      return try globbed(fixed, Array(components[count...]), shown: shown)
    }
    // In an archive a folder is known by its entries; elsewhere by its slash.
    if rest.isEmpty || rest.hasSuffix("/") || (address.isArchive && (try? listings.entries(of: fixed))?.isEmpty == false) {
      return try folderFiles(fixed)
    }
    return PatternFiles(folder: parentPath(address.text), files: [address.text], query: address.query)
  }

  // MARK: - Files and folders

  private mutating func plain(_ path: String, _ components: [String]) throws -> PatternFiles {
    let folder = path == "/" ? "/" : (path as NSString).deletingLastPathComponent
    switch FolderListings.entry(path, name: lastComponent(path)).kind {
    case .file: return PatternFiles(folder: folder, files: [path], notes: alsoPatterns(components, path))
    case .special(let what):
      return PatternFiles(
        folder: folder, refused: [RunError(.source, file: path, reason: "is \(what), not a file", remedy: "check input.sources")])
    case .folder: return try folderFiles(path)
    case .unknown:
      throw RunError(
        .surroundings, file: path, reason: "cannot be looked at", remedy: "check the permissions of its folder, and whether a disk fails")
    case .dangling, .unnamed:
      let looksLikeFile = endings.isTaken(path) || path.lowercased().hasSuffix(".vrt")
      let near = self.near(path)
      guard looksLikeFile, Self.exists(folder) else {
        throw RunError(
          .surroundings, file: path, reason: "no such folder or file",
          remedy: near ?? "check input.sources, and whether a disk is not mounted")
      }
      let isLink = Self.exists(path)
      return PatternFiles(
        folder: folder,
        refused: [
          RunError(
            .source, file: path, reason: isLink ? "is a link whose target is missing" : "there is no such file",
            remedy: near ?? "check input.sources")
        ])
    }
  }

  private func folderFiles(_ folder: String) throws -> PatternFiles {
    try requireOutside(folder)
    var found = PatternFiles(folder: folder)
    let entries = try listings.entries(of: folder).filter { $0.kind != .folder && !isOutput($0.path) }
    take(entries.filter { endings.isTaken($0.name) }, &found)
    let others = entries.filter { !SourceEndings.isSidecar($0.name) && !endings.isTaken($0.name) }.map(\.name)
    let wanted = endings.taken.sorted().map { "." + $0 }.joined(separator: " ")
    if entries.isEmpty {
      found.notes.append("\(folder): no file is in this folder")
    } else if found.files.isEmpty, found.refused.isEmpty {
      found.notes.append(
        "\(folder): \(counted(entries.count, "file")), none of them a source: a folder stands for \(wanted); "
          + "there are \(SourceEndings.counted(entries.map(\.name)))")
    } else if case let rasters = others.filter({ endings.foreign.contains(SourceEndings.ending(of: $0)) }), !rasters.isEmpty {
      found.notes.append(
        "\(folder): \(counted(rasters.count, "file")) left out, \(SourceEndings.counted(rasters)); "
          + "a folder stands for \(wanted), the endings of input.drivers")
    }
    return found
  }

  /// Takes files; what only looks like one is left out and noted.
  private func take(_ entries: [FolderListings.Entry], _ found: inout PatternFiles) {
    for entry in entries {
      switch entry.kind {
      case .special(let what): found.notes.append("\(entry.path): is \(what), not a file, and is left out")
      case .unnamed:
        found.refused.append(RunError(.source, file: entry.path, reason: "has a name that is not UTF-8", remedy: "rename it"))
      case .dangling, .unknown:
        found.refused.append(
          RunError(.source, file: entry.path, reason: "is a link whose target is missing", remedy: "remove it, or put the file there"))
      case .file, .folder: found.files.append(entry.path)
      }
    }
    found.files = found.files.sortedByBytes()
  }

  /// A file that is named as written, though its name is a pattern that others match, too.
  private mutating func alsoPatterns(_ components: [String], _ path: String) -> [String] {
    guard let first = components.firstIndex(where: Self.isGlob) else { return [] }
    let folder = "/" + components[..<first].joined(separator: "/")
    let found = (try? matches(folder, Array(components[first...]), folded: true)) ?? Matches()
    let others = found.files.filter {
      ExactText($0.path) != ExactText(path) && endings.mayBeTaken($0.name) && fnmatch(components.last ?? "", $0.name, 0) == 0
    }
    guard !others.isEmpty else { return [] }
    return [
      "\(path): is taken as it is written; as a pattern it would match \(counted(others.count, "other file")) (\(Self.some(others)))"
    ]
  }

  // MARK: - Patterns

  private mutating func globbed(_ folder: String, _ components: [String], shown: String) throws -> PatternFiles {
    let exact = try matches(folder, components, folded: false)
    let near = try matches(folder, components, folded: true)
    var found = PatternFiles(folder: folder)
    let endsInAll = components.last == "**"
    let isVRT = components.last?.lowercased().hasSuffix(".vrt") == true
    func counts(_ entry: FolderListings.Entry) -> Bool {
      guard !isOutput(entry.path) else { return false }
      if isVRT { return !SourceEndings.isSidecar(entry.name) }
      return endsInAll ? endings.isTaken(entry.name) : endings.mayBeTaken(entry.name)
    }
    take(exact.files.filter(counts), &found)
    let taken = Set(exact.files.map { ExactText($0.path) })
    let close = near.files.filter { !taken.contains(ExactText($0.path)) && counts($0) }
    let how = close.allSatisfy { Self.differsInFormOnly($0.name, components.last ?? "") } ? "another Unicode form" : "another letter case"
    if found.files.isEmpty, found.refused.isEmpty {
      var text = "\(shown): \(counted(near.examined.count, "file")) below \(folder), none matches"
      if near.examined.isEmpty {
        text = "\(shown): no file is below \(folder) where the pattern looks"
      } else {
        if !exact.files.isEmpty { text += " and is a source" }
        text += "; there are \(SourceEndings.counted(near.examined))"
      }
      if !close.isEmpty { text += "; \(close.count == 1 ? "1 matches" : "\(close.count) match") in \(how) (\(Self.some(close)))" }
      found.notes.append(text)
    } else if !close.isEmpty {
      found.notes.append(
        "\(shown): \(counted(close.count, "more file")) match\(close.count == 1 ? "es" : "") only in \(how) and "
          + "\(close.count == 1 ? "is" : "are") left out (\(Self.some(close))); add a pattern for \(close.count == 1 ? "it" : "them")")
    }
    return found
  }

  private struct Matches {
    var files: [FolderListings.Entry] = []
    /// Names of all files that were compared.
    var examined: [String] = []
  }

  /// - Parameter folded: whether upper and lower case, and Unicode forms, count as one.
  private mutating func matches(_ folder: String, _ components: [String], folded: Bool) throws -> Matches {
    var found = Matches()
    try match(folder, components[...], isFixed: true, folded: folded, into: &found)
    return found
  }

  /// Folders that are links are not looked into for `**`: they can lead back. What is too deep for the system to list is noted as such.
  private mutating func match(
    _ folder: String, _ components: ArraySlice<String>, isFixed: Bool, folded: Bool, into found: inout Matches
  ) throws {
    guard let component = components.first, !isOutput(folder) else { return }
    let rest = components.dropFirst()
    let entries = try entries(of: folder, isFixed: isFixed)
    if component == "**" {
      if !rest.isEmpty { try match(folder, rest, isFixed: isFixed, folded: folded, into: &found) }
      for entry in entries {
        if entry.kind == .folder {
          if !entry.isLink { try match(entry.path, components, isFixed: false, folded: folded, into: &found) }
        } else if rest.isEmpty {
          found.examined.append(entry.name)
          found.files.append(entry)
        }
      }
      return
    }
    let pattern = folded ? Self.folded(component) : component
    // What exists as it is written is taken as written.
    let isWritten = Self.isGlob(component) && entries.contains { ExactText($0.name) == ExactText(component) }
    for entry in entries {
      if rest.isEmpty, entry.kind != .folder { found.examined.append(entry.name) }
      let isMatch =
        isWritten && !folded
        ? ExactText(entry.name) == ExactText(component) : fnmatch(pattern, folded ? Self.folded(entry.name) : entry.name, 0) == 0
      guard isMatch else { continue }
      if rest.isEmpty {
        if entry.kind != .folder { found.files.append(entry) }
      } else if entry.kind == .folder {
        try match(entry.path, rest, isFixed: false, folded: folded, into: &found)
      }
    }
  }

  /// A folder below the pattern's fixed one that cannot be listed is noted, and taken as empty.
  private mutating func entries(of folder: String, isFixed: Bool) throws -> [FolderListings.Entry] {
    if isFixed { return try listings.entries(of: folder) }
    guard let entries = try? listings.entries(of: folder) else {
      if !unlisted.contains(where: { ExactText($0) == ExactText(folder) }) { unlisted.append(folder) }
      return []
    }
    return entries
  }

  // MARK: - What comes near

  private static func isGlob(_ component: String) -> Bool { component.contains { "*?[".contains($0) } }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  private static func folded(_ text: String) -> String { text.precomposedStringWithCanonicalMapping.lowercased() }

  private static func differsInFormOnly(_ name: String, _ pattern: String) -> Bool {
    fnmatch(pattern.precomposedStringWithCanonicalMapping, name.precomposedStringWithCanonicalMapping, 0) == 0
  }

  /// "a, b, c, …".
  private static func some(_ entries: [FolderListings.Entry]) -> String {
    entries.prefix(3).map(\.name).joined(separator: ", ") + (entries.count > 3 ? ", …" : "")
  }

  /// What lies beside the first missing part of a path and is called alike; `nil` where nothing is.
  private func near(_ path: String) -> String? {
    var folder = ""
    for component in path.split(separator: "/").map(String.init) {
      let next = folder + "/" + component
      if Self.exists(next) {
        folder = next
        continue
      }
      let alike = (try? listings.entries(of: folder.isEmpty ? "/" : folder))?.first { Self.folded($0.name) == Self.folded(component) }
      guard let alike else { return nil }
      let how = alike.name == component ? "another Unicode form" : "another letter case"
      return "'\(alike.name)' is there in \(how): write the name as it is on the disk"
    }
    return nil
  }

  private func requireFolder(_ folder: String, pattern: String) throws {
    guard FolderListings.entry(folder, name: "").kind == .folder else {
      throw RunError(
        .surroundings, file: folder, reason: "the folder of the pattern '\(pattern)' is missing",
        remedy: near(folder) ?? "check input.sources, and whether a disk is not mounted")
    }
  }

  /// Sources that lie among the outputs would all be passed over.
  private func requireOutside(_ folder: String) throws {
    guard isOutput(folder) else { return }
    throw RunError(
      .wrongCall, file: folder, reason: "is output.directory or lies within it: outputs are not sources",
      remedy: "choose another output.directory, such as a new folder beside or below the sources")
  }
}
