import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Frames

@Suite struct GeometryTests {
  @Test(arguments: Fixture.all) func pixelsLieWhereTheOtherProgramPutsThem(_ fixture: Fixture) throws {
    let frame = fixture.frame
    for (column, row, place) in fixture.points {
      let pixel = Point(x: column, y: row)
      guard let place else {
        #expect(frame.place(of: pixel) == nil)
        continue
      }
      // Far away, the digits of its degrees are more than a pixel.
      guard let dip = frame.dip(pixel), dip > 0.03 else { continue }
      let found = try #require(frame.pixel(of: place))
      #expect(abs(found.x - column) < 0.02 && abs(found.y - row) < 0.02, "\(fixture.name) \(pixel): \(found)")
    }
  }

  private func isSame(_ first: Matrix3, _ second: Matrix3) -> Bool {
    let pairs = [
      (first.columns.x, second.columns.x), (first.columns.y, second.columns.y), (first.columns.z, second.columns.z),
    ]
    return pairs.allSatisfy { ($0 - $1).length < 1e-12 }
  }

  @Test func anglesThatMeanTheSameGiveTheSameRotation() {
    var random = Seeded(seed: 3)
    for _ in 0..<200 {
      let (yaw, pitch, roll) = (
        Double.random(in: -180...180, using: &random), Double.random(in: -90...0, using: &random),
        Double.random(in: -90...90, using: &random)
      )
      // Straight down, a roll is a yaw.
      #expect(isSame(Attitude.gimbal(yaw: yaw, pitch: -90, roll: roll), Attitude.gimbal(yaw: yaw + roll, pitch: -90, roll: 0)))
      // Past straight down is written with a roll of 180.
      #expect(isSame(Attitude.gimbal(yaw: yaw, pitch: pitch, roll: 180), Attitude.gimbal(yaw: yaw + 180, pitch: -180 - pitch, roll: 0)))
      #expect(isSame(Attitude.nadir(yaw: yaw, pitch: pitch + 90, roll: 0), Attitude.gimbal(yaw: yaw, pitch: pitch, roll: 0)))
      #expect(
        isSame(
          Attitude.turret(heading: yaw, pitch: 0, roll: 0, azimuth: 30, elevation: pitch, sensorRoll: roll),
          Attitude.gimbal(yaw: yaw + 30, pitch: pitch, roll: roll)))
    }
    // A banked platform is not a sum of angles.
    #expect(
      !isSame(
        Attitude.turret(heading: 300, pitch: 4, roll: -20, azimuth: 255, elevation: -40, sensorRoll: 0),
        Attitude.gimbal(yaw: 555, pitch: -36, roll: -20)))
  }

  /// Anywhere on earth, with and without distortion: back within a millionth of a pixel.
  @Test func whatIsLocatedIsFoundAgain() throws {
    var random = Seeded(seed: 11)
    var count = 0
    for index in 0..<400 {
      let camera = Camera.random(leastSide: 100, isBent: index % 2 != 0, using: &random)
      let ground = Double.random(in: -400...3000, using: &random)
      let frame = Frame(
        camera: camera,
        position: Position(
          longitude: Double.random(in: -180...180, using: &random), latitude: Double.random(in: -89.9...89.9, using: &random),
          height: ground + Double.random(in: 30...4000, using: &random)),
        rotation: Attitude.gimbal(
          yaw: Double.random(in: 0...360, using: &random), pitch: Double.random(in: -110...(-10), using: &random),
          roll: Double.random(in: -180...180, using: &random)),
        ground: .level(ground), minimumDip: 2)
      for _ in 0..<20 {
        let pixel = Point(
          x: Double.random(in: 0...Double(camera.size.width), using: &random),
          y: Double.random(in: 0...Double(camera.size.height), using: &random))
        guard let dip = frame.dip(pixel), dip > frame.leastDip else { continue }
        count += 1
        if let place = frame.place(of: pixel), abs(place.height - ground) < 1e-7, let back = frame.pixel(of: place),
          abs(back.x - pixel.x) < 1e-5, abs(back.y - pixel.y) < 1e-5
        {
          continue
        }
        Issue.record("\(index) \(pixel)")
      }
    }
    #expect(count > 2000)
  }

  @Test func positionsInSpaceComeBack() {
    var random = Seeded(seed: 5)
    for _ in 0..<1000 {
      let place = Position(
        longitude: Double.random(in: -180...180, using: &random), latitude: Double.random(in: -90...90, using: &random),
        height: Double.random(in: -500...20_000, using: &random))
      let back = Earth.geodetic(Earth.geocentric(place))
      #expect((Earth.geocentric(back) - Earth.geocentric(place)).length < 1e-8)
      #expect(abs(back.height - place.height) < 1e-8)
    }
  }

  /// What an Autel camera or a Phantom bends most: five iterations are not enough there.
  @Test func distortionIsUndoneToTheLastDigit() throws {
    let distortion = Distortion(k1: -0.268652, k2: 0.114663, p1: 0.00015268, p2: -0.000046, k3: -0.035026)
    for x in stride(from: -0.8, through: 0.8, by: 0.1) {
      for y in stride(from: -0.6, through: 0.6, by: 0.1) {
        let seen = try #require(distortion.distorted(SIMD2(x, y)))
        let back = try #require(distortion.undistorted(seen))
        #expect(abs(back.x - x) < 1e-12 && abs(back.y - y) < 1e-12)
      }
    }
    // The fold of this lens, by its derivative.
    let limit = distortion.limitSquared.squareRoot()
    #expect(abs(limit - 1.33) < 0.02)
    #expect(distortion.distorted(SIMD2(limit * 1.001, 0)) == nil)
    #expect(distortion.distorted(SIMD2(limit * 0.999, 0)) != nil)
  }

  @Test func groundBehindTheCameraHasNoPixel() {
    // A level view: the ground behind it would appear above the horizon, mirrored.
    let frame = Frame(
      camera: Camera(size: RasterSize(width: 600, height: 400), fx: 500, fy: 500),
      position: Position(longitude: 10, latitude: 50, height: 200), rotation: Attitude.gimbal(yaw: 0, pitch: 0, roll: 0), ground: .level(0),
      minimumDip: 1)
    #expect(frame.place(of: Point(x: 300, y: 100)) == nil)
    #expect(frame.pixel(of: Position(longitude: 10, latitude: 49.99, height: 0)) == nil)
    #expect(frame.pixel(of: Position(longitude: 10, latitude: 50.01, height: 0)) != nil)
    // Beyond the least dip.
    #expect(frame.pixel(of: Position(longitude: 10, latitude: 50.2, height: 0)) == nil)
  }

  @Test func theVisibleEdgeOfTheEarthLimitsAnyDip() {
    let frame = Frame(
      camera: Camera(size: RasterSize(width: 600, height: 400), fx: 500, fy: 500),
      position: Position(longitude: 10, latitude: 50, height: 3000), rotation: Attitude.gimbal(yaw: 0, pitch: -5, roll: 0),
      ground: .level(0),
      minimumDip: 0.01)
    #expect(abs(frame.leastDip * 180 / .pi - 1.76) < 0.02)
  }
}

@Suite struct FootprintTests {
  private func frame(pitch: Double, roll: Double = 0, minimumDip: Double = 5, focal: Double = 500) -> Frame {
    Frame(
      camera: Camera(size: RasterSize(width: 600, height: 400), fx: focal, fy: focal),
      position: Position(longitude: 10, latitude: 50, height: 100), rotation: Attitude.gimbal(yaw: 30, pitch: pitch, roll: roll),
      ground: .level(0), minimumDip: minimumDip)
  }

  @Test func thePictureOfAViewStraightDownIsARectangle() throws {
    let footprint = try #require(frame(pitch: -90).footprint())
    #expect(!footprint.isClipped)
    #expect(footprint.pixels.count == 256)
    #expect(abs(footprint.middle.longitude - 10) < 1e-9 && abs(footprint.middle.latitude - 50) < 1e-9)
  }

  /// Every pixel that dips enough lies in the footprint's outline, and no other.
  @Test(arguments: [
    (-12.0, 0.0, 5.0, 500.0), (-3, 8, 5, 500), (-90, 0, 60, 150), (-70, 20, 40, 200), (-20, 170, 5, 400), (-45, 90, 30, 300),
  ])
  func theOutlineParts(_ pitch: Double, _ roll: Double, _ dip: Double, _ focal: Double) throws {
    let frame = frame(pitch: pitch, roll: roll, minimumDip: dip, focal: focal)
    let footprint = try #require(frame.footprint(steps: 100))
    #expect(footprint.isClipped)
    #expect(footprint.outline.allSatisfy { abs($0.height) < 1e-6 })
    #expect(footprint.pixels.allSatisfy { frame.dip($0) ?? 0 > frame.leastDip - 1e-9 })
    var (inside, wrong) = (0, 0)
    for row in stride(from: 2.5, to: 400, by: 17) {
      for column in stride(from: 2.5, to: 600, by: 17) {
        let pixel = Point(x: column, y: row)
        let margin = try #require(frame.dip(pixel)) - frame.leastDip
        // The outline is made of straight pieces.
        guard abs(margin) > 0.004 else { continue }
        inside += margin > 0 ? 1 : 0
        wrong += contains(footprint.pixels, pixel) == (margin > 0) ? 0 : 1
      }
    }
    #expect(inside > 20)
    #expect(wrong == 0)
  }

  private func contains(_ ring: [Point], _ point: Point) -> Bool {
    var isInside = false
    for index in ring.indices {
      let (a, b) = (ring[index], ring[(index + 1) % ring.count])
      if (a.y > point.y) != (b.y > point.y), point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x { isInside.toggle() }
    }
    return isInside
  }

  @Test func aViewOfTheSkyHasNone() {
    #expect(frame(pitch: 30).footprint() == nil)
    #expect(frame(pitch: -20, minimumDip: 80).footprint() == nil)
  }

  @Test func aPixelLimitIsALeastDip() throws {
    var settings = FrameSettings()
    settings.maximumPixel = 4
    // 1 / sin² 30° = 4.
    #expect(abs(settings.leastDip - 30) < 1e-9)
    settings.maximumPixel = 1000
    #expect(settings.leastDip == 5)
    let frame = frame(pitch: -30)
    let (width, height) = try #require(frame.pixelSize(at: Point(x: 300, y: 200)))
    #expect(abs(height / (100.0 / 500) - 4) < 0.01)
    #expect(abs(width / (100.0 / 500) - 2) < 0.01)
  }
}

/// A hill on level ground.
struct Hill: HeightSurface {
  let heights = 0.0...60.0
  let spacing = 2.0
  // 60 / 40 · √(1/e) in each meter.
  let steepness = 1.82
  func sample(longitude: Double, latitude: Double) -> Point? {
    Point(x: (longitude - 10) * 71_700 / spacing, y: (latitude - 50.002) * 111_230 / spacing)
  }
  func height(at sample: Point) -> Double? {
    let (east, north) = (sample.x * spacing, sample.y * spacing)
    return 60 * exp(-(east * east + north * north) / (2 * 40 * 40))
  }
}

@Suite struct TerrainTests {
  private let frame = Frame(
    camera: Camera(size: RasterSize(width: 600, height: 400), fx: 500, fy: 500),
    position: Position(longitude: 10, latitude: 50, height: 120), rotation: Attitude.gimbal(yaw: 0, pitch: -25, roll: 0),
    ground: .surface(Hill()), minimumDip: 3)

  @Test func raysEndAtTheFirstGround() throws {
    var hits = 0
    for row in stride(from: 60.0, to: 400, by: 17) {
      for column in stride(from: 0.0, to: 600, by: 23) {
        let pixel = Point(x: column, y: row)
        guard let place = frame.place(of: pixel) else { continue }
        let ground = try #require(Hill().height(longitude: place.longitude, latitude: place.latitude))
        #expect(abs(ground - place.height) < 1e-6)
        // Found from the ground, too: nothing hides the first hit.
        let back = try #require(frame.pixel(longitude: place.longitude, latitude: place.latitude))
        #expect(abs(back.x - column) < 1e-4 && abs(back.y - row) < 1e-4)
        hits += place.height > 10 ? 1 : 0
      }
    }
    #expect(hits > 20)
  }

  @Test func whatTheHillHidesHasNoPixel() {
    // Behind the top, seen from the south at 60 m over it.
    #expect(frame.pixel(longitude: 10, latitude: 50.0028) == nil)
    #expect(frame.pixel(longitude: 10.004, latitude: 50.0028) != nil)
  }
}

@Suite struct PositionErrorTests {
  /// The formula against draws of the same errors, carried through the exact geometry.
  @Test(arguments: [
    (-90.0, 120.0), (-75, 120), (-60, 300), (-45, 150), (-30, 100), (-20, 500), (-65, 3000), (-50, 60), (-35, 1000), (-80, 30),
  ])
  func firstOrderErrorsAreThoseOfDraws(_ pitch: Double, _ height: Double) throws {
    let camera = Camera(size: RasterSize(width: 600, height: 400), fx: 500, fy: 500)
    let position = Position(longitude: 15, latitude: 54, height: height)
    let rotation = Attitude.gimbal(yaw: 40, pitch: pitch, roll: 3)
    let frame = Frame(camera: camera, position: position, rotation: rotation, ground: .level(0), minimumDip: 0.5)
    var sigma = FrameSigma(position: 2, height: 3, attitude: 0.7)
    sigma.focalLength = 0.01
    var random = Seeded(seed: 9)
    func normal(_ sigma: Double) -> Double {
      let (u, v) = (Double.random(in: Double.leastNonzeroMagnitude...1, using: &random), Double.random(in: 0..<1, using: &random))
      return sigma * (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
    for pixel in [Point(x: 300, y: 200), Point(x: 80, y: 330)] {
      let (major, minor) = try #require(frame.positionError(at: pixel, sigma))
      let origin = Earth.geocentric(try #require(frame.place(of: pixel)))
      let basis = Earth.northEastDown(longitude: 15, latitude: 54)
      var points: [SIMD2<Double>] = []
      for _ in 0..<1500 {
        let focal = 1 + normal(sigma.focalLength)
        let lens = Camera(size: camera.size, fx: 500 * focal, fy: 500 * focal)
        // About down, the camera's right and its lens.
        let body = Attitude.body(normal(0.7), 0, 0) * rotation * Attitude.alongNose.transposed
        let turned = body * Attitude.body(0, normal(0.7), normal(0.7)) * Attitude.alongNose
        let moved = Position(
          longitude: 15 + normal(2) / 65_500, latitude: 54 + normal(2) / 111_320, height: height + normal(3))
        let other = Frame(camera: lens, position: moved, rotation: turned, ground: .level(0), minimumDip: 0.5)
        guard let place = other.place(of: pixel) else { continue }
        let shift = Earth.geocentric(place) - origin
        points.append(SIMD2(shift.dot(basis.columns.x), shift.dot(basis.columns.y)))
      }
      let mean = points.reduce(.zero, +) / Double(points.count)
      var (xx, xy, yy) = (0.0, 0.0, 0.0)
      for point in points.map({ $0 - mean }) {
        xx += point.x * point.x
        xy += point.x * point.y
        yy += point.y * point.y
      }
      let count = Double(points.count - 1)
      let (half, rest) = ((xx + yy) / 2 / count, (((xx - yy) / 2) * ((xx - yy) / 2) + xy * xy).squareRoot() / count)
      #expect(abs(major / (half + rest).squareRoot() - 1) < 0.2, "\(pitch) \(height) \(pixel)")
      #expect(abs(minor / (half - rest).squareRoot() - 1) < 0.2, "\(pitch) \(height) \(pixel)")
    }
  }

  @Test func theTextbookCase() throws {
    // From 150 m, 45° down: along the view √((300 · 0.5°)² + 3² + 2²).
    let frame = Frame(
      camera: Camera(size: RasterSize(width: 960, height: 720), fx: 665.64, fy: 665.64),
      position: Position(longitude: 15, latitude: 54, height: 150), rotation: Attitude.gimbal(yaw: -150, pitch: -45, roll: 0),
      ground: .level(0),
      minimumDip: 5)
    let (major, _) = try #require(frame.positionError(at: Point(x: 480, y: 360), FrameSigma(position: 2, height: 3, attitude: 0.5)))
    let along = 300 * 0.5 * Double.pi / 180
    #expect(abs(major - (along * along + 9 + 4).squareRoot()) < 0.02)
  }
}
