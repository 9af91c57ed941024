public import Basics

extension Color {
  /// A color for a class that has none: neighbors in number are far apart in hue.
  public static func standard(_ index: Int) -> Color {
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
    return Color(red: byte(r), green: byte(g), blue: byte(b))
  }
}

/// A class as users see it.
public struct ClassEntry: Sendable, Hashable, Codable {
  /// The value in the class raster.
  public var id: Int
  public var name: String
  public var color: Color

  public init(id: Int, name: String, color: Color) {
    self.id = id
    self.name = name
    self.color = color
  }
}

/// Names and colors of classes, by class id.
public struct ClassCatalog: Sendable, Hashable, Codable {
  /// In order of their ids.
  public let classes: [ClassEntry]
  private let byID: [Int: ClassEntry]

  public init(_ classes: [ClassEntry]) {
    self.classes = classes.sorted { $0.id < $1.id }
    byID = Dictionary(classes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Classes 0, 1, … with these names; colors that are missing are made up.
  public init(names: [String], palette: [Color] = []) {
    self.init(
      names.enumerated().map { index, name in
        ClassEntry(id: index, name: name, color: index < palette.count ? palette[index] : .standard(index))
      })
  }

  /// Names for classes that have none.
  package static func numbered(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }

  /// The name of a class, also of one that is not in the catalog.
  public func name(_ id: Int) -> String { byID[id]?.name ?? "class \(id)" }

  /// The color of a class, also of one that is not in the catalog.
  public func color(_ id: Int) -> Color { byID[id]?.color ?? .standard(id) }
}
