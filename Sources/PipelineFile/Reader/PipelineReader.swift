public import Foundation
import YAMLText

/// Reads pipeline files. Whatever the bytes are, the answer is a `Pipeline` or a `PipelineError`.
public enum PipelineReader {
  /// Reads and checks a file.
  ///
  /// - path: relative paths are relative to the working directory; relative paths in the file are relative to the file.
  /// - changes: keys set in place of the file's, such as `inference.tile=768`; the last of several for one key counts.
  /// - environment: the variables that `${NAME}` may name.
  public static func read(
    path: String, changes: [String] = [], environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(PipelineError) -> Pipeline {
    let absolute = PathText.absolute(path, in: FileManager.default.currentDirectoryPath)
    return try read(
      bytes: contents(of: path), file: path, folder: PathText.folder(of: absolute), changes: changes, environment: environment)
  }

  /// Reads and checks text that comes from no file.
  ///
  /// - file: what messages call it.
  /// - folder: what relative paths are relative to; should be absolute.
  public static func read(
    text: String, file: String = "", folder: String, environment: [String: String] = [:]
  ) throws(PipelineError) -> Pipeline {
    try read(bytes: Array(text.utf8), file: file, folder: folder, environment: environment)
  }

  /// Reads and checks bytes, which may be anything.
  public static func read(
    bytes: [UInt8], file: String = "", folder: String, changes: [String] = [], environment: [String: String] = [:]
  ) throws(PipelineError) -> Pipeline {
    var root: YAMLNode?
    do throws(YAMLError) { root = try YAMLDocument.parse(bytes) } catch { throw PipelineError(error, file: file) }
    for text in changes {
      var changed = root ?? YAMLNode(content: .map([]), line: 1, column: 1)
      try PipelineChange(text, file: file).apply(to: &changed, file: file)
      root = changed
    }
    var pipeline = Pipeline()
    pipeline.origin.file = file
    pipeline.origin.folder = folder
    var reading = Reading(folder: folder, environment: environment)
    if let root {
      PipelineKeys.root.read(root, &reading, &pipeline)
    } else {
      PipelineKeys.root.reportMissing(at: YAMLNode(content: .map([]), line: 1, column: 1), given: [], &reading)
    }
    if reading.problems.isEmpty { PipelineChecks.check(pipeline, &reading) }
    guard reading.problems.isEmpty else { throw PipelineError(file: file, problems: reading.problems) }
    pipeline.origin.locations = reading.locations
    return pipeline
  }

  private static func contents(of path: String) throws(PipelineError) -> [UInt8] {
    func failure(_ reason: String, _ remedy: String = "") -> PipelineError {
      PipelineError(file: path, problems: [.init(.unreadable, reason: reason, remedy: remedy)])
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw failure("does not exist", "`orthoweave init` writes one")
    }
    guard !isFolder.boolValue else { throw failure("is a folder", "name the pipeline file in it") }
    guard let handle = FileHandle(forReadingAtPath: path) else { throw failure("cannot be opened", "check its permissions") }
    defer { try? handle.close() }
    do {
      // One byte more than allowed tells a file that is too large, however large it is (or claims to be).
      var bytes: [UInt8] = []
      while bytes.count <= YAMLDocument.maximumBytes {
        guard let part = try handle.read(upToCount: YAMLDocument.maximumBytes + 1 - bytes.count), !part.isEmpty else { break }
        bytes += part
      }
      return bytes
    } catch {
      throw failure("cannot be read: \(error.localizedDescription)")
    }
  }
}
