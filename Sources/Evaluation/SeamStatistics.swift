public import GeoTypes

/// How many pixels change when the tile grid is shifted, near the seams and elsewhere.
public struct SeamStatistics: Sendable, Equatable, Codable {
  /// Pixels, and how many of them have two classes.
  public struct Counts: Sendable, Equatable, Codable {
    public var pixels: UInt64 = 0
    public var changed: UInt64 = 0

    public var share: Double? { ratio(changed, pixels) }
  }

  /// Pixels whose center is nearer to a seam than `distance`.
  public private(set) var near = Counts()
  public private(set) var elsewhere = Counts()
  /// In pixels.
  public let distance: Int

  private let nearColumns: [Bool]
  private let nearRows: [Bool]

  /// - Parameters:
  ///   - size: of the map, in pixels.
  ///   - columnSeams: the columns at which tiles of either grid begin or end: c is the line between columns c - 1 and c.
  ///   - rowSeams: the same for rows.
  ///   - distance: pixels on each side of a seam that count as near.
  public init(size: RasterSize, columnSeams: [Int], rowSeams: [Int], distance: Int) {
    precondition(distance >= 0, "distance of \(distance) pixels")
    self.distance = distance
    nearColumns = Self.mask(size.width, columnSeams, distance)
    nearRows = Self.mask(size.height, rowSeams, distance)
  }

  /// Pixels within reach of a seam. The source's own edge is not a seam.
  private static func mask(_ length: Int, _ seams: [Int], _ distance: Int) -> [Bool] {
    var mask = [Bool](repeating: false, count: length)
    for seam in seams where 0 < seam && seam < length {
      for index in max(0, seam - distance)..<min(length, seam + distance) { mask[index] = true }
    }
    return mask
  }

  /// Compares a row of both class maps. Pixels that are nodata in either do not count.
  public mutating func add(row: Int, first: [UInt8], second: [UInt8]) {
    precondition(first.count == nearColumns.count && second.count == nearColumns.count, "rows of \(first.count), \(second.count) pixels")
    let isNearRow = nearRows[row]
    for column in first.indices where first[column] != ClassMap.nodata && second[column] != ClassMap.nodata {
      let changed: UInt64 = first[column] == second[column] ? 0 : 1
      if isNearRow || nearColumns[column] {
        near.pixels += 1
        near.changed += changed
      } else {
        elsewhere.pixels += 1
        elsewhere.changed += changed
      }
    }
  }

  /// Adds the counts of another source.
  public mutating func merge(_ other: SeamStatistics) {
    near.pixels += other.near.pixels
    near.changed += other.near.changed
    elsewhere.pixels += other.elsewhere.pixels
    elsewhere.changed += other.elsewhere.changed
  }

  /// The share of all pixels that change.
  public var share: Double? { ratio(near.changed + elsewhere.changed, near.pixels + elsewhere.pixels) }
}
