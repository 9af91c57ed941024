import Foundation
import Inference

/// Adds up what a run has done and tells how far it is.
///
/// `@unchecked Sendable`: state is touched only with `lock` held.
package final class Meter: @unchecked Sendable {
  private let lock = NSLock()
  private let observer: RunObserver
  private var seconds: [RunStage: Double] = [:]
  private var sourceNumber = 0
  private var sourceCount = 0
  private var tilesDone = 0
  private var tileCount = 0
  private var pixels = 0
  private var start = ContinuousClock.now

  package init(observer: RunObserver) { self.observer = observer }

  package func begin(sources: Int) { lock.withLock { sourceCount = sources } }

  package func nextSource() {
    lock.withLock {
      sourceNumber += 1
      (tilesDone, tileCount, pixels) = (0, 0, 0)
    }
    tell(isLast: false)
  }

  package func beginSource(tiles: Int, pixels: Int) {
    lock.withLock {
      (tilesDone, tileCount, self.pixels, start) = (0, tiles, pixels, ContinuousClock.now)
    }
    tell(isLast: false)
  }

  package func tileDone() {
    lock.withLock { tilesDone += 1 }
    tell(isLast: false)
  }

  package func end() { tell(isLast: true) }

  package func add(_ time: Double, to stage: RunStage) { lock.withLock { seconds[stage, default: 0] += time } }

  /// Seconds by stage, added up over threads.
  package var stages: [String: Double] {
    lock.withLock { Dictionary(uniqueKeysWithValues: seconds.map { ($0.key.rawValue, ($0.value * 1000).rounded() / 1000) }) }
  }

  private func tell(isLast: Bool) {
    let state = lock.withLock {
      let elapsed = start.secondsAgo
      let share = tileCount > 0 ? Double(tilesDone) / Double(tileCount) : 0
      let rate = elapsed > 0 ? share * Double(pixels) / 1e6 / elapsed : 0
      let whole = sourceCount > 0 ? (Double(max(sourceNumber, 1) - 1) + share) / Double(sourceCount) : 1
      return RunProgress(
        sourceNumber: max(sourceNumber, 1), sourceCount: sourceCount, tilesDone: tilesDone, tileCount: tileCount,
        megapixelsPerSecond: rate, secondsLeft: tilesDone > 1 ? elapsed * (1 - share) / max(share, 1e-9) : nil,
        share: isLast ? 1 : min(whole, 1), isLast: isLast)
    }
    observer.progress(state)
  }
}
