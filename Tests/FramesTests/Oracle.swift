import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Frames

/// Frames with known truth, made by an independent program in Python.
struct OracleFrame: Sendable, CustomTestStringConvertible {
  var file: String
  var outcome: String
  var reason: String?
  /// Meters over the sea, or a file.
  var ground: String
  var usesTakeoff: Bool
  var table: String?
  var undulation: Double
  var camera: Camera
  var position: Position
  var rotation: Matrix3
  /// Pixel, and its ground with heights over the sea; `nil` above the horizon.
  var points: [(pixel: Point, place: Position?)]
  var pixelSize: [Double]?
  var testDescription: String { file }

  static let folder = Places.shared.map { $0 + "/reference/frames/data" }

  static let all: [OracleFrame] = {
    guard let folder, let data = FileManager.default.contents(atPath: folder + "/truth.json"),
      let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any], let frames = root["frames"] as? [[String: Any]]
    else { return [] }
    return frames.compactMap(OracleFrame.init)
  }()

  static func named(_ file: String) -> OracleFrame? { all.first { $0.file == file } }

  /// The frame that the truth describes, without reading a tag.
  func frame(minimumDip: Double = 0.01) -> Frame {
    Frame(camera: camera, position: position, rotation: rotation, ground: .level(height + undulation), minimumDip: minimumDip)
  }

  /// Of level ground.
  var height: Double { Double(ground) ?? 0 }

  private init?(_ values: [String: Any]) {
    guard let file = values["file"] as? String, let outcome = values["outcome"] as? String, let pose = values["pose"] as? [String: Any],
      let lens = values["camera"] as? [String: Any], let points = values["points_column_row_lon_lat_msl"] as? [[Any]],
      let rows = pose["camera_to_ned"] as? [[Double]], let k = lens["k1_k2_p1_p2_k3"] as? [Double]
    else { return nil }
    func number(_ table: [String: Any], _ name: String) -> Double { (table[name] as? NSNumber)?.doubleValue ?? .nan }
    let options = values["options"] as? [String: Any] ?? [:]
    self.file = file
    self.outcome = outcome
    reason = values["reason_must_name"] as? String
    ground = options["ground"].map { "\($0)" } ?? "0"
    usesTakeoff = options["altitude"] as? String == "relative"
    table = options["csv"] as? String
    undulation = number(pose, "undulation")
    camera = Camera(
      size: RasterSize(width: Int(number(lens, "width")), height: Int(number(lens, "height"))), fx: number(lens, "fx"),
      fy: number(lens, "fy"),
      cx: number(lens, "cx"), cy: number(lens, "cy"), distortion: Distortion(k1: k[0], k2: k[1], p1: k[2], p2: k[3], k3: k[4]))
    position = Position(longitude: number(pose, "lon"), latitude: number(pose, "lat"), height: number(pose, "ellipsoid"))
    rotation = Matrix3(
      SIMD3(rows[0][0], rows[1][0], rows[2][0]), SIMD3(rows[0][1], rows[1][1], rows[2][1]), SIMD3(rows[0][2], rows[1][2], rows[2][2]))
    self.points = points.map { point in
      let numbers = point.map { ($0 as? NSNumber)?.doubleValue }
      let pixel = Point(x: numbers[0] ?? .nan, y: numbers[1] ?? .nan)
      guard let longitude = numbers[2], let latitude = numbers[3], let height = numbers[4] else { return (pixel, nil) }
      return (pixel, Position(longitude: longitude, latitude: latitude, height: height))
    }
    pixelSize = values["pixel_m_at_centre"] as? [Double]
  }
}
