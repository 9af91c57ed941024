import GeoTypes
import Geodata
import Runs

/// The polygons of a vector layer in the pixels of a prediction. A pixel belongs to the polygon that its center lies in; where polygons lie
/// over each other, to the last of them in the file.
final class PolygonTruth: TruthRows {
  /// What a feature is.
  enum Meaning {
    /// By the id that the counters use.
    case of(UInt8)
    case leftOut(Omission.Reason, String?)
  }

  private struct Shape {
    /// Upper end, lower end; never horizontal.
    var edges: [(x0: Double, y0: Double, x1: Double, y1: Double)]
    var firstRow: Int
    var endRow: Int
    var object: UInt32
    var label: UInt8
  }

  private let size: RasterSize
  private let outside: UInt8?
  private var shapes: [Shape] = []
  /// Features of the file that are not among the polygons.
  private(set) var leftOut = OmissionList()
  /// Features of the file.
  private(set) var features = 0
  /// Whether it has polygons, of whatever class, and none of them lies over the prediction.
  var isElsewhere: Bool { isPlaced && !isInReach }
  private var isPlaced = false
  private var isInReach = false
  private(set) var meanings: [TruthMeaning]
  /// The class of each object, by number; the first is none.
  private(set) var labels: [UInt8] = [0]

  /// The code of pixels in no polygon, where these have no truth.
  private static let beyond: UInt16 = 256
  /// Points that are held, at most.
  private static let mostPoints = 20_000_000

  /// Reads the polygons that meet the prediction.
  ///
  /// - Parameters:
  ///   - outside: the label of pixels in no polygon; `nil`: they have no truth.
  ///   - classes: how many ids there are.
  ///   - meaning: what a feature is, by its values.
  /// - Throws: `RunError` (wrongCall), `GeodataError`.
  init(
    _ layer: VectorReader, path: String, for prediction: LabelRaster, outside: UInt8?, classes: Int,
    meaning: (_ values: [FieldValue]) -> Meaning
  ) throws {
    size = prediction.size
    self.outside = outside
    meanings = (0..<256).map { TruthMeaning(label: $0 < classes ? UInt8($0) : LabelTable.ignored) }
    meanings.append(TruthMeaning(label: LabelTable.ignored, cause: .beyondTruth))
    guard prediction.isPlaced, let inverse = prediction.geotransform.inverse else {
      throw RunError(
        .wrongCall, file: prediction.path, reason: "is not georeferenced, so polygons cannot be compared with it",
        remedy: "give a georeferenced prediction")
    }
    var transformation: CoordinateTransformation?
    if let own = layer.crs, let crs = prediction.crs, !own.isEquivalent(to: crs) {
      transformation = try CoordinateTransformation(from: own, to: crs)
    }
    var points = 0
    try layer.forEach { _, geometry, values in
      features += 1
      if let other = geometry.otherGeometry { leftOut.addFeature(path, .notPolygons, value: other) }
      guard !geometry.points.isEmpty else {
        if geometry.otherGeometry == nil { leftOut.addFeature(path, .noGeometry) }
        return
      }
      var edges: [(x0: Double, y0: Double, x1: Double, y1: Double)] = []
      for ring in geometry.ringEnds.indices.map({ geometry.ring($0) }) {
        guard try appendEdges(geometry.points[ring], &edges, transformation, inverse) else {
          return leftOut.addFeature(path, .unplaceable)
        }
      }
      let firstRow = edges.map(\.y0).min() ?? 0
      let endRow = edges.map(\.y1).max() ?? 0
      let columns = (edges.map { min($0.x0, $0.x1) }.min() ?? 0, edges.map { max($0.x0, $0.x1) }.max() ?? 0)
      let meets = firstRow < Double(size.height) && endRow > 0 && columns.0 < Double(size.width) && columns.1 > 0
      isPlaced = true
      if meets { isInReach = true }
      let label: UInt8
      switch meaning(values) {
      case .of(let id): label = id
      case .leftOut(let reason, let value): return leftOut.addFeature(path, reason, value: value)
      }
      guard meets else { return }
      points += edges.count
      guard points <= Self.mostPoints else {
        throw RunError(.wrongCall, file: path, reason: "its polygons have more points than this program holds", remedy: "give a part of it")
      }
      labels.append(label)
      shapes.append(
        Shape(
          edges: edges, firstRow: Int(max(0, firstRow.rounded(.down))), endRow: Int(min(Double(size.height), endRow.rounded(.up))),
          object: UInt32(labels.count - 1), label: label))
    }
  }

  /// Returns whether all points have coordinates in the prediction.
  private func appendEdges(
    _ ring: ArraySlice<Point>, _ edges: inout [(x0: Double, y0: Double, x1: Double, y1: Double)],
    _ transformation: CoordinateTransformation?, _ inverse: Geotransform
  ) throws -> Bool {
    guard ring.count > 2, let bounds = Bounds(of: ring), var previous = ring.last else { return true }
    var points: [Point] = []
    // Straight edges bend in another crs.
    let longest = max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY) / 128
    for point in ring {
      if transformation != nil, longest > 0 {
        let pieces = Int(min(128, (max(abs(point.x - previous.x), abs(point.y - previous.y)) / longest).rounded(.up)))
        for piece in 1..<max(1, pieces) {
          let share = Double(piece) / Double(pieces)
          points.append(Point(x: previous.x + share * (point.x - previous.x), y: previous.y + share * (point.y - previous.y)))
        }
      }
      points.append(point)
      previous = point
    }
    if let transformation {
      do { try transformation.apply(to: &points) } catch {
        guard error.code == .reference else { throw error }
        return false
      }
    }
    points = points.map(inverse.apply)
    guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return false }
    guard var last = points.last else { return true }
    for point in points {
      if last.y < point.y { edges.append((last.x, last.y, point.x, point.y)) }
      if point.y < last.y { edges.append((point.x, point.y, last.x, last.y)) }
      last = point
    }
    return true
  }

  /// How many polygons meet the prediction.
  var count: Int { shapes.count }

  func strip(_ rows: Range<Int>) throws -> TruthStrip {
    let area = rows.count * size.width
    var strip = TruthStrip(
      codes: [UInt16](repeating: outside.map { UInt16($0) } ?? Self.beyond, count: area), objects: [UInt32](repeating: 0, count: area))
    for shape in shapes where shape.firstRow < rows.upperBound && shape.endRow > rows.lowerBound {
      let near = shape.edges.filter { $0.y0 < Double(rows.upperBound) && $0.y1 > Double(rows.lowerBound) }
      for row in max(rows.lowerBound, shape.firstRow)..<min(rows.upperBound, shape.endRow) {
        let y = Double(row) + 0.5
        var crossings: [Double] = []
        for edge in near where edge.y0 <= y && y < edge.y1 {
          crossings.append(edge.x0 + (y - edge.y0) * (edge.x1 - edge.x0) / (edge.y1 - edge.y0))
        }
        crossings.sort()
        for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
          let first = max(0, (crossings[pair] - 0.5).rounded(.up))
          let end = min(Double(size.width), (crossings[pair + 1] - 0.5).rounded(.up))
          guard first < end else { continue }
          let start = (row - rows.lowerBound) * size.width
          for pixel in start + Int(first)..<start + Int(end) {
            strip.codes[pixel] = UInt16(shape.label)
            strip.objects[pixel] = shape.object
          }
        }
      }
    }
    return strip
  }
}
