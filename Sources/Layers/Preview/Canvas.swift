import Basics
import GeoTypes

/// A picture that is drawn on: RGB, one byte a channel.
struct Canvas {
  let size: RasterSize
  private(set) var pixels: [UInt8]

  init(size: RasterSize, background: Color) {
    self.size = size
    pixels = [UInt8](repeating: 0, count: size.area * 3)
    for index in 0..<size.area {
      pixels[3 * index] = background.red
      pixels[3 * index + 1] = background.green
      pixels[3 * index + 2] = background.blue
    }
  }

  /// Lays a color over a pixel; outside the canvas nothing happens.
  mutating func blend(_ column: Int, _ row: Int, _ color: Color, _ share: Float) {
    guard column >= 0, row >= 0, column < size.width, row < size.height else { return }
    let index = 3 * (row * size.width + column)
    pixels[index] = Self.mix(pixels[index], color.red, share)
    pixels[index + 1] = Self.mix(pixels[index + 1], color.green, share)
    pixels[index + 2] = Self.mix(pixels[index + 2], color.blue, share)
  }

  mutating func fill(_ window: Window, _ color: Color, _ share: Float = 1) {
    for row in window.row..<max(window.row, window.maxRow) {
      for column in window.column..<max(window.column, window.maxColumn) { blend(column, row, color, share) }
    }
  }

  /// A frame of one pixel along the inside of the window.
  mutating func frame(_ window: Window, _ color: Color) {
    fill(Window(column: window.column, row: window.row, width: window.width, height: 1), color)
    fill(Window(column: window.column, row: window.maxRow - 1, width: window.width, height: 1), color)
    fill(Window(column: window.column, row: window.row + 1, width: 1, height: window.height - 2), color)
    fill(Window(column: window.maxColumn - 1, row: window.row + 1, width: 1, height: window.height - 2), color)
  }

  /// Copies a picture of the same form to a place on this one.
  mutating func place(_ other: Canvas, column: Int, row: Int) {
    for line in 0..<other.size.height where row + line >= 0 && row + line < size.height {
      let count = min(other.size.width, size.width - column)
      guard count > 0, column >= 0 else { continue }
      let source = 3 * line * other.size.width
      let target = 3 * ((row + line) * size.width + column)
      pixels.replaceSubrange(target..<target + 3 * count, with: other.pixels[source..<source + 3 * count])
    }
  }

  /// Text with its upper left corner at a place.
  ///
  /// - Parameter height: of a capital letter, in pixels.
  mutating func write(_ text: String, x: Double, y: Double, height: Double, _ color: Color) {
    for stroke in TextStrokes.strokes(text, x: x, y: y, height: height) {
      self.stroke(stroke.from, stroke.to, width: height * TextStrokes.penWidth, color)
    }
  }

  /// A line with round ends, smooth at its edges.
  mutating func stroke(_ from: Point, _ to: Point, width: Double, _ color: Color) {
    let reach = width / 2 + 0.5
    let columns = Int((min(from.x, to.x) - reach).rounded(.down))...Int((max(from.x, to.x) + reach).rounded(.up))
    let rows = Int((min(from.y, to.y) - reach).rounded(.down))...Int((max(from.y, to.y) + reach).rounded(.up))
    for row in rows {
      for column in columns {
        let distance = Segment(from, to).distance(Point(x: Double(column) + 0.5, y: Double(row) + 0.5))
        let share = min(1, max(0, reach - distance))
        if share > 0 { blend(column, row, color, Float(share)) }
      }
    }
  }

  private static func mix(_ below: UInt8, _ above: UInt8, _ share: Float) -> UInt8 {
    UInt8(max(0, min(255, (Float(below) + (Float(above) - Float(below)) * share).rounded())))
  }
}

/// A straight line between two points.
struct Segment {
  private let from: Point
  private let dx: Double
  private let dy: Double
  private let square: Double

  init(_ from: Point, _ to: Point) {
    self.from = from
    (dx, dy) = (to.x - from.x, to.y - from.y)
    square = dx * dx + dy * dy
  }

  func distance(_ point: Point) -> Double {
    let (x, y) = (point.x - from.x, point.y - from.y)
    let t = square > 0 ? max(0, min(1, (x * dx + y * dy) / square)) : 0
    let (u, v) = (x - t * dx, y - t * dy)
    return (u * u + v * v).squareRoot()
  }
}
