import Foundation
import Geodata
import Runs

/// A prediction and what it is compared with.
package struct EvaluationPair: Sendable, Equatable {
  /// As the report names it.
  package var name: String
  package var prediction: String
  package var truth: String
}

/// Finds predictions, and for each of them its truth.
package struct EvaluationPairs {
  package private(set) var pairs: [EvaluationPair] = []
  /// Predictions without truth.
  package private(set) var unmatched: [String] = []

  /// Truths of a folder that no prediction is named like.
  package private(set) var unused: [String] = []

  private static let predictionEndings: Set<String> = ["tif", "tiff", "png"]
  private static let truthEndings = predictionEndings.union(["vrt", "img", "asc", "bmp", "gif", "jp2"])

  /// Whether a path names a vector file: what no raster driver knows.
  static func isVector(_ path: String) -> Bool {
    if isFolder(path) || predictionEndings.contains((path as NSString).pathExtension.lowercased()) { return false }
    return !LabelRaster.recognizes(path)
  }

  /// - Parameters:
  ///   - prediction: a class raster; or a folder: each NAME.classes.tif below it or, where there is none, each raster.
  ///   - truth: one file for all predictions, or a folder with one for each, matched by name.
  /// - Throws: `RunError` (wrongCall) where nothing can be compared.
  package init(prediction: String, truth: String) throws {
    guard FileManager.default.fileExists(atPath: prediction) else {
      throw RunError(
        .wrongCall, file: prediction, reason: "there is no such file or folder", remedy: "give a class raster or a folder of them")
    }
    var predictions = [prediction]
    if Self.isFolder(prediction) {
      let rasters = Self.rasters(below: prediction, Self.predictionEndings)
      let published = rasters.filter { $0.hasSuffix(".classes.tif") }
      predictions = published.isEmpty ? rasters : published
      guard !predictions.isEmpty else {
        throw RunError(
          .wrongCall, file: prediction, reason: "contains no class rasters", remedy: "give a folder of .tif or .png files")
      }
    }
    func name(_ path: String) -> String { Self.stem(Self.isFolder(prediction) ? Self.relative(path, to: prediction) : lastComponent(path)) }
    guard Self.isFolder(truth) else {
      guard FileManager.default.fileExists(atPath: truth) else {
        throw RunError(
          .wrongCall, file: truth, reason: "there is no such file or folder", remedy: "give the truth: a raster, a folder or a vector file")
      }
      pairs = predictions.map { EvaluationPair(name: name($0), prediction: $0, truth: truth) }
      return
    }
    let truths = Self.rasters(below: truth, Self.truthEndings).map { (path: $0, stem: Self.stem(Self.relative($0, to: truth))) }
    var used: Set<String> = []
    for prediction in predictions {
      let own = name(prediction)
      if let found = try Self.match(own, truths) {
        pairs.append(EvaluationPair(name: own, prediction: prediction, truth: found))
        used.insert(found)
      } else {
        unmatched.append(own)
      }
    }
    guard !pairs.isEmpty else {
      throw RunError(
        .wrongCall, file: truth,
        reason: "contains no truth that is named like a prediction, such as '\(predictions.first.map(name) ?? "")'",
        remedy: "name the files alike")
    }
    unused = truths.map(\.path).filter { !used.contains($0) }
  }

  /// The same path, else the same file name, else the only file whose name begins with it: scene.mask.tif for scene.
  private static func match(_ name: String, _ truths: [(path: String, stem: String)]) throws -> String? {
    let leaf = lastComponent(name)
    let rules: [(String) -> Bool] = [
      { $0 == name },
      { lastComponent($0) == leaf },
      { stem in [".", "_", "-"].contains { lastComponent(stem).hasPrefix(leaf + $0) } },
    ]
    for rule in rules {
      let found = truths.filter { rule($0.stem) }
      if found.count > 1 {
        throw RunError(
          .wrongCall, file: found[0].path, reason: "and \(found[1].path) may both be the truth of '\(name)'", remedy: "name the files alike"
        )
      }
      if let only = found.first { return only.path }
    }
    return nil
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Rasters below a folder, sorted; not those of folders whose names begin with a dot, as a run's work directory.
  private static func rasters(below folder: String, _ endings: Set<String>) -> [String] {
    let entries = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return entries.filter { entry in
      endings.contains((entry as NSString).pathExtension.lowercased()) && !entry.split(separator: "/").contains { $0.hasPrefix(".") }
    }
    .sorted().map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
  }

  private static func relative(_ path: String, to folder: String) -> String {
    String(path.dropFirst(folder.count + (folder.hasSuffix("/") ? 0 : 1)))
  }

  /// The path without its ending, and without ".classes".
  private static func stem(_ path: String) -> String {
    let stem = (path as NSString).deletingPathExtension
    return stem.hasSuffix(".classes") ? String(stem.dropLast(8)) : stem
  }
}
