public import GeoTypes

/// What a picture's file says of how it was taken, as text.
public struct FrameTags: Sendable, Hashable {
  /// A value of an XMP packet, whether it was an attribute or an element.
  public struct Property: Sendable, Hashable {
    /// The address that the prefix stands for.
    public var space: String
    public var name: String
    public var value: String

    public init(space: String, name: String, value: String) {
      self.space = space
      self.name = name
      self.value = value
    }
  }

  /// Of the array as stored: no viewer has turned it.
  public var size: RasterSize
  /// By their names in EXIF, such as "GPSLatitude". Rationals are written as GDAL does: "(54) (8) (3.11)", where (0) may stand for unknown.
  public var exif: [String: String]
  public var xmp: [Property]

  public init(size: RasterSize, exif: [String: String], xmp: [Property]) {
    self.size = size
    self.exif = exif
    self.xmp = xmp
  }

  /// A family of XMP tags, by the addresses of its name spaces.
  enum Space {
    case dji, parrot, pix4D, senseFly, tiff

    func matches(_ address: String) -> Bool {
      // With and without a slash at the end.
      let address = address.hasSuffix("/") ? String(address.dropLast()) : address
      return switch self {
      case .dji: address == "http://www.dji.com/drone-dji/1.0"
      case .parrot: address == "http://www.parrot.com/drone-parrot/1.0"
      case .pix4D: address == "http://pix4d.com/camera/1.0"
      case .senseFly: address == "http://ns.sensefly.com/Camera/1.0"
      case .tiff: address == "http://ns.adobe.com/tiff/1.0"
      }
    }
  }

  func text(_ space: Space, _ name: String) -> String? {
    let value = xmp.first { $0.name == name && space.matches($0.space) }?.value.trimmed
    return value.flatMap { $0.isEmpty ? nil : $0 }
  }

  func number(_ space: Space, _ name: String) -> Double? { text(space, name).flatMap(Self.number) }

  /// Several numbers with commas between them; `nil` where one of them is not a number.
  func numbers(_ space: Space, _ name: String) -> [Double]? { text(space, name).flatMap(Self.numbers) }

  /// All numbers of an EXIF value; empty without one.
  func exifNumbers(_ name: String) -> [Double] {
    guard let text = exif[name] else { return [] }
    return text.split { "() ".contains($0) }.compactMap { part in
      part.hasPrefix("0x") ? Int(part.dropFirst(2), radix: 16).map(Double.init) : Self.number(String(part))
    }
  }

  func exifNumber(_ name: String) -> Double? { exifNumbers(name).first }

  /// A value for which 0 stands for unknown.
  func exifPositive(_ name: String) -> Double? { exifNumber(name).flatMap { $0 > 0 ? $0 : nil } }

  /// Degrees, minutes and seconds, negative in the south and west; `nil` where one is missing, or the reference.
  func exifDegrees(_ name: String) -> Double? {
    let parts = exifNumbers(name)
    guard parts.count == 3, let reference = exif[name + "Ref"]?.trimmed.uppercased().first, "NSEW".contains(reference) else { return nil }
    let degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return "SW".contains(reference) ? -degrees : degrees
  }

  /// A finite number, as makers write it: with a leading +, or as a fraction.
  static func number(_ text: String) -> Double? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = Double(parts[0].trimmed) else { return nil }
    guard parts.count == 2 else { return first.isFinite ? first : nil }
    guard let second = Double(parts[1].trimmed), second != 0, (first / second).isFinite else { return nil }
    return first / second
  }

  static func numbers(_ text: String) -> [Double]? {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { number($0.trimmed) }
    return values.contains(nil) ? nil : values.compactMap { $0 }
  }
}

extension StringProtocol {
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(self[first...last])
  }
}
