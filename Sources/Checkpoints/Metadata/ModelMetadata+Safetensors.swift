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
}

extension ModelMetadata {
  /// Takes what a safetensors header holds: everything, if this program wrote it; else names, colors, mean, std and configuration text.
  mutating func take(safetensors fields: [String: String], warnings: inout [String]) {
    if let text = fields[SafetensorsKey.metadata], let whole = Self.decoded(ModelMetadata.self, text) {
      self = whole
      configText = fields[SafetensorsKey.config] ?? configText
      return
    }
    self = ModelMetadata(plain: fields, warnings: &warnings)
    configText = fields[SafetensorsKey.config]
  }

  /// What the keys say that other programs write, too: names, colors, mean and std.
  init(plain fields: [String: String], warnings: inout [String]) {
    self.init()
    classNames = fields[SafetensorsKey.classes].flatMap { Self.decoded([String].self, $0) }
    if classNames == nil, fields[SafetensorsKey.classes] != nil {
      warnings.append(Self.unreadClasses("a text that is not a JSON list of names"))
    }
    if let rows = fields[SafetensorsKey.palette].flatMap({ Self.decoded([[UInt8]].self, $0) }), rows.allSatisfy({ $0.count == 3 }) {
      palette = rows.map { Color(red: $0[0], green: $0[1], blue: $0[2]) }
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
