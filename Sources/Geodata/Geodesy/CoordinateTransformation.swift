import CGDAL
public import GeoTypes
import Synchronization

/// The way from one crs to another, x before y on both sides.
///
/// GDAL allows a transformation in any thread, but in one at a time: calls are serialized by a lock. Threads that
/// transform much make one each.
///
/// `@unchecked Sendable`: the handle is touched under `lock` alone, but for its creation and its end.
public final class CoordinateTransformation: @unchecked Sendable {
  private let handle: Handle
  private let lock = Mutex(())
  private let label: String

  /// - Throws: `GeodataError.Code.reference` where PROJ knows no way.
  public convenience init(from source: CoordinateSystem, to target: CoordinateSystem) throws(GeodataError) {
    let label = "'\(source.name)' to '\(target.name)'"
    let handle = try source.withHandle { (first) throws(GeodataError) -> Handle in
      try target.withHandle { (second) throws(GeodataError) -> Handle in
        try Handle(from: first, to: second, label: label)
      }
    }
    self.init(handle: handle, label: label)
  }

  /// From a crs to the longitudes and latitudes that it is made from: no change of datum.
  ///
  /// - Returns: positions in the geographic crs's own angular unit.
  public convenience init(toGeographicOf crs: CoordinateSystem) throws(GeodataError) {
    let label = "'\(crs.name)' to its longitudes and latitudes"
    let handle = try crs.withHandle { (first) throws(GeodataError) -> Handle in
      let base = try checkedHandle(.reference, file: "", "finding the geographic crs of '\(crs.name)'") { OSRCloneGeogCS(first) }
      defer { OSRDestroySpatialReference(base) }
      OSRSetAxisMappingStrategy(base, OAMS_TRADITIONAL_GIS_ORDER)
      return try Handle(from: first, to: base, label: label)
    }
    self.init(handle: handle, label: label)
  }

  /// The way back of `init(toGeographicOf:)`.
  ///
  /// - Throws: `reference` where there is none.
  public convenience init(fromGeographicOf crs: CoordinateSystem) throws(GeodataError) {
    let label = "longitudes and latitudes to '\(crs.name)'"
    let handle = try crs.withHandle { (second) throws(GeodataError) -> Handle in
      let base = try checkedHandle(.reference, file: "", "finding the geographic crs of '\(crs.name)'") { OSRCloneGeogCS(second) }
      defer { OSRDestroySpatialReference(base) }
      OSRSetAxisMappingStrategy(base, OAMS_TRADITIONAL_GIS_ORDER)
      return try Handle(from: base, to: second, label: label)
    }
    self.init(handle: handle, label: label)
  }

  private init(handle: Handle, label: String) {
    self.handle = handle
    self.label = label
  }

  /// Transforms all points in place.
  ///
  /// - Throws: `GeodataError.Code.reference` if any point has no coordinates in the target; the points are then undefined.
  public func apply(to points: inout [Point]) throws(GeodataError) {
    let count = points.count
    guard count > 0 else { return }
    guard count <= Int(Int32.max) else {
      throw GeodataError(.tooLarge, file: "", reason: "\(count) points are too many for one transformation")
    }
    let done = points.withUnsafeMutableBufferPointer { points in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * count) { scratch in
        let x = scratch.extracting(0..<count)
        let y = scratch.extracting(count..<2 * count)
        for index in 0..<count {
          x[index] = points[index].x
          y[index] = points[index].y
        }
        guard transform(count, x.baseAddress, y.baseAddress) else { return false }
        var finite = true
        for index in 0..<count {
          finite = finite && x[index].isFinite && y[index].isFinite
          points[index] = Point(x: x[index], y: y[index])
        }
        return finite
      }
    }
    guard done else { throw failure() }
  }

  /// Transforms all points in place and tells which of them have a place in the target; the others are undefined.
  func applyEach(to points: inout [Point]) -> [Bool] {
    var x = points.map(\.x)
    var y = points.map(\.y)
    var done = [Int32](repeating: 0, count: points.count)
    guard !points.isEmpty, points.count <= Int(Int32.max) else { return [] }
    lock.withLock { _ in _ = OCTTransformEx(handle.pointer, Int32(points.count), &x, &y, nil, &done) }
    for index in points.indices { points[index] = Point(x: x[index], y: y[index]) }
    return points.indices.map { done[$0] != 0 && x[$0].isFinite && y[$0].isFinite }
  }

  /// The position of one point in the target.
  public func apply(_ point: Point) throws(GeodataError) -> Point {
    var (x, y) = (point.x, point.y)
    guard transform(1, &x, &y), x.isFinite, y.isFinite else { throw failure() }
    return Point(x: x, y: y)
  }

  private func transform(_ count: Int, _ x: UnsafeMutablePointer<Double>?, _ y: UnsafeMutablePointer<Double>?) -> Bool {
    lock.withLock { _ in OCTTransform(handle.pointer, Int32(count), x, y, nil) != 0 }
  }

  private func failure() -> GeodataError {
    let message = lastErrorMessage()
    return GeodataError(
      .reference, file: "", reason: "a position cannot be transformed from \(label)" + (message.isEmpty ? "" : " (\(message))"),
      remedy: "choose a crs that covers the source")
  }

  private final class Handle {
    let pointer: OGRCoordinateTransformationH

    init(from source: OGRSpatialReferenceH, to target: OGRSpatialReferenceH, label: String) throws(GeodataError) {
      pointer = try checkedHandle(.reference, file: "", "transforming \(label)", remedy: "choose another crs") {
        OCTNewCoordinateTransformation(source, target)
      }
    }

    deinit { OCTDestroyCoordinateTransformation(pointer) }
  }
}
