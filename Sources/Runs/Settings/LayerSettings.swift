import Geodata
package import PipelineFile
package import RunState

/// What layers follow from, besides the class map: what goes into the layer key.
///
/// The whole of `vectors`, `output` and `about`, less what is listed here by name.
package struct LayerSettings: Encodable {
  /// Raised whenever the same class map would give other layers.
  package static let resultVersion = 3

  /// Keys of `output` that say where outputs lie and which of them stay. Formats and merging count by the formats that a source gets.
  package static let outputWithoutLayers: Set<String> = ["directory", "create", "name", "prune", "report", "formats", "merge", "incidents"]

  package var version = LayerSettings.resultVersion
  package let vectors: JSONValue
  /// A connection is in it without its password.
  package let output: JSONValue
  /// Schema and table: named after the pipeline where `output.postgis` does not say.
  package let table: String?
  package let formats: [Pipeline.Format]
  package let classNames: [String]
  package let classColors: [String]
  package let about: JSONValue
  /// The collection that items of a catalog name; `nil` without them.
  package let collection: String?
  /// Where the names of sources hold their dates.
  package let date: String?

  package init(_ pipeline: Pipeline, classNames: [String], classColors: [String]) throws {
    vectors = try JSONValue(settings: pipeline.vectors, except: [])
    output = try JSONValue(settings: pipeline.output, except: Self.outputWithoutLayers)
    table = pipeline.postGISTarget?.description
    let formats = pipeline.output.sourceFormats
    self.formats = Pipeline.Format.allCases.filter(formats.contains)
    self.classNames = classNames
    self.classColors = classColors
    about = try JSONValue(settings: pipeline.about, except: [])
    collection = formats.contains(.stac) ? pipeline.origin.name : nil
    date = pipeline.input.date
  }
}
