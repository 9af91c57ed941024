import KernelTypes
import NeuralNetwork
import TestSupport
import Testing

@Test(arguments: availableSets)
func batchedProductsEqualTheirNaiveTwin(set: KernelSet) {
  var random = Seeded(seed: 6)
  let product = BatchedProduct(kernelSet: set)
  for (height, width, inner, columns) in [(1, 1, 1, 1), (2, 3, 5, 7), (8, 8, 16, 64), (3, 17, 33, 13), (8, 8, 256, 32), (1, 110, 64, 45)] {
    let rows = height * width
    let a = random.floats(rows * inner)
    let b = random.floats(inner * columns)
    let wideA = a.map(Double.init)
    let wideB = b.map(Double.init)
    let expected = NaiveKernels.product(wideA, wideB, rows: rows, inner: inner, columns: columns)
    let magnitudes = NaiveKernels.product(wideA.map(abs), wideB.map(abs), rows: rows, inner: inner, columns: columns)
    let bTransposed = NaiveKernels.transposed(wideB, rows: inner, columns: columns).map { Float($0) }
    let aTransposed = NaiveKernels.transposed(wideA, rows: rows, columns: inner).map { Float($0) }
    let imageA = TestImage(height: height, width: width, channels: inner, values: a)
    let turnedA = TestImage(height: 1, width: inner, channels: rows, values: aTransposed)
    let imageB = TestImage(height: 1, width: inner, channels: columns, values: b)
    let turnedB = TestImage(height: 1, width: columns, channels: inner, values: bTransposed)
    let outputs = (0..<3).map { _ in TestImage(height: height, width: width, channels: columns) }
    withScratch(product.scratchFloats(rows: rows, columns: columns, inner: inner)) {
      product.rowsByRows(imageA.view, turnedB.view, into: outputs[0].view, scale: 0.5, scratch: $0)
    }
    withScratch(product.scratchFloats(rows: rows, columns: columns, inner: inner)) {
      product.rowsByColumns(imageA.view, imageB.view, into: outputs[1].view, scale: 0.5, scratch: $0)
    }
    withScratch(product.transposedScratchFloats(rows: rows, columns: columns, pixels: inner)) {
      product.columnsByColumns(turnedA.view, imageB.view, into: outputs[2].view, scale: 0.5, scratch: $0)
    }
    for output in outputs {
      #expect(output.gapsAreUntouched)
      for (index, value) in output.values.enumerated() {
        let error = abs(Double(value) - 0.5 * expected[index])
        #expect(error <= directTolerance(inner) * magnitudes[index], "\(set): \(rows)×\(inner)×\(columns)")
      }
    }
  }
}

@Test(arguments: availableSets)
func attentionOfAGroupEqualsItsNaiveTwin(set: KernelSet) {
  var random = Seeded(seed: 7)
  let product = BatchedProduct(kernelSet: set)
  for (height, width, keys, inner, channels) in [(8, 8, 64, 32, 48), (1, 1, 1, 3, 5), (3, 5, 15, 16, 17), (6, 7, 110, 64, 40)] {
    let queries = height * width
    let query = random.floats(queries * inner)
    let key = random.floats(keys * inner)
    let value = random.floats(keys * channels)
    let scale = Float(1 / Double(inner).squareRoot())
    let scores = NaiveKernels.product(
      query.map(Double.init), NaiveKernels.transposed(key.map(Double.init), rows: keys, columns: inner), rows: queries, inner: inner,
      columns: keys
    ).map { $0 * Double(scale) }
    let expected = NaiveKernels.product(
      NaiveKernels.softmax(scores, columns: keys), value.map(Double.init), rows: queries, inner: keys, columns: channels)
    let output = TestImage(height: height, width: width, channels: channels)
    let images = [
      TestImage(height: height, width: width, channels: inner, values: query),
      TestImage(height: 1, width: keys, channels: inner, values: key),
      TestImage(height: 1, width: keys, channels: channels, values: value),
    ]
    withScratch(
      product.attentionScratchFloats(queries: queries, keys: keys, keyChannels: inner, valueChannels: channels)
    ) {
      product.attention(
        query: images[0].view, key: images[1].view, value: images[2].view, into: output.view, scale: scale,
        epilogue: Epilogue(activation: .relu), scratch: $0)
    }
    #expect(output.gapsAreUntouched)
    // Weights sum to one and values are at most one: the errors of scores (inner · 2⁻²⁴), powers and sums add up below this.
    let tolerance = Double(inner + keys + 16) / 8_388_608
    for (index, found) in output.values.enumerated() {
      #expect(abs(Double(found) - max(0, expected[index])) <= tolerance, "\(set): \(queries) queries, \(keys) keys")
    }
  }
}

@Test(arguments: availableSets)
func groupsOfInterlacedPixelsAreViews(set: KernelSet) {
  // Attention inside every second pixel gives what a copy of those pixels gives.
  var random = Seeded(seed: 8)
  let product = BatchedProduct(kernelSet: set)
  let map = TestImage(height: 8, width: 12, channels: 32, values: random.floats(8 * 12 * 32))
  let result = TestImage(height: 8, width: 12, channels: 32)
  result.fill([Float](repeating: 0, count: 8 * 12 * 32))
  let part = map.view.strided(2)
  let copy = TestImage(height: 4, width: 6, channels: 32, pixelGap: 0, rowGap: 0)
  ImageOperations(kernelSet: set).copy(part, into: copy.view)
  let expected = TestImage(height: 4, width: 6, channels: 32)
  let floats = product.attentionScratchFloats(queries: 24, keys: 24, keyChannels: 32, valueChannels: 32)
  withScratch(floats) { product.attention(query: part, key: part, value: part, into: result.view.strided(2), scale: 0.2, scratch: $0) }
  withScratch(floats) {
    product.attention(query: copy.view, key: copy.view, value: copy.view, into: expected.view, scale: 0.2, scratch: $0)
  }
  var found: [Float] = []
  for row in 0..<4 {
    for column in 0..<6 { found += (0..<32).map { result.view.pixel(2 * row, 2 * column)[$0] } }
  }
  #expect(zip(found, expected.values).allSatisfy { abs($0 - $1) <= 1e-6 })
}

@Test(arguments: availableSets)
func softmaxIsExactToAFewUnits(set: KernelSet) {
  var random = Seeded(seed: 9)
  let operations = ImageOperations(kernelSet: set)
  for (columns, range) in [(1, 1), (2, 5), (7, 10), (16, 30), (19, 100), (64, 1), (110, 8), (257, 80)] {
    let values = random.floats(6 * columns).map { $0 * Float(range) }
    let image = TestImage(height: 2, width: 3, channels: columns, values: values)
    operations.softmax(image.view)
    let expected = NaiveKernels.softmax(values.map(Double.init), columns: columns)
    for (found, exact) in zip(image.values, expected) {
      // 2 units for the power, up to one a term for the sum, and one for the distance to the maximum, which the power magnifies by it.
      let relative = (Double(columns + 4) + 2 * Double(range)) / 8_388_608
      #expect(abs(Double(found) - exact) <= exact * relative + 1e-37, "\(set): \(columns) columns, ±\(range)")
    }
    #expect(image.gapsAreUntouched)
  }
}

@Test(arguments: availableSets)
func softmaxSurvivesWhatNetworksMayGive(set: KernelSet) {
  let operations = ImageOperations(kernelSet: set)
  let image = TestImage(
    height: 1, width: 1, channels: 20, values: [1000, -1000, 3.0e38, -3.0e38] + [Float](repeating: 0, count: 16))
  operations.softmax(image.view)
  #expect(image.values[2] == 1)
  #expect(image.values.reduce(0, +) == 1)
  let strange = TestImage(height: 1, width: 1, channels: 18, values: [.nan, .infinity] + [Float](repeating: 0, count: 16))
  operations.softmax(strange.view)
}
