import Basics
import Foundation
public import GeoTypes
public import Geodata

/// A picture of a source with its layers: the image, polygons over it, legend and scale bar.
///
/// Polygons are drawn as they come; nothing of them is kept. Not for several threads at once.
public final class Preview {
  private let source: RasterSize
  private let image: Picture
  private let title: String
  private let catalog: ClassCatalog
  private let metersPerPixel: Double?
  private let canvasSize: RasterSize
  private let scaleX: Double
  private let scaleY: Double
  private var coverage = CoverageRaster()
  /// For each pixel the covered share of every class in one sum, and red, green, blue weighted with it.
  private var fills: [SIMD4<Float>]
  private var lines: [Float]
  private var lineColors: [Color]
  private var counts: [Int: Int] = [:]

  /// The size that an image should be read in.
  public static func imageSize(for source: RasterSize, longestSide: Int = 1400) -> RasterSize {
    let longest = max(1, max(source.width, source.height))
    guard longest > longestSide else { return source }
    let factor = Double(longestSide) / Double(longest)
    return RasterSize(
      width: max(1, Int((Double(source.width) * factor).rounded())), height: max(1, Int((Double(source.height) * factor).rounded())))
  }

  /// - Parameters:
  ///   - source: the size of the raster that the polygons' pixel coordinates belong to.
  ///   - image: of the whole source, in any size (see `imageSize`).
  ///   - title: the source's name.
  ///   - catalog: names and colors of the classes.
  ///   - metersPerPixel: the width of one of the source's pixels on the ground; `nil` without a crs.
  public init(source: RasterSize, image: Picture, title: String, catalog: ClassCatalog, metersPerPixel: Double?) {
    self.source = source
    self.image = image
    self.title = title
    self.catalog = catalog
    self.metersPerPixel = metersPerPixel.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    // Small sources are shown larger.
    let enlarged = max(1, 700 / max(1, max(image.size.width, image.size.height)))
    canvasSize = RasterSize(width: max(1, image.size.width * enlarged), height: max(1, image.size.height * enlarged))
    scaleX = Double(canvasSize.width) / Double(max(1, source.width))
    scaleY = Double(canvasSize.height) / Double(max(1, source.height))
    fills = [SIMD4<Float>](repeating: .zero, count: canvasSize.area)
    lines = [Float](repeating: 0, count: canvasSize.area)
    lineColors = [Color](repeating: Color(red: 0, green: 0, blue: 0), count: canvasSize.area)
  }

  /// Draws a region.
  ///
  /// - Parameter polygons: in pixel-corner coordinates of the source.
  /// - Parameter classID: decides the color.
  public func draw(_ polygons: [Polygon], classID: Int) {
    counts[classID, default: 0] += 1
    let color = catalog.color(classID)
    let channels = SIMD4(Float(color.red), Float(color.green), Float(color.blue), 1)
    let width = canvasSize.width
    for polygon in polygons {
      let rings = directed(polygon)
      coverage.cover(rings, canvas: canvasSize) { column, row, share in fills[row * width + column] += channels * share }
      guard let bounds = Bounds(of: rings.first ?? []) else { continue }
      // Shells only: around a hole runs the outline of what lies in it. One around less than three pixels would hide them.
      if max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY) >= 3, let shell = rings.first { outline(shell, color) }
    }
  }

  /// The picture as the bytes of a PNG file.
  public func png() throws(GeodataError) -> [UInt8] {
    let canvas = composed()
    return try PictureWriter.png(PictureSamples(size: canvas.size, bands: 3, values: .bytes(canvas.pixels)))
  }

  // MARK: - Polygons

  /// The rings on the canvas: the shell one way round, the holes the other.
  private func directed(_ polygon: Polygon) -> [[Point]] {
    func ring(_ ring: Ring, positive: Bool) -> [Point] {
      let points = ring.points.map { Point(x: $0.x * scaleX, y: $0.y * scaleY) }
      return (ring.signedArea > 0) == positive ? points : points.reversed()
    }
    return [ring(polygon.shell, positive: true)] + polygon.holes.map { ring($0, positive: false) }
  }

  private func outline(_ points: [Point], _ color: Color) {
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

  private func line(_ from: Point, _ to: Point, _ color: Color) {
    let reach = 1.15
    let segment = Segment(from, to)
    let columns = max(0, Int(min(from.x, to.x) - reach))..<min(canvasSize.width, Int(max(from.x, to.x) + reach) + 1)
    let rows = max(0, Int(min(from.y, to.y) - reach))..<min(canvasSize.height, Int(max(from.y, to.y) + reach) + 1)
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
        let index = row * canvasSize.width + column
        if share > lines[index] {
          lines[index] = share
          lineColors[index] = color
        }
      }
    }
  }

  // MARK: - Picture

  private func composed() -> Canvas {
    let legend = legendEntries()
    let text = 13.0
    let margin = 20
    let titleHeight = 44
    let names = legend.map { TextStrokes.width($0.name, height: text) }.max() ?? 0
    let legendWidth = legend.isEmpty ? 0 : Int(names) + 60
    let width = max(
      margin + canvasSize.width + margin + legendWidth + (legendWidth > 0 ? margin : 0),
      Int(TextStrokes.width(title, height: 16)) + 2 * margin)
    let rowHeight = 28
    let height = max(titleHeight + canvasSize.height + 56, titleHeight + legend.count * rowHeight + 40)
    var picture = Canvas(size: RasterSize(width: min(width, 4000), height: height), background: Color(red: 255, green: 255, blue: 255))
    let ink = Color(red: 38, green: 42, blue: 48)
    picture.write(title, x: Double(margin), y: 14, height: 16, ink)
    picture.place(overlaid(), column: margin, row: titleHeight)
    picture.frame(
      Window(column: margin - 1, row: titleHeight - 1, width: canvasSize.width + 2, height: canvasSize.height + 2),
      Color(red: 120, green: 126, blue: 134))
    for (index, entry) in legend.enumerated() {
      let row = titleHeight + index * rowHeight
      let column = margin + canvasSize.width + margin
      if let color = entry.color {
        let swatch = Window(column: column, row: row, width: 26, height: 18)
        picture.fill(swatch, color, 0.55)
        picture.frame(swatch, color)
      }
      picture.write(
        entry.name, x: Double(column + 38), y: Double(row) + 3, height: text,
        entry.color == nil ? Color(red: 120, green: 126, blue: 134) : ink)
    }
    drawScaleBar(&picture, x: margin, y: titleHeight + canvasSize.height + 18, ink)
    return picture
  }

  /// The image with the polygons over it.
  private func overlaid() -> Canvas {
    var canvas = Canvas(size: canvasSize, background: Color(red: 238, green: 240, blue: 242))
    let alpha: Float = 0.42
    for row in 0..<canvasSize.height {
      for column in 0..<canvasSize.width {
        let place =
          min(image.size.height - 1, row * image.size.height / canvasSize.height) * image.size.width
          + min(image.size.width - 1, column * image.size.width / canvasSize.width)
        if image.size.area > 0, image.rgba[4 * place + 3] > 0 {
          canvas.blend(column, row, Color(red: image.rgba[4 * place], green: image.rgba[4 * place + 1], blue: image.rgba[4 * place + 2]), 1)
        }
        let index = row * canvasSize.width + column
        let fill = fills[index]
        if fill.w > 0 {
          let color = fill / fill.w
          let rounded = Color(red: Self.byte(color.x), green: Self.byte(color.y), blue: Self.byte(color.z))
          canvas.blend(column, row, rounded, min(1, fill.w) * alpha)
        }
        if lines[index] > 0 { canvas.blend(column, row, lineColors[index], lines[index] * 0.9) }
      }
    }
    return canvas
  }

  private static func byte(_ value: Float) -> UInt8 { UInt8(max(0, min(255, value.rounded()))) }

  /// Classes with polygons, as many as fit, in order of their ids.
  private func legendEntries() -> [(name: String, color: Color?)] {
    let ids = counts.keys.sorted()
    let room = max(6, (canvasSize.height + 40) / 28)
    func entry(_ id: Int) -> (name: String, color: Color?) { (shortened(catalog.name(id), 28), catalog.color(id)) }
    if ids.isEmpty { return [("nothing found", nil)] }
    if ids.count <= room { return ids.map(entry) }
    let most = ids.sorted { (counts[$0] ?? 0, $1) > (counts[$1] ?? 0, $0) }.prefix(room - 1).sorted()
    return most.map(entry) + [("and \(ids.count - most.count) more", nil)]
  }

  private func shortened(_ text: String, _ count: Int) -> String {
    text.count <= count ? text : String(text.prefix(count - 3)) + "..."
  }

  private func drawScaleBar(_ picture: inout Canvas, x: Int, y: Int, _ ink: Color) {
    let perPixel = (metersPerPixel ?? 1) / scaleX
    let longest = Double(canvasSize.width) * 0.3 * perPixel
    guard longest > 0, longest.isFinite else { return }
    let power = pow(10, log10(longest).rounded(.down))
    let length = ([5, 2, 1].map { $0 * power }.first { $0 <= longest }) ?? power
    let width = max(4, Int((length / perPixel).rounded()))
    for part in 0..<4 {
      let (from, to) = (x + part * width / 4, x + (part + 1) * width / 4)
      let window = Window(column: from, row: y, width: to - from, height: 7)
      picture.fill(window, part % 2 == 0 ? ink : Color(red: 255, green: 255, blue: 255))
    }
    picture.frame(Window(column: x, row: y, width: width, height: 7), ink)
    picture.write(label(length), x: Double(x + width) + 12, y: Double(y) - 3, height: 13, ink)
  }

  private func label(_ length: Double) -> String {
    guard metersPerPixel != nil else { return "\(number(length)) px" }
    if length >= 1000 { return "\(number(length / 1000)) km" }
    if length < 1 { return length < 0.01 ? "\(number(length * 1000)) mm" : "\(number(length * 100)) cm" }
    return "\(number(length)) m"
  }

  private func number(_ value: Double) -> String {
    let rounded = (value * 1e6).rounded() / 1e6
    return Int(exactly: rounded).map(String.init) ?? String(rounded)
  }
}
