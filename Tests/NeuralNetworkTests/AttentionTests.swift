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

  @Test func classesAreTheFirstLargestOfTheEnlargedLogits() throws {
    for file in ["isanet_b50w4.safetensors", "fanet18_narrow.pth"] {
      let network = try Fixtures.network(Fixtures.path(file))
      let (height, width, outputs) = (70, 93, network.description.outputs)
      let pixels = Fixtures.noise(height: height, width: width, channels: 3)
      let worker = try network.makeWorker(height: height, width: width)
      let logits = try worker.logits(pixels, height: height, width: width)
      var classes = [UInt8](repeating: 255, count: height * width)
      var confidence = [Float](repeating: -1, count: height * width)
      try pixels.withUnsafeBufferPointer { pixels in
        try classes.withUnsafeMutableBufferPointer { classes in
          try confidence.withUnsafeMutableBufferPointer { confidence in
            try worker.classify(pixels: pixels, height: height, width: width, classes: classes, confidence: confidence)
          }
        }
      }
      var different = 0
      for i in classes.indices {
        let scores = Array(logits[(i * outputs)..<((i + 1) * outputs)])
        let largest = scores.max() ?? 0
        if Int(classes[i]) != scores.firstIndex(of: largest) { different += 1 }
        let sum = scores.reduce(0) { $0 + exp($1 - largest) }
        #expect(abs(confidence[i] - 1 / sum) < 1e-5)
      }
      // Enlarging row by row may round otherwise than enlarging the whole: only ties may turn.
      #expect(different <= 1)
    }
  }

  private func exp(_ x: Float) -> Float {
    var term: Double = 1
    var sum: Double = 1
    for k in 1..<40 {
      term *= Double(x) / 16 / Double(k)
      sum += term
    }
    return Float((0..<16).reduce(1.0) { product, _ in product * sum })
  }
}
