import NeuralNetwork
import Testing

struct AttentionTests {
  @Test(arguments: AttentionComparison.Kind.allCases)
  func sparseAttentionTakesLessThanDense(_ kind: AttentionComparison.Kind) throws {
    let dense = try AttentionComparison(.dense, height: 32, width: 32, channels: 32, inner: 16)
    let block = try AttentionComparison(kind, height: 32, width: 32, channels: 32, inner: 16)
    block.run()
    #expect(block.arenaBytes <= dense.arenaBytes)
    #expect(block.affinities <= dense.affinities)
    if kind == .interlaced {
      // Counted: 2 · √(n · 64) pairs a pixel at best; 1024 pixels in groups of 16 and of 64.
      #expect(block.affinities == 1024 * (16 + 64))
    }
  }
}
