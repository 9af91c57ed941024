import Basics
package import Foundation
import GeoTypes
import Layers
import NeuralNetwork
import PipelineFile
package import RunState
import Tiling

extension DueWorkFinder {
  /// Finds what is due for a request, by the keys of its settings.
  ///
  /// - Throws: `RunError` (surroundings) where a file that the pipeline names cannot be read.
  package init(
    _ request: RunRequest, model: ModelSetup, output: OutputDirectory, database: DatabaseRows?, now: Date
  ) throws {
    let pipeline = request.pipeline
    let parts = request.window.map { [$0.column, $0.row, $0.width, $0.height] }
    var settings = try surroundings {
      try RasterSettings(
        pipeline, modelDigests: model.digests, merge: model.merge?.table, kernels: model.kernels.rawValue, window: parts)
    }
    let rasterSettings = try SettingsDigest(settings)
    settings.kernels = ""
    self.init(
      pipeline: pipeline, output: output, rasterSettings: rasterSettings, sharedSettings: try SettingsDigest(settings),
      layerSettings: try SettingsDigest(
        LayerSettings(
          pipeline, classNames: model.catalog.classes.map(\.name), classColors: model.catalog.classes.map(\.color.hex))),
      only: request.only, window: parts.map { $0.map(String.init).joined(separator: "-") }, retriesFailed: request.retryFailed,
      isForced: request.isForced,
      database: database, now: now, check: { [stop = request.stop] in try stop.check() })
  }
}
