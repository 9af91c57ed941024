import Foundation
import GeoTypes
import Geodata
import Layers
package import RunState

/// Compares the merged layer with the GeoPackages that it was made of: row by row, whatever their order.
package struct MergedCheck {
  package let output: OutputDirectory
  package let receipt: Receipt

  /// `nil` where the source is not a merged layer.
  ///
  /// - Throws: `RunStateError`.
  package init?(_ output: OutputDirectory, _ source: SourceName) throws {
    guard source.text == MergedLayer.name, let receipt = try output.receipt(source), receipt.fingerprint.files.isEmpty else { return nil }
    self.output = output
    self.receipt = receipt
  }

  /// What is wrong with the merged layer, a line each, and whether it has to be built again for it.
  ///
  /// - Throws: `RunStateError`.
  package func problems() throws -> [(message: String, isDamage: Bool)] {
    let name = MergedLayer.name
    func problem(_ message: String, isDamage: Bool) -> (message: String, isDamage: Bool) { ("\(name)/: \(message)", isDamage) }
    guard let details = try? receipt.details?.decoded(as: MergedLayer.Details.self) else {
      return [problem("its receipt does not name its sources; the next run rebuilds it", isDamage: false)]
    }
    var sources: [MergeRequest.Source] = []
    for (text, rows) in details.sources.sorted(by: { ExactText($0.key) < ExactText($1.key) }) {
      let source = try SourceName(text)
      let file = "\(source.leaf).gpkg"
      guard let published = try output.receipt(source), published.files.contains(where: { $0.name == file && $0.rows == rows }) else {
        return [problem("'\(text)' is newer, or gone, since it was merged; the next run rebuilds it", isDamage: false)]
      }
      sources.append(MergeRequest.Source(name: text, geoPackage: "\(output.published(source))/\(file)"))
    }
    var expected = RowSum()
    do { try expected.add(sources, details) } catch {
      // The source's own check names what is wrong with it.
      return [problem("cannot be compared with its sources (\(error))", isDamage: false)]
    }
    var found: [(message: String, isDamage: Bool)] = []
    for (ending, driver) in [("gpkg", "GPKG"), ("fgb", "FlatGeobuf")]
    where receipt.files.contains(where: { $0.name == "\(name).\(ending)" }) {
      var sum = RowSum()
      do { try sum.add("\(output.path)/\(name)/\(name).\(ending)", driver: driver) } catch {
        found.append(problem("\(error)", isDamage: true))
        continue
      }
      if sum != expected {
        found.append(
          problem(
            "\(name).\(ending) differs from its sources: \(counted(sum.count, "row")), they have \(expected.count)"
              + (sum.count == expected.count ? " with other content" : ""), isDamage: true))
      }
    }
    return found
  }
}

/// The sum of digests of rows: equal for the same rows in any order.
private struct RowSum: Equatable {
  private(set) var count = 0
  private var sum: UInt64 = 0

  /// Adds the rows that sources have to give when they are merged.
  mutating func add(_ sources: [MergeRequest.Source], _ details: MergedLayer.Details) throws {
    let classes = (details.names ?? [:]).map { ClassEntry(id: $0.key, name: $0.value, color: .standard($0.key)) }
    var request = MergeRequest(directory: "", formats: [], sources: sources, catalog: ClassCatalog(classes))
    request.nearest = details.nearest ?? [:]
    request.thickness = (details.thickness ?? [:]).compactMapValues { $0.count == 2 && $0[0] <= $0[1] ? $0[0]...$0[1] : nil }
    let rows = try MergedRows(request)
    let columns = rows.fields.map(\.name)
    try rows.forEach { geometry, values, _ in add(geometry, values, columns) }
  }

  mutating func add(_ path: String, driver: String) throws {
    let reader = try VectorReader(path, drivers: [driver])
    let columns = reader.fieldNames
    try reader.forEach { _, geometry, values in add(geometry, values, columns) }
  }

  private mutating func add(_ geometry: borrowing MultiPolygonBuffer, _ values: [FieldValue], _ columns: [String]) {
    var digest = Digest.Stream()
    for (column, value) in zip(columns, values) { digest.update("\(column)=\(value)\n") }
    for index in geometry.polygonEnds.indices {
      for ring in geometry.polygon(index) {
        digest.update("ring\n")
        for point in geometry.points[geometry.ring(ring)] {
          withUnsafeBytes(of: (point.x, point.y)) { digest.update($0) }
        }
      }
      digest.update("polygon\n")
    }
    count += 1
    sum &+= UInt64(digest.finish().prefix(16), radix: 16) ?? 0
  }
}
