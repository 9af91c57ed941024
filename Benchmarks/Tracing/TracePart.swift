import GeoTypes
import Glibc

/// What a side found: counts and areas that must be equal on both sides.
struct TraceCounts: Equatable, Encodable {
  var regions = 0
  /// Of all rings, a ring's first vertex counted once.
  var vertices = 0
  /// In pixels, by class.
  var areas: [UInt8: Double] = [:]

  mutating func add(classID: UInt8, vertices: Int, area: Double) {
    regions += 1
    self.vertices += vertices
    areas[classID, default: 0] += area
  }
}

/// What a piece of work took.
struct Seconds: Encodable {
  /// By the clock.
  var wall = 0.0
  /// Of the calling thread on the processor: what can be compared while others use the machine, but without waiting for the disk.
  var processor = 0.0

  static func + (a: Seconds, b: Seconds) -> Seconds { Seconds(wall: a.wall + b.wall, processor: a.processor + b.processor) }
}

/// What `body` took.
func measured<Result>(_ body: () throws -> Result) rethrows -> (result: Result, seconds: Seconds) {
  let (wall, processor) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_THREAD_CPUTIME_ID))
  let result = try body()
  return (result, Seconds(wall: seconds(CLOCK_MONOTONIC) - wall, processor: seconds(CLOCK_THREAD_CPUTIME_ID) - processor))
}

private func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// What goes wrong in a comparison.
struct TraceFailure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
