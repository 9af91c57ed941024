/// A lens's distortion by Brown's model, in OpenCV's order of coefficients.
///
/// Coordinates are those of the ideal picture at a focal length of 1, from its principal point: x to the right, y down.
public struct Distortion: Sendable, Hashable {
  public let k1, k2, p1, p2, k3: Double
  /// The square of the radius up to which the radial part grows: points beyond it would fold back into the picture.
  let limitSquared: Double

  public static let none = Distortion(k1: 0, k2: 0, p1: 0, p2: 0, k3: 0)

  public init(k1: Double, k2: Double, p1: Double, p2: Double, k3: Double) {
    (self.k1, self.k2, self.p1, self.p2, self.k3) = (k1, k2, p1, p2, k3)
    limitSquared = Self.limit(k1, k2, k3)
  }

  public var isNone: Bool { k1 == 0 && k2 == 0 && p1 == 0 && p2 == 0 && k3 == 0 }

  /// Where an ideal point appears; `nil` beyond the fold.
  func distorted(_ point: SIMD2<Double>) -> SIMD2<Double>? {
    let squared = (point * point).sum()
    guard squared <= limitSquared else { return nil }
    return isNone ? point : distort(point)
  }

  private func distort(_ point: SIMD2<Double>) -> SIMD2<Double> {
    let (x, y) = (point.x, point.y)
    let squared = x * x + y * y
    let radial = 1 + squared * (k1 + squared * (k2 + squared * k3))
    return SIMD2(
      x * radial + 2 * p1 * x * y + p2 * (squared + 2 * x * x), y * radial + p1 * (squared + 2 * y * y) + 2 * p2 * x * y)
  }

  /// The ideal point that appears at a place, by Newton's method with the full Jacobian; `nil` where none within the fold does.
  func undistorted(_ seen: SIMD2<Double>) -> SIMD2<Double>? {
    guard !isNone else { return seen }
    var point = seen
    for _ in 0..<60 {
      let error = distort(point) - seen
      guard abs(error.x) + abs(error.y) > 1e-14 else { break }
      let (x, y) = (point.x, point.y)
      let squared = x * x + y * y
      let radial = 1 + squared * (k1 + squared * (k2 + squared * k3))
      let slope = 2 * (k1 + squared * (2 * k2 + 3 * squared * k3))
      let a = radial + slope * x * x + 2 * p1 * y + 6 * p2 * x
      let b = slope * x * y + 2 * p1 * x + 2 * p2 * y
      let d = radial + slope * y * y + 6 * p1 * y + 2 * p2 * x
      let determinant = a * d - b * b
      point -= SIMD2(d * error.x - b * error.y, a * error.y - b * error.x) / determinant
    }
    let rest = distort(point) - seen
    // Not `>`: what is not a number has not converged.
    guard (rest * rest).sum() <= 1e-18, (point * point).sum() <= limitSquared else { return nil }
    return point
  }

  /// The smallest root of 1 + 3 k1 s + 5 k2 s² + 7 k3 s³ for s above 0, where s is the radius squared; infinity without one.
  private static func limit(_ k1: Double, _ k2: Double, _ k3: Double) -> Double {
    func slope(_ s: Double) -> Double { 1 + s * (3 * k1 + s * (5 * k2 + s * 7 * k3)) }
    // A picture of 170° reaches to a radius of 11: nothing is sought beyond.
    let (steps, farthest) = (4096, 144.0)
    var before = 0.0
    for step in 1...steps {
      // Closer steps where radii are small.
      let share = Double(step) / Double(steps)
      let after = farthest * share * share
      guard slope(after) > 0 else {
        var (low, high) = (before, after)
        for _ in 0..<60 {
          let middle = (low + high) / 2
          if slope(middle) > 0 { low = middle } else { high = middle }
        }
        return low
      }
      before = after
    }
    return .infinity
  }
}
