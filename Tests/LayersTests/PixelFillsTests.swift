import TestSupport
import Testing

@testable import Layers

/// What covers each pixel, kept once for pixels that are alike, against a sum for each pixel.
@Suite struct PixelFillsTests {
  @Test(arguments: [1, 7, 400, 6_000]) func everyPixelHasTheSumOfWhatWasAdded(_ count: Int) {
    var random = Seeded(seed: UInt64(count))
    let colors = (0..<5).map { SIMD4(Float(40 * $0), Float(250 - 30 * $0), 7, 1) }
    let shares: [Float] = [1, 1, 1, 0.5, 0.25, 0.1, 0.7]
    for rounds in [1, 3, 40] {
      var fills = PixelFills(count: count)
      var sums = [SIMD4<Float>](repeating: .zero, count: count)
      for _ in 0..<rounds {
        let color = colors[Int.random(in: 0..<colors.count, using: &random)]
        // A run of one share, then single pixels of any.
        let start = Int.random(in: 0..<count, using: &random)
        let share = shares[Int.random(in: 0..<shares.count, using: &random)]
        for pixel in start..<min(count, start + Int.random(in: 1...max(1, count / 3), using: &random)) {
          fills.add(color, share: share, at: pixel)
          sums[pixel] += color * share
        }
        for _ in 0..<count / 20 {
          let (pixel, share) = (Int.random(in: 0..<count, using: &random), Float.random(in: 0...1, using: &random))
          fills.add(color, share: share, at: pixel)
          sums[pixel] += color * share
        }
      }
      #expect((0..<count).allSatisfy { fills.values[Int(fills.places[$0])] == sums[$0] })
      let places = fills.places.map(Int.init)
      let shared = fills.shared(most: .max)
      // Those that several pixels have are known: a value of its own may be changed in place.
      for (place, pixels) in Dictionary(grouping: places, by: { $0 }) where place > 0 && pixels.count > 1 {
        #expect(shared.contains(place))
      }
      #expect(fills.values.count <= count + 1)
    }
  }
}
