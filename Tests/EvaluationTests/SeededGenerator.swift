/// SplitMix64: the same numbers for a seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// A class map drawn with a digit for each pixel; `.` is 255.
func rows(_ lines: String...) -> [[UInt8]] {
  lines.map { $0.map { $0.wholeNumberValue.map { UInt8($0) } ?? 255 } }
}

/// A map of random blobs: noise whose neighbours are often equal.
func randomMap(width: Int, height: Int, values: [UInt8], _ generator: inout SeededGenerator) -> [[UInt8]] {
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
