import TestSupport
import Testing

@testable import Checkpoints

struct TensorValuesTests {
  @Test func everyFloat16IsWidenedExactly() {
    for bits in UInt16.min...UInt16.max {
      let value = TensorValues.widenedHalf(bits)
      let expected = Float(Float16(bitPattern: bits))
      #expect(value == expected || (value.isNaN && expected.isNaN))
      #expect(value.sign == expected.sign)
    }
  }

  @Test func narrowingRoundsToNearestWithTiesToEven() {
    for bits in UInt16.min...UInt16.max {
      let value = Float(Float16(bitPattern: bits))
      if !value.isNaN { #expect(TensorValues.narrowedHalf(value) == bits) }
    }
    var generator = Seeded(seed: 7)
    for _ in 0..<200_000 {
      let value = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
      let half = TensorValues.narrowedHalf(value)
      #expect(value.isNaN ? Float16(bitPattern: half).isNaN : half == Float16(value).bitPattern)
    }
    for value in [65_519.99, 65_520, -65_520, 0x1p-25, 0x1.8p-25, 0x1p-24, 0x1.ffcp-15, 0x1.ffep-15] as [Float] {
      #expect(TensorValues.narrowedHalf(value) == Float16(value).bitPattern)
    }
  }
}
