import Foundation

/// Files that lie outside the repository, in `../shared` or where ORTHOWEAVE_SHARED says; tests that need them are skipped without.
enum SharedFiles {
  static let folder: String? = {
    if let path = ProcessInfo.processInfo.environment["ORTHOWEAVE_SHARED"] { return path }
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
        return folder.deletingLastPathComponent().appendingPathComponent("shared").path
      }
    }
    return nil
  }()

  static func path(_ name: String) -> String { (folder ?? "/nowhere") + "/" + name }

  static func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
