import Foundation
package import Geodata
package import PipelineFile
package import RunState

extension Pipeline {
  /// Where rows go; `nil` where `output.formats` has no PostGIS.
  package var postGISTarget: PostGISTarget? {
    guard output.formats.contains(.postgis), let postgis = output.postgis else { return nil }
    return PostGISTarget(
      connection: postgis.connection.value, schema: postgis.schema, table: postgis.table ?? Self.tableName(origin.name),
      pipeline: origin.name)
  }

  /// A table's name from a pipeline's: lower-case letters, digits and `_`.
  private static func tableName(_ name: String) -> String {
    let letters = name.lowercased().unicodeScalars.map { scalar -> Character in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "_"
    }
    let text = String(letters.prefix(60))
    if text.allSatisfy({ $0 == "_" }) { return "orthoweave" }
    return text.first?.isNumber == true ? "_" + text : text
  }
}

/// The pipeline's rows in its database, as they were when the run began.
package struct DatabaseRows: Sendable {
  /// By source.
  package let counts: [String: Int]

  /// Connects, before anything is inferred. `nil` where the pipeline has no database.
  ///
  /// - Parameter claims: Whether to note in the database whose the rows are, as a run does; a plan does not write.
  /// - Throws: `RunError`: wrongCall where pipeline or database have to be changed first, else surroundings.
  package static func check(_ pipeline: Pipeline, _ output: OutputDirectory, claims: Bool, warn: (String) -> Void) throws -> DatabaseRows? {
    guard let target = pipeline.postGISTarget else { return nil }
    let place = "\(Machine.hostName):\(FolderListings().realPath(output.path))"
    let owner = try surroundings { try output.identity(making: claims) }.map { PostGISOwner(identity: $0, place: place) }
    do {
      let found = try PostGISTable.check(target, owner: owner, claims: claims)
      for warning in found.warnings { warn(warning) }
      return DatabaseRows(counts: found.rows)
    } catch {
      throw RunError(
        error.code == .unsupported ? .wrongCall : .surroundings, file: error.file, reason: error.reason, remedy: error.remedy)
    }
  }

  /// How many rows of a published source, or of the merged layer where that writes them, were found and expected, where these differ.
  package func missing(_ source: SourceName, _ receipt: Receipt, _ output: Pipeline.Output) -> (found: Int, expected: Int)? {
    var (found, expected) = (0, 0)
    if let merged = try? receipt.details?.decoded(as: MergedLayer.Details.self) {
      guard output.merge == .only else { return nil }
      found = merged.sources.keys.reduce(0) { $0 + counts[$1, default: 0] }
      expected = merged.polygons
    } else {
      guard output.sourceFormats.contains(.postgis), let polygons = receipt.polygons else { return nil }
      found = counts[source.text, default: 0]
      expected = polygons
    }
    return found == expected ? nil : (found, expected)
  }
}

extension Receipt {
  private struct Totals: Decodable {
    struct Class: Decodable { var polygons: Int }
    var classes: [Class]
  }

  /// Of all classes; `nil` where the receipt does not tell.
  package var polygons: Int? { (try? details?.decoded(as: Totals.self))?.classes.reduce(0) { $0 + $1.polygons } }
}
