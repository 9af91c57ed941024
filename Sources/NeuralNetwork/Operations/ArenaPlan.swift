/// Places buffers of known life spans into one block of memory, so that buffers that live at the same time do not overlap.
///
/// The largest buffer is placed first, each at the lowest offset that is free during its whole life. That is not optimal, but
/// for these networks within a few percent of the largest sum of live buffers.
package struct ArenaPlan: Equatable, Sendable {
  /// What one buffer needs; steps are numbered from 0.
  package struct Need: Equatable, Sendable {
    package var floats: Int
    package var firstStep: Int
    package var lastStep: Int

    package init(floats: Int, firstStep: Int, lastStep: Int) {
      self.floats = floats
      self.firstStep = firstStep
      self.lastStep = lastStep
    }
  }

  /// Floats from the arena's begin, one for each need, in their order; multiples of `alignment`.
  package var offsets: [Int]
  /// Floats in all.
  package var floats: Int

  /// Floats in a cache line; every buffer starts on one.
  package static let alignment = 16

  /// - Complexity: O(n²) in the number of buffers (some hundred).
  package init(_ needs: [Need]) {
    offsets = Array(repeating: 0, count: needs.count)
    floats = 0
    let order = needs.indices.sorted { (needs[$0].floats, $1) > (needs[$1].floats, $0) }
    var placed: [Int] = []
    for index in order where needs[index].floats > 0 {
      let need = needs[index]
      let size = (need.floats + Self.alignment - 1) / Self.alignment * Self.alignment
      let rivals =
        placed
        .filter { needs[$0].firstStep <= need.lastStep && need.firstStep <= needs[$0].lastStep }
        .map { (start: offsets[$0], end: offsets[$0] + (needs[$0].floats + Self.alignment - 1) / Self.alignment * Self.alignment) }
        .sorted { $0.start < $1.start }
      var position = 0
      for rival in rivals where position + size > rival.start { position = max(position, rival.end) }
      offsets[index] = position
      floats = max(floats, position + size)
      placed.append(index)
    }
  }
}
