import Basics
import Drawing
import GeoTypes
import Geodata

/// Polygons on a canvas, half transparent, with their outlines.
struct PolygonOverlay {
  private let size: RasterSize
  private var coverage = CoverageRaster()
  private var fills: PixelFills
  /// How strong the outline through each pixel is, 0…1, and its color.
  private var lines: [Float]
  private var lineColors: [Color]

  /// Where the image has no pixel.
  private static let empty = SIMD3<UInt8>(238, 240, 242)
  /// How much of the ground a polygon covers.
  private static let fillShare: Float = 0.42
  /// Fills for which it is looked up what they make of a byte of the ground. More than there are classes are those of borders.
  private static let mostTables = 300

  /// - Parameter size: of the canvas.
  init(size: RasterSize) {
    self.size = size
    fills = PixelFills(count: size.area)
    lines = [Float](repeating: 0, count: size.area)
    lineColors = [Color](repeating: Color(red: 0, green: 0, blue: 0), count: size.area)
  }

  // MARK: - Polygons

  /// Draws a polygon.
  ///
  /// - Parameter rings: in canvas pixels: the shell one way round, the holes the other.
  mutating func draw(_ rings: [[Point]], _ color: Color) {
    let channels = SIMD4(Float(color.red), Float(color.green), Float(color.blue), 1)
    let width = size.width
    var fills = PixelFills(count: 0)
    swap(&fills, &self.fills)
    coverage.cover(rings, canvas: size) { column, row, share in fills.add(channels, share: share, at: row * width + column) }
    swap(&fills, &self.fills)
    guard let bounds = Bounds(of: rings.first ?? []) else { return }
    // Shells only: around a hole runs the outline of what lies in it. One around less than three pixels would hide them.
    if max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY) >= 3, let shell = rings.first { outline(shell, color) }
  }

  private mutating func outline(_ points: [Point], _ color: Color) {
    // Steps finer than the canvas are taken together.
    var kept: [Point] = []
    for point in points {
      if let last = kept.last, abs(last.x - point.x) < 0.8, abs(last.y - point.y) < 0.8 { continue }
      kept.append(point)
    }
    guard kept.count > 1, var previous = kept.last else { return }
    for point in kept {
      line(previous, point, color)
      previous = point
    }
  }

  private mutating func line(_ from: Point, _ to: Point, _ color: Color) {
    let reach = 1.15
    let segment = Segment(from, to)
    // Of layers that are not of this source: anywhere, or nowhere.
    guard from.x.isFinite, from.y.isFinite, to.x.isFinite, to.y.isFinite else { return }
    func range(_ a: Double, _ b: Double, _ side: Int) -> Range<Int> {
      let low = Int(max(0, min(Double(side), min(a, b) - reach)))
      return low..<max(low, min(side, Int(max(-1, min(Double(side), max(a, b) + reach))) + 1))
    }
    let (columns, rows) = (range(from.x, to.x, size.width), range(from.y, to.y, size.height))
    guard !columns.isEmpty, !rows.isEmpty else { return }
    // A long oblique line would look at its whole box: it is cut in two instead.
    if columns.count > 24, rows.count > 24 {
      let middle = Point(x: (from.x + to.x) / 2, y: (from.y + to.y) / 2)
      line(from, middle, color)
      line(middle, to, color)
      return
    }
    for row in rows {
      for column in columns {
        let share = Float(min(1, max(0, reach - segment.distance(Point(x: Double(column) + 0.5, y: Double(row) + 0.5)))))
        let index = row * size.width + column
        if share > lines[index] {
          lines[index] = share
          lineColors[index] = color
        }
      }
    }
  }

  // MARK: - Picture

  /// The image with the polygons over it. Outlines have an edge that stands out from their color, so that they can be told from any ground.
  ///
  /// - Parameter image: of any size; it is stretched over the canvas.
  func laid(over image: Picture) -> Canvas {
    let (width, height) = (size.width, size.height)
    let columns = (0..<width).map { 4 * min(image.size.width - 1, $0 * image.size.width / width) }
    let tables = FillTables(fills, most: Self.mostTables, Self.bytes)
    let pixels = [UInt8](unsafeUninitializedCapacity: size.area * 3) { pixels, count in
      count = size.area * 3
      lines.withUnsafeBufferPointer { lines in
        image.rgba.withUnsafeBufferPointer { rgba in
          for row in 0..<height {
            let imageRow = 4 * min(image.size.height - 1, row * image.size.height / height) * image.size.width
            let above = max(0, row - 1) * width
            let below = min(height - 1, row + 1) * width
            func hasLine(_ column: Int) -> Bool { max(lines[above + column], lines[row * width + column], lines[below + column]) > 0 }
            var (before, here) = (false, hasLine(0))
            for column in 0..<width {
              let after = column + 1 < width && hasLine(column + 1)
              let isNearLine = before || here || after
              (before, here) = (here, after)
              let index = row * width + column
              let place = imageRow + columns[column]
              let isThere = !rgba.isEmpty && rgba[place + 3] > 0
              let ground = isThere ? SIMD3(rgba[place], rgba[place + 1], rgba[place + 2]) : Self.empty
              let fill = Int(fills.places[index])
              let color =
                if isNearLine {
                  outlined(ground, fills.values[fill], column, row, lines)
                } else if fill > 0 {
                  tables.color(ground, fill) ?? Self.bytes(Self.mixed(SIMD3<Float>(ground), fills.values[fill]))
                } else { ground }
              (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2]) = (color.x, color.y, color.z)
            }
          }
        }
      }
    }
    return Canvas(size: size, pixels: pixels)
  }

  /// A pixel with an outline, or beside one.
  private func outlined(
    _ ground: SIMD3<UInt8>, _ fill: SIMD4<Float>, _ column: Int, _ row: Int, _ lines: UnsafeBufferPointer<Float>
  ) -> SIMD3<UInt8> {
    let index = row * size.width + column
    var color = SIMD3<Float>(ground)
    if fill.w > 0 { color = Self.mixed(color, fill) }
    let edge = edge(column, row, lines)
    if edge.share > 0 { color += (edge.color - color) * edge.share }
    if lines[index] > 0 {
      let line = lineColors[index]
      color += (SIMD3(Float(line.red), Float(line.green), Float(line.blue)) - color) * (lines[index] * 0.95)
    }
    return Self.bytes(color)
  }

  /// A color of the ground with the polygons that cover it.
  private static func mixed(_ ground: SIMD3<Float>, _ fill: SIMD4<Float>) -> SIMD3<Float> {
    let mean = SIMD3(fill.x, fill.y, fill.z) / fill.w
    return ground + (mean - ground) * (min(1, fill.w) * fillShare)
  }

  /// The edge of the outlines beside a pixel: dark beside a light color, light beside a dark one. Where outlines are so close that edges would
  /// cover what lies between them, there is none.
  private func edge(_ column: Int, _ row: Int, _ lines: UnsafeBufferPointer<Float>) -> (share: Float, color: SIMD3<Float>) {
    let width = size.width
    let own = lines[row * width + column]
    guard own < 0.9 else { return (0, .zero) }
    var (strongest, place, count): (Float, Int, Int) = (0, 0, 0)
    for y in max(0, row - 1)...min(size.height - 1, row + 1) {
      for x in max(0, column - 1)...min(width - 1, column + 1) {
        let index = y * width + x
        if lines[index] > 0.5 { count += 1 }
        if lines[index] > strongest { (strongest, place) = (lines[index], index) }
      }
    }
    guard strongest > own, count <= 4 else { return (0, .zero) }
    let line = lineColors[place]
    let luminance = 0.299 * Float(line.red) + 0.587 * Float(line.green) + 0.114 * Float(line.blue)
    return ((strongest - own) * 0.5, SIMD3(repeating: luminance > 128 ? 20 : 255))
  }

  /// The nearest bytes, halves upward.
  private static func bytes(_ color: SIMD3<Float>) -> SIMD3<UInt8> { SIMD3(byte(color.x), byte(color.y), byte(color.z)) }

  private static func byte(_ value: Float) -> UInt8 {
    let value = min(255, max(0, value))
    let whole = Int32(value)
    return UInt8(truncatingIfNeeded: value - Float(whole) >= 0.5 ? whole &+ 1 : whole)
  }

  /// What a fill makes of each byte of the ground, for fills that many pixels have.
  private struct FillTables {
    /// By the fill's place; -1 where there is no table.
    private var starts: [Int32]
    /// For each of 256 bytes red, green and blue, one fill after the other.
    private var bytes: [UInt8] = []

    init(_ fills: PixelFills, most: Int, _ rounded: (SIMD3<Float>) -> SIMD3<UInt8>) {
      let places = fills.shared(most: most)
      starts = [Int32](repeating: -1, count: (places.last ?? 0) + 1)
      for place in places {
        starts[place] = Int32(bytes.count)
        for ground in 0..<256 {
          let color = rounded(PolygonOverlay.mixed(SIMD3(repeating: Float(ground)), fills.values[place]))
          bytes += [color.x, color.y, color.z]
        }
      }
    }

    func color(_ ground: SIMD3<UInt8>, _ fill: Int) -> SIMD3<UInt8>? {
      guard fill < starts.count, case let start = Int(starts[fill]), start >= 0 else { return nil }
      return SIMD3(bytes[start + 3 * Int(ground.x)], bytes[start + 3 * Int(ground.y) + 1], bytes[start + 3 * Int(ground.z) + 2])
    }
  }
}
