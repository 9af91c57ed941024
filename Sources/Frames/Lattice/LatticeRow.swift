import GeoTypes

/// Cells of a `GroundLattice` beside each other: their corners, and in which of them positions may be interpolated.
struct LatticeRow: Sendable {
  private let upper: [GroundNode]
  private let lower: [GroundNode]
  let isSmooth: [Bool]
  /// Of the camera, among the samples of a terrain, and its height.
  private let camera: SIMD3<Double>

  /// By how much rays over a terrain may be off, in meters of height: a tenth of what it rises over a ray before it hides what lies behind.
  private static let bendTolerance = 0.005

  /// - Parameters:
  ///   - upper: nodes along the upper sides of n cells, in steps of half a cell: 2n + 1.
  ///   - middle: those in the middles of the sides to the left and to the right: n + 1.
  ///   - lower: as `upper`.
  ///   - angle: by how much a direction from the camera may be off, in radians.
  init(_ frame: Frame, upper: [GroundNode], middle: [GroundNode], lower: [GroundNode], angle: Double) {
    let heights = frame.ground.heights.upperBound - frame.ground.heights.lowerBound
    var steepness = 0.0
    var camera = Point(x: 0, y: 0)
    if case .surface(let surface) = frame.ground {
      steepness = surface.steepness
      camera = surface.sample(longitude: frame.position.longitude, latitude: frame.position.latitude) ?? Point(x: .nan, y: .nan)
    }
    self.camera = SIMD3(camera.x, camera.y, frame.position.height)
    isSmooth = middle.indices.dropLast().map { cell in
      let corners = [upper[2 * cell], upper[2 * cell + 2], lower[2 * cell], lower[2 * cell + 2]]
      // What a function bends along both axes is what it is off the most in a cell. Not a number along any side is not a number in all.
      func off(_ distance: (GroundNode, GroundNode, GroundNode) -> Double) -> Double {
        distance(corners[0], upper[2 * cell + 1], corners[1]) + distance(corners[2], lower[2 * cell + 1], corners[3])
          + distance(corners[0], middle[cell], corners[2]) + distance(corners[1], middle[cell + 1], corners[3])
      }
      let meters = off { first, middle, last in
        (middle.view - (first.view + last.view) / 2).length + heights * (middle.rise - (first.rise + last.rise) / 2).length
          + steepness * Self.length(middle.sample - (first.sample + last.sample) / 2)
      }
      let bend = off { first, middle, last in
        let change = middle.bend - (first.bend + last.bend) / 2
        return abs(change.z) + steepness * Self.length(SIMD2(change.x, change.y))
      }
      let bendError = corners.reduce(0) { $0 + $1.bendError }
      return meters <= angle * Self.distance(corners, heights: heights) && bend + bendError <= Self.bendTolerance
    }
    self.upper = stride(from: 0, to: upper.count, by: 2).map { upper[$0] }
    self.lower = stride(from: 0, to: lower.count, by: 2).map { lower[$0] }
  }

  private static func length(_ vector: SIMD2<Double>) -> Double { (vector * vector).sum().squareRoot() }

  /// At most as far as any ground of a cell is from the camera, in meters; below 0 where that is not known.
  private static func distance(_ corners: [GroundNode], heights: Double) -> Double {
    let count = Double(corners.count)
    let view = corners.reduce(.zero) { $0 + $1.view } / count
    let rise = corners.reduce(.zero) { $0 + $1.rise } / count
    let height = heights > 0 ? min(max(0, -view.dot(rise) / rise.dot(rise)), heights) : 0
    return (view + height * rise).length - (corners.map { ($0.view - view).length }.max() ?? 0)
  }

  // MARK: - Within a cell

  /// The position in the picture of a place in a cell, at shares of its width and height; `nil` as for `Frame.pixel(longitude:latitude:)`.
  func pixel(_ frame: Frame, cell: Int, _ u: Double, _ v: Double) -> Point? {
    let view = Self.mixed(upper[cell].view, upper[cell + 1].view, lower[cell].view, lower[cell + 1].view, u, v)
    guard case .surface(let surface) = frame.ground else { return frame.pixel(along: view) }
    let sample = Self.mixed(upper[cell].sample, upper[cell + 1].sample, lower[cell].sample, lower[cell + 1].sample, u, v)
    guard let height = surface.height(at: Point(x: sample.x, y: sample.y)) else { return nil }
    let rise = Self.mixed(upper[cell].rise, upper[cell + 1].rise, lower[cell].rise, lower[cell + 1].rise, u, v)
    let seen = view + (height - surface.heights.lowerBound) * rise
    guard let pixel = frame.pixel(along: seen) else { return nil }
    guard frame.camera.holds(pixel) else { return pixel }
    let bend = Self.mixed(upper[cell].bend, upper[cell + 1].bend, lower[cell].bend, lower[cell + 1].bend, u, v)
    let isVisible = frame.isVisible(from: height, length: seen.length, rise: frame.descent(of: seen)) { share in
      let curve = 4 * share * (1 - share)
      let straight = SIMD3(sample.x, sample.y, height) + share * (camera - SIMD3(sample.x, sample.y, height))
      let point = straight + curve * bend
      return (surface.height(at: Point(x: point.x, y: point.y)), point.z)
    }
    return isVisible ? pixel : nil
  }

  private static func mixed<Vector: SIMD>(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector, _ u: Double, _ v: Double) -> Vector
  where Vector.Scalar == Double {
    let (top, bottom) = (a + u * (b - a), c + u * (d - c))
    return top + v * (bottom - top)
  }
}
