import PipelineFile
import RunState

/// What is due of that which is made of all sources: the merged layer, the list of incidents.
struct CombinedWork {
  private let merged: (MergedLayer, MergedLayer.Plan)?
  private let incidents: (IncidentList, IncidentList.Plan)?

  init(_ sources: [MergedLayer.Source], _ context: RunContext, _ lock: RunLock) throws {
    let layer = MergedLayer(context: context, lock: lock)
    merged = try context.pipeline.output.merge == .none ? nil : layer.plan(sources).map { (layer, $0) }
    let list = IncidentList(context: context)
    incidents = try context.pipeline.output.incidents.isEmpty ? nil : list.plan(sources).map { (list, $0) }
  }

  var isDue: Bool { merged != nil || incidents != nil }

  /// - Parameter sources: where pictures come from, by name.
  func perform(_ sources: [String: DueSource]) throws {
    if let (layer, plan) = merged { try layer.build(plan) }
    if let (list, plan) = incidents { try list.build(plan, sources) }
  }
}
