import GeoTypes

/// Gives the pixels of a class map region ids, row by row from top to bottom.
///
/// Ids are provisional: two parts of a U have two ids until their rows meet. `region(of:)` says, at the end, which region an id belongs to.
///
/// - Complexity: holds one row, and 4 bytes for each id.
public struct RegionLabeler: Sendable {
  /// Whether pixels are neighbors by their sides, or by their corners, too.
  public enum Connectivity: Int, Sendable, Codable {
    case four = 4
    case eight = 8
  }

  private let connectivity: Connectivity
  private let excluded: [Bool]
  /// Of ids; 0 stands for no region.
  private var sets = DisjointSets(count: 1)
  private var classes: [UInt8] = [0]
  private var above: [UInt8] = []
  private var idsAbove: [UInt32] = []

  /// - Parameter connectivity: which pixels are neighbors.
  /// - Parameter excluding: class ids whose pixels belong to no region: nodata, and background where there is one.
  public init(connectivity: Connectivity = .four, excluding: Set<UInt8> = [255]) {
    self.connectivity = connectivity
    excluded = (0...255).map { excluding.contains(UInt8($0)) }
  }

  /// The provisional ids of the next row, 0 for pixels of no region. All rows have the same length.
  public mutating func label(_ row: [UInt8]) -> [UInt32] {
    precondition(above.isEmpty || above.count == row.count, "a row of \(row.count) after one of \(above.count)")
    var ids = [UInt32](repeating: 0, count: row.count)
    for column in row.indices where !excluded[Int(row[column])] {
      let value = row[column]
      var id: UInt32 = 0
      func join(_ other: UInt32) { id = id == 0 ? sets.find(other) : sets.unite(id, other) }
      if column > 0, row[column - 1] == value { join(ids[column - 1]) }
      if !above.isEmpty {
        if above[column] == value { join(idsAbove[column]) }
        if connectivity == .eight {
          if column > 0, above[column - 1] == value { join(idsAbove[column - 1]) }
          if column + 1 < row.count, above[column + 1] == value { join(idsAbove[column + 1]) }
        }
      }
      if id == 0 {
        id = sets.add()
        classes.append(value)
      }
      ids[column] = id
    }
    above = row
    idsAbove = ids
    return ids
  }

  /// The region of a provisional id: the smallest of its ids.
  public func region(of id: UInt32) -> UInt32 { sets.root(of: id) }

  /// The class of a region.
  public func classID(of id: UInt32) -> UInt8 { classes[Int(id)] }
}
