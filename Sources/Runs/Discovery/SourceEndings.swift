import Foundation
import Geodata

/// Which files may be sources, by the endings of their names.
struct SourceEndings {
  /// Endings of the drivers in `input.drivers`, in lower case, without a dot: what a folder stands for.
  let taken: Set<String>
  /// Endings that belong to other drivers only.
  let foreign: Set<String>

  init(drivers: [String]) {
    // A driver that may not be used is refused where a source is opened.
    try? GDALLibrary.allow(drivers)
    let all = GDALLibrary.endingsByDriver
    taken = Set(drivers.flatMap { all[$0] ?? [] })
    foreign = Set(all.values.joined()).subtracting(taken)
  }

  /// Files that belong to another one, that describe it, or that are not whole. GDAL would open some of them.
  private static let sidecars: Set<String> = [
    "ovr", "rrd", "msk", "aux", "tfw", "tifw", "tiffw", "wld", "jgw", "jpgw", "jpegw", "pgw", "pngw", "j2w", "jp2w", "tab", "rpb", "rpc",
    "imd", "til", "att", "eph", "geo", "prj", "qpj", "xml", "gfs", "txt", "html", "htm", "json", "geojson", "csv", "tsv", "md", "pdf",
    "log", "yaml", "yml", "qml", "qgs", "qgz", "kml", "kmz", "shp", "shx", "dbf", "cpg", "qix", "sbn", "sbx", "md5", "sha1", "sha256",
    "sha512", "asc~", "bak", "old", "orig", "tmp", "temp", "part", "partial", "filepart", "crdownload", "download", "swp", "lock",
  ]

  static func isSidecar(_ name: String) -> Bool { name.hasSuffix("~") || sidecars.contains(ending(of: name)) }

  /// Whether a folder's file counts.
  func isTaken(_ name: String) -> Bool { taken.contains(Self.ending(of: name)) && !Self.isSidecar(name) }

  /// Whether a file counts that a pattern matches: any but those that belong to another file, or to a driver that may not open a source.
  func mayBeTaken(_ name: String) -> Bool { !Self.isSidecar(name) && !foreign.contains(Self.ending(of: name)) }

  /// In lower case, without the dot; empty where there is none.
  static func ending(of name: String) -> String { (name as NSString).pathExtension.lowercased() }

  /// ".TIF (2), .txt (5), without an ending (1)": the endings of files as they are written, most frequent first, six at most.
  static func counted(_ names: [String]) -> String {
    let groups = Dictionary(grouping: names) { name -> String in
      let ending = (name as NSString).pathExtension
      return name.hasSuffix("~") ? "~" : ending.isEmpty ? "without an ending" : "." + ending
    }
    let sorted = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    return sorted.prefix(6).map { "\($0.key) (\($0.value.count))" }.joined(separator: ", ") + (sorted.count > 6 ? ", …" : "")
  }
}
