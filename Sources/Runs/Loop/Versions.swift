import Geodata
import NeuralNetwork

/// This program's version and those of the libraries that results depend on.
public struct Versions: Sendable {
  /// Also in receipts: raise it with every release.
  public static let program = "0.2.0"

  public let table: [String: String]

  public static let current = Versions(
    table: [
      "orthoweave": program, "GDAL": GDALLibrary.version, "PROJ": GDALLibrary.projVersion, "GEOS": GDALLibrary.geosVersion,
      "OpenBLAS": LinearAlgebraLibrary.version,
    ])

  /// For receipts: with the versions of results, by which a program knows that an earlier one would have written something else.
  package static let ofResults = current.table.merging(["results": results]) { first, _ in first }

  /// Of class maps and of layers.
  static let results = "\(RasterSettings.resultVersion).\(LayerSettings.resultVersion)"

  /// "orthoweave 0.2.0 (commit 45f9174cb7be, GDAL 3.6.2, GEOS 3.11.1, OpenBLAS 0.3.21, PROJ 9.1.1)".
  ///
  /// - Parameter commit: from which the program was built, where that is known. It stands here alone: outputs of the same version are the same.
  public func text(commit: String?) -> String {
    let libraries = table.filter { $0.key != "orthoweave" }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let parts = (commit.map { ["commit \($0)"] } ?? []) + libraries
    return "orthoweave \(Self.program) (\(parts.joined(separator: ", ")))"
  }
}
