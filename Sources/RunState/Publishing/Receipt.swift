/// What a source's outputs were made from, and what they are: `receipt.json` in every published directory.
///
/// It holds no time and no machine: equal inputs give equal bytes. It carries its own checksum; a flipped bit anywhere in it is found.
public struct Receipt: Sendable, Codable, Equatable {
  public static let fileName = "receipt.json"
  public static let currentVersion = 1

  /// A published file, as it was written.
  public struct File: Sendable, Codable, Equatable {
    /// Path below the published directory.
    public var name: String
    /// Bytes.
    public var size: Int64
    public var sha256: String
    /// Checksum over what a file says that its readers change without changing that: rows of a table, an `.aux.xml` without statistics. Made and
    /// compared by the caller.
    public var rows: String?

    public init(name: String, size: Int64, sha256: String, rows: String? = nil) {
      self.name = name
      self.size = size
      self.sha256 = sha256
      self.rows = rows
    }
  }

  public var version: Int
  public var source: String
  public var rasterKey: RasterKey
  public var layerKey: LayerKey
  /// What the source was, so that `plan` can say what changed.
  public var fingerprint: Fingerprint
  /// Versions of this program and of the libraries that it used.
  public var versions: [String: String]
  /// Whatever else the caller wants to find again: settings, statistics. Never a time, a path or a password.
  public var details: JSONValue?
  /// Sorted by name; without the receipt itself.
  public var files: [File]

  /// A receipt of files that were described before.
  public init(
    source: SourceName, rasterKey: RasterKey, layerKey: LayerKey, fingerprint: Fingerprint, versions: [String: String],
    details: JSONValue? = nil, files: [File]
  ) {
    version = Self.currentVersion
    self.source = source.text
    self.rasterKey = rasterKey
    self.layerKey = layerKey
    self.fingerprint = fingerprint
    self.versions = versions
    self.details = details
    self.files = files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Sizes and SHA-256 of every file in a directory (the one being built), sub-folders included.
  ///
  /// - Parameter directory: the folder of the files.
  /// - Parameter rows: Checksums over rows, by file name.
  public static func describe(_ directory: String, rows: [String: String] = [:]) throws(RunStateError) -> [File] {
    var files: [File] = []
    for name in try DirectoryTree.files(directory) where name != fileName {
      let path = directory + "/" + name
      guard let status = try Files.status(path), status.kind == .file else {
        throw RunStateError(.damaged, file: path, reason: "is not a file", remedy: "outputs are plain files")
      }
      files.append(File(name: name, size: status.size, sha256: try Digest.sha256(file: path), rows: rows[name]))
    }
    return files
  }

  // MARK: - Reading

  /// The receipt of a published directory; nil where it has none. Throws `damaged` for anything but what was written.
  public static func read(_ directory: String) throws(RunStateError) -> Receipt? {
    let path = directory + "/" + fileName
    guard let receipt = try SealedJSON.read(Receipt.self, path) else { return nil }
    guard receipt.version == currentVersion else {
      throw RunStateError(.damaged, file: path, reason: "has version \(receipt.version), which this program does not know")
    }
    for file in receipt.files where !isPlain(file.name) {
      throw RunStateError(.damaged, file: path, reason: "names a file outside its directory")
    }
    return receipt
  }

  /// Writes the receipt durably.
  func write(_ directory: String, _ operations: FileOperations) throws(RunStateError) {
    let path = directory + "/" + Self.fileName
    try operations.replace(path, with: try SealedJSON.seal(self, file: path))
  }

  private static func isPlain(_ name: String) -> Bool {
    !name.hasPrefix("/") && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != "" && $0 != "." && $0 != ".." }
  }
}
