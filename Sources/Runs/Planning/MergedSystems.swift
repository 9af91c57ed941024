import Geodata
import Layers
import PipelineFile
import RunState

/// The coordinate systems of the sources of a merged layer: whether it can be made is known before the work.
struct MergedSystems {
  private let pipeline: Pipeline
  private let output: OutputDirectory
  private var groups = CRSGroups()
  private var unplaced: [String] = []
  private var hasPublished = false

  init(pipeline: Pipeline, output: OutputDirectory) {
    self.pipeline = pipeline
    self.output = output
  }

  /// What asks for it.
  private var key: String { pipeline.output.merge == .none ? "output.incidents" : "output.merge" }

  mutating func add(_ name: String, _ crs: CoordinateSystem?) {
    guard pipeline.output.isCombined else { return }
    guard let crs, crs.isOnEarth else { return unplaced.append(name) }
    groups.add(name, crs)
  }

  /// A source whose outputs are up to date: one of them stands for all, as they were merged before.
  mutating func addPublished(_ name: SourceName) {
    guard pipeline.output.isCombined, !hasPublished,
      let reader = try? VectorReader("\(output.published(name))/\(name.leaf).gpkg", drivers: ["GPKG"]),
      reader.fieldNames.contains("area_m2")
    else { return }
    hasPublished = true
    add(name.text, reader.crs)
  }

  var warnings: [String] {
    var warnings: [String] = []
    if let conflict = groups.conflict, case .source = pipeline.vectors.crs {
      warnings.append("\(key): \(conflict); set vectors.crs")
    }
    if !groups.isEmpty, !unplaced.isEmpty {
      warnings.append("\(key): left out, as they are not georeferenced: \(unplaced.joined(separator: ", "))")
    }
    return warnings
  }
}
