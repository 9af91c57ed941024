import Foundation

/// A GeoTIFF of three bands whose strips are all the same bytes of the file: gray, and valid.
enum GrayRaster {
  /// - Parameters:
  ///   - number: where it lies, so that no two lie at the same place.
  /// - Throws: what the system says where it cannot be written.
  static func write(_ path: String, side: Int, number: Int) throws {
    func integer(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    func double(_ value: Double) -> [UInt8] { withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    let rowsPerStrip = 16
    let strips = (side + rowsPerStrip - 1) / rowsPerStrip
    // The tables come first, the pixels behind them.
    let tags = 12
    let tables = 8 + 2 + tags * 12 + 4
    var extra: [UInt8] = []
    func place(_ bytes: [UInt8]) -> Int {
      defer { extra += bytes + (bytes.count % 2 == 0 ? [] : [0]) }
      return tables + extra.count
    }
    let bits = place([8, 0, 8, 0, 8, 0])
    let scale = place([0.25, 0.25, 0].flatMap(double))
    let tie = place([0, 0, 0, 500_000 + Double(number % 1000) * 6000, 5_000_000 - Double(number / 1000) * 6000, 0].flatMap(double))
    let keys = place([1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633].flatMap { integer($0, 2) })
    let pixels = tables + extra.count + strips * 8
    let starts = place((0..<strips).flatMap { _ in integer(pixels, 4) })
    let counts = place((0..<strips).flatMap { integer(min(rowsPerStrip, side - $0 * rowsPerStrip) * side * 3, 4) })
    // Tag, type (3 short, 4 long, 12 double), count, value or place.
    let entries: [(Int, Int, Int, Int)] = [
      (256, 4, 1, side), (257, 4, 1, side), (258, 3, 3, bits), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, strips, starts), (277, 3, 1, 3),
      (278, 4, 1, rowsPerStrip), (279, 4, strips, counts), (33550, 12, 3, scale), (33922, 12, 6, tie), (34735, 3, 16, keys),
    ]
    var bytes = Array("II".utf8) + [42, 0] + integer(8, 4) + integer(tags, 2)
    for (tag, type, count, value) in entries { bytes += integer(tag, 2) + integer(type, 2) + integer(count, 4) + integer(value, 4) }
    bytes += [0, 0, 0, 0] + extra + [UInt8](repeating: 99, count: rowsPerStrip * side * 3)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}
