import Foundation

/// Oil that leaked at one place and drifts with the wind: narrow at its source, wide and torn at its end.
struct Slick {
  /// Thickness from which a pixel counts as oil: below it nobody sees any.
  static let visible: Float = 0.13

  let x: Double
  let y: Double
  let angle: Double
  let length: Double
  let width: Double
  let strength: Float
  let noise: Noise
  private let c: Double
  private let s: Double

  init(x: Double, y: Double, angle: Double, length: Double, width: Double, strength: Float, noise: Noise) {
    self.x = x
    self.y = y
    self.angle = angle
    self.length = length
    self.width = width
    self.strength = strength
    self.noise = noise
    c = cos(angle)
    s = sin(angle)
  }

  func mayTouch(_ px: Double, _ py: Double) -> Bool {
    let (dx, dy) = (px - x, py - y)
    let a = dx * c + dy * s
    return a > -0.12 * length && a < 1.05 * length && abs(dy * c - dx * s) < 1.5 * width
  }

  /// Relative thickness: 0 is clean water, 1 is thick oil.
  func thickness(_ px: Double, _ py: Double) -> Float {
    let (dx, dy) = (px - x, py - y)
    let a = dx * c + dy * s
    let t = Float(a / length)
    let wander = Double(noise(a / 95 + 3, 0.5)) * 0.55 * width + Double(noise(a / 31, 9.5)) * 0.16 * width
    let tear = Double(noise(px / 26, py / 26)) * 0.22 * width + Double(noise(px / 8 + 4, py / 8)) * 0.06 * width
    let b = dy * c - dx * s - wander * Double(smoothstep(0, 0.5, t)) + tear * Double(0.3 + t)
    let half = width * (0.12 + 0.88 * Double(max(t, 0)).squareRoot())
    let across = 1 - Float(abs(b) / half)
    guard across > 0 else { return 0 }
    let envelope = smoothstep(-0.06, 0.05, t) * (1 - smoothstep(0.55, 1.02, t + 0.2 * noise(a / 40, b / 12)))
    let streaks = noise.fractal(a / 70 + 11, b / 8, octaves: 3, gain: 0.55)
    let body = 0.35 * smoothstep(0, 0.3, across) + 0.65 * smoothstep(0.1, 0.95, across)
    return max(0, strength * envelope * (body * (0.72 + 0.5 * streaks) + 0.12 * streaks - 0.02) * (1.12 - 0.5 * t))
  }
}

extension World {
  /// The slicks that may touch a rectangle.
  func slicks(x0: Double, y0: Double, x1: Double, y1: Double) -> [Slick] {
    let side = 380.0
    let reach = 420.0
    var result: [Slick] = []
    for row in Int(((y0 - reach) / side).rounded(.down))...Int(((y1 + reach) / side).rounded(.down)) {
      for column in Int(((x0 - reach) / side).rounded(.down))...Int(((x1 + reach) / side).rounded(.down)) {
        var dice = Dice(column, row, seed ^ 0x51C)
        guard dice.chance(0.55) else { continue }
        let x = (Double(column) + dice.unit()) * side
        let y = (Double(row) + dice.unit()) * side
        guard height(x, y) < -2.2 else { continue }
        let length = dice.from(130, to: 360)
        result.append(
          Slick(
            x: x, y: y, angle: wind + dice.from(-0.25, to: 0.25), length: length, width: length * dice.from(0.11, to: 0.26),
            strength: Float(dice.from(0.6, to: 1.25)), noise: Noise(dice.next())))
      }
    }
    return result
  }
}
