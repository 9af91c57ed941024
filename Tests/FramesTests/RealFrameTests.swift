import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Frames
@testable import Geodata

/// Pictures of a real flight, which do not ship with the project: a Phantom 4 RTK over fields.
@Suite(.enabled(if: RealFrame.folder != nil, "needs ../shared/reference/frames")) struct RealFrameTests {
  @Test func cornersLieWhereTheOtherProgramPutsThem() throws {
    let folder = try #require(RealFrame.folder)
    let frames = try RealFrame.all(folder)
    #expect(frames.count == 4)
    for real in frames {
      var options = RasterSourceOptions()
      options.frames = FrameOptions()
      options.frames?.terrain = .level(real.ground - (try Geoid.height(longitude: real.longitude, latitude: real.latitude)))
      let source = try RasterSource(path: folder + "/" + real.file, options: options)
      let frame = try #require(source.frame).frame
      let (width, height) = (Double(frame.camera.size.width), Double(frame.camera.size.height))
      let pixels = [(0, 0), (width, 0), (width, height), (0, height), (width / 2, height / 2)]
      for (pixel, place) in zip(pixels, real.places) {
        let found = try #require(frame.pixel(of: Position(longitude: place.x, latitude: place.y, height: real.ground)))
        #expect(abs(found.x - pixel.0) < 0.05 && abs(found.y - pixel.1) < 0.05, "\(real.file) \(pixel): \(found)")
      }
      // Its pose by a bundle adjustment lies within three standard errors, as the tags of the RTK and 1° say.
      let sigma = try #require(source.frame).sigma
      #expect(sigma.position < 0.05)
      let error = try #require(frame.positionError(at: Point(x: width / 2, y: height / 2), sigma))
      #expect(real.bundleDifference < 3 * error.major, "\(real.file): \(error)")
    }
  }
}

private struct RealFrame {
  static let folder = Places.shared.map { $0 + "/reference/frames/real" }.flatMap {
    FileManager.default.fileExists(atPath: $0 + "/truth.json") ? $0 : nil
  }

  var file: String
  var ground: Double
  var longitude: Double
  var latitude: Double
  var places: [Point]
  /// Of the middle, in meters.
  var bundleDifference: Double

  static func all(_ folder: String) throws -> [RealFrame] {
    let data = FileManager.default.contents(atPath: folder + "/truth.json") ?? Data()
    let root = try JSONSerialization.jsonObject(with: data)
    let frames = (root as? [String: Any])?["frames"] as? [[String: Any]] ?? root as? [[String: Any]] ?? []
    return try frames.map { values in
      let pose = try #require(values["pose"] as? [String: Any])
      let bundle = try #require(values["bundle"] as? [String: Any])
      return RealFrame(
        file: try #require(values["file"] as? String), ground: try #require(values["ground_ellipsoid"] as? Double),
        longitude: try #require(pose["lon"] as? Double), latitude: try #require(pose["lat"] as? Double),
        places: try #require(values["corners_and_centre_lon_lat"] as? [[Double]]).map { Point(x: $0[0], y: $0[1]) },
        bundleDifference: try #require((bundle["differs_m"] as? [Double])?.last))
    }
  }
}
