import YAMLText

/// A configuration as text: Python's assignments, a dictionary as Python or JSON writes it, or YAML.
enum ConfigText {
  /// Names that a configuration of mmsegmentation assigns; a text that assigns none of them was not understood.
  private static let known = ["model", "dataset_type", "data_preprocessor", "test_pipeline", "test_dataloader", "data", "img_norm_cfg"]

  /// The names that the text assigns; nil where it is not understood.
  static func read(_ text: String) -> [String: ConfigValue]? {
    guard text.utf8.count <= ConfigReader.maximumSize else { return nil }
    if let names = understood(ConfigReader.read(text)) { return names }
    if text.utf8.contains(UInt8(ascii: "{")), let names = understood(json(text)) { return names }
    // `str(cfg)` is "Config (path: a.py): {…}".
    var literal = Substring(text)
    if literal.hasPrefix("Config (path:"), let brace = literal.firstIndex(of: "{") { literal = literal[brace...] }
    if let names = understood(ConfigReader.read("configuration = " + literal)["configuration"]?.entries) { return names }
    return understood(yaml(text))
  }

  /// Whether the text assigns names as Python does.
  static func isPython(_ text: String) -> Bool { understood(ConfigReader.read(text)) != nil }

  private static func understood(_ names: [String: ConfigValue]?) -> [String: ConfigValue]? {
    guard let names, known.contains(where: { names[$0] != nil }) || names["_base_"] != nil else { return nil }
    return names
  }

  private static func yaml(_ text: String) -> [String: ConfigValue]? {
    guard let root = try? YAMLDocument.parse(Array(text.utf8)) else { return nil }
    return ConfigValue(root).entries
  }

  private static func json(_ text: String) -> [String: ConfigValue]? {
    var reader = JSONReader(Array(text.utf8))
    var budget = 200_000
    guard let value = try? reader.value(budget: &budget), reader.isAtEnd() else { return nil }
    return value.entries
  }
}
