import Basics
package import Foundation
public import GeoTypes
package import Geodata
package import Inference
import Layers
package import NeuralNetwork
package import PipelineFile
package import RunState
import Tiling

/// All due work of a pipeline, as one run does it.
public struct RunRequest: Sendable {
  /// Asks the run to end soon.
  public let stop = StopRequest()
  package let pipeline: Pipeline
  package let pipelineFile: String
  package let shard: Shard?
  package let workers: Int?
  package let retryFailed: Bool
  /// Whether sources are done again for which nothing has changed.
  package let isForced: Bool
  /// Keys that the call sets in place of the pipeline file's: `inference.tile=768`.
  package let changes: [String]
  package let only: String?
  package let window: Window?

  /// Reads the pipeline and checks the call; touches nothing else.
  ///
  /// - Parameters:
  ///   - file: the path of the pipeline.
  ///   - shard: the part of the run that this process does; `nil` takes what a batch system's variables say.
  ///   - workers: tiles inferred at once; `nil` takes `inference.workers`.
  ///   - retryFailed: whether failed sources are tried now, whenever they are due.
  ///   - isForced: whether sources are processed again for which nothing has changed.
  ///   - changes: keys in place of the file's, such as `inference.tile=768`.
  ///   - only: a pattern that names of sources have to match.
  ///   - window: the part of each source that is tried.
  /// - Throws: `PipelineError`, `RunError` (wrongCall).
  public init(
    pipeline file: String, shard: Shard? = nil, workers: Int? = nil, retryFailed: Bool = false, isForced: Bool = false,
    changes: [String] = [], only: String? = nil, window: Window? = nil
  ) throws {
    let environment = ProcessEnvironment.original
    pipeline = try PipelineReader.read(path: file, changes: changes, environment: environment)
    pipelineFile = file
    self.shard = try shard ?? Shard.fromEnvironment(environment)
    if let workers, workers < 1 {
      throw RunError(
        .wrongCall, reason: "\(workers) workers are less than 1", remedy: "leave their number out to use all cores that are allowed")
    }
    self.workers = workers
    self.retryFailed = retryFailed
    self.isForced = isForced
    self.changes = changes
    self.only = only
    self.window = window
    if window != nil, self.shard != nil {
      throw RunError(.wrongCall, reason: "a window cannot be tried by a shard of a run", remedy: "leave out the window or the shard")
    }
  }

  /// Does the work.
  ///
  /// - Parameter observer: takes log lines and progress.
  /// - Parameter exitCode: what the report will say.
  /// - Throws: what kept the run from beginning: `RunError`, `PipelineError`, `CheckpointError` and others. Once it has begun, its end is
  ///   in the result.
  public func perform(observer: RunObserver, exitCode: @escaping ExitCodes) throws -> RunResult {
    try perform(observer: observer, exitCode: exitCode, replacement: nil)
  }

  /// As `perform`, with something that infers in the network's place: for measuring everything else.
  package func perform(
    observer: RunObserver, exitCode: @escaping ExitCodes, replacement: (@Sendable (Network) -> any TileNetwork)?
  ) throws -> RunResult {
    let started = Date()
    try checkOpenFiles()
    let model = try wrongCall { try ModelSetup(pipeline, replacement: replacement) }
    try checkTarget()
    try checkHeights()
    try checkArea()
    try checkMetrics()
    let output = OutputDirectory(pipeline.output.directory.resolved, warn: { observer.warning($0) })
    let lock = try surroundings { () throws -> RunLock in
      try output.checkPlace(creation)
      try output.prepare()
      return try RunLock.acquire(
        output, shard == nil ? .exclusive : .shared, label: shard.map { "shard \($0)" } ?? "run", now: started)
    }
    defer { lock.release() }
    try claim(output)
    var context = try RunContext(self, model: model, output: output, observer: observer, window: window, started: started)
    try model.checkMemory(limit: context.memoryLimit)
    for warning in model.warnings + [context.memoryWarning, context.fontWarning].compactMap(\.self) { observer.warning(warning) }
    // What the plan warns of, and what stays as it is night after night.
    for known in model.facts.assumptions + [pipeline.about.licenseWarning].compactMap(\.self) { observer.info(known) }
    context.database = try DatabaseRows.check(pipeline, output, claims: true) { observer.warning($0) }
    defer {
      context.crew.end()
      context.storeThreads.end()
    }
    return try surroundings {
      var loop = RunLoop(context: context, request: self, lock: lock, started: started, exitCode: exitCode)
      return try loop.run()
    }
  }

  /// `output.create` as the state on disk names it.
  package var creation: DirectoryCreation {
    switch pipeline.output.create {
    case .auto: .auto
    case .always: .always
    case .never: .never
    }
  }

  /// Two pipelines in one output directory would undo each other's work.
  private func claim(_ output: OutputDirectory) throws {
    do { try output.claim(for: URL(fileURLWithPath: pipelineFile).standardizedFileURL.path) } catch {
      guard error.code == .collision else { return try surroundings { throw error } }
      throw RunError(.wrongCall, error)
    }
  }

  /// A crs that no layer can be in would be met after the inference only.
  ///
  /// - Throws: `RunError` (wrongCall).
  package func checkTarget() throws {
    let target: CoordinateSystem?
    do { target = try pipeline.vectors.target } catch {
      throw RunError(.wrongCall, file: pipelineFile, reason: "vectors.crs: \(error.reason)", remedy: error.remedy)
    }
    if let target, !target.isGeodetic {
      throw RunError(
        .wrongCall, file: pipelineFile, reason: "vectors.crs: \(target) has no easting and northing, nor longitude and latitude",
        remedy: "give a projected or geographic crs")
    }
  }
}

extension Pipeline.Vectors {
  /// The crs of polygons; `nil` for the source's own.
  package var target: CoordinateSystem? {
    get throws(GeodataError) {
      guard case .code(let code) = crs else { return nil }
      return try CoordinateSystem(code)
    }
  }
}

/// Errors of the model and the pipeline end a run before it begins.
///
/// - Throws: `RunError` or `PipelineError`.
package func wrongCall<Value>(_ body: () throws -> Value) throws -> Value {
  do { return try body() } catch let error as RunError { throw error } catch let error as PipelineError { throw error } catch {
    let isOfMemory = (error as? NetworkError)?.code == .tooLarge
    throw RunError(isOfMemory ? .surroundings : .wrongCall, reason: "\(error)")
  }
}

/// Errors of the state on disk end a run, in the code that they ask for.
///
/// - Throws: `RunError` in place of `RunStateError`, and what else the body throws.
package func surroundings<Value>(_ body: () throws -> Value) throws -> Value {
  do { return try body() } catch let error as RunStateError {
    throw RunError(error.code == .locked ? .locked : .surroundings, error)
  }
}

extension TimeOfDay {
  /// The next time that the clock shows this, in local time.
  package func next(after date: Date) -> Date? {
    Calendar.current.nextDate(
      after: date, matching: DateComponents(hour: hour, minute: minute, second: 0), matchingPolicy: .nextTime)
  }
}
