import Geodata
import PipelineFile
import RunState

/// What layers follow from, besides the class map: what goes into the layer key.
///
/// The whole of `vectors` and `output`, less what is listed here by name.
struct LayerSettings: Encodable {
  /// Raised whenever the same class map would give other layers.
  static let resultVersion = 2

  /// Keys of `output` that say where outputs lie and which of them stay. Formats and merging count by the formats that a source gets.
  static let outputWithoutLayers: Set<String> = ["directory", "create", "name", "prune", "formats", "merge"]

  var version = LayerSettings.resultVersion
  let vectors: JSONValue
  /// A connection is in it without its password.
  let output: JSONValue
  /// Schema and table: named after the pipeline where `output.postgis` does not say.
  let table: String?
  let formats: [Pipeline.Format]
  let classNames: [String]
  let classColours: [String]

  init(_ pipeline: Pipeline, classNames: [String], classColours: [String]) throws {
    vectors = try JSONValue(settings: pipeline.vectors, except: [])
    output = try JSONValue(settings: pipeline.output, except: Self.outputWithoutLayers)
    table = pipeline.postGISTarget?.description
    let formats = pipeline.output.sourceFormats
    self.formats = Pipeline.Format.allCases.filter(formats.contains)
    self.classNames = classNames
    self.classColours = classColours
  }
}
