import GeoTypes
import Inference
import RunState

extension SourceRun {
  /// Stores the segments of a mosaic that no changed sheet touches, out of the published rasters, so that they need not be inferred.
  ///
  /// - Parameter rows: of the segment grid.
  /// - Returns: how many segments were stored.
  func keepUntouched(_ plan: SourcePlan, in store: SegmentStore, rows: Range<Int>) throws -> Int {
    let start = ContinuousClock.now
    defer { context.meter.add(start.secondsAgo, to: .store) }
    guard let untouched = try context.untouched(source, plan), var receipt = try context.output.receipt(source.name) else { return 0 }
    let missing = untouched.windows.subtracting(plan.occupancy.emptySegments).subtracting(try store.present())
    let base = context.output.published(source.name) + "/" + source.name.leaf
    receipt.files.removeAll { !$0.name.hasSuffix(".classes.tif") && !$0.name.hasSuffix(".confidence.tif") }
    guard !missing.isEmpty, try context.output.verify(source.name, receipt, .content).isEmpty,
      let published = try PublishedRows(classes: base + ".classes.tif", confidence: base + ".confidence.tif"),
      published.size == plan.writtenSize
    else { return 0 }
    var kept = 0
    for row in rows {
      let segments = (0..<plan.segments.columns).map { plan.segments[row, $0] }.filter { missing.contains($0) }
      guard let first = segments.first else { continue }
      try limits.check()
      try context.checkTime()
      let planes = try published.planes(first.rows)
      for segment in segments {
        let parts = planes.map { plane in
          (0..<segment.height).flatMap { line in
            plane[line * plan.segments.width + segment.column..<line * plan.segments.width + segment.column + segment.width]
          }
        }
        try store.write(segment, try SegmentPlanes(planes: parts).encoded())
        kept += 1
      }
    }
    if kept > 0 {
      context.observer.info(
        "\(untouched.changedSheets) of \(counted(plan.mosaic?.sheets.count ?? 0, "sheet")) changed: \(kept) of "
          + "\(counted(plan.segments.count, "segment")) are kept as published",
        source: source.name.text)
    }
    return kept
  }
}
