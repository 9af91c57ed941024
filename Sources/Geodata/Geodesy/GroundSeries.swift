import Foundation
import GeoTypes

/// The surface of the ellipsoid as seen from a crs, over one rectangle: the metric (E, F, G: squared meters on the ground per
/// squared unit of the crs) and the areal scale √(EG − F²), each as a polynomial in x and y.
///
/// Over an orthophoto the metric is so smooth that a polynomial of degree 4 is exact to 1e-12; the millions of edges of a
/// layer then need no projection at all. The area inside a ring is ∮ A dy, where ∂A/∂x is the areal scale.
struct GroundSeries: Sendable {
  private let center: Point
  private let halfWidth: Double
  private let halfHeight: Double
  private let degree: Int
  /// Coefficient (i, j) of uⁱ vʲ at i · (degree + 1) + j; u and v run from −1 to 1 over the rectangle.
  private let along: [Double]
  private let across: [Double]
  private let upward: [Double]
  /// As the others, for A / u.
  private let antiderivative: [Double]

  /// Fits the polynomials; `nil` where the crs is not smooth enough over the rectangle (a whole hemisphere).
  ///
  /// - Parameters:
  ///   - bounds: in the crs.
  ///   - step: about 500 m in units of the crs, for derivatives.
  ///   - position: from the crs to space, in meters; throws where the crs ends.
  init?(over bounds: Bounds, step: Double, position: (inout [Point]) throws -> [SIMD4<Double>]) {
    for degree in [4, 8, 14] {
      if let series = try? GroundSeries(over: bounds, degree: degree, step: step, position: position) {
        self = series
        return
      }
    }
    return nil
  }

  private struct Rough: Error {}

  private init(over bounds: Bounds, degree: Int, step: Double, position: (inout [Point]) throws -> [SIMD4<Double>]) throws {
    let center = Point(x: (bounds.minX + bounds.maxX) / 2, y: (bounds.minY + bounds.maxY) / 2)
    // A hundredth more than asked for: densified borders bulge a little.
    let halfWidth = max((bounds.maxX - bounds.minX) / 2 * 1.01, step / 100)
    let halfHeight = max((bounds.maxY - bounds.minY) / 2 * 1.01, step / 100)
    let count = degree + 1
    let nodes = (0..<count).map { cos(.pi * (Double($0) + 0.5) / Double(count)) }
    func place(_ u: Double, _ v: Double) -> Point { Point(x: center.x + u * halfWidth, y: center.y + v * halfHeight) }

    let metrics = try Self.metrics(at: nodes.flatMap { u in nodes.map { v in place(u, v) } }, step: step, position: position)
    let toCoefficients = Self.interpolation(nodes)
    func fit(_ values: [Double]) -> [Double] { Self.fit(values, toCoefficients, count) }
    self.center = center
    self.halfWidth = halfWidth
    self.halfHeight = halfHeight
    self.degree = degree
    along = fit(metrics.map(\.x))
    across = fit(metrics.map(\.y))
    upward = fit(metrics.map(\.z))
    var integral = fit(metrics.map(\.w))
    for i in 0..<count { for j in 0..<count { integral[i * count + j] /= Double(i + 1) } }
    antiderivative = integral

    // Between the nodes and in the corners the polynomials must agree with the crs itself.
    let (columns, rows): ([Double], [Double]) = ([-1, -0.55, 0.05, 0.6, 1], [-1, -0.65, -0.05, 0.5, 1])
    let probes = columns.flatMap { u in rows.map { v in Point(x: u, y: v) } }
    let truth = try Self.metrics(at: probes.map { place($0.x, $0.y) }, step: step, position: position)
    for (probe, metric) in zip(probes, truth) {
      let (u, v) = (probe.x, probe.y)
      let scale = max(metric.x, metric.z)
      let worst = max(abs(value(along, u, v) - metric.x), abs(value(across, u, v) - metric.y), abs(value(upward, u, v) - metric.z))
      guard worst <= 1e-9 * scale else { throw Rough() }
    }
  }

  /// The signed area of a ring (m², positive counter-clockwise with y upwards) and its length (m).
  func measure(_ points: some RandomAccessCollection<Point>) -> RingMeasure {
    guard let last = points.last else { return RingMeasure(signedArea: 0, length: 0) }
    var (area, length) = (0.0, 0.0)
    var (u0, v0) = ((last.x - center.x) / halfWidth, (last.y - center.y) / halfHeight)
    for point in points {
      let (u1, v1) = ((point.x - center.x) / halfWidth, (point.y - center.y) / halfHeight)
      let (du, dv) = (u1 - u0, v1 - v0)
      if max(abs(du), abs(dv)) < 0.01 {
        let (u, v) = ((u0 + u1) / 2, (v0 + v1) / 2)
        length += speed(u, v, du, dv)
        if dv != 0 {
          // Two nodes of Gauss and Legendre.
          let (ru, rv) = (du * 0.288675134594812882, dv * 0.288675134594812882)
          area += dv / 2 * (integral(u - ru, v - rv) + integral(u + ru, v + rv))
        }
      } else {
        let part = longEdge(u0, v0, du, dv)
        area += part.signedArea
        length += part.length
      }
      (u0, v0) = (u1, v1)
    }
    return RingMeasure(signedArea: area * halfWidth * halfHeight, length: length)
  }

  private func longEdge(_ u0: Double, _ v0: Double, _ du: Double, _ dv: Double) -> RingMeasure {
    let pieces = max(1, (max(abs(du), abs(dv)) * 4).rounded(.up))
    guard pieces < 1e6 else { return RingMeasure(signedArea: .nan, length: .nan) }
    var (area, length) = (0.0, 0.0)
    for piece in 0..<Int(pieces) {
      for (node, weight) in Self.gauss {
        let t = (Double(piece) + 0.5 + node / 2) / pieces
        let (u, v) = (u0 + t * du, v0 + t * dv)
        length += weight * speed(u, v, du, dv)
        area += weight * dv * integral(u, v)
      }
    }
    return RingMeasure(signedArea: area / (2 * pieces), length: length / (2 * pieces))
  }

  /// Five nodes of Gauss and Legendre on −1…1; the weights sum to 2.
  private static let gauss: [(Double, Double)] = [
    (-0.906179845938663993, 0.236926885056189088), (-0.538469310105683091, 0.478628670499366468), (0, 0.568888888888888889),
    (0.538469310105683091, 0.478628670499366468), (0.906179845938663993, 0.236926885056189088),
  ]

  /// Meters on the ground for a step (du, dv) at (u, v).
  private func speed(_ u: Double, _ v: Double, _ du: Double, _ dv: Double) -> Double {
    let (dx, dy) = (du * halfWidth, dv * halfHeight)
    if dv == 0 { return abs(dx) * max(0, value(along, u, v)).squareRoot() }
    if du == 0 { return abs(dy) * max(0, value(upward, u, v)).squareRoot() }
    let square = value(along, u, v) * dx * dx + 2 * value(across, u, v) * dx * dy + value(upward, u, v) * dy * dy
    return max(0, square).squareRoot()
  }

  private func integral(_ u: Double, _ v: Double) -> Double { u * value(antiderivative, u, v) }

  private func value(_ coefficients: [Double], _ u: Double, _ v: Double) -> Double {
    coefficients.withUnsafeBufferPointer { c in
      let count = degree + 1
      var sum = 0.0
      var i = degree
      while i >= 0 {
        var row = 0.0
        var j = degree
        while j >= 0 {
          row = row * v + c[i * count + j]
          j -= 1
        }
        sum = sum * u + row
        i -= 1
      }
      return sum
    }
  }

  /// E, F, G and √(EG − F²) at points of the crs, from differences of fourth order.
  private static func metrics(
    at points: [Point], step: Double, position: (inout [Point]) throws -> [SIMD4<Double>]
  ) throws -> [SIMD4<Double>] {
    var stencil: [Point] = []
    for point in points {
      for offset in [-2, -1, 1, 2.0] { stencil.append(Point(x: point.x + offset * step, y: point.y)) }
      for offset in [-2, -1, 1, 2.0] { stencil.append(Point(x: point.x, y: point.y + offset * step)) }
    }
    let places = try position(&stencil)
    return points.indices.map { index in
      func derivative(_ first: Int) -> SIMD4<Double> {
        let near = places[first + 2] - places[first + 1]
        let far = places[first + 3] - places[first]
        return (8 * near - far) / (12 * step)
      }
      let (x, y) = (derivative(8 * index), derivative(8 * index + 4))
      let (e, f, g) = ((x * x).sum(), (x * y).sum(), (y * y).sum())
      return SIMD4(e, f, g, max(0, e * g - f * f).squareRoot())
    }
  }

  /// The matrix that makes coefficients of 1, u, u², … from values at Chebyshev's nodes.
  private static func interpolation(_ nodes: [Double]) -> [[Double]] {
    let count = nodes.count
    // Coefficients of Chebyshev's polynomials T0, T1, … by their recurrence.
    var chebyshev: [[Double]] = []
    for k in 0..<count {
      var row = [Double](repeating: 0, count: count)
      if k == 0 {
        row[0] = 1
      } else if k == 1 {
        row[1] = 1
      } else {
        for i in 0..<count { row[i] = (i > 0 ? 2 * chebyshev[k - 1][i - 1] : 0) - chebyshev[k - 2][i] }
      }
      chebyshev.append(row)
    }
    return (0..<count).map { power in
      nodes.indices.map { node in
        var sum = 0.0
        for k in 0..<count {
          let value = cos(Double(k) * .pi * (Double(node) + 0.5) / Double(count))
          sum += (k == 0 ? 1.0 : 2.0) / Double(count) * value * chebyshev[k][power]
        }
        return sum
      }
    }
  }

  private static func fit(_ values: [Double], _ matrix: [[Double]], _ count: Int) -> [Double] {
    var half = [Double](repeating: 0, count: count * count)
    for power in 0..<count {
      for column in 0..<count {
        for node in 0..<count { half[power * count + column] += matrix[power][node] * values[node * count + column] }
      }
    }
    var result = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for power in 0..<count {
        for node in 0..<count { result[row * count + power] += matrix[power][node] * half[row * count + node] }
      }
    }
    return result
  }
}
