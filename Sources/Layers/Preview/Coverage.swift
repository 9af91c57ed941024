package import GeoTypes

/// How much of each pixel a polygon covers, exactly: signed areas under edges are added up and summed along rows.
///
/// The method is that of Raph Levien's font-rs. Memory is the largest window of the canvas so far, kept for the next polygon.
package struct CoverageRaster {
  package init() {}

  private var cells: [Float] = []
  private var width = 0
  private var height = 0
  private var left = 0
  private var top = 0

  /// Calls `body` with column, row and the covered share of every pixel that the rings touch.
  ///
  /// - Parameters:
  ///   - rings: in canvas pixels; a shell and its holes, in opposite directions.
  ///   - canvas: what lies outside is moved to its edge.
  ///   - body: takes each row's first column and its shares of 0…1.
  package mutating func cover(_ rings: [[Point]], canvas: RasterSize, _ body: (Int, Int, Float) -> Void) {
    let boxes = rings.compactMap { Bounds(of: $0) }
    guard let first = boxes.first else { return }
    let bounds = boxes.dropFirst().reduce(first) { $0.union($1) }
    func within(_ value: Double, _ side: Int, _ rule: FloatingPointRoundingRule) -> Int {
      Int(max(0, min(Double(side), value)).rounded(rule))
    }
    guard [bounds.minX, bounds.minY, bounds.maxX, bounds.maxY].allSatisfy(\.isFinite) else { return }
    left = within(bounds.minX, canvas.width, .down)
    top = within(bounds.minY, canvas.height, .down)
    width = within(bounds.maxX, canvas.width, .up) - left
    height = within(bounds.maxY, canvas.height, .up) - top
    guard width > 0, height > 0 else { return }
    let stride = width + 2
    if cells.count < stride * height {
      cells = [Float](repeating: 0, count: stride * height)
    } else {
      cells.withUnsafeMutableBufferPointer { UnsafeMutableBufferPointer(rebasing: $0[..<(stride * height)]).update(repeating: 0) }
    }
    for ring in rings {
      guard var previous = ring.last else { continue }
      for point in ring {
        line(from: local(previous), to: local(point), stride)
        previous = point
      }
    }
    for row in 0..<height {
      var sum: Float = 0
      for column in 0..<width {
        sum += cells[row * stride + column]
        let share = min(1, abs(sum))
        if share > 0.002 { body(left + column, top + row, share) }
      }
    }
  }

  private func local(_ point: Point) -> Point {
    Point(x: max(0, min(Double(width), point.x - Double(left))), y: max(0, min(Double(height), point.y - Double(top))))
  }

  private mutating func line(from first: Point, to last: Point, _ stride: Int) {
    guard first.y != last.y else { return }
    let direction: Double = first.y < last.y ? 1 : -1
    let (upper, lower) = first.y < last.y ? (first, last) : (last, first)
    let slope = (lower.x - upper.x) / (lower.y - upper.y)
    var x = upper.x
    var row = Int(upper.y)
    let end = min(height, Int(lower.y.rounded(.up)))
    while row < end {
      let step = min(Double(row + 1), lower.y) - max(Double(row), upper.y)
      let next = max(0, min(Double(width), x + slope * step))
      span(row * stride, min(x, next), max(x, next), step * direction)
      x = next
      row += 1
    }
  }

  /// Adds what an edge that crosses one row between two columns does to it.
  private mutating func span(_ start: Int, _ x0: Double, _ x1: Double, _ delta: Double) {
    let first = x0.rounded(.down)
    let index = start + Int(first)
    let last = x1.rounded(.up)
    let count = Int(last) - Int(first)
    if count <= 1 {
      let middle = 0.5 * (x0 + x1) - first
      cells[index] += Float(delta - delta * middle)
      cells[index + 1] += Float(delta * middle)
      return
    }
    let slope = 1 / (x1 - x0)
    let head = 1 - (x0 - first)
    let firstArea = 0.5 * slope * head * head
    let tail = x1 - last + 1
    let lastArea = 0.5 * slope * tail * tail
    cells[index] += Float(delta * firstArea)
    if count == 2 {
      cells[index + 1] += Float(delta * (1 - firstArea - lastArea))
    } else {
      let second = slope * (1.5 - (x0 - first))
      cells[index + 1] += Float(delta * (second - firstArea))
      for column in 2..<max(2, count - 1) { cells[index + column] += Float(delta * slope) }
      let before = second + Double(count - 3) * slope
      cells[index + count - 1] += Float(delta * (1 - before - lastArea))
    }
    cells[index + count] += Float(delta * lastArea)
  }
}
