import Foundation
public import GeoTypes

/// The ground that a frame shows, as far as its rays dip enough.
public struct Footprint: Sendable {
  /// In order around the picture, clockwise as seen in it, closed by its first point. Corners of the picture are among them.
  public let pixels: [Point]
  /// The ground at these pixels.
  public let outline: [Position]
  /// The ground in the picture's middle; where that is left out, that of the visible pixel nearest to it on the way to straight down.
  public let middle: Position
  /// The position in the picture of `middle`.
  public let middlePixel: Point
  /// Whether a part of the picture is left out, as it lies above the horizon or dips too little.
  public let isClipped: Bool
  /// Whether a part is left out, as nothing is known of the ground there.
  public let leavesTerrain: Bool
}

extension Frame {
  /// The ground that the picture shows; `nil` where no part of it dips enough, or it sees beyond what is known of the ground.
  ///
  /// The part of the picture that dips enough is convex but for distortion: outside of it the border is replaced by the curve of the least dip.
  ///
  /// - Parameter steps: points along each side of the picture.
  public func footprint(steps: Int = 64) -> Footprint? {
    let border = borderPixels(steps)
    let inside = border.map(dipsEnough)
    var pixels: [Point] = []
    if !inside.contains(true) {
      // All around, the picture looks too far; straight down may still be in it.
      guard isNadirSeen else { return nil }
      pixels = (0..<4 * steps).compactMap { limitPixel(azimuth: 2 * .pi * Double($0) / Double(4 * steps)) }
    } else {
      // Begin at a point that counts, so that every gap has both its ends.
      let start = inside.firstIndex(of: true) ?? 0
      var exit: [Double]?
      for offset in 0...border.count {
        let index = (start + offset) % border.count
        let before = (index + border.count - 1) % border.count
        if offset > 0, inside[before] != inside[index] {
          let crossing = crossing(border[before], inside[before], border[index])
          if inside[index], let left = exit {
            pixels += limitCurve(along: left + [azimuth(of: crossing)].compactMap(\.self), steps: steps)
            exit = nil
          } else {
            exit = [azimuth(of: crossing)].compactMap(\.self)
          }
          pixels.append(crossing)
        }
        if let around = azimuth(of: border[index]) { exit?.append(around) }
        if inside[index], offset < border.count { pixels.append(border[index]) }
      }
    }
    let places = pixels.map { ($0, place(of: $0)) }
    let found = places.compactMap { pixel, place in place.map { (pixel, $0) } }
    guard found.count >= 3, found.count == places.count || isTerrain, let (middlePixel, middle) = middleOfView() else { return nil }
    return Footprint(
      pixels: found.map(\.0), outline: found.map(\.1), middle: middle, middlePixel: middlePixel, isClipped: inside.contains(false),
      leavesTerrain: found.count < places.count)
  }

  private var isTerrain: Bool { if case .surface = ground { true } else { false } }

  private func dipsEnough(_ pixel: Point) -> Bool { dip(pixel).map { $0 >= leastDip } ?? false }

  private var isNadirSeen: Bool { camera.pixel(of: axes.transposed * -up).map(camera.holds) ?? false }

  private func borderPixels(_ steps: Int) -> [Point] {
    let (width, height) = (Double(camera.size.width), Double(camera.size.height))
    let corners = [Point(x: 0, y: 0), Point(x: width, y: 0), Point(x: width, y: height), Point(x: 0, y: height)]
    return corners.indices.flatMap { corner in
      let (from, to) = (corners[corner], corners[(corner + 1) % 4])
      return (0..<steps).map { step in
        let share = Double(step) / Double(steps)
        return Point(x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y))
      }
    }
  }

  /// Between two neighbors on the border, the last position that still dips enough.
  private func crossing(_ first: Point, _ firstIsInside: Bool, _ second: Point) -> Point {
    var (inside, outside) = firstIsInside ? (first, second) : (second, first)
    for _ in 0..<50 {
      let middle = Point(x: (inside.x + outside.x) / 2, y: (inside.y + outside.y) / 2)
      if dipsEnough(middle) { inside = middle } else { outside = middle }
    }
    return inside
  }

  /// Positions on the curve of the least dip, from the first to the last of some azimuths, turning as these do.
  private func limitCurve(along azimuths: [Double], steps: Int) -> [Point] {
    guard let start = azimuths.first else { return [] }
    let turn = zip(azimuths, azimuths.dropFirst()).reduce(0) { $0 + ($1.1 - $1.0).remainder(dividingBy: 2 * .pi) }
    // The curve of a strongly distorted picture may leave it for a moment.
    return (1..<steps).compactMap { limitPixel(azimuth: start + turn * Double($0) / Double(steps)) }.filter(camera.holds)
  }

  /// The azimuth that a pixel looks to, in radians from north by east; `nil` where there is no ray.
  private func azimuth(of pixel: Point) -> Double? {
    let basis = Earth.northEastDown(longitude: position.longitude, latitude: position.latitude)
    return direction(pixel).map { atan2($0.dot(basis.columns.y), $0.dot(basis.columns.x)) }
  }

  private func limitPixel(azimuth: Double) -> Point? {
    let basis = Earth.northEastDown(longitude: position.longitude, latitude: position.latitude)
    let level = basis.columns.x * cos(azimuth) + basis.columns.y * sin(azimuth)
    // A hair steeper, so that it counts itself.
    let dip = leastDip + 1e-9
    return camera.pixel(of: axes.transposed * (level * cos(dip) + basis.columns.z * sin(dip)))
  }

  /// The picture's middle and its ground, or the nearest position that dips enough between it and the lowest row of view.
  private func middleOfView() -> (Point, Position)? {
    let middle = Point(x: Double(camera.size.width) / 2, y: Double(camera.size.height) / 2)
    if dipsEnough(middle), let place = place(of: middle) { return (middle, place) }
    // Where the view dips most: one of the border's points.
    guard let steepest = borderPixels(64).max(by: { (dip($0) ?? -9) < (dip($1) ?? -9) }), dipsEnough(steepest) else { return nil }
    let edge = crossing(steepest, true, middle)
    let between = Point(x: (edge.x + steepest.x) / 2, y: (edge.y + steepest.y) / 2)
    return place(of: between).map { (between, $0) }
  }
}
