public import Foundation
public import Layers
public import RunState

/// What a run leaves behind in `.orthoweave/reports`.
public struct RunReport: Sendable, Codable {
  /// What became of a source.
  public struct Source: Sendable, Codable {
    /// How a source ended.
    public enum State: String, Sendable, Codable {
      /// Inferred and published.
      case done
      /// Only its layers were redone.
      case retraced
      case failed
      /// Left for the next run: still being copied, or another process works on it.
      case postponed
      /// Without a pixel inside `input.area`, or outside the part that is tried.
      case outside
      /// Without a valid pixel.
      case empty
      /// Failed before, and not due for another try yet.
      case waiting
    }

    public var name: String
    public var state: State
    /// Why it was done, or what went wrong.
    public var reason: String
    public var pixels: Int
    public var tiles: Int
    public var inferredTiles: Int
    /// Segments of a mosaic that were taken as published, since no changed sheet touches them; `nil` where there are none.
    public var keptSegments: Int?
    /// Pixels that the network saw for each pixel written: what the overlap costs.
    public var overlapCost: Double
    public var polygons: Int
    public var seconds: Double
    public var warnings: [String]
    /// What was read of it (`RasterReading`); `nil` where it was not opened.
    public var read: JSONValue?
    /// The files that its layers were made from, with checksums; `nil` where none were made.
    public var files: [Provenance.File]?
    /// Since when it has failed, as long as neither source nor settings change; `nil` where it does not.
    public var failingSince: Date?
    /// How often it was tried since then.
    public var tries: Int?
  }

  public var version = 1
  public var pipeline: String
  public var started: Date
  public var ended: Date
  public var host: String
  public var process: Int
  public var shard: String?
  public var exitCode: Int
  /// "done", "nothing to do", "failures", "interrupted", "until", or the error that ended the run.
  public var exitReason: String
  public var found: Int
  public var done: Int
  public var unchanged: Int
  public var failed: Int
  /// Failed before and not due for another try yet.
  public var waiting: Int
  public var postponed: Int
  /// Without a pixel inside `input.area`.
  public var outside: Int
  /// Without a valid pixel.
  public var empty: Int
  public var removed: Int
  public var pixels: Int
  public var tiles: Int
  public var inferredTiles: Int
  /// Added up over threads.
  public var secondsByStage: [String: Double]
  public var seconds: Double
  /// Share of the workers' time in which they had something to do, 0…1; `nil` in reports of versions that did not say it.
  public var busyShare: Double?
  public var peakMemory: Int
  public var workers: Int
  public var kernels: String
  public var versions: [String: String]
  /// Keys that the call set in place of the pipeline file's; `nil` in reports of versions that did not say it.
  public var changes: [String]?
  /// What concerns no single source: patterns that match nothing, files that are left out.
  public var warnings: [String] = []
  /// What the network was; `nil` in reports of versions that did not say it.
  public var model: ModelFacts?
  /// What the layers of all sources say of how they were made; `nil` in reports of versions that did not say it.
  public var provenance: Provenance?
  /// Without those that were unchanged.
  public var sources: [Source]
}

/// How a run ended.
public struct RunResult: Sendable {
  /// `nil`: all done, or nothing to do.
  public var code: RunError.Code?
  public var report: RunReport
  /// A line or two for people.
  public var summary: String
}
