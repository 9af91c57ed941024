public import Basics
public import GeoTypes

/// A picture that is drawn on: RGB, one byte a channel.
public struct Canvas: Sendable {
  public let size: RasterSize
  /// `[height][width][red, green, blue]`.
  public private(set) var pixels: [UInt8]

  public init(size: RasterSize, background: Color) {
    self.size = size
    pixels = [UInt8](repeating: 0, count: size.area * 3)
    for index in 0..<size.area {
      pixels[3 * index] = background.red
      pixels[3 * index + 1] = background.green
      pixels[3 * index + 2] = background.blue
    }
  }

  /// - Parameter pixels: `[height][width][red, green, blue]`.
  public init(size: RasterSize, pixels: [UInt8]) {
    precondition(pixels.count == size.area * 3, "\(pixels.count) bytes are not a picture of \(size.width) × \(size.height)")
    self.size = size
    self.pixels = pixels
  }

  /// Lays a color over a pixel; outside the canvas nothing happens.
  public mutating func blend(_ column: Int, _ row: Int, _ color: Color, _ share: Float) {
    guard column >= 0, row >= 0, column < size.width, row < size.height else { return }
    let index = 3 * (row * size.width + column)
    pixels[index] = Self.mix(pixels[index], color.red, share)
    pixels[index + 1] = Self.mix(pixels[index + 1], color.green, share)
    pixels[index + 2] = Self.mix(pixels[index + 2], color.blue, share)
  }

  public mutating func fill(_ window: Window, _ color: Color, _ share: Float = 1) {
    for row in window.row..<max(window.row, window.maxRow) {
      for column in window.column..<max(window.column, window.maxColumn) { blend(column, row, color, share) }
    }
  }

  /// A frame of one pixel along the inside of the window.
  public mutating func frame(_ window: Window, _ color: Color) {
    fill(Window(column: window.column, row: window.row, width: window.width, height: 1), color)
    fill(Window(column: window.column, row: window.maxRow - 1, width: window.width, height: 1), color)
    fill(Window(column: window.column, row: window.row + 1, width: 1, height: window.height - 2), color)
    fill(Window(column: window.maxColumn - 1, row: window.row + 1, width: 1, height: window.height - 2), color)
  }

  /// Copies a picture of the same form to a place on this one.
  public mutating func place(_ other: Canvas, column: Int, row: Int) {
    for line in 0..<other.size.height where row + line >= 0 && row + line < size.height {
      let count = min(other.size.width, size.width - column)
      guard count > 0, column >= 0 else { continue }
      let source = 3 * line * other.size.width
      let target = 3 * ((row + line) * size.width + column)
      pixels.replaceSubrange(target..<target + 3 * count, with: other.pixels[source..<source + 3 * count])
    }
  }

  /// Draws text.
  ///
  /// - Parameters:
  ///   - left: the column at which it begins.
  ///   - middle: the row of its middle.
  public mutating func write(_ text: TextLine, left: Int, middle: Int, _ color: Color) {
    let top = middle - text.height / 2
    for row in 0..<text.height {
      for column in 0..<text.width {
        let share = text.coverage[row * text.width + column]
        if share > 0 { blend(left + column, top + row, color, Float(share) / 255) }
      }
    }
  }

  /// A line with round ends, smooth at its edges.
  public mutating func stroke(_ from: Point, _ to: Point, width: Double, _ color: Color) {
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
public struct Segment: Sendable {
  private let from: Point
  private let dx: Double
  private let dy: Double
  private let square: Double

  public init(_ from: Point, _ to: Point) {
    self.from = from
    (dx, dy) = (to.x - from.x, to.y - from.y)
    square = dx * dx + dy * dy
  }

  /// From the nearest of its points.
  public func distance(_ point: Point) -> Double {
    let (x, y) = (point.x - from.x, point.y - from.y)
    let t = square > 0 ? max(0, min(1, (x * dx + y * dy) / square)) : 0
    let (u, v) = (x - t * dx, y - t * dy)
    return (u * u + v * v).squareRoot()
  }
}
