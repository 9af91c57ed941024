import KernelTypes
import NeuralNetwork
import TestSupport
import Testing

/// One random case; a failing one prints itself.
struct ConvolutionCase: CustomStringConvertible {
  var height: Int
  var width: Int
  var inputs: Int
  var outputs: Int
  var shape: KernelShape
  var activation = Activation.none
  var activeOutputs: Int?
  var hasResidual = false
  var residualComesLast = false
  var isInPlace = false

  /// Activations, residuals and places of the output in turn.
  mutating func varyEnd(_ round: Int, using random: inout Seeded) {
    activation = [.none, .relu, .leaky][round % 3]
    activeOutputs = round % 4 == 3 ? Int.random(in: 0...outputs, using: &random) : nil
    hasResidual = round % 2 == 1
    residualComesLast = round % 8 == 5
    isInPlace = round % 8 == 3
  }

  var description: String {
    "\(height)×\(width)×\(inputs) → \(outputs), \(shape.height)×\(shape.width) stride \(shape.stride) padding \(shape.padding) "
      + "dilation \(shape.dilation), \(activation) of \(activeOutputs ?? outputs), residual \(hasResidual) last \(residualComesLast) "
      + "in place \(isInPlace)"
  }
}

let availableSets = KernelSet.allCases.filter(\.isAvailable)

/// Runs a case by `kernel` and compares with the naive twin.
///
/// - Parameters:
///   - tolerance: of the sum of the magnitudes of all terms.
///   - isCoarse: pixels and weights are multiples of 1/64 below 2, which bfloat16 holds exactly.
///   - isLocal: of each value's own terms, not of the largest such sum.
func check(
  _ test: ConvolutionCase, _ set: KernelSet, seed: Int, tolerance: (_ terms: Int) -> Double, isLocal: Bool = true, isCoarse: Bool = false,
  kernel make: ([Double], [Double]) -> any ConvolutionKernel
) {
  var random = Seeded(seed: seed)
  let shape = test.shape
  var values = random.floats(test.height * test.width * test.inputs)
  var weights = random.doubles(test.outputs * test.inputs * shape.taps)
  if isCoarse {
    values = values.map { ($0 * 127).rounded() / 64 }
    weights = weights.map { ($0 * 127).rounded() / 64 }
  }
  let bias = random.doubles(test.outputs)
  let exact = NaiveKernels.convolution(
    values, height: test.height, width: test.width, inputs: test.inputs, weights: weights, bias: bias, outputs: test.outputs,
    kernelHeight: shape.height, kernelWidth: shape.width, stride: shape.stride, padding: shape.padding, dilation: shape.dilation)
  let kernel = make(weights, bias)
  let input = TestImage(height: test.height, width: test.width, channels: test.inputs, values: values)
  let output = TestImage(height: shape.outputHeight(test.height), width: shape.outputWidth(test.width), channels: test.outputs)
  let residualValues = random.floats(exact.values.count)
  let residual =
    test.isInPlace
    ? output : TestImage(height: output.view.height, width: output.view.width, channels: test.outputs, pixelGap: 3, rowGap: 0)
  if test.hasResidual { residual.fill(residualValues) }
  let epilogue = Epilogue(
    activation: test.activation, activeOutputs: test.activeOutputs, residual: test.hasResidual ? residual.view : nil,
    residualComesLast: test.residualComesLast)
  withScratch(kernel.scratchFloats(height: test.height, width: test.width)) {
    kernel.run(input.view, into: output.view, epilogue: epilogue, scratch: $0)
  }

  let result = output.values
  let scale = tolerance(test.inputs * shape.taps)
  let largest = exact.magnitudes.max() ?? 0
  var worst = 0.0
  for (index, found) in result.enumerated() {
    let isActive = index % test.outputs < test.activeOutputs ?? test.outputs
    let slope = isActive ? Double(test.activation.slope) : 1
    let other = test.hasResidual ? Double(residualValues[index]) : 0
    var expected = exact.values[index] + (test.residualComesLast ? 0 : other)
    if expected < 0 { expected *= slope }
    if test.residualComesLast { expected += other }
    let error = abs(Double(found) - expected) / ((isLocal ? exact.magnitudes[index] : largest) + abs(other))
    worst = max(worst, error.isNaN ? .infinity : error)
  }
  #expect(worst <= scale, "\(set): \(test): error \(worst) of the magnitudes, \(scale) allowed")
  #expect(output.gapsAreUntouched, "\(set): \(test): wrote between pixels")
}

/// A float32 sum of n products in any order is off by at most (n + 2) · 2⁻²⁴ of the sum of the magnitudes, rounding of the weights
/// (one more), bias and residual (two more) included; the next power is covered by the last unit.
func directTolerance(_ terms: Int) -> Double { Double(terms + 6) / 16_777_216 }

@Test(arguments: availableSets)
func productsEqualTheirNaiveTwin(set: KernelSet) {
  let channels = [1, 2, 3, 7, 8, 13, 16, 17, 31, 32, 33, 40, 64, 65, 100, 513, 600]
  let sizes = [(1, 1), (1, 13), (1, 14), (1, 15), (3, 5), (2, 14), (7, 9), (5, 29), (1, 225), (15, 16)]
  var random = Seeded(seed: 1)
  for round in 0..<60 {
    let size = sizes[round % sizes.count]
    // Many inputs, many outputs or many rows, not all at once: naive sums take their time.
    let few = channels.prefix(size.0 * size.1 > 100 ? 8 : 12)
    let inputs = (round % 4 == 1 ? channels[...] : few).randomElement(using: &random) ?? 1
    let outputs = few.randomElement(using: &random) ?? 1
    var test = ConvolutionCase(
      height: size.0, width: size.1, inputs: inputs, outputs: outputs,
      shape: KernelShape(height: 1, width: 1, stride: round % 5 == 4 ? 2 : 1))
    test.varyEnd(round, using: &random)
    check(test, set, seed: round, tolerance: directTolerance) {
      PackedProduct(
        weights: $0, bias: $1, outputs: outputs, inputs: inputs, stride: test.shape.stride, kernelSet: set)
    }
  }
}

@Test(.enabled(if: ArithmeticPrecision.bfloat16.isAvailable, "the processor has no AVX512_BF16"))
func bfloat16ProductsOfExactFactorsAreThoseOfFloat32() {
  let channels = [1, 2, 3, 8, 17, 32, 33, 64, 100, 1025, 1100]
  let sizes = [(1, 1), (1, 13), (1, 15), (3, 8), (2, 31), (7, 9), (5, 29), (1, 225), (15, 16), (4, 33)]
  var random = Seeded(seed: 21)
  for round in 0..<50 {
    let size = sizes[round % sizes.count]
    let inputs = (size.0 * size.1 > 100 ? channels.prefix(7) : channels[...]).randomElement(using: &random) ?? 1
    let outputs = [1, 7, 31, 32, 33, 64, 70].randomElement(using: &random) ?? 1
    var test = ConvolutionCase(
      height: size.0, width: size.1, inputs: inputs, outputs: outputs,
      shape: KernelShape(height: 1, width: 1, stride: round % 5 == 4 ? 2 : 1))
    test.activation = [.none, .relu, .leaky][round % 3]
    test.hasResidual = round % 2 == 1
    test.residualComesLast = round % 8 == 5
    test.isInPlace = round % 8 == 3
    check(test, .best, seed: 300 + round, tolerance: directTolerance, isCoarse: true) {
      PackedProduct(
        weights: $0, bias: $1, outputs: outputs, inputs: inputs, stride: test.shape.stride, kernelSet: .best, precision: .bfloat16)
    }
  }
}

@Test(.enabled(if: ArithmeticPrecision.bfloat16.isAvailable, "the processor has no AVX512_BF16"))
func bfloat16ProductsRoundTheirFactorsToNearest() {
  // Each factor is off by at most 2⁻⁹ of itself.
  var test = ConvolutionCase(height: 3, width: 20, inputs: 96, outputs: 40, shape: KernelShape(height: 1, width: 1))
  test.activation = .relu
  check(test, .best, seed: 22, tolerance: { directTolerance($0) + 2.01 / 512 }) {
    PackedProduct(weights: $0, bias: $1, outputs: 40, inputs: 96, kernelSet: .best, precision: .bfloat16)
  }
}

@Test(arguments: availableSets)
func directConvolutionsEqualTheirNaiveTwin(set: KernelSet) {
  let shapes = [
    KernelShape(height: 3, width: 3, stride: 2, padding: 1), KernelShape(height: 7, width: 7, stride: 2, padding: 3),
    KernelShape(height: 3, width: 3, stride: 1, padding: 2, dilation: 2), KernelShape(height: 1, width: 1, padding: 1),
    KernelShape(height: 3, width: 3, padding: 4, dilation: 4), KernelShape(height: 2, width: 5, stride: 3, padding: 2),
    KernelShape(height: 3, width: 3, stride: 2, padding: 0),
  ]
  let channels = [1, 3, 4, 13, 16, 17, 33, 64]
  var random = Seeded(seed: 2)
  for round in 0..<56 {
    let shape = shapes[round % shapes.count]
    let inputs = channels.randomElement(using: &random) ?? 1
    let outputs = channels.randomElement(using: &random) ?? 1
    let smallest = max(1, shape.dilation * (max(shape.height, shape.width) - 1) + 1 - 2 * shape.padding)
    var test = ConvolutionCase(
      height: Int.random(in: smallest...(smallest + 18), using: &random), width: Int.random(in: smallest...(smallest + 40), using: &random),
      inputs: inputs, outputs: outputs, shape: shape)
    test.activation = [.none, .relu, .leaky][round % 3]
    test.hasResidual = round % 4 == 1
    test.residualComesLast = round % 8 == 5
    check(test, set, seed: 100 + round, tolerance: directTolerance) {
      DirectConvolution(weights: $0, bias: $1, outputs: outputs, inputs: inputs, shape: shape, kernelSet: set)
    }
  }
}

@Test(arguments: availableSets)
func packedPixelsAreGatheredAsOthers(set: KernelSet) {
  // The first convolution reads [height, width, 3] without gaps, row after row.
  var random = Seeded(seed: 3)
  let shape = KernelShape(height: 3, width: 3, stride: 2, padding: 1)
  for (height, width, outputs) in [(1, 1, 32), (9, 11, 32), (16, 33, 7), (12, 64, 64)] {
    for channels in [3, 4] {
      let values = random.floats(height * width * channels)
      let weights = random.doubles(outputs * channels * 9)
      let bias = random.doubles(outputs)
      let packed = TestImage(height: height, width: width, channels: channels, pixelGap: 0, rowGap: 0, values: values)
      let spread = TestImage(height: height, width: width, channels: channels, values: values)
      let kernel = DirectConvolution(weights: weights, bias: bias, outputs: outputs, inputs: channels, shape: shape, kernelSet: set)
      let results = [packed, spread].map { input in
        let output = TestImage(height: shape.outputHeight(height), width: shape.outputWidth(width), channels: outputs)
        withScratch(kernel.scratchFloats(height: height, width: width)) {
          kernel.run(input.view, into: output.view, epilogue: Epilogue(activation: .relu), scratch: $0)
        }
        return output.values
      }
      let exact = NaiveKernels.convolution(
        values, height: height, width: width, inputs: channels, weights: weights, bias: bias, outputs: outputs, kernelHeight: 3,
        kernelWidth: 3, stride: 2, padding: 1, dilation: 1)
      for result in results {
        for index in result.indices {
          let error = abs(Double(result[index]) - max(0, exact.values[index]))
          #expect(error <= directTolerance(9 * channels) * exact.magnitudes[index], "\(height)×\(width), \(channels) channels")
        }
      }
    }
  }
}

@Test(arguments: availableSets)
func winogradConvolutionsEqualTheirNaiveTwin(set: KernelSet) {
  let channels = [1, 3, 8, 13, 16, 17, 32, 33, 64, 70]
  var random = Seeded(seed: 4)
  for round in 0..<48 {
    let inputs = channels[round % channels.count]
    let outputs = channels.randomElement(using: &random) ?? 1
    let dilation = [1, 1, 2, 4, 3][round % 5]
    var test = ConvolutionCase(
      height: round % 7 == 0 ? 1 : Int.random(in: 1...19, using: &random),
      width: round % 11 == 0 ? 1 : Int.random(in: 1...37, using: &random),
      inputs: inputs, outputs: outputs, shape: KernelShape(height: 3, width: 3, padding: dilation, dilation: dilation))
    test.varyEnd(round, using: &random)
    // A value takes part in the transforms of a whole tile, so its error goes with the tile's largest terms: sums of 6 × 6 of them,
    // times constants up to 2.7, each rounded to 2⁻²⁴.
    check(test, set, seed: 200 + round, tolerance: { _ in 3e-6 }, isLocal: false) {
      WinogradConvolution(weights: $0, bias: $1, outputs: outputs, inputs: inputs, dilation: dilation, kernelSet: set)
    }
  }
}

@Test(arguments: availableSets)
func winogradConvolutionsInTilesOfAnySizeEqualTheirNaiveTwin(set: KernelSet) {
  let channels = [1, 3, 8, 13, 16, 17, 32, 33, 64]
  var random = Seeded(seed: 6)
  for round in 0..<80 {
    let inputs = channels[round % channels.count]
    let outputs = channels.randomElement(using: &random) ?? 1
    let dilation = [1, 2, 3, 5, 7, 12, 24][round % 7]
    let largestTile = [6, 3, 5, 2, 6, 1][round % 6]
    var test = ConvolutionCase(
      height: round % 9 == 0 ? 1 : Int.random(in: 1...(round % 2 == 0 ? 37 : 14), using: &random),
      width: round % 11 == 0 ? 1 : Int.random(in: 1...(round % 2 == 0 ? 14 : 37), using: &random),
      inputs: inputs, outputs: outputs, shape: KernelShape(height: 3, width: 3, padding: dilation, dilation: dilation))
    test.varyEnd(round, using: &random)
    // As above, but constants of tiles of 6 are up to 16 (a power of 7/4), those of small tiles up to 3.
    check(test, set, seed: 500 + round, tolerance: { _ in largestTile > 3 ? 2e-5 : 5e-6 }, isLocal: false) {
      WinogradConvolution(
        weights: $0, bias: $1, outputs: outputs, inputs: inputs, dilation: dilation, largestTile: largestTile, kernelSet: set)
    }
  }
}

@Test func tilesAreThoseOfAllPhases() {
  for size in 1...70 {
    for dilation in [1, 2, 3, 5, 12, 24, 36, 100] {
      let phases = (0..<min(size, dilation)).map { (size - $0 + dilation - 1) / dilation }
      var fewest = Int.max
      for tile in 1...6 {
        let expected = phases.map { ($0 + tile - 1) / tile }.reduce(0, +)
        #expect(WinogradTiling.tiles(size, dilation: dilation, tile: tile) == expected, "\(size), dilation \(dilation), tile \(tile)")
        fewest = min(fewest, expected * (tile + 2))
      }
      let best = WinogradTiling.tile(size, dilation: dilation, largest: 6)
      #expect(WinogradTiling.products(size, dilation: dilation, tile: best) == fewest, "\(size), dilation \(dilation)")
      #expect(WinogradTiling.tile(size, dilation: dilation, largest: 4) == 4)
    }
  }
}

@Test(arguments: availableSets, [4, 3, 6])
func winogradIsAsExactAsItsPointsPromise(set: KernelSet, largestTile: Int) {
  // Relative L2 and the largest error, of the largest output, were found to be 1.1e-6 and 1.8e-6 for 4×4 tiles (1e-5 with the points that
  // are usual elsewhere), somewhat more for 3×3 and four times as much for 6×6.
  let (mostRelative, mostOfLargest) = [3: (3e-6, 6e-6), 4: (2e-6, 4e-6), 6: (8e-6, 2.4e-5)][largestTile] ?? (0, 0)
  var random = Seeded(seed: 5)
  let (height, width, channels) = (24, 24, 128)
  let values = random.floats(height * width * channels)
  let weights = random.doubles(16 * channels * 9)
  let bias = [Double](repeating: 0, count: 16)
  let exact = NaiveKernels.convolution(
    values, height: height, width: width, inputs: channels, weights: weights, bias: bias, outputs: 16, kernelHeight: 3, kernelWidth: 3,
    stride: 1, padding: 1, dilation: 1
  ).values
  let kernel = WinogradConvolution(
    weights: weights, bias: bias, outputs: 16, inputs: channels, largestTile: largestTile, kernelSet: set)
  #expect(kernel.winogradTile(height: height, width: width) == largestTile)
  let input = TestImage(height: height, width: width, channels: channels, values: values)
  let output = TestImage(height: height, width: width, channels: 16)
  withScratch(kernel.scratchFloats(height: height, width: width)) {
    kernel.run(input.view, into: output.view, epilogue: Epilogue(), scratch: $0)
  }
  let differences = zip(output.values, exact).map { Double($0) - $1 }
  let relative = (differences.map { $0 * $0 }.reduce(0, +) / exact.map { $0 * $0 }.reduce(0, +)).squareRoot()
  let largest = (differences.map(abs).max() ?? .infinity) / (exact.map(abs).max() ?? 1)
  #expect(relative < mostRelative, "relative L2 \(relative)")
  #expect(largest < mostOfLargest, "largest error \(largest) of the largest output")
}

@Test(arguments: availableSets)
func shapesFindTheirKernel(set: KernelSet) {
  func kernel(_ shape: KernelShape, inputs: Int = 16) -> any ConvolutionKernel {
    convolutionKernel(
      weights: [Double](repeating: 0, count: 4 * inputs * shape.taps), bias: [0, 0, 0, 0], outputs: 4, inputs: inputs, shape: shape,
      kernelSet: set)
  }
  #expect(kernel(KernelShape(height: 1, width: 1, stride: 2)) is PackedProduct)
  #expect(kernel(KernelShape(height: 3, width: 3, padding: 2, dilation: 2)) is WinogradConvolution)
  #expect(kernel(KernelShape(height: 3, width: 3, stride: 2, padding: 1)) is DirectConvolution)
  #expect(kernel(KernelShape(height: 1, width: 1, padding: 1)) is DirectConvolution)
  #expect(kernel(KernelShape(height: 3, width: 3, padding: 1), inputs: 3) is DirectConvolution)
  func dilated(_ dilation: Int) -> any ConvolutionKernel { kernel(KernelShape(height: 3, width: 3, padding: dilation, dilation: dilation)) }
  for dilation in [1, 2, 4, 6, 8, 16, 18] {
    #expect((dilated(dilation) as? WinogradConvolution)?.largestTile == 4, "dilation \(dilation)")
  }
  #expect((dilated(12) as? WinogradConvolution)?.largestTile == 6)
  #expect(dilated(12).winogradTile(height: 64, width: 64) == 6)
  #expect(dilated(12).winogradTile(height: 97, width: 97) == 4)
  #expect(dilated(24) is DilatedConvolution)
  #expect(dilated(24).winogradTile(height: 64, width: 64) == 3)
  #expect(dilated(24).winogradTile(height: 32, width: 32) == nil)
  #expect(dilated(36) is SparseConvolution)
}
