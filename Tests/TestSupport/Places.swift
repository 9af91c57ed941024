import Foundation

/// Where test data lie.
public enum Places {
  /// The project's root.
  public static let root: String = {
    var folder = (#filePath as NSString).deletingLastPathComponent
    while folder != "/", !FileManager.default.fileExists(atPath: folder + "/Package.swift") {
      folder = (folder as NSString).deletingLastPathComponent
    }
    return folder
  }()

  public static var sampleData: String { root + "/SampleData" }

  /// A small network of seeded weights: quick, and what it says is noise.
  public static var seededCheckpoint: String { root + "/Tests/Models/seeded.pth" }

  /// The folder of shared test data beside the project, which does not ship with it; `nil` where it is absent.
  public static let shared: String? = {
    let candidates = [ProcessInfo.processInfo.environment["ORTHOWEAVE_SHARED"], root + "/../shared"]
    return candidates.compactMap(\.self).first { FileManager.default.fileExists(atPath: $0 + "/data/README.md") }
  }()

  public static var hasShared: Bool { shared != nil }
}
