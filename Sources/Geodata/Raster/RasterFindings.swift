import CGDAL
import Foundation
import Frames
import Synchronization

/// What was found out about sources by looking at their pixels, for the time of a run: a source is opened for every panel, and its
/// pixels are looked at once.
public final class RasterFindings: Sendable {
  /// A file as it is now: one that was written since is another.
  struct Key: Hashable, Sendable {
    var path: String
    var size: Int
    var seconds: Int
    var nanoseconds: Int

    init(path: String) {
      var status = stat()
      let isThere = stat(path, &status) == 0
      self.path = path
      size = isThere ? Int(status.st_size) : -1
      seconds = isThere ? status.st_mtim.tv_sec : 0
      nanoseconds = isThere ? status.st_mtim.tv_nsec : 0
    }
  }

  private struct Entries {
    var samples: [Key: PixelSample?] = [:]
    var values: [Key: [String]] = [:]
    var collars: [(key: Key, collar: EdgeCollar)] = []
    var tables: [Key: SensorTable] = [:]
    var parts: [Key: Part] = [:]
  }

  private let entries = Mutex(Entries())
  /// Asked now and then while all of a raster is read; `true` ends that with an error.
  let isStopped: @Sendable () -> Bool

  public init(isStopped: @escaping @Sendable () -> Bool = { false }) { self.isStopped = isStopped }

  /// The sample of a file; `nil` where its pixels cannot be read, which reading will say.
  func sample(_ key: Key, _ make: () -> PixelSample?) -> PixelSample? {
    if let known = entries.withLock({ $0.samples[key] }) { return known }
    let sample = make()
    entries.withLock { $0.samples[key] = .some(sample) }
    return sample
  }

  /// The remarks on a file's values, as the run reads them.
  func values(_ key: Key, _ make: () -> [String]) -> [String] {
    if let known = entries.withLock({ $0.values[key] }) { return known }
    let notes = make()
    entries.withLock { $0.values[key] = notes }
    return notes
  }

  /// Of a file of a virtual raster: how it is compressed with loss, and the bytes that decoding its blocks takes.
  typealias Part = (lossyCompression: String?, blockBytes: Int)

  func part(_ key: Key, _ look: () throws(GeodataError) -> Part) throws(GeodataError) -> Part {
    if let known = entries.withLock({ $0.parts[key] }) { return known }
    let part = try look()
    entries.withLock { $0.parts[key] = part }
    return part
  }

  /// The table of a file, which says how many pictures were taken.
  func table(_ key: Key, _ read: () throws(FrameRefusal) -> SensorTable) throws(FrameRefusal) -> SensorTable {
    if let known = entries.withLock({ $0.tables[key] }) { return known }
    let table = try read()
    entries.withLock { $0.tables[key] = table }
    return table
  }

  /// The collar of a file. Of many, those used last are kept, up to the limit for a single one.
  func collar(_ key: Key, _ make: () throws(GeodataError) -> EdgeCollar) throws(GeodataError) -> EdgeCollar {
    let known = entries.withLock { entries -> EdgeCollar? in
      guard let index = entries.collars.firstIndex(where: { $0.key == key }) else { return nil }
      let entry = entries.collars.remove(at: index)
      entries.collars.append(entry)
      return entry.collar
    }
    if let known { return known }
    let collar = try make()
    entries.withLock { entries in
      var held = entries.collars.reduce(collar.runCount) { $0 + $1.collar.runCount }
      while held > EdgeCollar.most || entries.collars.count >= 64, !entries.collars.isEmpty {
        held -= entries.collars.removeFirst().collar.runCount
      }
      entries.collars.append((key, collar))
    }
    return collar
  }
}
