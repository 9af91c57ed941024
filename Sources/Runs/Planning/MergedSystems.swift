import Geodata
import PipelineFile
import RunState

/// The coordinate systems of the sources of a merged layer: whether it can be made is known before the work.
struct MergedSystems {
  private let pipeline: Pipeline
  private let output: OutputDirectory
  private var groups: [(crs: CoordinateSystem, names: [String])] = []
  private var unplaced: [String] = []
  private var hasPublished = false

  init(pipeline: Pipeline, output: OutputDirectory) {
    self.pipeline = pipeline
    self.output = output
  }

  mutating func add(_ name: String, _ crs: CoordinateSystem?) {
    guard pipeline.output.merge != .none else { return }
    guard let crs, crs.isOnEarth else { return unplaced.append(name) }
    if let index = groups.firstIndex(where: { $0.crs.isEquivalent(to: crs) }) {
      groups[index].names.append(name)
    } else {
      groups.append((crs, [name]))
    }
  }

  /// A source whose outputs are up to date: one of them stands for all, as they were merged before.
  mutating func addPublished(_ name: SourceName) {
    guard pipeline.output.merge != .none, !hasPublished,
      let reader = try? VectorReader("\(output.published(name))/\(name.leaf).gpkg", drivers: ["GPKG"]),
      reader.fieldNames.contains("area_m2")
    else { return }
    hasPublished = true
    add(name.text, reader.crs)
  }

  var warnings: [String] {
    var warnings: [String] = []
    if groups.count > 1, case .source = pipeline.vectors.crs {
      let systems = groups.map { "\($0.crs): \($0.names.prefix(3).joined(separator: ", "))\($0.names.count > 3 ? ", …" : "")" }
      warnings.append(
        "output.merge: the sources differ in crs (\(systems.joined(separator: "; "))), so that no merged layer can be made; set vectors.crs"
      )
    }
    if !groups.isEmpty, !unplaced.isEmpty {
      warnings.append("output.merge: left out of the merged layer, as without a place on the earth: \(unplaced.joined(separator: ", "))")
    }
    return warnings
  }
}
