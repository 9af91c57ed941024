internal import COpenBLAS
internal import Glibc
public import KernelTypes

/// Floats of scratch memory that `product` needs.
public func productScratchFloats(rows: Int, inputs: Int, outputs: Int) -> Int { 0 }

/// The product by OpenBLAS, a call for each evenly spaced piece, then the epilogue in a pass of its own.
@inline(never)
public func product(_ call: ProductCall) {
  let input = call.input
  let output = call.output
  var epilogue = call.epilogue
  if var residual = epilogue.residual, residual.base == output.base, !epilogue.residualComesLast, output.pixels > 0 {
    // The sums overwrite the output before the residual is read, so it has to be in them from the beginning.
    residual.channels = output.channels
    addBias(call.bias, to: residual)
    multiply(input, call.weights, output, beta: 1)
    epilogue.residual = nil
    finish(output, bias: nil, epilogue)
  } else {
    multiply(input, call.weights, output, beta: 0)
    finish(output, bias: call.bias, epilogue)
  }
}

/// Rows that `plainProduct` reads and writes where it is asked for `rows`.
@inline(__always)
func wholeTiles(_ rows: Int) -> Int { rows }

/// The sums alone, over scratch matrices.
func plainProduct(
  _ input: Floats, inputStride: Int, inputs: Int, _ weights: UnsafePointer<Float>, _ output: Floats, outputStride: Int, outputs: Int,
  rows: Int, zeros: Floats
) {
  multiply(
    ImageView(base: input, rows: rows, columns: inputs, stride: inputStride), weights,
    ImageView(base: output, rows: rows, columns: outputs, stride: outputStride), beta: 0)
}

/// Floats of scratch memory that `convolvePatches` needs.
public func patchScratchFloats(outputPixels: Int, inputs: Int, outputs: Int, shape: KernelShape) -> Int {
  gatheredScratchFloats(outputPixels: outputPixels, inputs: inputs, outputs: outputs, shape: shape)
}

/// A convolution of any kernel, stride, padding and dilation.
@inline(never)
public func convolvePatches(_ call: PatchCall) { convolveGathered(call) }

private func multiply(_ input: ImageView, _ weights: UnsafePointer<Float>, _ output: ImageView, beta: Float) {
  let columns = output.channels
  let width = panelWidth(columns)
  let together = input.isEvenlySpaced && output.isEvenlySpaced && input.width == output.width
  let pieces = together ? 1 : output.height
  let rows = together ? output.pixels : output.width
  for piece in 0..<pieces {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(input.channels), 1, input.pixel(piece, 0),
      Int32(input.pixelStride), weights, Int32(width), beta, output.pixel(piece, 0), Int32(output.pixelStride))
  }
}

private func addBias(_ bias: UnsafePointer<Float>, to image: ImageView) {
  for row in 0..<image.height {
    for column in 0..<image.width {
      let pixel = image.pixel(row, column)
      for channel in 0..<image.channels { pixel[channel] += bias[channel] }
    }
  }
}

/// Bias, residual and activation over sums that are in memory.
private func finish(_ output: ImageView, bias: UnsafePointer<Float>?, _ epilogue: Epilogue) {
  let channels = output.channels
  for row in 0..<output.height {
    for column in 0..<output.width {
      let pixel = output.pixel(row, column)
      let residual = epilogue.residual.map { $0.pixel(row, column) }
      var channel = 0
      while channel < channels {
        let count = channels - channel
        var value = loadUpTo(count, pixel + channel)
        if let bias { value += load(bias + channel) }
        if let residual, !epilogue.residualComesLast { value += loadUpTo(count, residual + channel) }
        value = activated(value, slopes(epilogue, outputs: channels, first: channel))
        if let residual, epilogue.residualComesLast { value += loadUpTo(count, residual + channel) }
        storeUpTo(count, value, pixel + channel)
        channel += lanes
      }
    }
  }
}

/// Makes OpenBLAS single-threaded and, where the processor has AVX-512 but OpenBLAS is too old to know it, gives it AVX-512 kernels: those
/// of a Haswell reach 43 % of a Zen 5's speed. What the user asks for by `OPENBLAS_CORETYPE` stays.
///
/// To be called once, before the first product; the caller sees to that.
public func prepareOpenBLAS(processorHasAVX512: Bool) {
  openblas_set_num_threads(1)
  guard processorHasAVX512, let core = openblas_get_corename(), String(cString: core) == "Haswell" || String(cString: core) == "Zen",
    getenv("OPENBLAS_CORETYPE") == nil
  else { return }
  setenv("OPENBLAS_CORETYPE", "SkylakeX", 1)
  gotoblas_dynamic_quit()
  gotoblas_dynamic_init()
  openblas_set_num_threads(1)
}

/// The name of the kernels that OpenBLAS runs.
public func openBLASCore() -> String { openblas_get_corename().map { String(cString: $0) } ?? "unknown" }
