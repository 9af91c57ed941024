import Foundation
import GeoTypes
import Geodata

/// Takes polygons from pixel coordinates to the crs of a layer.
///
/// In the source's own crs that is the geotransform alone. In another one edges are no longer straight: points are put between the
/// ends of an edge until its chords deviate by far less than a tenth of a pixel. Where they are put depends on the edge's two ends
/// alone, in either direction, so that neighbors stay equal. Where the other crs has a singularity, no number of points is enough: that is
/// refused.
struct Projector {
  private let geotransform: Geotransform
  private let transformation: CoordinateTransformation?
  /// A whole turn in the target's unit; 0 where the target is not geographic.
  private let turn: Double
  private let longitude: Longitude
  /// From deviations in the target to pixels, at places all over the raster; empty where these differ too much to stand for the whole.
  private var inverses: [Matrix] = []
  /// Points put in so far, so that long work can be asked to stop.
  private let progress: Progress
  /// Edges up to this length (in pixels) need no points in between.
  private var safeLength = Double.infinity
  /// Whether every corner where three regions meet is a vertex of all of them.
  private let keepsNodes: Bool

  /// How far a chord may be from where the edge really is, in pixels. A tenth is promised; a long straight border that bulges by
  /// that much changes its region's area by more than a millionth, and the points that this takes are few.
  private static let tolerance = 0.002

  /// Edges are not cut into pieces shorter than this, in pixels: where such a piece still bends, the crs has a singularity.
  private static let shortestPiece = 1.0 / 64

  /// Counts points on behalf of `LayerRequest.check` and `LayerRequest.pointLimit`.
  private final class Progress {
    private let check: () throws -> Void
    private let limit: Int
    private var untilCheck = 4096

    init(check: @escaping () throws -> Void = {}, limit: Int = .max) {
      self.check = check
      self.limit = limit
    }

    /// - Parameter held: points of the feature so far.
    func pass(held: Int) throws {
      untilCheck -= 1
      if untilCheck <= 0 {
        untilCheck = 4096
        try check()
      }
      guard held <= limit else {
        throw LayersError(
          .tooLarge, reason: "a polygon with more than \(limit) vertices in the other crs does not fit inference.memory",
          remedy: "raise inference.memory, or set vectors.simplify")
      }
    }
  }

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
    progress = Progress()
    transformation = nil
    turn = 0
    longitude = .fixed(0)
    keepsNodes = true
  }

  /// From pixels to another crs.
  ///
  /// - Parameters:
  ///   - keepsNodes: whether every corner where three regions meet is a vertex of all of them. Else each pixel corner on a
  ///     straight side becomes one, as any of them may be where two neighbors meet.
  ///   - check: called now and then while polygons are projected; what it throws, `project` throws.
  ///   - pointLimit: the most vertices of one feature.
  /// - Throws: `GeodataError.Code.reference` where there is no way, or where a pole lies in the raster that the target stretches to a line.
  init(
    _ geotransform: Geotransform, size: RasterSize, from source: CoordinateSystem, to target: CoordinateSystem, keepsNodes: Bool,
    check: @escaping () throws -> Void = {}, pointLimit: Int = .max
  ) throws(GeodataError) {
    self.keepsNodes = keepsNodes
    progress = Progress(check: check, limit: pointLimit)
    self.geotransform = geotransform
    let transformation = try CoordinateTransformation(from: source, to: target)
    self.transformation = transformation
    turn = target.isGeographic ? 2 * .pi / target.radiansPerUnit : 0
    let (width, height) = (Double(size.width), Double(size.height))
    if source.isGeographic {
      longitude = .own(source.radiansPerUnit / target.radiansPerUnit)
    } else {
      if target.isGeographic { try Self.requireNoPole(geotransform, size, source, target) }
      // From the middle, or where that lies off the earth, from the first place that does not.
      let places = Self.places(width, height).compactMap { try? transformation.apply(geotransform.apply($0)) }
      guard let reference = places.first else { throw Self.unreachable() }
      longitude = .fixed(reference.x)
    }
    try calibrate(width, height)
  }

  /// The middle of a raster, then places all over it.
  private static func places(_ width: Double, _ height: Double) -> [Point] {
    var places = [Point(x: width / 2, y: height / 2)]
    for row in 0...8 { for column in 0...8 { places.append(Point(x: width * Double(column) / 8, y: height * Double(row) / 8)) } }
    return places
  }

  private static func unreachable() -> GeodataError {
    GeodataError(
      .reference, file: "", reason: "the source cannot be transformed to the crs that is asked for", remedy: "change vectors.crs")
  }

  /// At a pole that is a point of the source's crs every longitude is true: polygons around it are not polygons in longitude and latitude.
  private static func requireNoPole(
    _ geotransform: Geotransform, _ size: RasterSize, _ source: CoordinateSystem, _ target: CoordinateSystem
  ) throws(GeodataError) {
    guard let inverse = geotransform.inverse, let back = try? CoordinateTransformation(from: target, to: source) else { return }
    let degree = .pi / 180 / target.radiansPerUnit
    for latitude in [90.0, -90] {
      let pixels = [0.0, 90, 180].compactMap { longitude -> Point? in
        guard let place = try? back.apply(Point(x: longitude * degree, y: latitude * degree)) else { return nil }
        return inverse.apply(place)
      }
      guard pixels.count == 3, let pole = pixels.first else { continue }
      let isPoint = pixels.allSatisfy { abs($0.x - pole.x) < 0.5 && abs($0.y - pole.y) < 0.5 }
      let isInside = pole.x > -1 && pole.y > -1 && pole.x < Double(size.width) + 1 && pole.y < Double(size.height) + 1
      guard isPoint, isInside else { continue }
      throw GeodataError(
        .reference, file: "",
        reason: "the \(latitude > 0 ? "north" : "south") pole lies in it (column \(Int(pole.x.rounded())), row \(Int(pole.y.rounded()))), "
          + "where longitudes have no value, so that it has no polygons in \(target)",
        remedy: "set vectors.crs: source and leave geojson out of output.formats")
    }
  }

  var changesCRS: Bool { transformation != nil }

  /// A place in the layer's crs.
  func project(_ pixel: Point) throws(GeodataError) -> Point {
    let place = geotransform.apply(pixel)
    guard let transformation else { return place }
    return continued(try transformation.apply(place), from: place)
  }

  /// Appends the polygons, in the layer's crs.
  ///
  /// - Throws: `GeodataError.Code.reference` at a singularity, with its place; `LayersError.Code.tooLarge`; what `check` throws.
  func project(_ polygons: [Polygon], into buffer: inout MultiPolygonBuffer) throws {
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
  private func append(_ ring: Ring, to buffer: inout MultiPolygonBuffer) throws {
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
  private func appendEdge(_ first: Point, _ last: Point, to points: inout [Point]) throws {
    points.append(first)
    try progress.pass(held: points.count)
    let (dx, dy) = (last.x - first.x, last.y - first.y)
    if dx * dx + dy * dy > safeLength * safeLength {
      try densify(first, try project(first), last, try project(last), into: &points)
    }
  }

  private func isAlongPixels(_ first: Point, _ last: Point) -> Bool {
    (first.x == last.x) != (first.y == last.y)
      && [first.x, first.y, last.x, last.y].allSatisfy { $0.rounded() == $0 && abs($0) < 1e9 }
  }

  /// Appends an edge along pixel sides in steps of one pixel, without its end.
  private func appendSteps(_ first: Point, _ last: Point, to points: inout [Point]) throws {
    let count = max(abs(last.x - first.x), abs(last.y - first.y))
    let step = Point(x: (last.x - first.x) / count, y: (last.y - first.y) / count)
    for index in 0..<Int(count) {
      let start = Point(x: first.x + Double(index) * step.x, y: first.y + Double(index) * step.y)
      try appendEdge(start, Point(x: start.x + step.x, y: start.y + step.y), to: &points)
    }
  }

  private func densify(
    _ first: Point, _ firstPlace: Point, _ last: Point, _ lastPlace: Point, into points: inout [Point]
  ) throws {
    try progress.pass(held: points.count)
    let middle = Self.middle(first, last)
    let middlePlace = try project(middle)
    let chord = Self.middle(firstPlace, lastPlace)
    let scales = scales(first, firstPlace, last, lastPlace)
    var worst = Self.deviation(middlePlace, chord, scales)
    if worst <= Self.tolerance {
      // An edge that bends like an S passes through its chord's middle.
      worst = max(worst, Self.deviation(try project(Self.middle(first, middle)), Self.middle(firstPlace, chord), scales))
      worst = max(worst, Self.deviation(try project(Self.middle(middle, last)), Self.middle(chord, lastPlace), scales))
    }
    // Not `<=`: NaN is not a small deviation.
    guard !(worst <= Self.tolerance) else { return }
    guard max(abs(last.x - first.x), abs(last.y - first.y)) > Self.shortestPiece else {
      throw GeodataError(
        .reference, file: "",
        reason: "the crs that is asked for has a singularity near column \(Int(middle.x)), row \(Int(middle.y)) of the source, "
          + "where borders cannot be drawn to a hundredth of a pixel",
        remedy: "set vectors.crs: source and leave geojson out of output.formats")
    }
    try densify(first, firstPlace, middle, middlePlace, into: &points)
    points.append(middle)
    try densify(middle, middlePlace, last, lastPlace, into: &points)
  }

  private static func deviation(_ place: Point, _ chord: Point, _ scales: [Matrix]) -> Double {
    guard !scales.isEmpty else { return .infinity }
    return scales.reduce(0) { max($0, $1.length(place.x - chord.x, place.y - chord.y)) }
  }

  /// From deviations in the target to pixels: those of the whole raster, or, where scales differ much, that of an edge's middle. Empty where
  /// the target has no scale there.
  private func scales(_ first: Point, _ firstPlace: Point, _ last: Point, _ lastPlace: Point) -> [Matrix] {
    guard inverses.isEmpty else { return inverses }
    let (middle, half) = (Self.middle(first, last), Self.shortestPiece)
    if let left = try? project(Point(x: middle.x - half, y: middle.y)), let right = try? project(Point(x: middle.x + half, y: middle.y)),
      let top = try? project(Point(x: middle.x, y: middle.y - half)), let bottom = try? project(Point(x: middle.x, y: middle.y + half)),
      let inverse = Matrix(
        a: (right.x - left.x) / (2 * half), b: (bottom.x - top.x) / (2 * half), c: (right.y - left.y) / (2 * half),
        d: (bottom.y - top.y) / (2 * half)
      ).inverse
    {
      return [inverse]
    }
    // At the rim of what the target can describe there is the edge alone.
    func length(_ from: Point, _ to: Point) -> Double {
      ((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y)).squareRoot()
    }
    let scale = length(first, last) / length(firstPlace, lastPlace)
    return scale.isFinite ? [Matrix(a: scale, b: 0, c: 0, d: scale)] : []
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
        let center = Point(x: column * width, y: row * height)
        guard let place = try? project(center) else { continue }
        var differences: [Point] = []
        for (dx, dy) in [(half, 0.0), (0, half), (half, half), (half, -half)] {
          guard let before = try? project(Point(x: center.x - dx, y: center.y - dy)),
            let after = try? project(Point(x: center.x + dx, y: center.y + dy))
          else { continue }
          differences.append(Point(x: (after.x - before.x) / probe, y: (after.y - before.y) / probe))
          bends.append((place, Self.middle(before, after)))
        }
        guard differences.count == 4 else { continue }
        let jacobian = Matrix(a: differences[0].x, b: differences[1].x, c: differences[0].y, d: differences[1].y)
        if let inverse = jacobian.inverse { inverses.append(inverse) }
      }
    }
    guard !inverses.isEmpty else { throw Self.unreachable() }
    let sizes = inverses.map { $0.length(1, 0) + $0.length(0, 1) }
    guard inverses.count == 9, let smallest = sizes.min(), let largest = sizes.max(), largest < 100 * smallest else {
      inverses = []
      safeLength = 0
      return
    }
    let worst = bends.reduce(0) { max($0, Self.deviation($1.0, $1.1, inverses)) }
    // The deviation grows with the square of the length; a fifth of the tolerance leaves room for places not looked at.
    safeLength = worst > 0 ? probe * (Self.tolerance / 5 / worst).squareRoot() : .infinity
  }

  private static func middle(_ first: Point, _ last: Point) -> Point {
    Point(x: (first.x + last.x) / 2, y: (first.y + last.y) / 2)
  }

  /// The least by which x and y change over a pixel, at nine places all over the raster: what coordinates have to resolve a hundredth of.
  func resolution(_ size: RasterSize) -> Double {
    var least = Double.infinity
    for row in [0, 0.5, 1] {
      for column in [0, 0.5, 1] {
        let center = Point(x: column * Double(size.width), y: row * Double(size.height))
        guard let left = try? project(Point(x: center.x - 0.5, y: center.y)),
          let right = try? project(Point(x: center.x + 0.5, y: center.y)),
          let top = try? project(Point(x: center.x, y: center.y - 0.5)), let bottom = try? project(Point(x: center.x, y: center.y + 0.5))
        else { continue }
        for (first, second) in [(right.x - left.x, bottom.x - top.x), (right.y - left.y, bottom.y - top.y)] {
          let step = (first * first + second * second).squareRoot()
          if step > 0 { least = min(least, step) }
        }
      }
    }
    return least
  }
}
