import Basics
import Drawing
import Foundation
public import GeoTypes
public import Geodata

/// A picture of a source with its layers: the image, polygons over it, legend, north arrow and scale bar.
///
/// Polygons are drawn as they come; nothing of them is kept. Not for several threads at once.
public final class Preview {
  private let source: RasterSize
  private let image: Picture
  private let title: String
  private let catalog: ClassCatalog
  private let metersPerPixel: Double?
  private let north: Point?
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
  public static func imageSize(for source: RasterSize, longestSide: Int = Picture.largestSide) -> RasterSize {
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
  ///   - north: the direction of north in the source's pixels, y downward; `nil` where it is not known.
  public init(
    source: RasterSize, image: Picture, title: String, catalog: ClassCatalog, metersPerPixel: Double?, north: Point? = nil
  ) {
    self.source = source
    self.image = image
    self.title = title
    self.catalog = catalog
    self.metersPerPixel = metersPerPixel.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    self.north = north
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
    // Of layers that are not of this source: anywhere, or nowhere.
    guard from.x.isFinite, from.y.isFinite, to.x.isFinite, to.y.isFinite else { return }
    func range(_ a: Double, _ b: Double, _ side: Int) -> Range<Int> {
      let low = Int(max(0, min(Double(side), min(a, b) - reach)))
      return low..<max(low, min(side, Int(max(-1, min(Double(side), max(a, b) + reach))) + 1))
    }
    let (columns, rows) = (range(from.x, to.x, canvasSize.width), range(from.y, to.y, canvasSize.height))
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

  private static let ink = Color(red: 38, green: 42, blue: 48)
  private static let gray = Color(red: 92, green: 99, blue: 108)
  private static let paper = Color(red: 255, green: 255, blue: 255)

  private func composed() -> Canvas {
    let legend = legendEntries().map { (text: TextLine($0.name, size: 17, widest: 420), color: $0.color) }
    let margin = 20
    let titleHeight = 48
    let title = TextLine(title, size: 21, weight: .bold, widest: 4000 - 2 * margin)
    let legendWidth = (legend.map(\.text.width).max() ?? 0) + 60
    let width = max(margin + canvasSize.width + margin + legendWidth + margin, title.width + 2 * margin)
    let rowHeight = 28
    let height = max(titleHeight + canvasSize.height + 60, titleHeight + legend.count * rowHeight + 40)
    var picture = Canvas(size: RasterSize(width: min(width, 4000), height: height), background: Self.paper)
    picture.write(title, left: margin, middle: titleHeight / 2, Self.ink)
    picture.place(overlaid(), column: margin, row: titleHeight)
    picture.frame(
      Window(column: margin - 1, row: titleHeight - 1, width: canvasSize.width + 2, height: canvasSize.height + 2), Self.gray)
    for (index, entry) in legend.enumerated() {
      let row = titleHeight + index * rowHeight
      let column = margin + canvasSize.width + margin
      if let color = entry.color {
        let swatch = Window(column: column, row: row, width: 26, height: 18)
        picture.fill(swatch, color, 0.55)
        picture.frame(swatch, color)
      }
      picture.write(entry.text, left: column + 38, middle: row + 9, entry.color == nil ? Self.gray : Self.ink)
    }
    let middle = titleHeight + canvasSize.height + 30
    let arrowWidth = drawNorthArrow(&picture, left: margin, middle: middle)
    drawScaleBar(&picture, x: margin + arrowWidth, y: middle - 4)
    return picture
  }

  /// The image with the polygons over it. Outlines have an edge that stands out from their color, so that they can be told from any ground.
  private func overlaid() -> Canvas {
    let (width, height) = (canvasSize.width, canvasSize.height)
    let columns = (0..<width).map { 4 * min(image.size.width - 1, $0 * image.size.width / width) }
    var mixed = MixedColors()
    let pixels = [UInt8](unsafeUninitializedCapacity: canvasSize.area * 3) { pixels, count in
      count = canvasSize.area * 3
      fills.withUnsafeBufferPointer { fills in
        lines.withUnsafeBufferPointer { lines in
          image.rgba.withUnsafeBufferPointer { rgba in
            for row in 0..<height {
              let imageRow = 4 * min(image.size.height - 1, row * image.size.height / height) * image.size.width
              let above = max(0, row - 1) * width
              let below = min(height - 1, row + 1) * width
              func hasLine(_ column: Int) -> Bool {
                guard column >= 0, column < width else { return false }
                return lines[above + column] > 0 || lines[row * width + column] > 0 || lines[below + column] > 0
              }
              var (before, here) = (false, hasLine(0))
              for column in 0..<width {
                let after = hasLine(column + 1)
                defer { (before, here) = (here, after) }
                let index = row * width + column
                let place = imageRow + columns[column]
                let isThere = !rgba.isEmpty && rgba[place + 3] > 0
                let fill = fills[index]
                // Most pixels are of the image alone.
                guard before || here || after || fill.w > 0 else {
                  pixels[3 * index] = isThere ? rgba[place] : Self.empty.x
                  pixels[3 * index + 1] = isThere ? rgba[place + 1] : Self.empty.y
                  pixels[3 * index + 2] = isThere ? rgba[place + 2] : Self.empty.z
                  continue
                }
                let ground = isThere ? SIMD3(rgba[place], rgba[place + 1], rgba[place + 2]) : Self.empty
                // Of the others, most lie within one polygon.
                if !before, !here, !after, let color = mixed.color(ground, fill) {
                  (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2]) = (color.x, color.y, color.z)
                  continue
                }
                var color = SIMD3<Float>(ground)
                if fill.w > 0 { color = Self.mixed(color, fill) }
                if before || here || after {
                  let edge = edge(column, row, lines)
                  if edge.share > 0 { color += (edge.color - color) * edge.share }
                  if lines[index] > 0 {
                    let line = lineColors[index]
                    color += (SIMD3(Float(line.red), Float(line.green), Float(line.blue)) - color) * (lines[index] * 0.95)
                  }
                }
                pixels[3 * index] = Self.byte(color.x)
                pixels[3 * index + 1] = Self.byte(color.y)
                pixels[3 * index + 2] = Self.byte(color.z)
              }
            }
          }
        }
      }
    }
    return Canvas(size: canvasSize, pixels: pixels)
  }

  /// A color of the ground with the polygons that cover it.
  private static func mixed(_ ground: SIMD3<Float>, _ fill: SIMD4<Float>) -> SIMD3<Float> {
    let mean = SIMD3(fill.x, fill.y, fill.z) / fill.w
    return ground + (mean - ground) * (min(1, fill.w) * fillShare)
  }

  /// What `mixed` gives for each byte of the ground, by fill: pixels within the polygons of a class have the same one.
  private struct MixedColors {
    private var places: [SIMD4<Float>: Int] = [:]
    /// 256 for each of red, green and blue, one fill after the other.
    private var tables: [UInt8] = []
    private var last = SIMD4<Float>.zero
    private var place: Int?

    /// More fills than there are classes are those of borders, where hardly two pixels are alike.
    private static let mostFills = 300

    /// The color, where the pixel before had the same fill; `nil` elsewhere.
    mutating func color(_ ground: SIMD3<UInt8>, _ fill: SIMD4<Float>) -> SIMD3<UInt8>? {
      guard fill == last else {
        last = fill
        place = nil
        return nil
      }
      if place == nil { place = find(fill) }
      guard let place else { return nil }
      return SIMD3(tables[place + Int(ground.x)], tables[place + 256 + Int(ground.y)], tables[place + 512 + Int(ground.z)])
    }

    private mutating func find(_ fill: SIMD4<Float>) -> Int? {
      if let known = places[fill] { return known }
      guard places.count < Self.mostFills else { return nil }
      let place = tables.count
      let colors = (0..<256).map { Preview.mixed(SIMD3(repeating: Float($0)), fill) }
      for channel in 0..<3 { tables += colors.map { Preview.byte($0[channel]) } }
      places[fill] = place
      return place
    }
  }

  /// Where the image has no pixel.
  private static let empty = SIMD3<UInt8>(238, 240, 242)
  /// How much of the ground a polygon covers.
  private static let fillShare: Float = 0.42

  /// The edge of the outlines beside a pixel: dark beside a light color, light beside a dark one. Where outlines are so close that edges would
  /// cover what lies between them, there is none.
  private func edge(_ column: Int, _ row: Int, _ lines: UnsafeBufferPointer<Float>) -> (share: Float, color: SIMD3<Float>) {
    let width = canvasSize.width
    let own = lines[row * width + column]
    guard own < 0.9 else { return (0, .zero) }
    var (strongest, place, count): (Float, Int, Int) = (0, 0, 0)
    for y in max(0, row - 1)...min(canvasSize.height - 1, row + 1) {
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

  /// The nearest byte, halves upward.
  private static func byte(_ value: Float) -> UInt8 {
    let value = min(255, max(0, value))
    let whole = Int32(value)
    return UInt8(truncatingIfNeeded: value - Float(whole) >= 0.5 ? whole &+ 1 : whole)
  }

  /// Classes with polygons, as many as fit, in order of their ids.
  private func legendEntries() -> [(name: String, color: Color?)] {
    let ids = counts.keys.sorted()
    let room = max(6, (canvasSize.height + 40) / 28)
    func entry(_ id: Int) -> (name: String, color: Color?) { (catalog.name(id), catalog.color(id)) }
    if ids.isEmpty { return [("nothing found", nil)] }
    if ids.count <= room { return ids.map(entry) }
    let most = ids.sorted { (counts[$0] ?? 0, $1) > (counts[$1] ?? 0, $0) }.prefix(room - 1).sorted()
    return most.map(entry) + [("and \(ids.count - most.count) more", nil)]
  }

  /// An arrow to the north, with its letter.
  ///
  /// - Returns: the room that it takes, or 0 where north is not known.
  private func drawNorthArrow(_ picture: inout Canvas, left: Int, middle: Int) -> Int {
    guard let north, north.x.isFinite, north.y.isFinite, north.x != 0 || north.y != 0 else { return 0 }
    let length = (north.x * north.x + north.y * north.y).squareRoot()
    let (dx, dy) = (north.x / length * 14, north.y / length * 14)
    let center = Point(x: Double(left) + 14, y: Double(middle))
    let tip = Point(x: center.x + dx, y: center.y + dy)
    picture.stroke(Point(x: center.x - dx, y: center.y - dy), tip, width: 1.8, Self.ink)
    for side in [-1.0, 1] {
      // A third of the way back from the tip, and aside.
      picture.stroke(tip, Point(x: tip.x - 0.6 * dx - side * 0.4 * dy, y: tip.y - 0.6 * dy + side * 0.4 * dx), width: 1.8, Self.ink)
    }
    let letter = TextLine("N", size: 15, weight: .bold)
    picture.write(letter, left: left + 32, middle: middle, Self.ink)
    return 32 + letter.width + 20
  }

  private func drawScaleBar(_ picture: inout Canvas, x: Int, y: Int) {
    let perPixel = (metersPerPixel ?? 1) / scaleX
    let longest = Double(canvasSize.width) * 0.3 * perPixel
    guard longest > 0, longest.isFinite else { return }
    let power = pow(10, log10(longest).rounded(.down))
    let length = ([5, 2, 1].map { $0 * power }.first { $0 <= longest }) ?? power
    let width = max(4, Int((length / perPixel).rounded()))
    for part in 0..<4 {
      let (from, to) = (x + part * width / 4, x + (part + 1) * width / 4)
      let window = Window(column: from, row: y, width: to - from, height: 8)
      picture.fill(window, part % 2 == 0 ? Self.ink : Self.paper)
    }
    picture.frame(Window(column: x, row: y, width: width, height: 8), Self.ink)
    picture.write(TextLine(label(length), size: 16), left: x + width + 12, middle: y + 4, Self.ink)
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
