/// A 3 × 3 matrix by columns; here always a rotation from one set of axes to another.
public struct Matrix3: Sendable, Hashable {
  public var columns: (x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>)

  /// - Parameters: what the first, the second and the third axis become.
  public init(_ x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>) { columns = (x, y, z) }

  public static func == (first: Matrix3, second: Matrix3) -> Bool { first.columns == second.columns }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(columns.x)
    hasher.combine(columns.y)
    hasher.combine(columns.z)
  }

  /// The transposed matrix, which is a rotation's inverse.
  public var transposed: Matrix3 {
    let (x, y, z) = columns
    return Matrix3(SIMD3(x.x, y.x, z.x), SIMD3(x.y, y.y, z.y), SIMD3(x.z, y.z, z.z))
  }

  public static func * (matrix: Matrix3, vector: SIMD3<Double>) -> SIMD3<Double> {
    matrix.columns.x * vector.x + matrix.columns.y * vector.y + matrix.columns.z * vector.z
  }

  public static func * (first: Matrix3, second: Matrix3) -> Matrix3 {
    Matrix3(first * second.columns.x, first * second.columns.y, first * second.columns.z)
  }
}

extension SIMD3<Double> {
  func dot(_ other: SIMD3<Double>) -> Double { (self * other).sum() }

  func cross(_ other: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
  }

  var length: Double { dot(self).squareRoot() }

  var normalized: SIMD3<Double> { self / length }
}
