import Foundation
import Inference
import Synchronization

/// Adds up what a run has done and tells how far it is.
package final class Meter: Sendable {
  private struct Counts {
    var seconds: [RunStage: Double] = [:]
    var sourceCount = 0
    var sourcesDone = 0
    /// By order of the source: tiles that it has, and those that are done; `nil` before it is opened.
    var atWork: [Int: (tiles: Int, done: Int)?] = [:]
    /// Of all sources that were opened.
    var openedSources = 0
    var tileCount = 0
    var tilesDone = 0
    var pixelsDone = 0.0
    var start: ContinuousClock.Instant?

    func progress(isLast: Bool) -> RunProgress {
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
  }

  private let observer: RunObserver
  private let counts = Mutex(Counts())

  package init(observer: RunObserver) { self.observer = observer }

  /// Tells how many sources there are to do.
  package func begin(sources: Int) { counts.withLock { $0.sourceCount = sources } }

  /// A source is about to be opened.
  package func beginSource(_ order: Int) {
    counts.withLock { $0.atWork[order] = .some(nil) }
    tell(isLast: false)
  }

  /// How many tiles of a source have to be inferred is known.
  package func plan(_ order: Int, tiles: Int) {
    counts.withLock { counts in
      counts.start = counts.start ?? .now
      if let known = counts.atWork[order] ?? nil {
        counts.tileCount -= known.tiles - known.done
      } else {
        counts.openedSources += 1
      }
      counts.atWork[order] = .some((tiles, 0))
      counts.tileCount += tiles
    }
    tell(isLast: false)
  }

  /// - Parameter order: the source's number.
  /// - Parameter pixels: of the tile, less what it shares with others.
  package func tileDone(_ order: Int, pixels: Double) {
    counts.withLock { counts in
      counts.tilesDone += 1
      counts.pixelsDone += pixels
      if let known = counts.atWork[order] ?? nil { counts.atWork[order] = .some((known.tiles, known.done + 1)) }
    }
    tell(isLast: false)
  }

  /// A source is published, or has failed.
  package func endSource(_ order: Int) {
    counts.withLock { counts in
      guard let entry = counts.atWork.removeValue(forKey: order) else { return }
      counts.sourcesDone += 1
      // Tiles that will not come.
      if let known = entry { counts.tileCount -= known.tiles - known.done } else { counts.openedSources += 1 }
    }
    tell(isLast: false)
  }

  /// Reports the progress for the last time.
  package func end() { tell(isLast: true) }

  /// Adds seconds of work to a stage.
  package func add(_ time: Double, to stage: RunStage) { counts.withLock { $0.seconds[stage, default: 0] += time } }

  /// Seconds by stage, added up over threads.
  package var stages: [String: Double] {
    let seconds = counts.withLock { $0.seconds }
    return Dictionary(uniqueKeysWithValues: seconds.map { ($0.key.rawValue, ($0.value * 1000).rounded() / 1000) })
  }

  private func tell(isLast: Bool) { observer.progress(counts.withLock { $0.progress(isLast: isLast) }) }
}
