import Foundation
import GeoTypes
import Geodata

/// Takes polygons from pixel coordinates to the crs of a layer.
///
/// In the source's own crs that is the geotransform alone. In another one edges are no longer straight: points are put between the
/// ends of an edge until its chords deviate by far less than a tenth of a pixel. Where they are put depends on the edge's two ends
/// alone, in either direction, so that neighbours stay equal.
struct Projector {
  private let geotransform: Geotransform
  private let transformation: CoordinateTransformation?
  /// A whole turn in the target's unit; 0 where the target is not geographic.
  private let turn: Double
  private let longitude: Longitude
  /// From deviations in the target to pixels, at places all over the raster.
  private var inverses: [Matrix] = []
  /// Edges up to this length (in pixels) need no points in between.
  private var safeLength = Double.infinity
  /// Whether every corner where three regions meet is a vertex of all of them.
  private let keepsNodes: Bool

  /// How far a chord may be from where the edge really is, in pixels. A tenth is promised; a long straight border that bulges by
  /// that much changes its region's area by more than a millionth, and the points that this takes are few.
  private static let tolerance = 0.002

  /// Where longitudes are continued from: a projection answers within −180…180.
  private enum Longitude {
    case fixed(Double)
    /// The source's own longitude times a factor.
    case own(Double)
  }

  private struct Matrix {
    var a: Double
    var b: Double
    var c: Double
    var d: Double

    var inverse: Matrix? {
      let determinant = a * d - b * c
      guard determinant != 0, determinant.isFinite else { return nil }
      return Matrix(a: d / determinant, b: -b / determinant, c: -c / determinant, d: a / determinant)
    }

    func length(_ x: Double, _ y: Double) -> Double {
      let (u, v) = (a * x + b * y, c * x + d * y)
      return (u * u + v * v).squareRoot()
    }
  }

  /// From pixels to the source's own crs.
  init(_ geotransform: Geotransform) {
    self.geotransform = geotransform
    transformation = nil
    turn = 0
    longitude = .fixed(0)
    keepsNodes = true
  }

  /// From pixels to another crs.
  ///
  /// - Parameter keepsNodes: whether every corner where three regions meet is a vertex of all of them. Else each pixel corner on a
  ///   straight side becomes one, as any of them may be where two neighbours meet.
  init(
    _ geotransform: Geotransform, size: RasterSize, from source: CoordinateSystem, to target: CoordinateSystem, keepsNodes: Bool
  ) throws(GeodataError) {
    self.keepsNodes = keepsNodes
    self.geotransform = geotransform
    let transformation = try CoordinateTransformation(from: source, to: target)
    self.transformation = transformation
    turn = target.isGeographic ? 2 * .pi / target.radiansPerUnit : 0
    let (width, height) = (Double(size.width), Double(size.height))
    if source.isGeographic {
      longitude = .own(source.radiansPerUnit / target.radiansPerUnit)
    } else {
      longitude = .fixed(try transformation.apply(geotransform.apply(column: width / 2, row: height / 2)).x)
    }
    try calibrate(width, height)
  }

  var changesCRS: Bool { transformation != nil }

  /// A place in the layer's crs.
  func project(_ pixel: Point) throws(GeodataError) -> Point {
    let place = geotransform.apply(pixel)
    guard let transformation else { return place }
    return continued(try transformation.apply(place), from: place)
  }

  /// Appends the polygons, in the layer's crs.
  func project(_ polygons: [Polygon], into buffer: inout MultiPolygonBuffer) throws(GeodataError) {
    let start = buffer.points.count
    for polygon in polygons {
      try append(polygon.shell, to: &buffer)
      for hole in polygon.holes { try append(hole, to: &buffer) }
      buffer.endPolygon()
    }
    guard let transformation else { return }
    var places = Array(buffer.points[start...])
    for index in places.indices { places[index] = geotransform.apply(places[index]) }
    let sources: [Point]? = turn > 0 ? places : nil
    try transformation.apply(to: &places)
    for index in places.indices {
      buffer.points[start + index] = sources.map { continued(places[index], from: $0[index]) } ?? places[index]
    }
  }

  /// Appends a ring: transformed already where the geotransform is all there is, in pixels with points in between where it is not.
  private func append(_ ring: Ring, to buffer: inout MultiPolygonBuffer) throws(GeodataError) {
    defer { buffer.endRing() }
    if transformation == nil {
      for point in ring.points { buffer.points.append(geotransform.apply(point)) }
      return
    }
    guard var previous = ring.points.first else { return }
    for index in 1...ring.points.count {
      let point = ring.points[index == ring.points.count ? 0 : index]
      if !keepsNodes, isAlongPixels(previous, point) {
        try appendSteps(previous, point, to: &buffer.points)
      } else {
        try appendEdge(previous, point, to: &buffer.points)
      }
      previous = point
    }
  }

  /// Appends an edge without its end.
  private func appendEdge(_ first: Point, _ last: Point, to points: inout [Point]) throws(GeodataError) {
    points.append(first)
    let (dx, dy) = (last.x - first.x, last.y - first.y)
    if dx * dx + dy * dy > safeLength * safeLength {
      try densify(first, try project(first), last, try project(last), depth: 0, into: &points)
    }
  }

  private func isAlongPixels(_ first: Point, _ last: Point) -> Bool {
    (first.x == last.x) != (first.y == last.y)
      && [first.x, first.y, last.x, last.y].allSatisfy { $0.rounded() == $0 && abs($0) < 1e9 }
  }

  /// Appends an edge along pixel sides in steps of one pixel, without its end.
  private func appendSteps(_ first: Point, _ last: Point, to points: inout [Point]) throws(GeodataError) {
    let count = max(abs(last.x - first.x), abs(last.y - first.y))
    let step = Point(x: (last.x - first.x) / count, y: (last.y - first.y) / count)
    for index in 0..<Int(count) {
      let start = Point(x: first.x + Double(index) * step.x, y: first.y + Double(index) * step.y)
      try appendEdge(start, Point(x: start.x + step.x, y: start.y + step.y), to: &points)
    }
  }

  private func densify(
    _ first: Point, _ firstPlace: Point, _ last: Point, _ lastPlace: Point, depth: Int, into points: inout [Point]
  ) throws(GeodataError) {
    guard depth < 24 else { return }
    let middle = Self.middle(first, last)
    let middlePlace = try project(middle)
    let chord = Self.middle(firstPlace, lastPlace)
    var worst = deviation(middlePlace, chord)
    if worst <= Self.tolerance {
      // An edge that bends like an S passes through its chord's middle.
      worst = max(worst, deviation(try project(Self.middle(first, middle)), Self.middle(firstPlace, chord)))
      worst = max(worst, deviation(try project(Self.middle(middle, last)), Self.middle(chord, lastPlace)))
    }
    guard worst > Self.tolerance else { return }
    try densify(first, firstPlace, middle, middlePlace, depth: depth + 1, into: &points)
    points.append(middle)
    try densify(middle, middlePlace, last, lastPlace, depth: depth + 1, into: &points)
  }

  private func deviation(_ place: Point, _ chord: Point) -> Double {
    inverses.reduce(0) { max($0, $1.length(place.x - chord.x, place.y - chord.y)) }
  }

  private func continued(_ place: Point, from source: Point) -> Point {
    guard turn > 0 else { return place }
    let reference: Double =
      switch longitude {
      case .fixed(let value): value
      case .own(let factor): source.x * factor
      }
    return Point(x: place.x - ((place.x - reference) / turn).rounded() * turn, y: place.y)
  }

  /// Finds scale and bending at nine places of the raster.
  private mutating func calibrate(_ width: Double, _ height: Double) throws(GeodataError) {
    // Edges of 32 pixels, as deviations of one would drown in rounding.
    let (half, probe) = (16.0, 32.0)
    var bends: [(Point, Point)] = []
    for row in [0, 0.5, 1] {
      for column in [0, 0.5, 1] {
        let centre = Point(x: column * width, y: row * height)
        guard let place = try? project(centre) else { continue }
        var differences: [Point] = []
        for (dx, dy) in [(half, 0.0), (0, half), (half, half), (half, -half)] {
          guard let before = try? project(Point(x: centre.x - dx, y: centre.y - dy)),
            let after = try? project(Point(x: centre.x + dx, y: centre.y + dy))
          else { continue }
          differences.append(Point(x: (after.x - before.x) / probe, y: (after.y - before.y) / probe))
          bends.append((place, Self.middle(before, after)))
        }
        guard differences.count == 4 else { continue }
        let jacobian = Matrix(a: differences[0].x, b: differences[1].x, c: differences[0].y, d: differences[1].y)
        if let inverse = jacobian.inverse { inverses.append(inverse) }
      }
    }
    guard !inverses.isEmpty else {
      throw GeodataError(
        .reference, file: "", reason: "the source cannot be transformed to the crs that is asked for", remedy: "change `vectors.crs`")
    }
    let worst = bends.reduce(0) { max($0, deviation($1.0, $1.1)) }
    // The deviation grows with the square of the length; a fifth of the tolerance leaves room for places not looked at.
    safeLength = worst > 0 ? probe * (Self.tolerance / 5 / worst).squareRoot() : .infinity
  }

  private static func middle(_ first: Point, _ last: Point) -> Point {
    Point(x: (first.x + last.x) / 2, y: (first.y + last.y) / 2)
  }

  /// The length of a pixel's shorter side in the layer's crs, at the raster's middle.
  func pixelSize(_ size: RasterSize) throws(GeodataError) -> Double {
    let (column, row) = (Double(size.width) / 2, Double(size.height) / 2)
    let left = try project(Point(x: column - 0.5, y: row))
    let right = try project(Point(x: column + 0.5, y: row))
    let top = try project(Point(x: column, y: row - 0.5))
    let bottom = try project(Point(x: column, y: row + 0.5))
    let width = ((right.x - left.x) * (right.x - left.x) + (right.y - left.y) * (right.y - left.y)).squareRoot()
    let height = ((bottom.x - top.x) * (bottom.x - top.x) + (bottom.y - top.y) * (bottom.y - top.y)).squareRoot()
    return min(width, height)
  }
}
