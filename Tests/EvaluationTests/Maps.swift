import TestSupport

/// A class map drawn with a digit for each pixel; `.` is 255.
func rows(_ lines: String...) -> [[UInt8]] {
  lines.map { $0.map { $0.wholeNumberValue.map { UInt8($0) } ?? 255 } }
}

/// A map of random blobs: noise whose neighbors are often equal.
func randomMap(width: Int, height: Int, values: [UInt8], _ generator: inout Seeded) -> [[UInt8]] {
  var map = [[UInt8]](repeating: [UInt8](repeating: 0, count: width), count: height)
  for row in 0..<height {
    for column in 0..<width {
      let chance = Int.random(in: 0..<10, using: &generator)
      if chance < 4, row > 0 {
        map[row][column] = map[row - 1][column]
      } else if chance < 8, column > 0 {
        map[row][column] = map[row][column - 1]
      } else {
        map[row][column] = values.randomElement(using: &generator) ?? 0
      }
    }
  }
  return map
}
