import Foundation

/// Where the pixels of a picture lie in the world.
struct Frame: Sendable {
  let width: Int
  let height: Int
  /// The place of the outer corner of the first pixel.
  let originX: Double
  let originY: Double
  /// Meters a pixel.
  let pixel: Double
  /// Unit vector along a row, turned from east (radians, counter-clockwise); columns run to its right.
  let angle: Double
  private let along: (x: Double, y: Double)

  init(width: Int, height: Int, originX: Double, originY: Double, pixel: Double, angle: Double = 0) {
    self.width = width
    self.height = height
    self.originX = originX
    self.originY = originY
    self.pixel = pixel
    self.angle = angle
    along = (cos(angle), sin(angle))
  }

  /// The place of a position in pixels (corners at whole numbers).
  func place(_ column: Double, _ row: Double) -> (x: Double, y: Double) {
    (originX + pixel * (column * along.x + row * along.y), originY + pixel * (column * along.y - row * along.x))
  }

  /// The position in pixels of a place.
  func position(_ x: Double, _ y: Double) -> (column: Double, row: Double) {
    let dx = (x - originX) / pixel
    let dy = (y - originY) / pixel
    return (dx * along.x + dy * along.y, dx * along.y - dy * along.x)
  }

  func padded(by margin: Int) -> Frame {
    let corner = place(-Double(margin), -Double(margin))
    return Frame(
      width: width + 2 * margin, height: height + 2 * margin, originX: corner.x, originY: corner.y, pixel: pixel, angle: angle)
  }

  /// The rectangle of the world that holds the frame and a margin in meters.
  func bounds(margin: Double = 0) -> (x0: Double, y0: Double, x1: Double, y1: Double) {
    let corners = [place(0, 0), place(Double(width), 0), place(0, Double(height)), place(Double(width), Double(height))]
    let xs = corners.map(\.x)
    let ys = corners.map(\.y)
    return (
      (xs.min() ?? 0) - margin, (ys.min() ?? 0) - margin, (xs.max() ?? 0) + margin, (ys.max() ?? 0) + margin
    )
  }
}

/// What is painted: for each pixel its reflectance, height and class, before any light.
struct Canvas {
  let frame: Frame
  var color: [Reflectance]
  /// Meters above the ground (or the water).
  var height: [Float]
  /// What stands there: pixels of one object share a number; 0 is the ground.
  var object: [UInt32]
  var classID: [UInt8]
  /// Light that the surface sends back as a mirror does: glitter and foam on water; not shaded.
  var gloss: [Float]

  init(frame: Frame) {
    self.frame = frame
    let count = frame.width * frame.height
    color = Array(repeating: .zero, count: count)
    height = Array(repeating: 0, count: count)
    object = Array(repeating: 0, count: count)
    classID = Array(repeating: SampleClass.vegetation.rawValue, count: count)
    gloss = Array(repeating: 0, count: count)
  }

  /// Calls `body` for each pixel whose center lies in a turned rectangle.
  ///
  /// - body: index of the pixel, and its center in the rectangle's own meters: along its length, across it; both from its middle.
  mutating func forRectangle(
    x: Double, y: Double, angle: Double, length: Double, width: Double, _ body: (inout Canvas, Int, Float, Float) -> Void
  ) {
    let reach = (length * length + width * width).squareRoot() / 2 / frame.pixel + 1
    let middle = frame.position(x, y)
    let firstColumn = max(0, Int(middle.column - reach))
    let firstRow = max(0, Int(middle.row - reach))
    let endColumn = min(frame.width, Int(middle.column + reach) + 1)
    let endRow = min(frame.height, Int(middle.row + reach) + 1)
    guard firstColumn < endColumn, firstRow < endRow else { return }
    let (c, s) = (cos(angle), sin(angle))
    for row in firstRow..<endRow {
      for column in firstColumn..<endColumn {
        let place = frame.place(Double(column) + 0.5, Double(row) + 0.5)
        let (dx, dy) = (place.x - x, place.y - y)
        let a = dx * c + dy * s
        let b = dy * c - dx * s
        if abs(a) <= length / 2, abs(b) <= width / 2 { body(&self, row * frame.width + column, Float(a), Float(b)) }
      }
    }
  }
}
