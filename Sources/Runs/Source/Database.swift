import Foundation
package import Geodata
package import Layers
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

/// The rows in a database that a receipt names: which table, and what was written there.
package struct ReceiptRows: Codable, Equatable {
  /// The member of a receipt's `details`.
  static let key = "database"

  /// As messages show it; never a connection.
  package var table: String
  /// Checksums over the rows, by source; see `PostGISContent`.
  package var content: [String: String]

  /// `nil` where nothing was written into a database.
  init?(_ target: PostGISTarget, _ report: LayersReport) {
    guard !report.database.isEmpty else { return nil }
    table = target.description
    content = report.database.mapValues(\.checksum)
  }

  var value: JSONValue {
    get throws { try JSONValue(encoding: self) }
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
      throw RunError(database: error)
    }
  }

  /// Whether a source has rows of its own in the database.
  package func expects(_ receipt: Receipt, _ output: Pipeline.Output) -> Bool {
    if (try? receipt.details?.decoded(as: MergedLayer.Details.self)) != nil { return output.merge == .only }
    return output.sourceFormats.contains(.postgis) && receipt.polygons != nil
  }

  /// How many rows of a published source, or of the merged layer where that writes them, were found and expected, where these differ.
  package func missing(_ source: SourceName, _ receipt: Receipt, _ output: Pipeline.Output) -> (found: Int, expected: Int)? {
    guard expects(receipt, output) else { return nil }
    var (found, expected) = (0, 0)
    if let merged = try? receipt.details?.decoded(as: MergedLayer.Details.self) {
      found = merged.sources.keys.reduce(0) { $0 + counts[$1, default: 0] }
      expected = merged.polygons
    } else {
      found = counts[source.text, default: 0]
      expected = receipt.polygons ?? 0
    }
    return found == expected ? nil : (found, expected)
  }
}

extension Provenance {
  /// The member of a receipt's `details`.
  static let receiptKey = "provenance"
}

extension RunError {
  /// The error of a database that cannot be used.
  package init(database error: GeodataError) {
    self.init(error.code == .unsupported ? .wrongCall : .surroundings, error)
  }
}

extension Receipt {
  /// What was written into a database; `nil` for nothing, or where an earlier version did not note it.
  package var databaseRows: ReceiptRows? {
    guard case .object(let members)? = details, let value = members[ReceiptRows.key] else { return nil }
    return try? value.decoded(as: ReceiptRows.self)
  }

  /// How the layers were made; `nil` where an earlier version did not note it.
  package var provenance: Provenance? {
    guard case .object(let members)? = details, let value = members[Provenance.receiptKey] else { return nil }
    return try? value.decoded(as: Provenance.self)
  }

  private struct Totals: Decodable {
    struct Class: Decodable { var polygons: Int }
    var classes: [Class]
  }

  /// Of all classes; `nil` where the receipt does not tell.
  package var polygons: Int? { (try? details?.decoded(as: Totals.self))?.classes.reduce(0) { $0 + $1.polygons } }
}
