import Foundation
import GeoTypes

/// How overlapping tiles become one map.
public enum Blend: String, Sendable, Codable, CaseIterable {
  /// Every weight is 1: mmsegmentation's slide inference.
  case mean
  /// A raised cosine over the nominal overlap on each side; 1 in the middle and at the source's own edge.
  case cosine
  /// Each pixel from the tile whose center is nearest, the first in grid order on a tie.
  case center
}

/// The weights of a grid's tiles, as a product of one weight along the column axis and one along the row axis.
///
/// The sum over all tiles that cover a pixel is the product of the two axes' sums, so the normalization is exact on every
/// pixel, corners included.
public struct BlendWeights: Sendable {
  /// `columns[j][k]`: the weight of column k of the tiles in grid column j. Above 0, or (for `center`) 0 or 1.
  public let columns: [[Float]]
  /// `rows[i][k]`: the same along the rows.
  public let rows: [[Float]]
  /// The sum of the weights at each column of the source, over the tiles that cover it.
  public let columnSums: [Float]
  /// The same at each row of the source.
  public let rowSums: [Float]

  public init(grid: TileGrid, blend: Blend) {
    columns = Self.axis(
      starts: grid.columns, length: grid.windowSize.width, overlap: grid.overlap.width, total: grid.size.width, blend: blend)
    rows = Self.axis(
      starts: grid.rows, length: grid.windowSize.height, overlap: grid.overlap.height, total: grid.size.height, blend: blend)
    columnSums = Self.sums(columns, starts: grid.columns, total: grid.size.width)
    rowSums = Self.sums(rows, starts: grid.rows, total: grid.size.height)
  }

  private static func axis(starts: [Int], length: Int, overlap: Int, total: Int, blend: Blend) -> [[Float]] {
    switch blend {
    case .mean:
      return starts.map { _ in [Float](repeating: 1, count: length) }
    case .cosine:
      return starts.map { start in
        (0..<length).map { offset in
          let before = start == 0 ? 1 : raisedCosine(offset, overlap: overlap)
          let after = start + length == total ? 1 : raisedCosine(length - 1 - offset, overlap: overlap)
          return Float(before * after)
        }
      }
    case .center:
      // Twice the distances, so that half pixels stay integers.
      let centers = starts.map { 2 * $0 + length }
      return starts.indices.map { index in
        (0..<length).map { offset in
          let pixel = 2 * (starts[index] + offset) + 1
          let own = abs(pixel - centers[index])
          let nearerBefore = centers[..<index].contains { abs(pixel - $0) <= own }
          let nearerAfter = centers[(index + 1)...].contains { abs(pixel - $0) < own }
          return nearerBefore || nearerAfter ? 0 : 1
        }
      }
    }
  }

  /// The weight of a pixel that lies `distance` pixels inside the tile's side: 0 < w ≤ 1. Two ramps that face each other
  /// over the same overlap add up to 1.
  private static func raisedCosine(_ distance: Int, overlap: Int) -> Double {
    guard distance < overlap else { return 1 }
    return 0.5 - 0.5 * Foundation.cos(.pi * (Double(distance) + 0.5) / Double(overlap))
  }

  private static func sums(_ weights: [[Float]], starts: [Int], total: Int) -> [Float] {
    var sums = [Double](repeating: 0, count: total)
    for (start, weights) in zip(starts, weights) {
      for (offset, weight) in weights.enumerated() { sums[start + offset] += Double(weight) }
    }
    return sums.map { Float($0) }
  }
}
