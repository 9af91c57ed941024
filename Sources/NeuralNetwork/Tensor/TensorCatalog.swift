import Checkpoints

/// The tensors of a checkpoint as a network looks them up: names without wrappers' prefixes, shapes checked before anything is read.
struct TensorCatalog {
  let checkpoint: Checkpoint
  let file: String
  /// Batch norm's ε.
  let epsilon: Double
  /// Numbers of the convolutions that were looked up.
  private(set) var parameters = 0

  init(_ checkpoint: Checkpoint, file: String) {
    self.checkpoint = checkpoint
    self.file = file
    epsilon = checkpoint.metadata.normEpsilon ?? 1e-5
  }

  func contains(_ name: String) -> Bool { checkpoint.shape(name) != nil }

  func shape(_ name: String) throws(NetworkError) -> [Int] {
    guard let shape = checkpoint.shape(name) else {
      throw NetworkError(
        .missingTensor, file: file, reason: "has no tensor \(name)",
        remedy: "give a checkpoint of the whole network (backbone and decode head)")
    }
    return shape
  }

  /// A tensor's values; its shape has been checked when its source was looked up.
  func doubles(_ name: String) throws(NetworkError) -> [Double] {
    do {
      return try checkpoint.doubles(name)
    } catch {
      throw NetworkError(.missingTensor, file: file, reason: "tensor \(name) cannot be read (\(error))")
    }
  }

  /// Looks up a convolution, with the batch norm or bias that belongs to it.
  ///
  /// - Parameters:
  ///   - name: the convolution's name; the tensor is `NAME.weight`.
  ///   - norm: name of the batch norm after it; nil for none.
  ///   - bias: whether `NAME.bias` must exist.
  ///   - inputs: channels that come in; the weight must agree.
  ///   - outputs: channels that must come out; nil: what the weight says.
  ///   - kernel: rows and columns of the kernel.
  mutating func convolution(
    _ name: String, norm: String? = nil, bias: Bool = false, inputs: Int, outputs: Int? = nil, kernel: Int
  ) throws(NetworkError) -> ConvolutionSource {
    let weight = name + ".weight"
    let found = try shape(weight)
    let wanted = [outputs ?? found.first ?? 0, inputs, kernel, kernel]
    guard found == wanted, wanted[0] > 0, inputs > 0 else { throw mismatch(weight, found, wanted, anyOutputs: outputs == nil) }
    var vectors: [String] = []
    if let norm { vectors += ["weight", "bias", "running_mean", "running_var"].map { "\(norm).\($0)" } }
    if bias { vectors.append(name + ".bias") }
    for vector in vectors {
      let found = try shape(vector)
      guard found == [wanted[0]] else { throw mismatch(vector, found, [wanted[0]], anyOutputs: false) }
    }
    parameters += wanted.reduce(1, *) + wanted[0] * ((norm == nil ? 0 : 2) + (bias ? 1 : 0))
    return ConvolutionSource(name: name, norm: norm, bias: bias, outputs: wanted[0], inputs: inputs, kernel: kernel)
  }

  private func mismatch(_ name: String, _ found: [Int], _ wanted: [Int], anyOutputs: Bool) -> NetworkError {
    let text = wanted.enumerated().map { $0.offset == 0 && anyOutputs ? "N" : String($0.element) }.joined(separator: ", ")
    return NetworkError(
      .shape, file: file, reason: "tensor \(name) has shape [\(found.map(String.init).joined(separator: ", "))], expected [\(text)]",
      remedy: "give a checkpoint whose tensors fit together, or set model.architecture")
  }
}

/// Where a convolution's numbers are in a checkpoint, and its sizes; nothing is read yet.
struct ConvolutionSource: Equatable, Sendable {
  var name: String
  var norm: String?
  var bias: Bool
  var outputs: Int
  var inputs: Int
  var kernel: Int

  /// Reads the tensors and folds batch norm in: y = (x - mean) / sqrt(var + ε) * weight + bias, in double precision.
  func read(_ catalog: TensorCatalog) throws(NetworkError) -> ConvolutionParameters {
    var weights = try catalog.doubles(name + ".weight")
    var biases = bias ? try catalog.doubles(name + ".bias") : [Double](repeating: 0, count: outputs)
    let fan = inputs * kernel * kernel
    guard weights.count == outputs * fan, biases.count == outputs else {
      throw NetworkError(
        .shape, file: catalog.file, reason: "tensor \(name).weight holds \(weights.count) values, expected \(outputs * fan)")
    }
    if let norm {
      let gamma = try catalog.doubles(norm + ".weight")
      let beta = try catalog.doubles(norm + ".bias")
      let mean = try catalog.doubles(norm + ".running_mean")
      let variance = try catalog.doubles(norm + ".running_var")
      weights.withUnsafeMutableBufferPointer { weights in
        for o in 0..<outputs {
          let scale = gamma[o] / (variance[o] + catalog.epsilon).squareRoot()
          for i in (o * fan)..<((o + 1) * fan) { weights[i] *= scale }
          biases[o] = beta[o] + (biases[o] - mean[o]) * scale
        }
      }
    }
    guard weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else {
      throw NetworkError(
        .unsupported, file: catalog.file,
        reason: "\(name)\(norm.map { " or its batch norm \($0)" } ?? "") holds numbers that are not finite",
        remedy: "give a checkpoint from before the training diverged")
    }
    return ConvolutionParameters(outputs: outputs, inputs: inputs, kernel: kernel, weights: weights, bias: biases)
  }
}
