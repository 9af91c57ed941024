import Foundation

/// Watches over what no plan can know: how much tracing and indexing hold depends on how many polygons a picture has.
package struct MemoryGuard: Sendable {
  /// Bytes.
  package let limit: Int
  /// What gives the limit.
  package let source: String
  /// Whether what is held is this source's alone.
  private let isAlone: @Sendable () -> Bool

  /// Others are in flight: what is held may be theirs.
  struct NotAlone: Error {}

  /// For work with a pipeline.
  init(limit: Int, isAlone: @escaping @Sendable () -> Bool) {
    (self.limit, source, self.isAlone) = (limit, "inference.memory", isAlone)
  }

  /// For work without one: what this process may have.
  package init() {
    let allowed = AllowedMemory.current
    (limit, source, isAlone) = (allowed.bytes / 10 * 9, allowed.source, { true })
  }

  /// Whether so many bytes more could be held now.
  package func hasRoom(for bytes: Int) -> Bool { Machine.anonymousMemory + bytes <= limit }

  /// - Parameter file: the source, for messages.
  /// - Parameter more: bytes that the next step takes besides.
  /// - Throws: `RunError` (source) once more is held, or would be, than may be; `NotAlone` where others may be to blame for it.
  package func check(_ file: String, more: Int = 0) throws {
    let held = Machine.anonymousMemory
    guard held + more > limit else { return }
    guard isAlone() else { throw NotAlone() }
    let words = more == 0 ? "hold \(bytes(held)) of memory already" : "would hold \(bytes(held + more)) of memory at their end"
    throw RunError(
      .source, file: file, reason: "its layers \(words), the limit is \(bytes(limit)) (\(source))",
      remedy: "raise the limit, or reduce the number of polygons (vectors.minimumArea, vectors.classes)")
  }
}
