import Basics
import GeoTypes

/// Pictures as PNG files (ISO/IEC 15948): 8 or 16 bits, without a place.
///
/// GDAL's writer tries every filter on every row, which takes longer than drawing a preview.
enum PNGFile {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The bytes of the file. The same samples give the same bytes.
  ///
  /// - Parameter samples: of 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 bands (RGBA), without a mask.
  /// - Throws: `unwritable` where compressing fails, or for other numbers of bands.
  static func encoded(_ samples: PictureSamples) throws(GeodataError) -> [UInt8] {
    guard let colorType: UInt8 = [1: 0, 2: 4, 3: 2, 4: 6][samples.bands] else {
      throw GeodataError(.unwritable, file: "", reason: "a picture of \(samples.bands) bands is not written as PNG")
    }
    let bytes: [UInt8]
    let depth: UInt8
    switch samples.values {
    case .bytes(let values): (bytes, depth) = (values, 8)
    case .words(let words): (bytes, depth) = (words.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }, 16)
    }
    let pixel = samples.bands * Int(depth) / 8
    let pixels = try Deflate.compress(filtered(bytes, rowLength: samples.size.width * pixel, pixel: pixel), level: 3)
    var file = signature
    file.reserveCapacity(pixels.count + 100)
    append("IHDR", number(samples.size.width) + number(samples.size.height) + [depth, colorType, 0, 0, 0], to: &file)
    append("IDAT", pixels, to: &file)
    append("IEND", [], to: &file)
    return file
  }

  /// Each row less its left neighbor or less the row above, whichever leaves the smaller differences, with the filter's number before it.
  static func filtered(_ bytes: [UInt8], rowLength: Int, pixel: Int) -> [UInt8] {
    guard rowLength > 0 else { return [] }
    let rows = bytes.count / rowLength
    let zeros = [UInt8](repeating: 0, count: rowLength)
    return [UInt8](unsafeUninitializedCapacity: rows * (rowLength + 1)) { output, count in
      count = rows * (rowLength + 1)
      bytes.withUnsafeBufferPointer { bytes in
        zeros.withUnsafeBufferPointer { zeros in
          for row in 0..<rows {
            let current = UnsafeBufferPointer(rebasing: bytes[row * rowLength..<(row + 1) * rowLength])
            let above = row == 0 ? zeros : UnsafeBufferPointer(rebasing: bytes[(row - 1) * rowLength..<row * rowLength])
            var (bySub, byUp): (UInt32, UInt32) = (0, 0)
            for index in min(pixel, rowLength)..<rowLength {
              bySub &+= UInt32(Int8(bitPattern: current[index] &- current[index - pixel]).magnitude)
              byUp &+= UInt32(Int8(bitPattern: current[index] &- above[index]).magnitude)
            }
            let target = UnsafeMutableBufferPointer(rebasing: output[row * (rowLength + 1)..<(row + 1) * (rowLength + 1)])
            if bySub < byUp {
              target[0] = 1
              for index in 0..<min(pixel, rowLength) { target[1 + index] = current[index] }
              for index in min(pixel, rowLength)..<rowLength { target[1 + index] = current[index] &- current[index - pixel] }
            } else {
              target[0] = 2
              for index in 0..<rowLength { target[1 + index] = current[index] &- above[index] }
            }
          }
        }
      }
    }
  }

  private static func append(_ type: String, _ content: [UInt8], to file: inout [UInt8]) {
    file += number(content.count)
    let start = file.count
    file += type.utf8
    file += content
    var checksum = CRC32()
    file.withUnsafeBytes { checksum.add(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    file += number(Int(checksum.value))
  }

  private static func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
}
