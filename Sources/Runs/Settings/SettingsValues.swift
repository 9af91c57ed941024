import Foundation
import PipelineFile
import RunState

extension JSONValue {
  /// A section of the pipeline as values, without some of its members. A file that it names counts by its content, wherever it lies:
  /// a path becomes the SHA-256 of the file, and of those that belong to it.
  ///
  /// - Throws: `RunStateError` where such a file cannot be read.
  init(settings section: some Encodable, except names: Set<String>) throws {
    var value = try JSONValue(encoding: section)
    if case .object(let members) = value { value = .object(members.filter { !names.contains($0.key) }) }
    self = try value.withContentOfPaths()
  }

  private func withContentOfPaths() throws -> JSONValue {
    switch self {
    case .object(let members):
      // How a `PipelinePath` is encoded.
      if members.count == 2, case .string(let path)? = members["resolved"], members["written"] != nil {
        return .array(try Self.filesOfContent(path).map { .string(try Digest.sha256(file: $0)) })
      }
      return .object(try members.mapValues { try $0.withContentOfPaths() })
    case .array(let values): return .array(try values.map { try $0.withContentOfPaths() })
    default: return self
    }
  }

  /// The file, and for a Shapefile the files that hold its crs, attributes and index; links that lead elsewhere are not followed, and keep it
  /// from being opened.
  private static func filesOfContent(_ path: String) -> [String] {
    guard path.lowercased().hasSuffix(".shp") else { return [path] }
    let stem = String(path.dropLast(4))
    let besides = ["prj", "dbf", "shx", "cpg"].flatMap { [$0, $0.uppercased()] }.map { "\(stem).\($0)" }
    return [path] + besides.filter { FileManager.default.fileExists(atPath: $0) && !Fingerprint.leadsOut($0) }
  }
}
