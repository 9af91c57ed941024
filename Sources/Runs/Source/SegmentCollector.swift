import GeoTypes
import Inference
import RunState

/// Gathers finished rows of a panel into segments and stores each as soon as it is full.
struct SegmentCollector {
  private let plan: SourcePlan
  private let store: SegmentStore
  /// The columns of segments of this panel.
  private let panel: Range<Int>
  private let missing: Set<SegmentWindow>
  private let probabilityClasses: Int
  /// By column of segments within the panel: planes of the row of segments that is being filled.
  private var planes: [[[UInt8]]] = []
  private var segmentRow = -1
  private let check: () throws -> Void

  /// - Parameters:
  ///   - probabilityClasses: classes whose probabilities are kept, or 0.
  ///   - check: throws where the source is not what it was; asked before each segment is stored. A file that was cut short may read as
  ///     if it were sparse, and its segments would be taken for good once it is whole again.
  init(
    plan: SourcePlan, store: SegmentStore, panel: Range<Int>, missing: Set<SegmentWindow>, probabilityClasses: Int,
    check: @escaping () throws -> Void
  ) {
    self.check = check
    self.plan = plan
    self.store = store
    self.panel = panel
    self.missing = missing
    self.probabilityClasses = probabilityClasses
  }

  /// Takes a row; stores the row of segments that it completes.
  mutating func add(_ row: DecidedRow) throws {
    let regionRow = row.row - plan.region.row
    let wanted = regionRow / plan.segments.segmentHeight
    if wanted != segmentRow { begin(segmentRow: wanted) }
    let panelStart = plan.segments.pixelColumns(panel).lowerBound
    for (index, column) in panel.enumerated() {
      let segment = plan.segments[segmentRow, column]
      guard missing.contains(segment) else { continue }
      let range = segment.column - panelStart..<segment.column - panelStart + segment.width
      planes[index][0].append(contentsOf: row.classIDs[range])
      planes[index][1].append(contentsOf: row.confidence[range])
      if !row.probabilities.isEmpty {
        for classID in 0..<probabilityClasses {
          for pixel in range {
            // Steps of half a percent, rounded half up; 255 where the pixel is invalid.
            let value = row.probabilities[pixel * probabilityClasses + classID]
            let step = row.classIDs[pixel] == ClassMap.nodata ? ClassMap.nodata : UInt8(max(0, min(200 * value + 0.5, 200)))
            planes[index][2 + classID].append(step)
          }
        }
      }
      if regionRow == segment.row + segment.height - 1 { try store(segment, index: index) }
    }
  }

  private mutating func begin(segmentRow row: Int) {
    segmentRow = row
    planes = panel.map { column in
      let segment = plan.segments[row, column]
      guard missing.contains(segment) else { return [] }
      return (0..<2 + probabilityClasses).map { _ in
        var plane: [UInt8] = []
        plane.reserveCapacity(segment.width * segment.height)
        return plane
      }
    }
  }

  private mutating func store(_ segment: SegmentWindow, index: Int) throws {
    try check()
    try store.write(segment, SegmentPlanes(planes: planes[index]).encoded())
    planes[index] = []
  }
}
