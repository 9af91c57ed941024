package import GeoTypes
package import RunState
import Synchronization

/// Where sources lie that a run has opened, also those that fail later: longitudes and latitudes of their corners.
package final class Footprints: Sendable {
  private let outlines = Mutex<[SourceName: [Point]]>([:])

  package func record(_ source: SourceName, _ outline: [Point]?) { outlines.withLock { $0[source] = outline } }

  package subscript(source: SourceName) -> [Point]? { outlines.withLock { $0[source] } }
}
