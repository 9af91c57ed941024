import Glibc

/// How long rounds of a piece of work took.
struct Measurement {
  /// Processor seconds of the calling thread for one call, one for each round, ascending. (Not wall time: while others use the
  /// machine, a thread's own time says more. On a quiet one they are the same.)
  let seconds: [Double]

  var best: Double { seconds.first ?? .nan }
  var median: Double { seconds.isEmpty ? .nan : seconds[seconds.count / 2] }

  /// Calls `work` often enough for a round to last about `roundSeconds`, after one call to warm up.
  init(rounds: Int, roundSeconds: Double, _ work: () -> Void) {
    func time(_ calls: Int) -> Double {
      let start = threadSeconds()
      for _ in 0..<calls { work() }
      return threadSeconds() - start
    }
    work()
    let calls = max(1, Int(roundSeconds / max(time(1), 1e-7)))
    seconds = (0..<rounds).map { _ in time(calls) / Double(calls) }.sorted()
  }
}

private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
