import GeoTypes
import TestSupport

@testable import Frames

/// Poses with the ground of a few pixels, from an independent program that works with PROJ's geocentric coordinates and rotation matrices.
struct Fixture: Sendable {
  var name: String
  var longitude: Double
  var latitude: Double
  var height: Double
  /// Over the ellipsoid.
  var ground: Double
  var rotation: Matrix3
  var camera: Camera
  /// Column, row, and their ground; `nil` above the horizon.
  var points: [(column: Double, row: Double, place: Position?)]

  var frame: Frame {
    Frame(
      camera: camera, position: Position(longitude: longitude, latitude: latitude, height: height), rotation: rotation,
      ground: .level(ground), minimumDip: 0.01)
  }

  static let all: [Fixture] = [
    Fixture(
      name: "h135", longitude: 15.146778433, latitude: 54.133558514, height: 154.459723, ground: 34.459723,
      rotation: Attitude.gimbal(yaw: 135, pitch: -65, roll: -6.5),
      camera: Camera(
        size: RasterSize(width: 640, height: 480), fx: 443.76, fy: 443.76, cx: 0.0, cy: 0.0,
        distortion: Distortion(k1: 0.0, k2: 0.0, p1: 0.0, p2: 0.0, k3: 0.0)),
      points: [
        (82.28, 169.57, Position(longitude: 15.148369853, latitude: 54.13359343, height: 34.459723)),
        (319.54, 283.97, Position(longitude: 15.147220877, latitude: 54.133282301, height: 34.459723)),
        (384.96, 112.94, Position(longitude: 15.147748894, latitude: 54.132767389, height: 34.459723)),
        (18.36, 385.06, Position(longitude: 15.147619117, latitude: 54.133969284, height: 34.459723)),
        (94.67, 416.32, Position(longitude: 15.147337059, latitude: 54.133868877, height: 34.459723)),
        (594.06, 61.8, Position(longitude: 15.147290653, latitude: 54.132034418, height: 34.459723)),
      ]),
    Fixture(
      name: "horizon", longitude: 15.145535487, latitude: 54.130148573, height: 124.465189, ground: 34.465189,
      rotation: Attitude.gimbal(yaw: 10, pitch: -12, roll: 1.2),
      camera: Camera(
        size: RasterSize(width: 960, height: 720), fx: 665.64, fy: 665.64, cx: 0.0, cy: 0.0,
        distortion: Distortion(k1: 0.0, k2: 0.0, p1: 0.0, p2: 0.0, k3: 0.0)),
      points: [
        (123.43, 254.36, Position(longitude: 15.133983032, latitude: 54.151387805, height: 34.465189)),
        (479.31, 425.95, Position(longitude: 15.146272847, latitude: 54.132651925, height: 34.465189)),
        (577.44, 169.42, nil),
        (27.54, 577.59, Position(longitude: 15.14414852, latitude: 54.131751837, height: 34.465189)),
        (142.01, 624.48, Position(longitude: 15.144707989, latitude: 54.131491984, height: 34.465189)),
        (891.08, 92.71, nil),
      ]),
    Fixture(
      name: "distortion", longitude: 15.145551239, latitude: 54.134642418, height: 154.459078, ground: 34.459078,
      rotation: Attitude.gimbal(yaw: 25, pitch: -75, roll: 0),
      camera: Camera(
        size: RasterSize(width: 960, height: 720), fx: 721.11, fy: 721.11, cx: 10.1, cy: -16.9,
        distortion: Distortion(k1: -0.268652, k2: 0.114663, p1: 0.00015268, p2: -4.6e-05, k3: -0.035026)),
      points: [
        (123.43, 254.36, Position(longitude: 15.144891613, latitude: 54.135317816, height: 34.459078)),
        (479.31, 425.95, Position(longitude: 15.145641033, latitude: 54.134793967, height: 34.459078)),
        (577.44, 169.42, Position(longitude: 15.146205727, latitude: 54.135117295, height: 34.459078)),
        (27.54, 577.59, Position(longitude: 15.144299669, latitude: 54.13486403, height: 34.459078)),
        (142.01, 624.48, Position(longitude: 15.144600708, latitude: 54.134722951, height: 34.459078)),
        (891.08, 92.71, Position(longitude: 15.147343319, latitude: 54.135033083, height: 34.459078)),
      ]),
    Fixture(
      name: "past-nadir", longitude: 15.144629494, latitude: 54.133654879, height: 154.46104, ground: 34.46104,
      rotation: Attitude.gimbal(yaw: 115, pitch: -78, roll: 180),
      camera: Camera(
        size: RasterSize(width: 640, height: 480), fx: 443.76, fy: 443.76, cx: 0.0, cy: 0.0,
        distortion: Distortion(k1: 0.0, k2: 0.0, p1: 0.0, p2: 0.0, k3: 0.0)),
      points: [
        (82.28, 169.57, Position(longitude: 15.144305123, latitude: 54.133113498, height: 34.46104)),
        (319.54, 283.97, Position(longitude: 15.145158323, latitude: 54.133508775, height: 34.46104)),
        (384.96, 112.94, Position(longitude: 15.144623246, latitude: 54.133824399, height: 34.46104)),
        (18.36, 385.06, Position(longitude: 15.14501463, latitude: 54.132661039, height: 34.46104)),
        (94.67, 416.32, Position(longitude: 15.145297923, latitude: 54.132797351, height: 34.46104)),
        (594.06, 61.8, Position(longitude: 15.144791083, latitude: 54.134302622, height: 34.46104)),
      ]),
    Fixture(
      name: "pix4d", longitude: 15.150141111111111, latitude: 54.13418738888889, height: 144.456604, ground: 34.456604,
      rotation: Attitude.nadir(yaw: -75, pitch: 30, roll: 0),
      camera: Camera(
        size: RasterSize(width: 400, height: 300), fx: 250.0, fy: 250.0, cx: 0.625, cy: -0.9375,
        distortion: Distortion(k1: -0.08, k2: 0.03, p1: 0.0005, p2: -0.0003, k3: 0.0)),
      points: [
        (51.43, 105.98, Position(longitude: 15.148430494, latitude: 54.133649059, height: 34.456604)),
        (199.71, 177.48, Position(longitude: 15.149432267, latitude: 54.134294868, height: 34.456604)),
        (240.6, 70.59, Position(longitude: 15.148460613, latitude: 54.134685458, height: 34.456604)),
        (11.48, 240.66, Position(longitude: 15.149556009, latitude: 54.13351465, height: 34.456604)),
        (59.17, 260.2, Position(longitude: 15.149757711, latitude: 54.133700936, height: 34.456604)),
        (371.28, 38.63, Position(longitude: 15.14832646, latitude: 54.13562252, height: 34.456604)),
      ]),
    Fixture(
      name: "south-west", longitude: -56.892937203, latitude: -36.158265938, height: 135.204399, ground: 15.204399,
      rotation: Attitude.gimbal(yaw: 75, pitch: -70, roll: 0),
      camera: Camera(
        size: RasterSize(width: 640, height: 480), fx: 443.76, fy: 443.76, cx: 0.0, cy: 0.0,
        distortion: Distortion(k1: 0.0, k2: 0.0, p1: 0.0, p2: 0.0, k3: 0.0)),
      points: [
        (82.28, 169.57, Position(longitude: -56.892431468, latitude: -36.157478655, height: 15.204399)),
        (319.54, 283.97, Position(longitude: -56.892608239, latitude: -36.158193265, height: 15.204399)),
        (384.96, 112.94, Position(longitude: -56.891942049, latitude: -36.1582444, height: 15.204399)),
        (18.36, 385.06, Position(longitude: -56.89311764, latitude: -36.15758138, height: 15.204399)),
        (94.67, 416.32, Position(longitude: -56.893137692, latitude: -36.15778095, height: 15.204399)),
        (594.06, 61.8, Position(longitude: -56.891516578, latitude: -36.158819037, height: 15.204399)),
      ]),
    Fixture(
      name: "antimeridian", longitude: -179.999924995, latitude: 54.134461178, height: 124.20439, ground: 4.20439,
      rotation: Attitude.gimbal(yaw: -90, pitch: -80, roll: 0),
      camera: Camera(
        size: RasterSize(width: 640, height: 480), fx: 443.76, fy: 443.76, cx: 0.0, cy: 0.0,
        distortion: Distortion(k1: 0.0, k2: 0.0, p1: 0.0, p2: 0.0, k3: 0.0)),
      points: [
        (82.28, 169.57, Position(longitude: 179.999442217, latitude: 54.133857851, height: 4.20439)),
        (319.54, 283.97, Position(longitude: 179.999935634, latitude: 54.134460063, height: 4.20439)),
        (384.96, 112.94, Position(longitude: 179.999180469, latitude: 54.134629948, height: 4.20439)),
        (18.36, 385.06, Position(longitude: -179.999663652, latitude: 54.133757603, height: 4.20439)),
        (94.67, 416.32, Position(longitude: -179.999545829, latitude: 54.133941697, height: 4.20439)),
        (594.06, 61.8, Position(longitude: 179.998933192, latitude: 54.135188785, height: 4.20439)),
      ]),
    Fixture(
      name: "csv/t1", longitude: 15.147392946, latitude: 54.136078213, height: 294.455889, ground: 34.455889,
      rotation: Attitude.turret(heading: 300, pitch: 4, roll: -20, azimuth: 255, elevation: -40, sensorRoll: 0),
      camera: Camera(
        size: RasterSize(width: 640, height: 480), fx: 1194.2562584220407, fy: 1194.2562584220407, cx: 0.0, cy: 0.0,
        distortion: Distortion(k1: 0.0, k2: 0.0, p1: 0.0, p2: 0.0, k3: 0.0)),
      points: [
        (82.28, 169.57, Position(longitude: 15.147671467, latitude: 54.13444415, height: 34.455889)),
        (319.54, 283.97, Position(longitude: 15.146905441, latitude: 54.134892665, height: 34.455889)),
        (384.96, 112.94, Position(longitude: 15.146434491, latitude: 54.134493633, height: 34.455889)),
        (18.36, 385.06, Position(longitude: 15.148059483, latitude: 54.134943013, height: 34.455889)),
        (94.67, 416.32, Position(longitude: 15.147816361, latitude: 54.13505824, height: 34.455889)),
        (594.06, 61.8, Position(longitude: 15.145523442, latitude: 54.134494989, height: 34.455889)),
      ]),
  ]
}

extension Camera {
  /// Of any size up to 6000 × 4000, from wide to tele.
  ///
  /// - Parameter isBent: whether its lens distorts, by up to a quarter.
  static func random(leastSide: Int, isBent: Bool, using random: inout Seeded) -> Camera {
    let size = RasterSize(
      width: Int.random(in: leastSide...6000, using: &random), height: Int.random(in: leastSide...4000, using: &random))
    let focal = Double(size.width) * Double.random(in: 0.6...4, using: &random)
    let distortion =
      isBent
      ? Distortion(
        k1: Double.random(in: -0.27...0.1, using: &random), k2: Double.random(in: -0.02...0.11, using: &random), p1: 0.001, p2: -0.0007,
        k3: Double.random(in: -0.035...0.01, using: &random)) : .none
    return Camera(size: size, fx: focal, fy: focal * 1.01, cx: 12, cy: -9, distortion: distortion)
  }
}
