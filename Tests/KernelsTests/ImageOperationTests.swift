import KernelTypes
import NeuralNetwork
import TestSupport
import Testing

private let sizes = [(1, 1, 1), (1, 7, 3), (5, 4, 13), (9, 11, 16), (13, 8, 33), (12, 12, 70)]

@Test(arguments: availableSets)
func maxPoolingEqualsItsNaiveTwin(set: KernelSet) {
  var random = Seeded(seed: 10)
  for (height, width, channels) in sizes {
    let values = random.floats(height * width * channels)
    let input = TestImage(height: height, width: width, channels: channels, values: values)
    let output = TestImage(height: (height - 1) / 2 + 1, width: (width - 1) / 2 + 1, channels: channels)
    ImageOperations(kernelSet: set).maxPool(input.view, into: output.view)
    let expected = NaiveKernels.maxPool(values, height: height, width: width, channels: channels, size: 3, stride: 2, padding: 1)
    #expect(output.values == expected, "\(set): \(height)×\(width)×\(channels)")
    #expect(output.gapsAreUntouched)
  }
}

@Test(arguments: availableSets)
func adaptiveAveragePoolingEqualsItsNaiveTwin(set: KernelSet) {
  var random = Seeded(seed: 11)
  for (height, width, channels) in sizes {
    for cells in [1, 3, 6, 8] {
      let values = random.floats(height * width * channels)
      let input = TestImage(height: height, width: width, channels: channels, values: values)
      let output = TestImage(height: cells, width: cells, channels: channels)
      ImageOperations(kernelSet: set).adaptiveAveragePool(input.view, into: output.view)
      let expected = NaiveKernels.adaptiveAveragePool(
        values, height: height, width: width, channels: channels, outputHeight: cells, outputWidth: cells)
      #expect(zip(output.values, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 }, "\(set): \(height)×\(width), \(cells) cells")
      #expect(output.gapsAreUntouched)
    }
  }
}

@Test(arguments: availableSets, [false, true])
func interpolationEqualsItsNaiveTwin(set: KernelSet, alignCorners: Bool) {
  var random = Seeded(seed: 12)
  let operations = ImageOperations(kernelSet: set)
  for (height, width, channels) in sizes {
    for (outputHeight, outputWidth) in [(1, 1), (3 * height, 4 * width), (2 * height + 1, width + 5), (2, 3), (height, width)] {
      let values = random.floats(height * width * channels)
      let input = TestImage(height: height, width: width, channels: channels, values: values)
      let output = TestImage(height: outputHeight, width: outputWidth, channels: channels)
      operations.resizeBilinear(input.view, into: output.view, alignCorners: alignCorners)
      let expected = NaiveKernels.resizeBilinear(
        values, height: height, width: width, channels: channels, outputHeight: outputHeight, outputWidth: outputWidth,
        alignCorners: alignCorners)
      // Positions are float32, as PyTorch has them: off by 2⁻²³ of the size, which moves a value by at most twice that.
      let tolerance = Double(4 * max(outputHeight, outputWidth) + 8) / 8_388_608
      #expect(
        zip(output.values, expected).allSatisfy { abs(Double($0) - $1) <= tolerance }, "\(height)×\(width)→\(outputHeight)×\(outputWidth)")
      if height == outputHeight && width == outputWidth { #expect(output.values == values) }
      #expect(output.gapsAreUntouched)
      let before = output.values
      operations.resizeBilinear(input.view, into: output.view, alignCorners: alignCorners, adding: true)
      #expect(zip(output.values, before).allSatisfy { abs($0 - 2 * $1) < 1e-6 })
    }
  }
}

@Test(arguments: availableSets)
func lengthsBecomeOne(set: KernelSet) {
  var random = Seeded(seed: 14)
  for channels in [1, 5, 32, 33] {
    let values = random.floats(4 * channels) + [Float](repeating: 0, count: channels)
    let image = TestImage(height: 1, width: 5, channels: channels, values: values)
    ImageOperations(kernelSet: set).normalizeLength(image.view)
    for pixel in 0..<5 {
      let line = image.values[(pixel * channels)..<((pixel + 1) * channels)]
      let length = line.map { Double($0) * Double($0) }.reduce(0, +).squareRoot()
      #expect(abs(length - (pixel == 4 ? 0 : 1)) < 1e-6)
    }
    #expect(image.gapsAreUntouched)
  }
}

@Test(arguments: availableSets)
func copiesFillsAndActivationsStayInTheirView(set: KernelSet) {
  var random = Seeded(seed: 15)
  let operations = ImageOperations(kernelSet: set)
  for (height, width, channels) in sizes {
    let values = random.floats(height * width * channels)
    let input = TestImage(height: height, width: width, channels: channels, values: values)
    let output = TestImage(height: height, width: width, channels: channels, pixelGap: 2, rowGap: 1)
    operations.fill(output.view, with: 1)
    #expect(output.values.allSatisfy { $0 == 1 })
    operations.copy(input.view, into: output.view, adding: true)
    #expect(output.values == values.map { $0 + 1 })
    operations.copy(input.view, into: output.view)
    operations.activate(output.view, .leaky)
    #expect(output.values == values.map { $0 < 0 ? $0 * Activation.leaky.slope : $0 })
    #expect(output.gapsAreUntouched)
  }
}
