/// What a source's pixels follow from: equal keys, equal class map. 64 hexadecimal digits.
public struct RasterKey: Sendable, Hashable, Codable, CustomStringConvertible {
  public let text: String

  /// The key of a fingerprint and of everything else that changes pixels: model, input and inference settings, kernel set, result version.
  ///
  /// - Parameter settings: `SettingsDigest` of those settings, made once for all sources of a run.
  /// - Parameter fingerprint: of the source's files.
  public init(settings: SettingsDigest, fingerprint: Fingerprint) {
    text = Digest.sha256("orthoweave raster key 1\n\(settings.text)\n\(fingerprint.identity)")
  }

  /// A key made elsewhere, as from a receipt.
  public init(_ text: String) { self.text = text }

  public init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  public var description: String { text }
}

/// What a source's layers follow from: the raster key, and the settings that change layers. 64 hexadecimal digits.
public struct LayerKey: Sendable, Hashable, Codable, CustomStringConvertible {
  public let text: String

  public init(raster: RasterKey, settings: SettingsDigest) {
    text = Digest.sha256("orthoweave layer key 1\n\(settings.text)\n\(raster.text)")
  }

  /// A key made elsewhere, as from a receipt.
  public init(_ text: String) { self.text = text }

  public init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  public var description: String { text }
}

/// SHA-256 of settings in canonical JSON: the same for the same values, in whatever order they were given.
public struct SettingsDigest: Sendable, Hashable {
  public let text: String

  /// Throws what the encoding throws, as for a NaN.
  public init(_ settings: some Encodable) throws {
    text = Digest.sha256(try JSONValue(encoding: settings).canonical)
  }
}
