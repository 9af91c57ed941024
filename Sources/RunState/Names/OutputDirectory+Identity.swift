/// What an output directory is told by, wherever it is mounted or moved to: 32 random hexadecimal digits in `.orthoweave/identity`.
extension OutputDirectory {
  /// - Parameter making: Whether to make one where there is none yet.
  /// - Returns: `nil` where there is none.
  public func identity(making: Bool) throws(RunStateError) -> String? {
    let path = state + "/identity"
    if let known = try knownIdentity(path) { return known }
    guard making else { return nil }
    let digits = (0..<2).map { _ in
      let text = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    let temporary = Files.temporaryName(beside: path)
    do {
      let file = try WritableFile(new: temporary, operations)
      try file.write(Array(digits.joined().utf8))
      try file.finish()
      // Another shard may have been faster: then its identity holds.
      if try !operations.renameNew(temporary, path) { try operations.remove(temporary) }
      try operations.syncDirectory(state)
    } catch {
      _ = try? operations.remove(temporary)
      throw error
    }
    return try knownIdentity(path)
  }

  private func knownIdentity(_ path: String) throws(RunStateError) -> String? {
    guard let bytes = try Files.read(path, limit: 64), bytes.count == 32 else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
