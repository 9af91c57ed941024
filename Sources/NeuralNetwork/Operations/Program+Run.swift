extension Program {
  /// Runs all steps in order.
  ///
  /// - Parameters:
  ///   - arena: at least `arenaFloats` floats.
  ///   - around: is given each step's number, the step, and what runs it; it must run it once.
  func run(
    on arena: Arena, pixels: UnsafePointer<Float>, logits: UnsafeMutablePointer<Float>, around: (Int, any Step, Memory) -> Void
  ) {
    precondition(arena.floats >= arenaFloats, "an arena of \(arena.floats) floats for a program of \(arenaFloats)")
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: offsets.count) { buffers in
      guard let table = buffers.baseAddress else { return }
      table.initialize(to: UnsafeMutablePointer(mutating: pixels))
      (table + 1).initialize(to: logits)
      for index in Self.externals..<offsets.count { (table + index).initialize(to: arena.begin + offsets[index]) }
      let memory = Memory(buffers: table, scratch: arena.begin + bufferFloats)
      for (index, step) in steps.enumerated() { around(index, step, memory) }
    }
  }
}
