/// A colour, 8 bits a channel.
public struct Colour: Sendable, Hashable, Codable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// "#rrggbb".
  public var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// A colour for a class that has none: neighbours in number are far apart in hue.
  public static func standard(_ index: Int) -> Colour {
    // Multiples of the golden angle, in three shades.
    let hue = (Double(index) * 0.618033988749895 + 0.58).truncatingRemainder(dividingBy: 1) * 6
    let (value, saturation) = [(0.85, 0.65), (0.65, 0.75), (0.95, 0.45)][(index / 12) % 3]
    let chroma = value * saturation
    let second = chroma * (1 - abs(hue.truncatingRemainder(dividingBy: 2) - 1))
    let (r, g, b): (Double, Double, Double) =
      switch Int(hue) {
      case 0: (chroma, second, 0)
      case 1: (second, chroma, 0)
      case 2: (0, chroma, second)
      case 3: (0, second, chroma)
      case 4: (second, 0, chroma)
      default: (chroma, 0, second)
      }
    func byte(_ part: Double) -> UInt8 { UInt8(max(0, min(255, ((part + value - chroma) * 255).rounded()))) }
    return Colour(byte(r), byte(g), byte(b))
  }
}

/// A class as users see it.
public struct ClassEntry: Sendable, Hashable, Codable {
  /// The value in the class raster.
  public var id: Int
  public var name: String
  public var colour: Colour

  public init(id: Int, name: String, colour: Colour) {
    self.id = id
    self.name = name
    self.colour = colour
  }
}

/// Names and colours of classes, by class id.
public struct ClassCatalogue: Sendable, Hashable, Codable {
  /// In order of their ids.
  public let classes: [ClassEntry]
  private let byID: [Int: ClassEntry]

  public init(_ classes: [ClassEntry]) {
    self.classes = classes.sorted { $0.id < $1.id }
    byID = Dictionary(classes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Classes 0, 1, … with these names; colours that are missing are made up.
  public init(names: [String], palette: [Colour] = []) {
    self.init(
      names.enumerated().map { index, name in
        ClassEntry(id: index, name: name, colour: index < palette.count ? palette[index] : .standard(index))
      })
  }

  public func name(_ id: Int) -> String { byID[id]?.name ?? "class \(id)" }

  public func colour(_ id: Int) -> Colour { byID[id]?.colour ?? .standard(id) }
}
