import PipelineFile
import RunState

/// Everything but the source itself that a class map follows from: what goes into the raster key.
///
/// The whole of `input`, `model` and `inference`, less what is listed here by name. A key of the pipeline that nobody thought of makes
/// work be done once more; it never lets an old class map pass for a new one.
struct RasterSettings: Encodable {
  /// Raised whenever the same input would give other pixels.
  static let resultVersion = 2

  /// Keys of `input` that say which files are sources, or when they are read; what is in them is in the source's fingerprint.
  /// A date is only written down.
  static let inputWithoutPixels: Set<String> = ["sources", "settle", "drivers", "follow", "date"]
  /// The checkpoint and its configuration count by the content that was read. Names and colors of classes change layers alone; how
  /// classes are united is `merge`.
  static let modelWithoutPixels: Set<String> = ["checkpoint", "config", "classes"]
  /// Any number of workers and any panels give the same bytes. The kernel set counts by what it turned out to be.
  static let inferenceWithoutPixels: Set<String> = ["workers", "memory", "kernels"]

  var version = RasterSettings.resultVersion
  let input: JSONValue
  let model: JSONValue
  let inference: JSONValue
  /// SHA-256 of the checkpoint and of the configuration beside it.
  let modelDigests: [String]
  /// For each class of the network the one that it becomes part of; `nil` where classes are not united.
  let merge: [UInt8]?
  /// Empty for a key that is the same for all kernel sets.
  var kernels: String
  /// A part that is tried by itself: column, row, width, height.
  let window: [Int]?

  /// - Throws: `RunStateError` where a file that the pipeline names, such as `input.area`, cannot be read.
  init(_ pipeline: Pipeline, modelDigests: [String], merge: [UInt8]?, kernels: String, window: [Int]?) throws {
    input = try JSONValue(settings: pipeline.input, except: Self.inputWithoutPixels)
    model = try JSONValue(settings: pipeline.model, except: Self.modelWithoutPixels)
    inference = try JSONValue(settings: pipeline.inference, except: Self.inferenceWithoutPixels)
    self.modelDigests = modelDigests
    self.merge = merge
    self.kernels = kernels
    self.window = window
  }
}
