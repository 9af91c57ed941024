import CSystem
import Glibc

/// Keeps the first failed write below a folder, by whatever library, from the start of building to publishing.
///
/// Libraries that write layers lose such errors; without this a full disk could publish a damaged layer. See `writes.h`.
final class WriteWatch: Sendable {
  private let number: CInt
  let folder: String

  /// Watches a source's folder in `aside`.
  init(_ folder: String) throws(RunStateError) {
    self.folder = folder
    number = csystem_watch_writes(folder)
    if number == -EMFILE {
      throw RunStateError(.inputOutput, file: folder, reason: "too many sources are built at once", remedy: "report this as a fault")
    }
    if number < 0 { throw RunStateError(errno: -number, file: folder, cannotBe: "watched") }
  }

  deinit {
    if number >= 0 { csystem_end_watch(number) }
  }

  /// Throws the error of the first write that failed.
  func check() throws(RunStateError) {
    var path = [CChar](repeating: 0, count: 4096)
    let failure = csystem_failed_write(number, &path, path.count)
    if failure == 0 { return }
    let file = path.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    throw RunStateError(errno: failure, file: file, cannotBe: "written")
  }
}
