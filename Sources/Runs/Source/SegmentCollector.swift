import Foundation
import GeoTypes
import Inference
import RunState

/// Gathers the rows of a panel into segments and stores each as soon as it is full, or keeps it.
///
/// Holds two rows of segments at most: rows below wait until the upper one is on disk.
///
/// `@unchecked Sendable`: what changes is touched only with `lock` held.
final class SegmentCollector: RowSink, @unchecked Sendable {
  /// A segment that is being filled: planes of classes, confidence and probabilities.
  private struct Filling {
    var planes: [[UInt8]]
    var pixelsLeft: Int
  }

  private let plan: SourcePlan
  private let store: SegmentStore
  private let missing: Set<SegmentWindow>
  private let probabilityClasses: Int
  private let keepsSegments: Bool
  private let threads: StoreThreads
  private let check: @Sendable () throws -> Void
  private let spent: @Sendable (Double) -> Void

  private let lock = Monitor()
  private let stored = Monitor.Condition()
  private var fillings: [SegmentWindow: Filling] = [:]
  /// By row of segments, those that are not on disk yet.
  private var unstored: [Int: Int] = [:]
  private var kept: [SegmentWindow: SegmentPlanes] = [:]
  private var lowest: Int?
  private var waiting = 0
  private var failure: (any Error)?
  private var roomGrows: (@Sendable () -> Void)?

  /// - Parameters:
  ///   - missing: the segments of the panel that are wanted.
  ///   - probabilityClasses: classes whose probabilities are kept, or 0.
  ///   - keepsSegments: whether they are kept in place of being stored.
  ///   - threads: write to the disk.
  ///   - check: throws where the source is not what it was; asked before each segment is stored. A file that was cut short may read as
  ///     if it were sparse, and its segments would be taken for good once it is whole again.
  ///   - spent: gets the seconds that storing takes.
  init(
    plan: SourcePlan, store: SegmentStore, missing: Set<SegmentWindow>, probabilityClasses: Int, keepsSegments: Bool, threads: StoreThreads,
    check: @escaping @Sendable () throws -> Void, spent: @escaping @Sendable (Double) -> Void
  ) {
    self.plan = plan
    self.store = store
    self.missing = missing
    self.probabilityClasses = probabilityClasses
    self.keepsSegments = keepsSegments
    self.threads = threads
    self.check = check
    self.spent = spent
    for segment in missing { unstored[segment.row / plan.segments.segmentHeight, default: 0] += 1 }
    lowest = unstored.keys.min()
  }

  var roomUpTo: Int {
    lock.withLock {
      guard failure == nil, let lowest else { return .max }
      return plan.region.row + (lowest + 2) * plan.segments.segmentHeight
    }
  }

  func whenRoomGrows(_ body: @escaping @Sendable () -> Void) { lock.withLock { roomGrows = body } }

  func add(_ row: DecidedRow) throws {
    let (y, x) = (row.row - plan.region.row, row.column - plan.region.column)
    let segment = plan.segments[y / plan.segments.segmentHeight, x / plan.segments.segmentWidth]
    guard missing.contains(segment) else { return }
    let steps = probabilitySteps(row)
    let full = try lock.withLock { () throws -> Filling? in
      if let failure { throw failure }
      var filling =
        fillings.removeValue(forKey: segment)
        ?? Filling(
          planes: [[UInt8]](
            repeating: [UInt8](repeating: ClassMap.nodata, count: segment.width * segment.height), count: 2 + probabilityClasses),
          pixelsLeft: segment.width * segment.height)
      let start = (y - segment.row) * segment.width + x - segment.column
      for (plane, values) in ([row.classIDs, row.confidence] + steps).enumerated() {
        filling.planes[plane].replaceSubrange(start..<start + values.count, with: values)
      }
      filling.pixelsLeft -= row.classIDs.count
      guard filling.pixelsLeft > 0 else { return filling }
      fillings[segment] = filling
      return nil
    }
    if let full { try keep(segment, full.planes) }
  }

  /// Waits until everything that was gathered is on disk or kept.
  ///
  /// - Returns: what is kept.
  /// - Throws: what kept a segment from being stored.
  func finish() throws -> [SegmentWindow: SegmentPlanes] {
    try lock.withLock {
      while waiting > 0 { lock.wait(stored) }
      if let failure { throw failure }
      return kept
    }
  }

  /// By class, its probabilities in steps of half a percent, rounded half up; 255 where the pixel is invalid.
  private func probabilitySteps(_ row: DecidedRow) -> [[UInt8]] {
    guard !row.probabilities.isEmpty else { return [] }
    return (0..<probabilityClasses).map { classID in
      row.classIDs.indices.map { pixel in
        let value = row.probabilities[pixel * probabilityClasses + classID]
        return row.classIDs[pixel] == ClassMap.nodata ? ClassMap.nodata : UInt8(max(0, min(200 * value + 0.5, 200)))
      }
    }
  }

  private func keep(_ segment: SegmentWindow, _ planes: [[UInt8]]) throws {
    if keepsSegments {
      try check()
      lock.withLock {
        kept[segment] = SegmentPlanes(planes: planes)
        waiting += 1
      }
      return settle(segment, .success(()))
    }
    let start = ContinuousClock.now
    let payload = try SegmentPlanes(planes: planes).encoded()
    spent(start.secondsAgo)
    lock.withLock { waiting += 1 }
    threads.add { [self] in
      let start = ContinuousClock.now
      let result = Result {
        try check()
        try store.write(segment, payload)
      }
      spent(start.secondsAgo)
      settle(segment, result)
    }
  }

  private func settle(_ segment: SegmentWindow, _ result: Result<Void, any Error>) {
    let grows = lock.withLock { () -> (@Sendable () -> Void)? in
      waiting -= 1
      if case .failure(let error) = result, failure == nil { failure = error }
      let row = segment.row / plan.segments.segmentHeight
      unstored[row, default: 0] -= 1
      if unstored[row] == 0 { unstored[row] = nil }
      lowest = unstored.keys.min()
      stored.broadcast()
      return roomGrows
    }
    grows?()
  }
}
