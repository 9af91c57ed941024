import KernelTypes
import NeuralNetwork

/// One kernel on one shape.
struct KernelCase {
  var name: String
  /// Floating-point operations of a call, 2 per multiply-add of the direct algorithm; bytes moved where it computes little.
  var work: (KernelSet) -> Double
  var unit = "GFLOP/s"
  var precision = ArithmeticPrecision.float32
  /// Makes the work ready for a kernel set.
  var prepare: (KernelSet) -> Work

  struct Work {
    /// Does it once.
    var run: () -> Void
    /// The largest error of the latest run, beside the naive result.
    var error: () -> Double
    /// The memory that both use.
    var buffers: [Buffer]
  }
}

extension KernelCase {
  static var all: [KernelCase] {
    let products = [
      (224, 256, 256), (224, 64, 64), (4096, 256, 256), (4096, 512, 2048), (4096, 2048, 512), (4096, 256, 1024), (4096, 1024, 256),
      (16384, 64, 64), (16384, 256, 64),
      (16384, 64, 256), (4096, 512, 512), (4096, 19, 512),
    ]
    let winograd = [
      (256, 256, 16, 16, 1), (256, 256, 32, 32, 1), (256, 256, 32, 64, 1), (128, 128, 32, 32, 1), (128, 128, 64, 64, 1),
      (64, 64, 128, 128, 1), (64, 64, 256, 256, 2), (64, 64, 512, 512, 4), (64, 64, 2048, 512, 1), (64, 64, 256, 128, 1),
      (64, 64, 2048, 512, 12), (64, 64, 2048, 512, 24), (64, 64, 2048, 512, 36),
    ]
    let direct = [
      (512, 512, 3, 32, KernelShape(height: 3, width: 3, stride: 2, padding: 1)),
      (512, 512, 3, 64, KernelShape(height: 7, width: 7, stride: 2, padding: 3)),
      (128, 128, 128, 128, KernelShape(height: 3, width: 3, stride: 2, padding: 1)),
      (128, 128, 32, 64, KernelShape(height: 3, width: 3, stride: 2, padding: 1)),
    ]
    return [registers] + products.map { product(rows: $0, outputs: $1, inputs: $2, hasResidual: false) }
      + [(4096, 1024, 256), (16384, 256, 64)].map { product(rows: $0, outputs: $1, inputs: $2, hasResidual: true) }
      + [(4096, 256, 256), (4096, 512, 2048), (4096, 256, 1024), (16384, 64, 64), (16384, 256, 64)].map {
        product(rows: $0, outputs: $1, inputs: $2, hasResidual: false, precision: .bfloat16)
      }
      + winograd.map {
        convolution(
          height: $0, width: $1, inputs: $2, outputs: $3, shape: KernelShape(height: 3, width: 3, padding: $4, dilation: $4))
      }
      + direct.map { convolution(height: $0, width: $1, inputs: $2, outputs: $3, shape: $4) }
      + [(64, 256, 512, true), (64, 256, 512, false), (64, 64, 128, true)].map {
        attention(groups: 64, tokens: $0, keyChannels: $1, valueChannels: $2, isInterlaced: $3)
      } + [softmax(rows: 4096, columns: 64), softmax(rows: 4096, columns: 110), maxPool(256, 256, 64)]
      + [7, 19].map { interpolation(classes: $0) }
  }

  /// The kernel that others are compared with.
  static let peakName = "multiply-adds in registers"

  /// What the processor can do at best.
  static var registers: KernelCase {
    KernelCase(
      name: peakName, work: { $0.multiplyAddsInRegisters(rounds: 1_000_000) },
      prepare: { set in
        Work(run: { _ = set.multiplyAddsInRegisters(rounds: 1_000_000) }, error: { 0 }, buffers: [])
      })
  }

  static func product(
    rows: Int, outputs: Int, inputs: Int, hasResidual: Bool, precision: ArithmeticPrecision = .float32
  ) -> KernelCase {
    convolution(
      height: 1, width: rows, inputs: inputs, outputs: outputs, shape: KernelShape(height: 1, width: 1), hasResidual: hasResidual,
      precision: precision)
  }

  static func convolution(
    height: Int, width: Int, inputs: Int, outputs: Int, shape: KernelShape, hasResidual: Bool = false,
    precision: ArithmeticPrecision = .float32
  ) -> KernelCase {
    let outputHeight = shape.outputHeight(height)
    let outputWidth = shape.outputWidth(width)
    let pixels = outputHeight * outputWidth
    let kind =
      shape.taps == 1
      ? "product \(pixels)×\(outputs)×\(inputs)"
      : "\(shape.height)×\(shape.width) \(height)×\(width), \(inputs) → \(outputs)"
        + (shape.stride > 1 ? ", stride \(shape.stride)" : "") + (shape.dilation > 1 ? ", dilation \(shape.dilation)" : "")
    return KernelCase(
      name: kind + (hasResidual ? " + residual" : "") + (precision == .bfloat16 ? ", bfloat16" : ""),
      work: { _ in 2 * Double(pixels * outputs * inputs * shape.taps) }, precision: precision,
      prepare: { set in
        let input = Buffer(height * width * mapStride(inputs), seed: 1)
        let output = Buffer(pixels * mapStride(outputs))
        let residual = Buffer(pixels * mapStride(outputs), seed: 2)
        let values = Buffer(outputs * inputs * shape.taps, seed: 3)
        let weights = (0..<values.count).map { Double(values.floats[$0]) }
        let bias = [Double](repeating: 0.5, count: outputs)
        let kernel = convolutionKernel(
          weights: weights, bias: bias, outputs: outputs, inputs: inputs, shape: shape, kernelSet: set, precision: precision)
        let scratch = Buffer(kernel.scratchFloats(height: height, width: width))
        let from = map(height: height, width: width, channels: inputs, in: input)
        let to = map(height: outputHeight, width: outputWidth, channels: outputs, in: output)
        let other = map(height: outputHeight, width: outputWidth, channels: outputs, in: residual)
        let epilogue = Epilogue(activation: .relu, residual: hasResidual ? other : nil)
        return Work(
          run: { kernel.run(from, into: to, epilogue: epilogue, scratch: scratch.floats) },
          error: {
            sampledError(pixels: pixels, outputs: outputs) { pixel, channel in
              let y = pixel / outputWidth
              let x = pixel % outputWidth
              var sum = bias[channel] + (hasResidual ? Double(other.pixel(y, x)[channel]) : 0)
              var magnitude = abs(sum)
              for tap in 0..<shape.taps {
                let row = y * shape.stride - shape.padding + tap / shape.width * shape.dilation
                let column = x * shape.stride - shape.padding + tap % shape.width * shape.dilation
                guard row >= 0, row < height, column >= 0, column < width else { continue }
                let values = from.pixel(row, column)
                for k in 0..<inputs {
                  let term = weights[(channel * inputs + k) * shape.taps + tap] * Double(values[k])
                  sum += term
                  magnitude += abs(term)
                }
              }
              // Factors rounded to bfloat16 are off by 2⁻⁹ each; the check is for float32's errors.
              let scale = precision == .bfloat16 ? 1.0 / 4096 : 1
              return abs(Double(to.pixel(y, x)[channel]) - max(0, sum)) / magnitude * scale
            }
          }, buffers: [input, output, residual, scratch])
      })
  }

  /// - Parameter isInterlaced: groups of pixels far apart, as in the global relation; otherwise blocks of neighbors.
  static func attention(groups: Int, tokens: Int, keyChannels: Int, valueChannels: Int, isInterlaced: Bool) -> KernelCase {
    let side = 8
    let size = 64
    return KernelCase(
      name: "attention \(groups) × \(tokens), \(keyChannels)/\(valueChannels), \(isInterlaced ? "interlaced" : "blocks")",
      work: { _ in 2 * Double(groups * tokens * tokens * (keyChannels + valueChannels)) },
      prepare: { set in
        let product = BatchedProduct(kernelSet: set)
        let buffers = (0..<3).map { Buffer(size * size * mapStride($0 < 2 ? keyChannels : valueChannels), seed: UInt64($0)) }
        let result = Buffer(size * size * mapStride(valueChannels))
        let maps = buffers.enumerated().map {
          map(height: size, width: size, channels: $0 < 2 ? keyChannels : valueChannels, in: $1)
        }
        let output = map(height: size, width: size, channels: valueChannels, in: result)
        let scratch = Buffer(
          product.attentionScratchFloats(queries: tokens, keys: tokens, keyChannels: keyChannels, valueChannels: valueChannels))
        func group(_ image: ImageView, _ index: Int) -> ImageView {
          let (row, column) = (index / side, index % side)
          return isInterlaced
            ? ImageView(
              base: image.pixel(row, column), height: side, width: side, channels: image.channels, rowStride: side * image.rowStride,
              pixelStride: side * image.pixelStride)
            : ImageView(
              base: image.pixel(row * side, column * side), height: side, width: side, channels: image.channels,
              rowStride: image.rowStride, pixelStride: image.pixelStride)
        }
        let scale = Float(1 / Double(keyChannels).squareRoot())
        return Work(
          run: {
            for index in 0..<groups {
              product.attention(
                query: group(maps[0], index), key: group(maps[1], index), value: group(maps[2], index), into: group(output, index),
                scale: scale, scratch: scratch.floats)
            }
          }, error: { 0 }, buffers: buffers + [result, scratch])
      })
  }

  static func softmax(rows: Int, columns: Int) -> KernelCase {
    KernelCase(
      name: "softmax \(rows)×\(columns)", work: { _ in Double(rows * columns * 4) }, unit: "GB/s",
      prepare: { set in
        let buffer = Buffer(rows * columns, seed: 1)
        let image = ImageView(base: buffer.floats, rows: rows, columns: columns, stride: columns)
        let operations = ImageOperations(kernelSet: set)
        return Work(
          run: { operations.softmax(image) }, error: { abs((0..<columns).reduce(-1) { $0 + Double(buffer.floats[$1]) }) }, buffers: [buffer]
        )
      })
  }

  static func maxPool(_ height: Int, _ width: Int, _ channels: Int) -> KernelCase {
    KernelCase(
      name: "max pool \(height)×\(width)×\(channels)", work: { _ in Double(height * width * channels * 4) }, unit: "GB/s",
      prepare: { set in
        let input = Buffer(height * width * mapStride(channels), seed: 1)
        let output = Buffer(height * width * mapStride(channels) / 4)
        let from = map(height: height, width: width, channels: channels, in: input)
        let to = map(height: height / 2, width: width / 2, channels: channels, in: output)
        let operations = ImageOperations(kernelSet: set)
        return Work(run: { operations.maxPool(from, into: to) }, error: { 0 }, buffers: [input, output])
      })
  }

  static func interpolation(classes: Int) -> KernelCase {
    KernelCase(
      name: "interpolate 64² → 512², \(classes) classes", work: { _ in Double(512 * 512 * classes * 4) }, unit: "GB/s",
      prepare: { set in
        let input = Buffer(64 * 64 * mapStride(classes), seed: 1)
        let output = Buffer(512 * 512 * classes)
        let from = map(height: 64, width: 64, channels: classes, in: input)
        let to = ImageView(base: output.floats, height: 512, width: 512, channels: classes)
        let operations = ImageOperations(kernelSet: set)
        return Work(run: { operations.resizeBilinear(from, into: to, alignCorners: false) }, error: { 0 }, buffers: [input, output])
      })
  }
}

/// The largest error of some outputs, relative to the magnitudes of their terms.
private func sampledError(pixels: Int, outputs: Int, _ error: (Int, Int) -> Double) -> Double {
  var state: UInt64 = 7
  var worst = 0.0
  for _ in 0..<40 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    worst = max(worst, error(Int(state >> 33) % pixels, Int(state >> 20 & 0xFFFF) % outputs))
  }
  return worst
}
