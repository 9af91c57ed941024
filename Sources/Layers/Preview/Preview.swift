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
  private var overlay: PolygonOverlay
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
    overlay = PolygonOverlay(size: canvasSize)
  }

  /// Draws a region.
  ///
  /// - Parameter polygons: in pixel-corner coordinates of the source.
  /// - Parameter classID: decides the color.
  public func draw(_ polygons: [Polygon], classID: Int) {
    counts[classID, default: 0] += 1
    let color = catalog.color(classID)
    for polygon in polygons { overlay.draw(directed(polygon), color) }
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
    picture.place(overlay.laid(over: image), column: margin, row: titleHeight)
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
