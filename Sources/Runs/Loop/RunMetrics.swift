import Foundation
import RunState

extension RunReport {
  /// The numbers for node_exporter's textfile collector.
  ///
  /// - Parameter pipeline: The pipeline's file, absolute: the collector refuses all files where two hold one metric with the same labels.
  func metrics(pipeline: String) -> Metrics {
    var metrics = Metrics(labels: [("pipeline", pipeline)])
    metrics.add("orthoweave_run_exit_code", .gauge, help: "Exit code of the last run.", Double(exitCode))
    metrics.add("orthoweave_run_end_timestamp_seconds", .gauge, help: "When the last run ended.", ended.timeIntervalSince1970.rounded())
    metrics.add("orthoweave_run_duration_seconds", .gauge, help: "Duration of the last run.", seconds)
    metrics.add(
      "orthoweave_run_sources", .gauge, help: "Sources of the last run by state.",
      [
        ("done", done), ("unchanged", unchanged), ("failed", failed), ("waiting", waiting), ("postponed", postponed), ("outside", outside),
        ("empty", empty), ("removed", removed),
      ]
      .map { (labels: [("state", $0.0)], value: Double($0.1)) })
    metrics.add("orthoweave_run_pixels", .gauge, help: "Pixels written by the last run.", Double(pixels))
    metrics.add("orthoweave_run_tiles", .gauge, help: "Tiles inferred by the last run.", Double(inferredTiles))
    metrics.add(
      "orthoweave_run_stage_seconds", .gauge, help: "Seconds by stage, added up over threads.",
      secondsByStage.sorted { $0.key < $1.key }.map { (labels: [("stage", $0.key)], value: $0.value) })
    metrics.add("orthoweave_run_peak_memory_bytes", .gauge, help: "Largest resident set of the last run.", Double(peakMemory))
    return metrics
  }
}
