import FileWriting
import Foundation
import Runs

/// Lays the sample pipeline, its sheets and its network in a folder, so that they can be run, looked at and changed.
public struct DemoRequest {
  private let folder: String
  private let samples: String

  /// The files of the sample pipeline, as they lie beside each other where the program is installed or built.
  private static let files = [
    "Pipelines/demo.yaml", "SampleData/models/sample.pth", "SampleData/orthophotos/sheet-11.tif", "SampleData/orthophotos/sheet-12.tif",
    "SampleData/orthophotos/sheet-21.tif", "SampleData/orthophotos/sheet-22.tif",
  ]

  /// - Parameters:
  ///   - folder: made where it is not there.
  ///   - program: the running program's own file.
  /// - Throws: `RunError`: surroundings where the samples are not installed, wrongCall where the folder holds something else.
  public init(folder: String, program: String) throws {
    self.folder = folder
    let home = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
    // Installed: PREFIX/bin and PREFIX/share; built: .build/TRIPLE/release below the sources.
    let places = [home.appendingPathComponent("../share/orthoweave"), home.appendingPathComponent("../../..")]
    let found = places.map(\.standardizedFileURL.path).first { place in
      Self.files.allSatisfy { FileManager.default.fileExists(atPath: "\(place)/\($0)") }
    }
    guard let found else {
      throw RunError(
        .surroundings, file: places[0].standardizedFileURL.path, reason: "the samples are not there",
        remedy: "install the program with `make install` or the package, or run `make demo` in its sources")
    }
    samples = found
    let others = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    if !others.isEmpty, !FileManager.default.fileExists(atPath: pipeline) {
      throw RunError(.wrongCall, file: folder, reason: "holds other files", remedy: "name a new or empty folder")
    }
  }

  /// The pipeline file in the folder.
  public var pipeline: String { "\(folder)/Pipelines/demo.yaml" }
  /// The folder of the layers that it writes.
  public var layers: String { "\(folder)/layers/demo/demo" }

  /// Copies what is not there yet: what was changed stays.
  ///
  /// - Throws: `RunError` (surroundings) where a file cannot be read or written; none is left half.
  public func copy() throws {
    for file in Self.files where !FileManager.default.fileExists(atPath: "\(folder)/\(file)") {
      let target = URL(fileURLWithPath: "\(folder)/\(file)")
      do {
        try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try replaceFile(target.path, with: Array(try Data(contentsOf: URL(fileURLWithPath: "\(samples)/\(file)"))))
      } catch {
        throw RunError(
          .surroundings, file: target.path, reason: "cannot be written (\(error))", remedy: "name a folder that you may write to")
      }
    }
  }
}
