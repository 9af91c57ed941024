import Foundation

/// Watches over what no plan can know: how much tracing and indexing hold depends on how many polygons a picture has.
package struct MemoryGuard: Sendable {
  /// Bytes.
  package let limit: Int
  /// What gives the limit.
  package let source: String

  /// For work with a pipeline.
  package init(limit: Int) { (self.limit, source) = (limit, "inference.memory") }

  /// For work without one: what this process may have.
  package init() {
    let allowed = AllowedMemory.current
    (limit, source) = (allowed.bytes / 10 * 9, allowed.source)
  }

  /// Whether so many bytes more could be held now.
  package func hasRoom(for bytes: Int) -> Bool { Machine.anonymousMemory + bytes <= limit }

  /// - Parameter more: bytes that the next step takes besides.
  /// - Throws: `RunError` (source) once more is held, or would be, than may be.
  package func check(_ file: String, more: Int = 0) throws {
    let held = Machine.anonymousMemory
    guard held + more > limit else { return }
    let words = more == 0 ? "hold \(bytes(held)) of memory already" : "would hold \(bytes(held + more)) of memory at their end"
    throw RunError(
      .source, file: file, reason: "its layers \(words), the limit is \(bytes(limit)) (\(source))",
      remedy: "raise the limit, or let fewer polygons arise (vectors.minimumArea, vectors.classes)")
  }
}
