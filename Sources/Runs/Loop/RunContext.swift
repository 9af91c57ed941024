import Drawing
package import Foundation
package import GeoTypes
package import Geodata
package import Inference
package import Layers
package import PipelineFile
package import RunState

/// What all parts of a run share.
package struct RunContext: Sendable {
  package let pipeline: Pipeline
  package let output: OutputDirectory
  package let model: ModelSetup
  package let observer: RunObserver
  package let meter: Meter
  /// The workers of the run.
  package let crew: Crew
  /// Write segments to the disk.
  package let storeThreads = StoreThreads()
  package let stop: StopRequest
  package let workers: Int
  /// Bytes.
  package let memoryLimit: Int
  /// The part of each source that is tried; `nil` for all of it.
  package let window: Window?
  /// When `run.until` ends the run.
  package let end: Deadline?
  /// What was found out by looking at sources' pixels.
  package let findings: RasterFindings
  /// Room on the disk that sources in flight take for copies.
  let copyRoom = CopyRoom()
  /// Where sources lie that were opened.
  package let footprints = Footprints()
  /// `nil` where the pipeline has no database.
  package var database: DatabaseRows?
  /// What the layers of all sources say of how they were made.
  package let provenance: Provenance

  /// A warning where less memory may be used than `inference.memory` asks for.
  let memoryWarning: String?

  /// - Parameters:
  ///   - request: what was asked for.
  ///   - model: the network and its settings.
  ///   - output: where layers and state go.
  ///   - observer: takes log lines and progress.
  ///   - window: the part of each source that is tried; `nil` for all of it.
  ///   - started: when the run began, for `run.until`; `nil` where that does not count.
  /// - Throws: `RunError` (surroundings) where a file that the pipeline names cannot be read.
  package init(
    _ request: RunRequest, model: ModelSetup, output: OutputDirectory, observer: RunObserver, window: Window?, started: Date? = nil
  ) throws {
    let pipeline = request.pipeline
    let stop = request.stop
    self.pipeline = pipeline
    self.output = output
    self.model = model
    self.observer = observer
    self.stop = stop
    self.window = window
    meter = Meter(observer: observer)
    workers = request.workers ?? pipeline.inference.workers ?? Machine.cores
    crew = Crew(workers: workers)
    (memoryLimit, memoryWarning) = AllowedMemory.current.limit(asked: pipeline.inference.memory)
    Machine.keepFreed(of: memoryLimit, workers: workers)
    end = started.flatMap { started in pipeline.run.until?.next(after: started).map { Deadline($0, from: started) } }
    findings = RasterFindings { [stop] in stop.isAsked }
    provenance = try surroundings { try Provenance(pipeline, model) }
  }

  /// A warning where previews lack letters of classes' names.
  var fontWarning: String? {
    guard pipeline.output.formats.contains(.preview) else { return nil }
    let lacking = model.catalog.classes.map(\.name).filter { TextLine($0, size: 16).missing > 0 }
    guard !lacking.isEmpty else { return nil }
    return
      "previews show boxes in place of letters that no installed font has (\(lacking.joined(separator: ", "))); install a font for them, "
      + "such as fonts-noto-cjk"
  }

  /// Classes whose probabilities are written, or 0.
  package var probabilityClasses: Int { pipeline.output.formats.contains(.probabilities) ? model.classCount : 0 }

  /// Where rows go; `nil` where `output.formats` has no PostGIS.
  package var postGIS: PostGISTarget? { pipeline.postGISTarget }

  /// - Throws: `UntilReached` once `run.until` has passed.
  package func checkTime() throws {
    if let end, end.hasPassed { throw UntilReached() }
  }
}
