import KernelTypes
import NeuralNetwork
import TestSupport
import Testing

@Test(arguments: availableSets)
func depthwiseConvolutionsEqualTheirNaiveTwin(set: KernelSet) {
  var random = Seeded(seed: 40)
  let channels = [1, 3, 8, 16, 17, 33, 48, 70]
  for round in 0..<48 {
    let count = channels[round % channels.count]
    let dilation = [1, 2, 5, 12, 36][round % 5]
    let height = Int.random(in: 1...(round % 3 == 0 ? 40 : 9), using: &random)
    let width = Int.random(in: 1...(round % 4 == 0 ? 60 : 14), using: &random)
    let activation: Activation = [.none, .relu, .leaky][round % 3]
    let name = "\(set): \(height)×\(width)×\(count), dilation \(dilation), \(activation)"
    let values = random.floats(height * width * count)
    let weights = random.doubles(count * 9)
    let bias = random.doubles(count)
    let kernel = DepthwiseConvolution(weights: weights, bias: bias, dilation: dilation, kernelSet: set)
    let input = TestImage(height: height, width: width, channels: count, values: values)
    let output = TestImage(height: height, width: width, channels: count)
    withScratch(kernel.scratchFloats(height: height, width: width)) {
      kernel.run(input.view, into: output.view, epilogue: Epilogue(activation: activation), scratch: $0)
    }
    let exact = NaiveKernels.depthwise(
      values, height: height, width: width, channels: count, weights: weights, bias: bias, dilation: dilation)
    var worst = 0.0
    for (index, found) in output.values.enumerated() {
      let expected = exact.values[index] < 0 ? exact.values[index] * Double(activation.slope) : exact.values[index]
      let error = abs(Double(found) - expected) / exact.magnitudes[index]
      worst = max(worst, error.isNaN ? .infinity : error)
    }
    #expect(worst <= directTolerance(9), "\(name): error \(worst)")
    #expect(output.gapsAreUntouched, "\(name): wrote between pixels")
  }
}

@Test(arguments: availableSets)
func sparseConvolutionsEqualTheirNaiveTwin(set: KernelSet) {
  var random = Seeded(seed: 41)
  let channels = [1, 3, 8, 16, 17, 33, 64]
  for round in 0..<40 {
    let inputs = channels[round % channels.count]
    let outputs = channels.randomElement(using: &random) ?? 1
    let dilation = [1, 3, 7, 24, 36][round % 5]
    var test = ConvolutionCase(
      height: Int.random(in: 1...(round % 3 == 0 ? 40 : 9), using: &random), width: Int.random(in: 1...19, using: &random),
      inputs: inputs, outputs: outputs, shape: KernelShape(height: 3, width: 3, padding: dilation, dilation: dilation))
    test.activation = [.none, .relu, .leaky][round % 3]
    check(test, set, seed: 400 + round, tolerance: directTolerance) {
      SparseConvolution(weights: $0, bias: $1, outputs: outputs, inputs: inputs, dilation: dilation, kernelSet: set)
    }
  }
}

@Test(arguments: availableSets)
func dilatedConvolutionsEqualTheirNaiveTwinWhateverTheSize(set: KernelSet) {
  // Some of these are done in tiles, others tap by tap.
  var isTiled: Set<Bool> = []
  for (round, size) in [(64, 64), (32, 32), (50, 31), (24, 70), (1, 64), (60, 25), (5, 5)].enumerated() {
    var test = ConvolutionCase(
      height: size.0, width: size.1, inputs: 9, outputs: 5, shape: KernelShape(height: 3, width: 3, padding: 24, dilation: 24))
    test.activation = [.relu, .none][round % 2]
    check(test, set, seed: 600 + round, tolerance: { _ in 5e-6 }, isLocal: false) {
      let kernel = convolutionKernel(weights: $0, bias: $1, outputs: 5, inputs: 9, shape: test.shape, kernelSet: set)
      isTiled.insert(kernel.winogradTile(height: size.0, width: size.1) != nil)
      return kernel
    }
  }
  #expect(isTiled == [true, false])
}

@Test(arguments: availableSets)
func nearestNeighborsEqualTheirNaiveTwin(set: KernelSet) {
  var random = Seeded(seed: 42)
  let operations = ImageOperations(kernelSet: set)
  for (height, width, channels) in [(1, 1, 1), (1, 7, 3), (5, 4, 13), (9, 11, 16), (13, 8, 33)] {
    for (outputHeight, outputWidth) in [(1, 1), (2 * height, 2 * width), (2 * height - 1, 2 * width - 1), (3, 5), (height, width)] {
      let values = random.floats(height * width * channels)
      let input = TestImage(height: height, width: width, channels: channels, values: values)
      let output = TestImage(height: outputHeight, width: outputWidth, channels: channels)
      operations.resizeNearest(input.view, into: output.view)
      let expected = NaiveKernels.resizeNearest(
        values, height: height, width: width, channels: channels, outputHeight: outputHeight, outputWidth: outputWidth)
      #expect(output.values == expected, "\(set): \(height)×\(width)×\(channels) → \(outputHeight)×\(outputWidth)")
      operations.resizeNearest(input.view, into: output.view, adding: true)
      #expect(output.values == expected.map { 2 * $0 })
      #expect(output.gapsAreUntouched)
    }
  }
}

@Test(arguments: availableSets)
func groupsAreNormalizedAsByTheirNaiveTwin(set: KernelSet) {
  var random = Seeded(seed: 43)
  let operations = ImageOperations(kernelSet: set)
  for (height, width, channels, groups) in [(1, 1, 2, 1), (3, 5, 8, 8), (9, 7, 64, 32), (12, 20, 128, 32), (6, 6, 33, 11), (31, 17, 48, 3)]
  {
    // Far from zero: a variance from sums of squares would lose its digits.
    let values = random.floats(height * width * channels).map { $0 + 30 }
    let padded = (channels + 15) / 16 * 16
    let scale = random.floats(channels) + [Float](repeating: 0, count: padded - channels)
    let shift = random.floats(channels) + [Float](repeating: 0, count: padded - channels)
    let image = TestImage(height: height, width: width, channels: channels, values: values)
    operations.normalizeGroups(image.view, groups: groups, scale: scale, shift: shift, epsilon: 1e-5, activation: .relu)
    let expected = NaiveKernels.normalizeGroups(
      values, channels: channels, groups: groups, scale: scale, shift: shift, epsilon: 1e-5)
    let worst = zip(image.values, expected).map { abs(Double($0) - max(0, $1)) }.max() ?? .infinity
    #expect(worst < 2e-4, "\(set): \(height)×\(width)×\(channels) in \(groups) groups: \(worst)")
    #expect(image.gapsAreUntouched)
  }
}
