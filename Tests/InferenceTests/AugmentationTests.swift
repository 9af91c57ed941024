import GeoTypes
import Geodata
import Inference
import Testing

@Suite struct AugmentationTests {
  @Test func everyTurnIsUndoneByItsInverse() {
    let size = RasterSize(width: 5, height: 3)
    let values = (0..<30).map { Float($0) }
    var seen: Set<[Float]> = []
    for turn in Orientation.all {
      var turned = [Float](repeating: -1, count: 30)
      var back = turned
      values.withUnsafeBufferPointer { values in
        turned.withUnsafeMutableBufferPointer { turned in
          turn.apply(values, size: size, channels: 2, into: turned)
          back.withUnsafeMutableBufferPointer {
            turn.apply(UnsafeBufferPointer(turned), size: size, channels: 2, into: $0, inverse: true)
          }
        }
      }
      #expect(back == values)
      seen.insert(turned)
    }
    #expect(seen.count == 8)
  }

  @Test func mirroringReversesRows() {
    var turned = [Float](repeating: 0, count: 6)
    [1, 2, 3, 4, 5, 6].withUnsafeBufferPointer { values in
      turned.withUnsafeMutableBufferPointer {
        Orientation.mirrored.apply(values, size: RasterSize(width: 3, height: 2), channels: 1, into: $0)
      }
    }
    #expect(turned == [3, 2, 1, 6, 5, 4])
  }

  @Test func scaledSizesFollowTheReferenceRule() {
    #expect(Augmentation.scaled(RasterSize(width: 838, height: 859), by: 0.75) == RasterSize(width: 628, height: 644))
    #expect(Augmentation.scaled(RasterSize(width: 512, height: 512), by: 1.25) == RasterSize(width: 640, height: 640))
    #expect(Augmentation.scaled(RasterSize(width: 1, height: 1), by: 0.5) == RasterSize(width: 1, height: 1))
  }

  /// Checksums of what OpenCV 4.10's `resize` made of the same bytes.
  @Test(arguments: [
    (7, 9, 10, 13, UInt32(2_385_752_345)), (9, 8, 7, 6, 2_575_133_874), (8, 10, 4, 5, 1_954_397_187), (5, 6, 9, 11, 410_479_548),
  ])
  func bytesAreResizedAsOpenCVDoes(height: Int, width: Int, toHeight: Int, toWidth: Int, checksum: UInt32) {
    var state = UInt64(height * 100 + width)
    let bytes = (0..<height * width * 3).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    let block = PixelBlock(
      window: Window(column: 4, row: 2, width: width, height: height), bands: 3, values: .bytes(bytes), valid: nil)
    let resized = block.resized(to: RasterSize(width: toWidth, height: toHeight))
    guard case .bytes(let found) = resized.values else {
      Issue.record("bytes stay bytes")
      return
    }
    #expect(found.count == toHeight * toWidth * 3)
    #expect(crc32(found) == checksum)
  }

  @Test func floatsOfBytesAreResizedToWithinRoundingOfThem() {
    let bytes = (0..<11 * 7 * 2).map { UInt8(truncatingIfNeeded: $0 * 73) }
    let window = Window(column: 0, row: 0, width: 11, height: 7)
    let target = RasterSize(width: 15, height: 5)
    let fixed = PixelBlock(window: window, bands: 2, values: .bytes(bytes), valid: nil).resized(to: target)
    let exact = PixelBlock(window: window, bands: 2, values: .floats(bytes.map { Float($0) }), valid: nil).resized(to: target)
    guard case .bytes(let first) = fixed.values, case .floats(let second) = exact.values else {
      Issue.record("kinds of values are kept")
      return
    }
    #expect(zip(first, second).allSatisfy { abs(Float($0) - $1) <= 1 })
  }

  private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
