/// Random numbers that depend on nothing but their seed: SplitMix64.
struct Dice {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  /// For something at a place of a grid: equal for everyone who asks, in any order.
  init(_ first: Int, _ second: Int, _ seed: UInt64) {
    state = UInt64(bitPattern: Int64(first)) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: Int64(second)) &* 0xC2B2_AE3D_27D4_EB4F ^ seed
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 0 ≤ value < 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func from(_ low: Double, to high: Double) -> Double { low + (high - low) * unit() }

  mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }

  /// About normal, with standard deviation 1: the sum of four uniform values.
  mutating func normal() -> Double { (unit() + unit() + unit() + unit() - 2) * 1.732 }
}

/// Gradient noise in the plane (Perlin 2002), about −1…1, the same for everyone with the same seed.
struct Noise: Sendable {
  let seed: UInt32

  init(_ seed: UInt64) { self.seed = UInt32(truncatingIfNeeded: seed ^ (seed >> 32)) }

  func callAsFunction(_ x: Double, _ y: Double) -> Float {
    let floorX = x.rounded(.down)
    let floorY = y.rounded(.down)
    let column = Int32(truncatingIfNeeded: Int(floorX))
    let row = Int32(truncatingIfNeeded: Int(floorY))
    let fx = Float(x - floorX)
    let fy = Float(y - floorY)
    let sx = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
    let sy = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
    let a = slope(column, row, fx, fy)
    let b = slope(column &+ 1, row, fx - 1, fy)
    let c = slope(column, row &+ 1, fx, fy - 1)
    let d = slope(column &+ 1, row &+ 1, fx - 1, fy - 1)
    let top = a + sx * (b - a)
    let bottom = c + sx * (d - c)
    return 1.5 * (top + sy * (bottom - top))
  }

  /// Octaves of noise, each with twice the frequency and `gain` times the weight of the one before.
  func fractal(_ x: Double, _ y: Double, octaves: Int, gain: Float = 0.5) -> Float {
    var sum: Float = 0
    var weight: Float = 1
    var (x, y) = (x, y)
    for _ in 0..<octaves {
      sum += weight * self(x, y)
      weight *= gain
      // Octaves are shifted and turned, so that their grids do not show.
      (x, y) = (1.6 * x - 1.2 * y + 17.3, 1.2 * x + 1.6 * y - 5.1)
    }
    return sum
  }

  /// 0 ≤ value < 1 for a cell.
  func cell(_ column: Int, _ row: Int) -> Float {
    Float(hash(Int32(truncatingIfNeeded: column), Int32(truncatingIfNeeded: row)) >> 8) * 0x1p-24
  }

  private func slope(_ column: Int32, _ row: Int32, _ x: Float, _ y: Float) -> Float {
    let bits = hash(column, row)
    let (u, v) = bits & 4 == 0 ? (x, y) : (y, x)
    let first = bits & 1 == 0 ? u : -u
    let second = (bits & 2 == 0 ? v : -v) * 0.5
    return first + second
  }

  private func hash(_ column: Int32, _ row: Int32) -> UInt32 {
    var h = UInt32(bitPattern: column) &* 0x85EB_CA6B ^ UInt32(bitPattern: row) &* 0xC2B2_AE35 ^ seed
    h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
    h = (h ^ (h >> 12)) &* 0x297A_2D39
    return h ^ (h >> 15)
  }
}

/// 0 below `low`, 1 above `high`, smooth between.
func smoothstep(_ low: Float, _ high: Float, _ value: Float) -> Float {
  let t = min(max((value - low) / (high - low), 0), 1)
  return t * t * (3 - 2 * t)
}

func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }
