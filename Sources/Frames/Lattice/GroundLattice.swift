public import GeoTypes
import Synchronization

/// Where positions on a grid on the ground appear in a picture, without asking for the place on the earth of each.
///
/// The corners of square cells of the grid are exact. Within a cell the way from the camera to the ground is interpolated, which is as smooth as
/// the earth; lens, least dip, heights and what they hide are computed for each position, so that no edge moves. Where the middles of a cell's sides
/// show that this would be off by more than `bound`, all of the cell is exact.
///
/// Cells lie at fixed places of the grid: what is found for a position does not depend on what else is asked for. For any thread.
public final class GroundLattice: Sendable {
  /// By how many pixels of the picture positions may be off.
  public static let bound = 0.001

  /// Of a cell's side, in pixels of the grid.
  let spacing: Int

  private let frame: Frame
  private let geotransform: Geotransform
  private let columns: Int
  private let lines: Int
  private let toGeographic: @Sendable ([Point]) -> [Point?]
  /// By how much a direction from the camera may be off, in radians.
  private let angle: Double
  /// The rows of cells that were asked for last.
  private let rows = Mutex<[Place: LatticeRow]>([:])

  /// Where a row of cells lies: a part of the grid's width, so that a row is never long.
  private struct Place: Hashable {
    var line: Int
    var part: Int

    func distance(to other: Place) -> Int { max(abs(line - other.line), abs(part - other.part)) }
  }

  /// As many cells as a row has, but for the last ones.
  private static let rowLength = 64
  /// 17 KB each; more than the blocks of a line of a view touch.
  private static let rowsKept = 128

  /// - Parameters:
  ///   - geotransform: of the grid.
  ///   - size: of the grid.
  ///   - toGeographic: longitudes and latitudes on WGS 84, in degrees, of places in the grid's crs; `nil` for those that have none.
  public init(
    _ frame: Frame, geotransform: Geotransform, size: RasterSize, toGeographic: @escaping @Sendable ([Point]) -> [Point?]
  ) {
    self.frame = frame
    self.geotransform = geotransform
    self.toGeographic = toGeographic
    angle = Self.bound / frame.camera.pixelsPerRadian
    let (x, y) = (Double(size.width) / 2, Double(size.height) / 2)
    let places = toGeographic([Point(x: x, y: y), Point(x: x + 1, y: y)].map(geotransform.apply))
    spacing = Self.spacing(frame, places, angle)
    columns = (size.width + spacing - 1) / spacing
    lines = (size.height + spacing - 1) / spacing
  }

  /// The largest that most cells of may be interpolated.
  ///
  /// - Parameter places: of two neighboring pixels of the grid.
  private static func spacing(_ frame: Frame, _ places: [Point?], _ angle: Double) -> Int {
    let views = places.compactMap { $0.map { frame.node(at: $0).view } }
    let above = frame.position.height - frame.ground.heights.upperBound
    let least = 8
    guard views.count == 2, above > 0 else { return least }
    let pixel = (views[1] - views[0]).length
    // In its middle, a chord is off a circle by the square of its length over eight radii; here along all four sides of a cell, and half is left over.
    let longest = min((angle * above * Earth.polarRadius).squareRoot(), above / 4)
    return [64, 32, 16].first { Double($0) * pixel <= longest } ?? least
  }

  /// The position in the picture of each position on the grid, at most `bound` from the exact one; `nil` where no position in the picture shows it.
  public func picturePixels(_ pixels: [Point]) -> [Point?] {
    var found = [Point?](repeating: nil, count: pixels.count)
    var exact: [Int] = []
    var index = pixels.startIndex
    while index < pixels.endIndex {
      guard let first = cell(of: pixels[index]) else {
        exact.append(index)
        index += 1
        continue
      }
      // Neighbors mostly lie in one row.
      let row = self.row(first.place)
      while index < pixels.endIndex, let cell = cell(of: pixels[index]), cell.place == first.place {
        if row.isSmooth[cell.index] {
          found[index] = row.pixel(frame, cell: cell.index, cell.u, cell.v)
        } else {
          exact.append(index)
        }
        index += 1
      }
    }
    if !exact.isEmpty {
      for (index, pixel) in zip(exact, exactPicturePixels(exact.map { pixels[$0] })) { found[index] = pixel }
    }
    return found
  }

  /// The cell that holds a position on the grid, and where in it that lies, as shares of its width and height; `nil` beyond the grid.
  private func cell(of pixel: Point) -> (place: Place, index: Int, u: Double, v: Double)? {
    let (x, y) = (pixel.x / Double(spacing), pixel.y / Double(spacing))
    // What is not a number is not in the grid.
    guard x >= 0, y >= 0, x <= Double(columns), y <= Double(lines) else { return nil }
    let (column, line) = (min(Int(x), columns - 1), min(Int(y), lines - 1))
    let part = column / Self.rowLength
    return (Place(line: line, part: part), column - part * Self.rowLength, x - Double(column), y - Double(line))
  }

  /// The same, each by the place on the earth of its own.
  public func exactPicturePixels(_ pixels: [Point]) -> [Point?] {
    toGeographic(pixels.map(geotransform.apply)).map { $0.flatMap { frame.pixel(longitude: $0.x, latitude: $0.y) } }
  }

  /// Whether positions around one on the grid are interpolated.
  func isSmooth(at pixel: Point) -> Bool {
    guard let cell = cell(of: pixel) else { return false }
    return row(cell.place).isSmooth[cell.index]
  }

  private func row(_ place: Place) -> LatticeRow {
    rows.withLock { rows in
      if let known = rows[place] { return known }
      // Reading goes from block to block, and down in each.
      if rows.count == Self.rowsKept, let farthest = rows.keys.max(by: { $0.distance(to: place) < $1.distance(to: place) }) {
        rows[farthest] = nil
      }
      let first = place.part * Self.rowLength
      let (count, side) = (min(Self.rowLength, columns - first), Double(spacing))
      func nodes(_ y: Double, _ steps: Int) -> [GroundNode] {
        let pixels = (0...steps * count).map { Point(x: (Double(first) + Double($0) / Double(steps)) * side, y: y * side) }
        return toGeographic(pixels.map(geotransform.apply)).map { $0.map(frame.node(at:)) ?? .unknown }
      }
      let line = Double(place.line)
      let made = LatticeRow(frame, upper: nodes(line, 2), middle: nodes(line + 0.5, 1), lower: nodes(line + 1, 2), angle: angle)
      rows[place] = made
      return made
    }
  }
}
