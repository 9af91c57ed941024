/// The pipeline file's JSON Schema, for editors that complete and check while one types.
public enum PipelineSchema {
  /// Draft 2020-12, ends with a newline. Made from the same table of keys that the reader uses; what only the reader can tell
  /// (values that contradict each other, environment variables that are not set) is not in it.
  public static let json: String = {
    var schema: [(String, JSONText)] = [
      ("$schema", "https://json-schema.org/draft/2020-12/schema"),
      ("title", "Orthoweave pipeline"),
      ("description", "Which orthophotos, which network, which GIS layers."),
    ]
    schema += PipelineKeys.root.schema.members
    return JSONText.object(schema).text() + "\n"
  }()
}
