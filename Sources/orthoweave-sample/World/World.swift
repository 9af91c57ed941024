import Foundation

/// One endless landscape, a function of the seed: whoever asks for the same place sees the same thing, so that neighboring
/// sheets fit. Positions are meters, x to the east, y to the north.
///
/// Land is cut into blocks along two families of lines in coordinates (u, v) that are the plane's, turned and gently bent: where roads follow
/// the lines, they bend with them, and cross.
struct World: Sendable {
  let seed: UInt64
  /// The wind blows toward this angle (radians, counter-clockwise from east).
  let wind: Double
  let turn: (cos: Double, sin: Double)
  private let heightNoise: Noise
  private let bendNoise: Noise
  private let riverNoise: Noise
  let urbanNoise: Noise
  let woodNoise: Noise

  static let blockSide = 190.0

  init(seed: UInt64) {
    self.seed = seed
    var dice = Dice(seed &* 31 &+ 7)
    let angle = dice.from(0.1, to: 1.2)
    turn = (cos(angle), sin(angle))
    wind = dice.from(0, to: 2 * .pi)
    heightNoise = Noise(dice.next())
    bendNoise = Noise(dice.next())
    riverNoise = Noise(dice.next())
    urbanNoise = Noise(dice.next())
    woodNoise = Noise(dice.next())
  }

  /// Meters above the sea without small detail: what roads along the coast follow.
  func smoothHeight(_ x: Double, _ y: Double) -> Float {
    4 + 30 * heightNoise.fractal(x / 1500, y / 1500, octaves: 3, gain: 0.42)
  }

  /// The coastline's small detail, added to the smooth height.
  func detailHeight(_ x: Double, _ y: Double) -> Float {
    1.0 * heightNoise(x / 82 + 3.7, y / 82) + 0.35 * heightNoise(x / 27, y / 27 + 9.1)
  }

  func height(_ x: Double, _ y: Double) -> Float { smoothHeight(x, y) + detailHeight(x, y) }

  /// How steep the smooth height is, in meters a meter; `at` is its value at the place.
  func slope(_ x: Double, _ y: Double, at value: Float) -> Float {
    let dx = smoothHeight(x + 3, y) - value
    let dy = smoothHeight(x, y + 3) - value
    return (dx * dx + dy * dy).squareRoot() / 3
  }

  /// Zero along the middle of a river, about ±1 far from one.
  func riverField(_ x: Double, _ y: Double) -> Float {
    riverNoise(x / 1300, y / 1300) + 0.3 * riverNoise(x / 340, y / 340 + 4.2) + 0.05 * riverNoise(x / 90 + 2.2, y / 90)
  }

  /// Meters to the middle of a river, to first order.
  func riverDistance(_ x: Double, _ y: Double) -> Float {
    let value = riverField(x, y)
    let dx = riverField(x + 2, y) - value
    let dy = riverField(x, y + 2) - value
    return abs(value) / max((dx * dx + dy * dy).squareRoot() / 2, 1e-5)
  }

  private func bend(_ x: Double, _ y: Double) -> (Double, Double) {
    let du = 34 * Double(bendNoise(x / 430, y / 430)) + 5 * Double(bendNoise(x / 120 + 3.3, y / 120))
    let dv = 34 * Double(bendNoise(x / 430 + 71.2, y / 430 - 13.7)) + 5 * Double(bendNoise(x / 120, y / 120 + 8.8))
    return (du, dv)
  }

  /// Block coordinates of a place.
  func blockCoordinates(_ x: Double, _ y: Double) -> (u: Double, v: Double) {
    let (du, dv) = bend(x, y)
    return (turn.cos * x + turn.sin * y + du, -turn.sin * x + turn.cos * y + dv)
  }

  /// The place of block coordinates, to a centimeter.
  func place(u: Double, v: Double) -> (x: Double, y: Double) {
    var (x, y) = (turn.cos * u - turn.sin * v, turn.sin * u + turn.cos * v)
    for _ in 0..<12 {
      let (du, dv) = bend(x, y)
      (x, y) = (turn.cos * (u - du) - turn.sin * (v - dv), turn.sin * (u - du) + turn.cos * (v - dv))
    }
    return (x, y)
  }

  /// Where +u points at a place, as an angle.
  func direction(u: Double, v: Double) -> Double {
    let a = place(u: u - 4, v: v)
    let b = place(u: u + 4, v: v)
    return atan2(b.y - a.y, b.x - a.x)
  }
}
