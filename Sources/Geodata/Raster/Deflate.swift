import CGDAL

/// Deflate with a zlib header, through GDAL's copy of zlib.
public enum Deflate {
  /// - Parameter bytes: what is written, all of it.
  /// - Parameter level: 1 (fast) … 9 (small). The same bytes come for the same input, level and library.
  /// - Throws: `unwritable` where the library fails.
  public static func compress(_ bytes: [UInt8], level: Int = 6) throws(GeodataError) -> [UInt8] {
    // zlib's own bound for one call.
    let bound = bytes.count + bytes.count / 1000 + 64 + 12
    // An empty array may have no address, which GDAL would take for a wish to allocate.
    let input = bytes.isEmpty ? [0] : bytes
    var isDone = false
    let output = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      isDone = CPLZLibDeflate(input, bytes.count, Int32(level), output.baseAddress, bound, &count) != nil
      if !isDone { count = 0 }
    }
    guard isDone else {
      throw GeodataError(.unwritable, file: "", reason: "compressing \(bytes.count) bytes failed (\(lastErrorMessage()))")
    }
    return output
  }

  /// - Parameter bytes: what is packed or unpacked.
  /// - Parameter size: the size that the caller claims; anything else is an error. Deflate makes at most 1032 bytes of one, so a larger
  ///   claim is refused before anything is allocated.
  /// - Throws: `damaged` if the bytes are not such a stream or have another size.
  public static func decompress(_ bytes: [UInt8], size: Int) throws(GeodataError) -> [UInt8] {
    guard size >= 0, size / 1032 <= bytes.count else {
      throw GeodataError(.damaged, file: "", reason: "\(bytes.count) compressed bytes cannot hold the \(size) bytes claimed")
    }
    CPLErrorReset()
    var isDone = false
    let output = [UInt8](unsafeUninitializedCapacity: size + 1) { output, count in
      isDone = !bytes.isEmpty && CPLZLibInflate(bytes, bytes.count, output.baseAddress, size + 1, &count) != nil
      if !isDone { count = 0 }
    }
    guard isDone, output.count == size else {
      throw GeodataError(.damaged, file: "", reason: "the compressed bytes do not make the \(size) bytes claimed")
    }
    return output
  }
}
