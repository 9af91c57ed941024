import Foundation
import Geodata

/// What a STAC document names.
struct STACAssets {
  /// The document, without a query.
  var document: String
  var files: [(path: String, query: String)] = []
  /// Items whose asset cannot be a source, by their names.
  var refused: [(name: String, error: RunError)] = []
  /// Documents below the first that cannot be read, and why.
  var unread: [String] = []
}

/// Finds assets in STAC documents: an item, a collection of items, or a catalog, whose links to items, to catalogs below it and to its next page are
/// followed (https://github.com/radiantearth/stac-spec).
///
/// A document on the network names addresses on the network; one on the disk names those, too, and files in its own folder.
struct STACSearch {
  /// The key or the role of the assets that are meant.
  let asset: String
  private let check: @Sendable () throws -> Void

  private static let mostDocuments = 10_000
  private static let mostDepth = 16

  init(asset: String, check: @escaping @Sendable () throws -> Void) {
    self.asset = asset
    self.check = check
  }

  /// - Parameter document: an address or an absolute path.
  /// - Throws: `RunError`: surroundings where the document cannot be read, wrongCall where it is not STAC or names more documents than are read.
  func expand(_ document: String) throws -> STACAssets {
    var found = STACAssets(document: RemoteAddress.withoutQuery(document))
    let folder = parentPath(found.document)
    var waiting = [(place: document, depth: 0)]
    var seen: Set<ExactText> = [ExactText(document)]
    var documents = STACDocuments(check: check)
    while let (place, depth) = waiting.popLast() {
      try check()
      let shown = RemoteAddress.withoutQuery(place)
      let members: [String: Any]
      do { members = try documents.object(place, next: waiting.lazy.reversed().map(\.place)) } catch let error as RunError {
        if error.code != .surroundings || depth == 0 { throw error }
        found.unread.append(error.description)
        continue
      }
      switch members["type"] as? String {
      case "Feature": add(members, shown, folder, &found)
      case "FeatureCollection":
        for case let item as [String: Any] in members["features"] as? [Any] ?? [] { add(item, shown, folder, &found) }
      case "Catalog", "Collection": break
      default:
        let error = RunError(.wrongCall, file: shown, reason: "is not a STAC item, collection or catalog", remedy: "check input.sources")
        if depth == 0 { throw error }
        found.unread.append(error.description)
        continue
      }
      // The last one waiting is the next one: what comes first is put there last.
      for link in links(of: members).reversed() {
        guard let next = Self.resolved(link.target, in: place) else {
          found.unread.append("\(shown): its link to '\(link.target.prefix(200))' is not an address that is read")
          continue
        }
        guard depth < Self.mostDepth || link.isPage else {
          found.unread.append("\(shown): lies deeper than the \(Self.mostDepth) catalogs that are read")
          break
        }
        guard seen.insert(ExactText(next)).inserted else { continue }
        guard seen.count <= Self.mostDocuments else {
          throw RunError(
            .wrongCall, file: found.document, reason: "names more than \(Self.mostDocuments) documents", remedy: "name a catalog below it")
        }
        guard mayName(next, shown, folder) else {
          found.unread.append("\(shown): its link to '\(link.target.prefix(200))' leads out of its folder")
          continue
        }
        waiting.append((next, link.isPage ? depth : depth + 1))
      }
    }
    return found
  }

  // MARK: - Links

  private func links(of members: [String: Any]) -> [(target: String, isPage: Bool)] {
    (members["links"] as? [Any] ?? []).compactMap { link in
      guard let link = link as? [String: Any], let relation = link["rel"] as? String, let target = link["href"] as? String else {
        return nil
      }
      switch relation {
      case "item", "child": return (target, false)
      case "next": return (link["method"] as? String ?? "GET") == "GET" ? (target, true) : nil
      default: return nil
      }
    }
  }

  // MARK: - Items

  private func add(_ item: [String: Any], _ shown: String, _ folder: String, _ found: inout STACAssets) {
    let name = (item["id"] as? String).map { String($0.prefix(200)) } ?? lastComponent(shown)
    func refuse(_ reason: String, _ remedy: String) {
      found.refused.append((name, RunError(.source, file: shown, reason: "item '\(name)' \(reason)", remedy: remedy)))
    }
    let assets = (item["assets"] as? [String: Any] ?? [:]).compactMapValues { $0 as? [String: Any] }
    let withRole = assets.filter { ($0.value["roles"] as? [Any] ?? []).contains { $0 as? String == asset } }
    let keys = assets[asset] != nil ? [asset] : withRole.keys.sorted()
    guard let key = keys.first else {
      let some = assets.keys.sorted().prefix(10).joined(separator: ", ")
      return refuse("has no asset '\(asset)', by key or role", assets.isEmpty ? "" : "it has \(some)")
    }
    guard keys.count == 1 else {
      return refuse("has \(keys.count) assets with the role '\(asset)' (\(keys.prefix(5).joined(separator: ", ")))", "name one by its key")
    }
    guard let target = assets[key]?["href"] as? String, let place = Self.resolved(target, in: shown) else {
      return refuse("has an asset '\(key)' without an address that is read", "")
    }
    guard mayName(place, shown, folder) else {
      return refuse("has an asset '\(key)' that leads out of its folder", "put it below \(folder)")
    }
    guard !RemoteAddress.isRemote(place) else {
      do {
        let address = try RemoteAddress(place)
        found.files.append((address.text, address.query))
      } catch { refuse("has an asset '\(key)' that is not fetched: \(error.reason)", error.remedy) }
      return
    }
    switch FolderListings.entry(place, name: "").kind {
    case .file: found.files.append((place, ""))
    case .special(let what): refuse("has an asset '\(key)' that is \(what), not a file", "")
    default: refuse("has an asset '\(key)' that is not there ('\(place)')", "")
    }
  }

  // MARK: - Addresses

  /// Whether a document may name what lies at an absolute path or an address: nothing on the disk from the network, and nothing on the disk outside of
  /// the first document's folder, wherever links lead.
  private func mayName(_ place: String, _ shown: String, _ folder: String) -> Bool {
    if RemoteAddress.isRemote(place) { return !place.hasPrefix("/vsizip/") && !place.hasPrefix("/vsitar/") }
    guard !RemoteAddress.isRemote(shown), let real = Self.real(place), let realFolder = Self.real(folder) else { return false }
    return realFolder == "/" || real.hasPrefix(realFolder + "/")
  }

  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Where a reference in a document leads: an address, or an absolute path.
  static func resolved(_ reference: String, in document: String) -> String? {
    guard !reference.isEmpty, !reference.unicodeScalars.contains("\0") else { return nil }
    if reference.hasPrefix("file://") { return URL(string: reference)?.path }
    if RemoteAddress.isRemote(reference) { return reference }
    let isRemote = RemoteAddress.isRemote(document)
    var (base, root) = (document, "")
    if isRemote {
      guard let address = try? RemoteAddress(document) else { return nil }
      (base, root) = (address.text, address.root)
      if reference.hasPrefix("//") { return String(root.prefix { $0 != "/" }) + reference }
    }
    let path = reference.hasPrefix("/") ? reference : parentPath(String(base.dropFirst(root.count))) + "/" + reference
    let query = isRemote ? path.firstIndex(of: "?").map { String(path[$0...]) } ?? "" : ""
    var parts: [Substring] = []
    for part in path.dropLast(query.count).split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return root + "/" + parts.joined(separator: "/") + query
  }
}
