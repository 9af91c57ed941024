/// Tells the files of a published directory that this program wrote, and what belongs to them, from those of others.
struct PublishedFiles {
  private let names: Set<String>
  /// The folders above files of ours.
  private let folders: Set<String>
  private let stems: Set<String>
  /// Without a whole receipt, whatever is named after the source counts as ours.
  private let prefix: String?

  /// What programs write beside a file that they read; it describes that file, and goes with it. Notes that people make (`t.shp.xml`, `t.qmd`) do not.
  private static let readersSuffixes = ["-wal", "-shm", "-journal", ".aux.xml", ".ovr", ".msk", ".aux", ".rrd", ".lock"]
  private static let shapefileExtensions: Set<String> = [
    "shx", "dbf", "prj", "cpg", "qix", "sbn", "sbx", "fbn", "fbx", "ain", "aih", "ixs", "mxs", "atx", "idm", "ind",
  ]

  /// - Parameters:
  ///   - receipt: Of the directory; `nil` where it is absent or damaged.
  ///   - next: The receipt of the outputs that take its place; without the directory's own, what it names counts as ours, too.
  init(receipt: Receipt?, next: Receipt?, leaf: String) {
    let all = (receipt ?? next)?.files.map(\.name) ?? []
    names = Set(all + [Receipt.fileName])
    var folders: Set<String> = []
    for name in all {
      var above = name[...]
      while let slash = above.lastIndex(of: "/") {
        above = above[..<slash]
        folders.insert(String(above))
      }
    }
    self.folders = folders
    stems = Set(all.filter { $0.hasSuffix(".shp") }.map { String($0.dropLast(4)) })
    prefix = receipt == nil ? leaf + "." : nil
  }

  /// Whether the receipt itself names the file.
  func lists(_ name: String) -> Bool { names.contains(name) }

  func holdsFolder(_ name: String) -> Bool { folders.contains(name) }

  /// The files that a reader's file belongs to, by its name: `a.tif` for `a.tif.ovr`, also for `a.aux` as ERDAS Imagine has it.
  static func describedFiles(by name: String) -> [String] {
    let lower = name.lowercased()
    return readersSuffixes.filter { lower.hasSuffix($0) }.flatMap { suffix -> [String] in
      let base = String(name.dropLast(suffix.count))
      return [base] + (suffix == ".aux" || suffix == ".rrd" ? [base + ".tif", base + ".png"] : [])
    }
  }

  /// Whether a file is ours, or a reader's that describes one of ours.
  func holds(_ name: String) -> Bool {
    if names.contains(name) { return true }
    if name.hasPrefix(Receipt.fileName), Files.isTemporary(name) { return true }
    if let prefix, name.hasPrefix(prefix) { return true }
    if Self.describedFiles(by: name).contains(where: names.contains) { return true }
    guard let dot = name.lastIndex(of: "."), stems.contains(String(name[..<dot])) else { return false }
    return Self.shapefileExtensions.contains(name[name.index(after: dot)...].lowercased())
  }
}
