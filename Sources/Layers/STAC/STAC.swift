import Basics
import Foundation

/// What all STAC documents of this program share: versions, names of files, links, licenses.
public enum STAC {
  static let version = "1.1.0"
  static let projection = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
  static let raster = "https://stac-extensions.github.io/raster/v2.0.0/schema.json"
  static let classification = "https://stac-extensions.github.io/classification/v2.0.0/schema.json"
  static let file = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
  static let processing = "https://stac-extensions.github.io/processing/v1.2.0/schema.json"
  static let model = "https://stac-extensions.github.io/mlm/v1.4.0/schema.json"
  static let cog = "image/tiff; application=geotiff; profile=cloud-optimized"

  /// In the output directory: the collection of all sources' items, and the item of the network.
  public static let collectionFile = "collection.json"
  public static let modelFile = "model.json"

  /// What stands in every document of an output directory, by which this program knows its own.
  public static let mark = "\"\(pipelineKey)\""
  static let pipelineKey = "orthoweave:pipeline"

  static func link(_ relation: String, _ href: String, _ type: String) -> [String: Any] { ["rel": relation, "href": href, "type": type] }

  /// The SPDX expression; "other" for terms at an address, which `licenseLinks` has, and for unknown ones.
  static func license(_ about: About) -> String { about.license.flatMap { about.licenseIsURL ? nil : $0 } ?? "other" }

  static func licenseLinks(_ about: About) -> [[String: Any]] {
    guard let license = about.license, about.licenseIsURL else { return [] }
    return [link("license", license, "text/html")]
  }

  /// Whom to name, and whom to ask.
  static func providers(_ about: About) -> [[String: Any]] {
    var providers: [[String: Any]] = []
    if let attribution = about.attribution { providers.append(["name": attribution, "roles": ["licensor"]]) }
    if let contact = about.contact {
      var provider: [String: Any] = ["name": contact, "roles": ["processor"]]
      if About.isURL(contact) { provider["url"] = contact }
      providers.append(provider)
    }
    return providers
  }

  static func extensions(of assets: [STACAsset]) -> [String] {
    let bands = assets.flatMap(\.bands)
    return (assets.contains { $0.sha256 != nil || $0.bytes != nil } ? [file] : []) + (bands.contains { $0.scale != nil } ? [raster] : [])
      + (bands.contains { !$0.classes.isEmpty } ? [classification] : [])
  }

  /// By key; further files of one kind are numbered.
  static func entries(_ assets: [STACAsset]) -> [String: [String: Any]] {
    var entries: [String: [String: Any]] = [:]
    var taken: [String: Int] = [:]
    for asset in assets {
      taken[asset.key, default: 0] += 1
      let number = taken[asset.key] ?? 1
      var entry: [String: Any] = ["href": asset.href, "title": asset.title, "type": asset.mediaType, "roles": asset.roles]
      if let bytes = asset.bytes { entry["file:size"] = bytes }
      // A multihash: SHA-256, 32 bytes.
      if let sha256 = asset.sha256 { entry["file:checksum"] = "1220" + sha256 }
      if !asset.bands.isEmpty { entry["bands"] = asset.bands.map(\.json) }
      entries[number == 1 ? asset.key : "\(asset.key)-\(number)"] = entry
    }
    return entries
  }

  /// Classes with names of letters and digits, as the extension asks for, each with its own name as title.
  static func classification(_ classes: [ClassEntry]) -> [[String: Any]] {
    zip(classes, shortNames(classes)).map { entry, name in
      [
        "value": entry.id, "name": name, "title": entry.name, "description": entry.name,
        "color_hint": String(entry.color.hex.dropFirst()).uppercased(),
      ]
    }
  }

  /// A name for each class of letters, digits, dashes and underscores, no two the same: the class's own where it is one, else that with dashes in
  /// place of spaces and punctuation, else "class-" and the id. Names that would be the same get the id besides.
  static func shortNames(_ classes: [ClassEntry]) -> [String] {
    let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var taken: Set<String> = []
    var names = [String?](repeating: nil, count: classes.count)
    // Those that stay as they are first, whatever the others are called.
    for (index, entry) in classes.enumerated() where !entry.name.isEmpty && entry.name.utf8.allSatisfy(letters.contains) {
      if taken.insert(entry.name).inserted { names[index] = entry.name }
    }
    for (index, entry) in classes.enumerated() where names[index] == nil {
      // Letters of other scripts would be lost.
      let isASCII = entry.name.utf8.allSatisfy { $0 < 0x80 }
      let words = String(decoding: entry.name.utf8.map { letters.contains($0) ? $0 : UInt8(ascii: " ") }, as: UTF8.self)
        .split(separator: " ")
      let plain = isASCII && !words.isEmpty ? words.joined(separator: "-") : "class-\(entry.id)"
      var name = plain
      while !taken.insert(name).inserted { name += "-\(entry.id)" }
      names[index] = name
    }
    return names.compactMap(\.self)
  }

  /// Keys in order, ending in a line break.
  static func data(_ object: [String: Any]) throws -> Data {
    var data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    data.append(UInt8(ascii: "\n"))
    return data
  }
}
