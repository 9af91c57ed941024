import KernelTypes

/// Bilinear interpolation by PyTorch's rule.
private struct Resize: Step {
  let name: String
  let image: ImageOperations
  let input: FeatureMap
  let output: FeatureMap
  let alignCorners: Bool
  let adding: Bool

  var summary: String { "bilinear, \(input.sizeText) → \(output.height)×\(output.width)\(adding ? ", added" : "")" }
  var reads: [FeatureMap] { adding ? [input, output] : [input] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { 0 }
  var operations: Double { 8 * Double(output.pixels * output.channels) }

  func run(_ memory: Memory) {
    image.resizeBilinear(memory.view(input), into: memory.view(output), alignCorners: alignCorners, adding: adding)
  }
}

/// The nearest pixel, by PyTorch's rule.
private struct NearestResize: Step {
  let name: String
  let operations: Double = 0
  let image: ImageOperations
  let input: FeatureMap
  let output: FeatureMap
  let adding: Bool

  var summary: String { "nearest, \(input.sizeText) → \(output.height)×\(output.width)\(adding ? ", added" : "")" }
  var reads: [FeatureMap] { adding ? [input, output] : [input] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { 0 }

  func run(_ memory: Memory) { image.resizeNearest(memory.view(input), into: memory.view(output), adding: adding) }
}

extension ProgramBuilder {
  /// - Parameter adding: adds to what the target holds.
  mutating func resizeNearest(_ input: FeatureMap, into target: FeatureMap, adding: Bool = false, name: String) {
    append(NearestResize(name: name, image: image, input: input, output: target, adding: adding))
  }

  /// - Parameter adding: adds to what the target holds.
  mutating func resize(_ input: FeatureMap, into target: FeatureMap, alignCorners: Bool, adding: Bool = false, name: String) {
    append(Resize(name: name, image: image, input: input, output: target, alignCorners: alignCorners, adding: adding))
  }
}

/// Bilinear interpolation of [height, width, channels] values without gaps, by PyTorch's rule.
///
/// - Parameters:
///   - input: height × width × channels values.
///   - height: rows.
///   - width: columns.
///   - channels: of the map.
///   - output: outputHeight × outputWidth × channels values, overwritten.
///   - outputHeight: rows of the result.
///   - outputWidth: columns of the result.
///   - alignCorners: false: source = (i + 0.5) · in / out − 0.5, clamped below at 0, the last pixel repeated; true: source = i · (in − 1) / (out − 1).
///   - kernels: the kernel set whose loops run; bits can differ between sets.
public func resizeBilinear(
  _ input: UnsafeBufferPointer<Float>, height: Int, width: Int, channels: Int, into output: UnsafeMutableBufferPointer<Float>,
  outputHeight: Int, outputWidth: Int, alignCorners: Bool, kernels: KernelSet = .best
) {
  precondition(input.count == height * width * channels, "\(input.count) values for \(height)×\(width)×\(channels)")
  precondition(
    output.count == outputHeight * outputWidth * channels, "\(output.count) values for \(outputHeight)×\(outputWidth)×\(channels)")
  guard let source = input.baseAddress, let target = output.baseAddress else { return }
  ImageOperations(kernelSet: kernels).resizeBilinear(
    ImageView(base: UnsafeMutablePointer(mutating: source), height: height, width: width, channels: channels),
    into: ImageView(base: target, height: outputHeight, width: outputWidth, channels: channels), alignCorners: alignCorners)
}
