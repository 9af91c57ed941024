import FileWriting
import Foundation
import Geodata
import Inference
import RunState

extension SourceRun {
  /// Does a source whose files lie at addresses: fetches them into its work directory, and reads the copies as files on the disk are read.
  ///
  /// The copies go when the source is published or fails. Of a run that is interrupted they stay, as its segments do.
  func performRemote(_ lock: SourceLock) throws -> Outcome {
    if let nothing = context.output.nothingToDo(source.name, key: source.layerKey) {
      throw nothing.outside.map { LeftOut.outsideArea($0) } ?? .empty
    }
    var copies: [Copy] = []
    do {
      let folder = try surroundings {
        try context.output.prepareCopies(source.name, source.fingerprint, folders: source.files.count)
      }
      copies = self.copies(in: folder)
      try fetch(copies, into: folder)
      var run = self
      run.source = try placed(copies, in: folder)
      return try run.perform(lock)
    } catch {
      switch error {
      case is UntilReached, is Abandoned: break
      case let error as RunError where error.code == .interrupted: break
      case is LeftOut: try context.output.removeCopies(source.name)
      default: try? context.output.removeCopies(source.name)
      }
      throw named(error, copies)
    }
  }

  /// A file at an address, and the path of its copy.
  private struct Copy {
    var file: Fingerprint.File
    var address: String
    var path: String
  }

  /// A raster and what lies beside it have a folder of their own: no raster reads another one's files.
  private func copies(in folder: String) -> [Copy] {
    let rasters = Set(source.files.map { ExactText($0) })
    var number = 0
    return source.fingerprint.files.compactMap { file in
      guard let address = file.remote?.address else { return nil }
      if rasters.contains(ExactText(address)) { number += 1 }
      return Copy(file: file, address: address, path: "\(folder)/\(number)/\(file.name)")
    }
  }

  /// Fetches what is not there yet.
  ///
  /// - Throws: `RunError` (source) where there is no room for it, and what `RemoteFiles.copy` throws.
  private func fetch(_ copies: [Copy], into folder: String) throws {
    let start = ContinuousClock.now
    defer { context.meter.add(start.secondsAgo, to: .read) }
    // A copy has its name only when it is whole.
    let missing = copies.filter { !FileManager.default.fileExists(atPath: $0.path) }
    guard !missing.isEmpty else { return }
    let needed = missing.reduce(UInt64(0)) { sum, copy in
      let (next, isOver) = sum.addingReportingOverflow(UInt64(clamping: copy.file.size))
      return isOver ? .max : next
    }
    context.observer.info("fetching \(counted(missing.count, "file")), \(DiskSpace.describe(needed))", source: source.name.text)
    let first = missing[0].address
    func refuse(_ free: UInt64) -> RunError {
      RunError(
        .source, file: first,
        reason: "\(DiskSpace.describe(needed)) are to be fetched, and \(DiskSpace.describe(free)) are free in \(context.output.path)",
        remedy: "free some space, or leave it out of input.sources")
    }
    try context.copyRoom.withRoom(needed, left: DiskSpace.left(near: folder)?.bytes, refuse: refuse) {
      for copy in missing {
        let status = RemoteStatus(
          size: copy.file.size, modified: copy.file.modified / 1_000_000_000, etag: copy.file.remote?.etag ?? "")
        let address = try RemoteAddress(copy.address + (source.queries[copy.address] ?? ""))
        try RemoteFiles.copy(address, status, to: copy.path) { try limits.check() }
      }
    }
  }

  /// The source with copies in place of its files.
  private func placed(_ copies: [Copy], in folder: String) throws -> DueSource {
    let paths = Dictionary(copies.map { ($0.address, $0.path) }, uniquingKeysWith: { first, _ in first })
    var fetched = source
    fetched.files = source.files.map { paths[$0] ?? $0 }
    fetched.folders = source.folders.filter { !RemoteAddress.isRemote($0) } + [folder]
    fetched.fingerprint = try source.fingerprint.placed(at: paths)
    for copy in copies { fetched.origins[copy.path] = try RemoteAddress(copy.address).path }
    return fetched
  }

  /// An error that names addresses in place of copies.
  private func named(_ error: any Error, _ copies: [Copy]) -> any Error {
    let (text, code) = RunLoop.describe(error)
    let shown = copies.reduce(text) { $0.replacingOccurrences(of: $1.path, with: $1.address) }
    return shown == text ? error : RunError(code, reason: shown)
  }
}
