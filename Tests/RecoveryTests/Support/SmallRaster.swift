/// A GeoTIFF of three bands, one strip a row, written without any library: colored blocks, the same for the same seed.
enum SmallRaster {
  static func bytes(width: Int, height: Int, seed: UInt64) -> [UInt8] {
    var state = seed
    func random() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    let colors = (0..<64).map { _ in (0..<3).map { _ in UInt8(truncatingIfNeeded: random()) } }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    for row in 0..<height {
      for column in 0..<width {
        let block = (row / 37 * 5 + column / 29 * 3 + (row + column) / 91) % 64
        for band in 0..<3 { pixels.append(colors[block][band] &+ UInt8(truncatingIfNeeded: random() & 7)) }
      }
    }
    return file(width, height, pixels)
  }

  /// Little-endian TIFF: header, pixels, tables, directory.
  private static func file(_ width: Int, _ height: Int, _ pixels: [UInt8]) -> [UInt8] {
    func integer(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    func double(_ value: Double) -> [UInt8] { withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    var body: [UInt8] = pixels + (pixels.count % 2 == 0 ? [] : [0])
    func place(_ bytes: [UInt8]) -> Int {
      let start = 8 + body.count
      body += bytes + (bytes.count % 2 == 0 ? [] : [0])
      return start
    }
    let bits = place([8, 0, 8, 0, 8, 0])
    let starts = place((0..<height).flatMap { integer(8 + $0 * width * 3, 4) })
    let counts = place((0..<height).flatMap { _ in integer(width * 3, 4) })
    let scale = place([0.25, 0.25, 0].flatMap(double))
    let tie = place([0, 0, 0, 500_000, 5_000_000, 0].flatMap(double))
    let keys = place([1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633].flatMap { integer($0, 2) })
    // Tag, type (3 short, 4 long, 12 double), count, value or place.
    let tags: [(Int, Int, Int, Int)] = [
      (256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, bits), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, height, starts),
      (277, 3, 1, 3), (278, 4, 1, 1), (279, 4, height, counts), (33550, 12, 3, scale), (33922, 12, 6, tie), (34735, 3, 16, keys),
    ]
    var bytes = Array("II".utf8) + [42, 0] + integer(8 + body.count, 4) + body + integer(tags.count, 2)
    for (tag, type, count, value) in tags { bytes += integer(tag, 2) + integer(type, 2) + integer(count, 4) + integer(value, 4) }
    return bytes + [0, 0, 0, 0]
  }
}
