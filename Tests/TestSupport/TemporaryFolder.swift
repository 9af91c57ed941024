import Foundation

/// A folder of its own for one test, removed with everything in it when the value goes away.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// - Throws: what the system says where no folder can be made.
  public init(_ name: String = "test") throws {
    ProcessEnd.staysQuiet()
    let base = FileManager.default.temporaryDirectory.path
    path = "\(base)/orthoweave-\(name)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    // Tests make folders read-only: give them back first.
    if let entries = FileManager.default.enumerator(atPath: path) {
      for case let entry as String in entries {
        let full = path + "/" + entry
        if (try? FileManager.default.attributesOfItem(atPath: full)[.type] as? FileAttributeType) == .typeDirectory {
          try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: full)
        }
      }
    }
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of an entry.
  public func callAsFunction(_ entry: String) -> String { path + "/" + entry }

  /// Writes a text file, with the folders above it.
  @discardableResult
  public func write(_ text: String, to entry: String) throws -> String {
    let full = self(entry)
    try FileManager.default.createDirectory(atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: full))
    return full
  }

  /// Copies a file or folder in, with the folders above it. Returns its new path.
  @discardableResult
  public func copy(_ source: String, to entry: String) throws -> String {
    let full = self(entry)
    try FileManager.default.createDirectory(atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: source, toPath: full)
    return full
  }

  /// Relative paths of all files below, sorted.
  public func files(below entry: String = "") -> [String] {
    let root = entry.isEmpty ? path : self(entry)
    let found = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return found.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: root + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }
}
