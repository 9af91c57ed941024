import Foundation
import GeoTypes

/// What a source has of one class.
struct ClassFigures: Equatable {
  /// The place of its name in the history's list.
  var name: Int
  /// In m², or in pixels.
  var area: Double
  var pixels: Int
  /// Mean over the pixels, in percent.
  var confidence: Double?
}

/// The figures of all classes as one text, so that a history of thousands of sources stays small: "0 1250.5 5002 87.3;2 10 40 -".
struct ClassFiguresText: Codable, Equatable {
  var classes: [ClassFigures]

  init(_ classes: [ClassFigures]) { self.classes = classes }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    classes = try container.decode(String.self).split(separator: ";").map { part in
      let words = part.split(separator: " ")
      guard words.count == 4, let name = Int(words[0]), name >= 0, let area = Double(words[1]), area.isFinite, let pixels = Int(words[2]),
        words[3] == "-" || Double(words[3]) != nil
      else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "figures of a class are not valid") }
      return ClassFigures(name: name, area: area, pixels: pixels, confidence: Double(words[3]))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(
      classes.map { "\($0.name) \($0.area) \($0.pixels) \($0.confidence.map { "\($0)" } ?? "-")" }.joined(separator: ";"))
  }
}

/// Positions as one text: "8.5 47.3 8.6 47.3 …".
struct OutlineText: Codable, Equatable {
  var points: [Point]

  init(_ points: [Point]) { self.points = points }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let numbers = try container.decode(String.self).split(separator: " ").map { Double($0) ?? .nan }
    guard numbers.count.isMultiple(of: 2), numbers.allSatisfy({ abs($0) <= 1000 }) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "an outline is not valid")
    }
    points = stride(from: 0, to: numbers.count, by: 2).map { Point(x: numbers[$0], y: numbers[$0 + 1]) }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(points.map { "\($0.x) \($0.y)" }.joined(separator: " "))
  }
}
