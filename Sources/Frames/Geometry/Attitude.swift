import Foundation

/// How angles in tags become the rotation from camera axes to north, east and down.
///
/// Camera axes: x to the right in the picture, y down in the picture, z out of the lens. Rotations are right-handed; angles in degrees.
public enum Attitude {
  /// The lens along the body's nose: what camera x, y, z are in the body's axes (forward, right, down).
  static let alongNose = Matrix3(SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(1, 0, 0))
  /// The lens along the body's belly, the picture's top toward the nose.
  static let alongBelly = Matrix3(SIMD3(0, 1, 0), SIMD3(-1, 0, 0), SIMD3(0, 0, 1))

  /// Angles of the camera itself against north, east and down, in the order yaw, pitch, roll; zero looks north at the horizon.
  ///
  /// As DJI writes its gimbal's angles, and Parrot its camera's.
  public static func gimbal(yaw: Double, pitch: Double, roll: Double) -> Matrix3 { body(yaw, pitch, roll) * alongNose }

  /// Angles of a camera that looks straight down at zero, north on top; a pitch of 90° looks forward.
  ///
  /// As senseFly and Pix4D write them.
  public static func nadir(yaw: Double, pitch: Double, roll: Double) -> Matrix3 { body(yaw, pitch, roll) * alongBelly }

  /// Angles of a platform, and of a sensor against the platform's own axes, as MISB ST 0601 has them.
  public static func turret(
    heading: Double, pitch: Double, roll: Double, azimuth: Double, elevation: Double, sensorRoll: Double
  ) -> Matrix3 {
    body(heading, pitch, roll) * body(azimuth, elevation, sensorRoll) * alongNose
  }

  /// Rz(yaw) · Ry(pitch) · Rx(roll).
  static func body(_ yaw: Double, _ pitch: Double, _ roll: Double) -> Matrix3 {
    let (cy, sy) = cosineAndSine(yaw)
    let (cp, sp) = cosineAndSine(pitch)
    let (cr, sr) = cosineAndSine(roll)
    let z = Matrix3(SIMD3(cy, sy, 0), SIMD3(-sy, cy, 0), SIMD3(0, 0, 1))
    let y = Matrix3(SIMD3(cp, 0, -sp), SIMD3(0, 1, 0), SIMD3(sp, 0, cp))
    let x = Matrix3(SIMD3(1, 0, 0), SIMD3(0, cr, sr), SIMD3(0, -sr, cr))
    return z * y * x
  }

  private static func cosineAndSine(_ degrees: Double) -> (Double, Double) {
    let radians = degrees * .pi / 180
    return (cos(radians), sin(radians))
  }
}
