import Foundation
import Inference

/// Adds up what a run has done and tells how far it is.
///
/// `@unchecked Sendable`: state is touched only with `lock` held.
package final class Meter: @unchecked Sendable {
  private let lock = NSLock()
  private let observer: RunObserver
  private var seconds: [RunStage: Double] = [:]
  private var sourceCount = 0
  private var sourcesDone = 0
  /// By order of the source: tiles that it has, and those that are done; `nil` before it is opened.
  private var atWork: [Int: (tiles: Int, done: Int)?] = [:]
  /// Of all sources that were opened.
  private var openedSources = 0
  private var tileCount = 0
  private var tilesDone = 0
  private var pixelsDone = 0.0
  private var start: ContinuousClock.Instant?

  package init(observer: RunObserver) { self.observer = observer }

  /// Tells how many sources there are to do.
  package func begin(sources: Int) { lock.withLock { sourceCount = sources } }

  /// A source is about to be opened.
  package func beginSource(_ order: Int) {
    lock.withLock { atWork[order] = .some(nil) }
    tell(isLast: false)
  }

  /// How many tiles of a source have to be inferred is known.
  package func plan(_ order: Int, tiles: Int) {
    lock.withLock {
      start = start ?? .now
      if let known = atWork[order] ?? nil {
        tileCount -= known.tiles - known.done
      } else {
        openedSources += 1
      }
      atWork[order] = .some((tiles, 0))
      tileCount += tiles
    }
    tell(isLast: false)
  }

  /// - Parameter order: the source's number.
  /// - Parameter pixels: of the tile, less what it shares with others.
  package func tileDone(_ order: Int, pixels: Double) {
    lock.withLock {
      tilesDone += 1
      pixelsDone += pixels
      if let known = atWork[order] ?? nil { atWork[order] = .some((known.tiles, known.done + 1)) }
    }
    tell(isLast: false)
  }

  /// A source is published, or has failed.
  package func endSource(_ order: Int) {
    lock.withLock {
      guard let entry = atWork.removeValue(forKey: order) else { return }
      sourcesDone += 1
      // Tiles that will not come.
      if let known = entry { tileCount -= known.tiles - known.done } else { openedSources += 1 }
    }
    tell(isLast: false)
  }

  /// Reports the progress for the last time.
  package func end() { tell(isLast: true) }

  /// Adds seconds of work to a stage.
  package func add(_ time: Double, to stage: RunStage) { lock.withLock { seconds[stage, default: 0] += time } }

  /// Seconds by stage, added up over threads.
  package var stages: [String: Double] {
    lock.withLock { Dictionary(uniqueKeysWithValues: seconds.map { ($0.key.rawValue, ($0.value * 1000).rounded() / 1000) }) }
  }

  private func tell(isLast: Bool) {
    let state = lock.withLock {
      let elapsed = start?.secondsAgo ?? 0
      // A source counts as its tiles and one more, for its layers; one that is not open yet, as those before it on average.
      let mean = openedSources > 0 ? Double(tileCount) / Double(openedSources) : 1
      let all = Double(tileCount + sourceCount) + mean * Double(max(0, sourceCount - openedSources))
      let done = Double(tilesDone + sourcesDone)
      let share = all > 0 ? min(1, done / all) : 1
      return RunProgress(
        sourcesDone: sourcesDone, sourcesAtWork: atWork.count, sourceCount: sourceCount, tilesDone: tilesDone, tileCount: tileCount,
        megapixelsPerSecond: elapsed > 0 ? pixelsDone / 1e6 / elapsed : 0,
        secondsLeft: done > 1 && share > 0 ? elapsed * (1 - share) / share : nil, share: isLast ? 1 : share, isLast: isLast)
    }
    observer.progress(state)
  }
}
