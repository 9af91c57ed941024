import Basics
import Foundation

/// Keys of a safetensors file's metadata. All but the first are what other programs write, too.
enum SafetensorsKey {
  static let metadata = "orthoweave"
  static let config = "config"
  static let classes = "classes"
  static let palette = "palette"
  static let mean = "mean"
  static let std = "std"
  static let resolution = "resolution"
  /// Of every writer: the library that the tensors are for.
  static let format = "format"

  /// What plain keys are read for.
  static let plain = [classes, palette, mean, std, resolution, config]
}

extension ModelMetadata {
  /// Takes what a safetensors header holds: everything, if this program wrote it; else what plain keys and the configuration say. A key of these that
  /// cannot be used is named in `warnings`.
  mutating func take(safetensors fields: [String: String], warnings: inout [String]) {
    if let text = fields[SafetensorsKey.metadata] {
      if let whole = Self.whole(text, warnings: &warnings) {
        self = whole
        configText = fields[SafetensorsKey.config] ?? configText
        return
      }
      warnings.append("its key \(SafetensorsKey.metadata) is not a JSON object, and is ignored")
    }
    self = ModelMetadata(plain: fields, warnings: &warnings)
    configText = fields[SafetensorsKey.config]
  }

  /// What the keys say that other programs write, too: names, colors, mean, std and resolution.
  init(plain fields: [String: String], warnings: inout [String]) {
    self.init()
    classNames = fields[SafetensorsKey.classes].flatMap { Self.decoded([String].self, $0) }
    if classNames == nil, fields[SafetensorsKey.classes] != nil {
      warnings.append(Self.unreadClasses("a text that is not a JSON list of names"))
    }
    if let text = fields[SafetensorsKey.palette] {
      if let rows = Self.decoded([[UInt8]].self, text), rows.allSatisfy({ $0.count == 3 }) {
        palette = rows.map { Color(red: $0[0], green: $0[1], blue: $0[2]) }
      } else {
        warnings.append("its palette is not a JSON list of colors, each of three numbers from 0 to 255, and is ignored")
      }
    }
    if let mean = fields[SafetensorsKey.mean].flatMap({ Self.decoded([Double].self, $0) }),
      let std = fields[SafetensorsKey.std].flatMap({ Self.decoded([Double].self, $0) }), mean.count == std.count, !mean.isEmpty,
      std.allSatisfy({ $0 != 0 })
    {
      self.mean = mean
      self.std = std
    } else if fields[SafetensorsKey.mean] != nil || fields[SafetensorsKey.std] != nil {
      warnings.append("its mean and std are not two JSON lists of as many numbers, and are ignored")
    }
    if let text = fields[SafetensorsKey.resolution] {
      resolution = GroundResolution.meters(text)
      if resolution == nil { warnings.append(GroundResolution.warning(text)) }
    }
    // A resolution or names of classes under another key would be missed in silence.
    let unknown = Set(fields.keys).subtracting(SafetensorsKey.plain + [SafetensorsKey.metadata, SafetensorsKey.format])
    if !unknown.isEmpty {
      warnings.append(
        "its metadata has keys that are not read: \(Self.listed(Array(unknown))); those that are: \(SafetensorsKey.plain.joined(separator: ", "))"
      )
    }
  }

  /// Up to eight names for a line.
  private static func listed(_ names: [String]) -> String {
    let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return sorted.prefix(8).map { String($0.prefix(40)) }.joined(separator: ", ") + (sorted.count > 8 ? ", …" : "")
  }

  /// What this program wrote under its own key, field by field where they cannot be read together; `nil` where it is not a JSON object.
  static func whole(_ text: String, warnings: inout [String]) -> ModelMetadata? {
    guard var fields = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] else { return nil }
    let key = SafetensorsKey.metadata
    let unknown = fields.keys.filter { !hasField($0) }
    if !unknown.isEmpty { warnings.append("its key \(key) has fields that this version does not know and ignores: \(listed(unknown))") }
    if let value = fields[SafetensorsKey.resolution] as? String {
      fields[SafetensorsKey.resolution] = GroundResolution.meters(value)
      if fields[SafetensorsKey.resolution] == nil { warnings.append(GroundResolution.warning(value)) }
    }
    func read(_ fields: [String: Any]) -> ModelMetadata? {
      (try? JSONSerialization.data(withJSONObject: fields)).flatMap { try? JSONDecoder().decode(ModelMetadata.self, from: $0) }
    }
    if let whole = decoded(ModelMetadata.self, text) ?? read(fields) { return whole }
    let unread = fields.filter { read([$0.key: $0.value]) == nil }.keys.sorted()
    warnings.append(
      "its key \(key) has \(unread.count == 1 ? "a field" : "fields") that cannot be read and \(unread.count == 1 ? "is" : "are") ignored: "
        + unread.joined(separator: ", "))
    return read(fields.filter { !unread.contains($0.key) })
  }

  /// The fields that `take(safetensors:)` reads back.
  func safetensorsFields() -> [String: String] {
    var fields = ["format": "pt"]
    var rest = self
    rest.configText = nil
    fields[SafetensorsKey.metadata] = Self.encoded(rest)
    fields[SafetensorsKey.config] = configText
    fields[SafetensorsKey.classes] = classNames.flatMap(Self.encoded)
    fields[SafetensorsKey.palette] = palette.flatMap { Self.encoded($0.map { [$0.red, $0.green, $0.blue] }) }
    return fields
  }

  static func decoded<Value: Decodable>(_: Value.Type, _ text: String) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  private static func encoded(_ value: some Encodable) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
  }
}
