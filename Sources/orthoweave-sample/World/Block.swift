import Foundation

/// What lies along a border between blocks.
enum BorderKind {
  case road, street, track, hedge, nothing

  /// Half the width in meters, sidewalks included.
  var halfWidth: Float {
    switch self {
    case .road: 3.6
    case .street: 4.2
    case .track: 1.7
    case .hedge, .nothing: 0
    }
  }

  var isPaved: Bool { self == .road || self == .street }
}

enum LandUse {
  case village, town, industry, fields, meadow, wood, orchard, bare
}

/// One block of land: a rectangle in (u, v).
struct Block {
  let column: Int
  let row: Int
  let u0: Double
  let u1: Double
  let v0: Double
  let v1: Double
  let use: LandUse
  /// At u0, u1, v0, v1.
  let borders: (BorderKind, BorderKind, BorderKind, BorderKind)
  /// Strips in a village (between inner streets), or fields, along the longer way.
  let cuts: [Double]
  /// Whether strips run along v (cut by values of u).
  let cutsAlongU: Bool
  let seed: UInt64

  func contains(u: Double, v: Double) -> Bool { u >= u0 && u < u1 && v >= v0 && v < v1 }

  /// The strip that a place lies in, its ends, and the distance to the nearer one.
  func strip(u: Double, v: Double) -> (index: Int, low: Double, high: Double) {
    let t = cutsAlongU ? u : v
    var index = 0
    while index + 2 < cuts.count, t >= cuts[index + 1] { index += 1 }
    return (index, cuts[index], cuts[index + 1])
  }
}

extension World {
  private func lineU(_ index: Int) -> Double {
    var dice = Dice(index, 0, seed ^ 0xA11)
    return (Double(index) + dice.from(-0.22, to: 0.22)) * Self.blockSide
  }

  private func lineV(_ column: Int, _ index: Int) -> Double {
    var dice = Dice(index, column, seed ^ 0xB22)
    return (Double(index) + 0.5 * Double(column & 1) + dice.from(-0.24, to: 0.24)) * Self.blockSide
  }

  private func use(column: Int, row: Int, u: Double, v: Double) -> LandUse {
    let (x, y) = place(u: u, v: v)
    var dice = Dice(column, row, seed ^ 0xC33)
    let urban = Double(urbanNoise.fractal(x / 800, y / 800, octaves: 2)) + dice.from(-0.12, to: 0.12) + 0.1
    let height = Double(smoothHeight(x, y))
    if height < 1.5 { return .meadow }
    if urban > 0.5 { return dice.chance(0.6) ? .town : .village }
    if urban > 0.16 { return dice.chance(0.8) ? .village : dice.chance(0.4) ? .industry : .meadow }
    if urban > 0.08, dice.chance(0.3) { return .industry }
    let wood = Double(woodNoise.fractal(x / 700, y / 700, octaves: 2)) + dice.from(-0.25, to: 0.25)
    if wood > 0.24 { return .wood }
    let rest = dice.unit()
    if rest < 0.6 { return .fields }
    if rest < 0.74 { return .meadow }
    if rest < 0.83 { return .orchard }
    return rest < 0.93 ? .bare : .wood
  }

  private func borderU(_ index: Int) -> BorderKind {
    var dice = Dice(index, 1, seed ^ 0xD44)
    let roll = dice.unit()
    return roll < 0.62 ? .road : roll < 0.9 ? .track : .hedge
  }

  private func borderV(_ column: Int, _ index: Int) -> BorderKind {
    var dice = Dice(index, column, seed ^ 0xE55)
    let roll = dice.unit()
    return roll < 0.4 ? .road : roll < 0.72 ? .track : roll < 0.9 ? .hedge : .nothing
  }

  private func rowOf(column: Int, v: Double) -> Int {
    var row = Int((v / Self.blockSide - 0.5 * Double(column & 1)).rounded(.down)) - 1
    while lineV(column, row + 1) <= v { row += 1 }
    return row
  }

  private func columnOf(_ u: Double) -> Int {
    var column = Int((u / Self.blockSide).rounded(.down)) - 1
    while lineU(column + 1) <= u { column += 1 }
    return column
  }

  /// The block at a place of block coordinates.
  func block(u: Double, v: Double) -> Block {
    let column = columnOf(u)
    let row = rowOf(column: column, v: v)
    let (u0, u1) = (lineU(column), lineU(column + 1))
    let (v0, v1) = (lineV(column, row), lineV(column, row + 1))
    let um = (u0 + u1) / 2
    let own = use(column: column, row: row, u: um, v: (v0 + v1) / 2)
    // Across settled land a border along u is a street. Only the blocks on its two sides ask, with the same middle.
    func across(_ index: Int, _ v: Double) -> BorderKind {
      let (x, y) = place(u: um, v: v)
      return urbanNoise.fractal(x / 800, y / 800, octaves: 2) > 0.02 ? .street : borderV(column, index)
    }
    let borders = (borderU(column), borderU(column + 1), across(row, v0), across(row + 1, v1))
    var dice = Dice(column, row, seed ^ 0xF66)
    let alongU = u1 - u0 > v1 - v0
    let (low, high) = alongU ? (u0, u1) : (v0, v1)
    let strips: Int
    switch own {
    case .village, .town: strips = max(1, Int(((high - low) / 66).rounded()))
    case .fields: strips = 1 + dice.below(4)
    case .orchard, .meadow: strips = 1 + dice.below(2)
    case .industry, .wood, .bare: strips = 1
    }
    var cuts = [low]
    for index in 1..<max(strips, 2) where index < strips {
      let jitter = own == .fields ? dice.from(-0.2, to: 0.2) : 0
      cuts.append(low + (Double(index) + jitter) / Double(strips) * (high - low))
    }
    cuts.append(high)
    return Block(
      column: column, row: row, u0: u0, u1: u1, v0: v0, v1: v1, use: own, borders: borders, cuts: cuts, cutsAlongU: alongU,
      seed: dice.next())
  }
}
