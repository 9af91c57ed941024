public import Basics

/// What a pipeline file says: which sources, which model, how to infer, which layers, where to, how to run unattended, and
/// what the layers tell about themselves.
///
/// A value made by `init()` holds the default of every key; `input.sources`, `model.checkpoint` and `output.directory`
/// have none and are empty. `PipelineReader` makes checked values from text.
public struct Pipeline: Sendable, Equatable, Codable {
  public var input = Input()
  public var model = Model()
  public var inference = Inference()
  public var vectors = Vectors()
  public var output = Output()
  public var run = Run()
  public var about = About()
  /// Where the values were written; not part of the encoded form, so that moving a pipeline or a comment changes no key.
  public var origin = Origin()

  public init() {}

  private enum CodingKeys: String, CodingKey {
    case input, model, inference, vectors, output, run, about
  }

  /// The file that the values come from, and where in it each key stands.
  public struct Origin: Sendable, Equatable {
    /// The pipeline file as the user named it; empty where the pipeline was not read from a file.
    public var file = ""
    /// The folder that relative paths are relative to: absolute, without a slash at its end (`/` itself excepted).
    public var folder = ""
    /// Key path, such as `inference.tile`, to the place of its value. Keys that are not in the file are absent.
    public var locations: [String: Location] = [:]

    public init() {}

    /// The file's name without folder and extension: what a mosaic is named after. `pipeline` where there is no file.
    public var name: String {
      let base = file.split(separator: "/").last.map(String.init) ?? ""
      let stem = base.lastIndex(of: ".").map { $0 == base.startIndex ? base : String(base[..<$0]) } ?? base
      return stem.isEmpty ? "pipeline" : stem
    }
  }

  /// A place in the file, both counted from 1; the column in Unicode scalars.
  public struct Location: Sendable, Equatable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  /// An error that blames a key for what only the sources or the checkpoint could tell (a class that the model does not
  /// have, a tile smaller than the overlap), with the key's line and column where it is written.
  ///
  /// - key: the key path, such as `vectors.classes`; a key that is not in the file is blamed without a place.
  public func error(at key: String, reason: String, remedy: String = "") -> PipelineError {
    let place = origin.locations[key]
    return PipelineError(
      file: origin.file,
      problems: [
        PipelineError.Problem(
          .impossibleValue, key: key, line: place?.line ?? 0, column: place?.column ?? 0, reason: reason, remedy: remedy)
      ])
  }
}
