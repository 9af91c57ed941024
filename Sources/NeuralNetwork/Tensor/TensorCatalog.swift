import Checkpoints

/// The tensors of a checkpoint as a network looks them up: names without wrappers' prefixes, shapes checked before anything is read.
struct TensorCatalog {
  let checkpoint: Checkpoint
  let file: String
  /// ε of the batch norms that are looked up next.
  var epsilon = 1e-5
  /// Numbers of the convolutions that were looked up.
  private(set) var parameters = 0
  /// Tensors that were looked up for an operation.
  private var used: Set<String> = []

  init(_ checkpoint: Checkpoint, file: String) {
    self.checkpoint = checkpoint
    self.file = file
  }

  /// How many tensors were looked up for an operation.
  var usedCount: Int { used.count }

  /// The same tensors, of which nothing has been looked up, without what the file says of the network.
  func withoutConfiguration() -> TensorCatalog {
    var checkpoint = checkpoint
    checkpoint.metadata.network = nil
    return TensorCatalog(checkpoint, file: file)
  }

  /// Whether there is something of this name, be it a tensor that can be read or not.
  func contains(_ name: String) -> Bool { checkpoint.shape(name) != nil || checkpoint.obstacle(name) != nil }

  /// The shape of a tensor of weights.
  func shape(_ name: String) throws(NetworkError) -> [Int] {
    guard let shape = checkpoint.shape(name) else {
      if let obstacle = checkpoint.obstacle(name) {
        throw NetworkError(
          .unsupported, file: file, reason: "tensor \(name) is \(obstacle)",
          remedy: "save the network's weights as plain tensors of float32")
      }
      throw NetworkError(
        .missingTensor, file: file, reason: "has no tensor \(name)",
        remedy: "give a checkpoint of the whole network (backbone and decode head)")
    }
    // Whole numbers are weights that somebody has scaled, and by how much is nowhere said.
    if let type = checkpoint.elementType(name), !type.isFloatingPoint {
      throw NetworkError(
        .unsupported, file: file, reason: "tensor \(name) holds numbers of type \(type.rawValue), as a quantized network has",
        remedy: "save the network's weights as float32, float16 or bfloat16")
    }
    return shape
  }

  /// A tensor's values; its shape has been checked when its source was looked up.
  func doubles(_ name: String) throws(NetworkError) -> [Double] {
    do {
      return try checkpoint.doubles(name)
    } catch {
      throw NetworkError(
        error.code == .unsupported ? .unsupported : .unreadable, file: file,
        reason: error.reason.contains(name) ? error.reason : "tensor \(name) cannot be read: \(error.reason)", remedy: error.remedy)
    }
  }

  /// Looks up a convolution, with the batch norm or bias that belongs to it.
  ///
  /// - Parameters:
  ///   - name: the convolution's name; the tensor is `NAME.weight`.
  ///   - norm: name of the batch norm after it; nil for none.
  ///   - bias: whether `NAME.bias` must exist; it is used wherever it does.
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
    let bias = bias || contains(name + ".bias")
    var vectors: [String] = []
    if let norm { try checkNorm(norm) }
    if let norm { vectors += ["weight", "bias", "running_mean", "running_var"].map { "\(norm).\($0)" } }
    if bias { vectors.append(name + ".bias") }
    for vector in vectors {
      let found = try shape(vector)
      guard found == [wanted[0]] else { throw mismatch(vector, found, [wanted[0]], anyOutputs: false) }
    }
    parameters += wanted.reduce(1, *) + wanted[0] * ((norm == nil ? 0 : 2) + (bias ? 1 : 0))
    used.insert(weight)
    used.formUnion(vectors)
    return ConvolutionSource(name: name, norm: norm, bias: bias, outputs: wanted[0], inputs: inputs, kernel: kernel, epsilon: epsilon)
  }

  /// Looks up vectors of one value for each channel.
  mutating func vectors(_ names: [String], channels: Int) throws(NetworkError) {
    for name in names {
      let found = try shape(name)
      guard found == [channels] else { throw mismatch(name, found, [channels], anyOutputs: false) }
    }
    parameters += names.count * channels
    used.formUnion(names)
  }

  /// Says what stands in the place of a batch norm, where something else does: mmcv names norms by their kind.
  private func checkNorm(_ norm: String) throws(NetworkError) {
    guard !contains(norm + ".weight"), let dot = norm.lastIndex(of: ".") else { return }
    let (parent, own) = (norm[...dot], norm[norm.index(after: dot)...])
    let others = [("gn", "group norm"), ("ln", "layer norm"), ("in", "instance norm")]
    for (name, kind) in others {
      let other = parent + own.replacing("bn", with: name)
      guard other != norm, contains(other + ".weight") else { continue }
      throw NetworkError(
        .unsupported, file: file, reason: "has \(kind) (\(other)) in place of batch norm", remedy: "give a network with batch norm")
    }
  }

  /// Refuses tensors that no operation has looked up: the network has parts that are not computed.
  ///
  /// Counters of batches and what losses keep do not belong to it.
  ///
  /// - Parameter isIdle: tells the names of parts that the network's own authors make and do not use.
  func checkLeftOver(below prefixes: [String], except isIdle: (String) -> Bool = { _ in false }) throws(NetworkError) {
    let rest = (checkpoint.names + checkpoint.obstacles).filter { name in
      prefixes.contains(where: name.hasPrefix) && !used.contains(name) && !name.hasSuffix("num_batches_tracked")
        && !name.contains(".loss_decode.") && !name.contains(".sampler.") && !isIdle(name)
    }
    guard let first = rest.first else { return }
    throw NetworkError(
      .unsupported, file: file,
      reason: "has tensors that no operation here uses (\(first)\(rest.count > 1 ? " and \(rest.count - 1) more" : ""))",
      remedy: "the network has parts that are not computed: give one without them")
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
  /// Of the batch norm.
  var epsilon: Double

  /// Reads the tensors and folds batch norm in: y = (x - mean) / sqrt(var + ε) * weight + bias, in double precision.
  ///
  /// - Parameter inputsFirst: whether the weight is [inputs, outputs, …], as transposed convolutions have it.
  func read(_ catalog: TensorCatalog, inputsFirst: Bool = false) throws(NetworkError) -> ConvolutionParameters {
    var weights = try catalog.doubles(name + ".weight")
    var biases = bias ? try catalog.doubles(name + ".bias") : [Double](repeating: 0, count: outputs)
    let fan = inputs * kernel * kernel
    guard weights.count == outputs * fan, biases.count == outputs else {
      throw NetworkError(
        .shape, file: catalog.file, reason: "tensor \(name).weight holds \(weights.count) values, expected \(outputs * fan)")
    }
    if inputsFirst {
      let taps = kernel * kernel
      let given = weights
      for o in 0..<outputs {
        for i in 0..<inputs {
          for tap in 0..<taps { weights[(o * inputs + i) * taps + tap] = given[(i * outputs + o) * taps + tap] }
        }
      }
    }
    var isFinite = true
    if let norm {
      let gamma = try catalog.doubles(norm + ".weight")
      let beta = try catalog.doubles(norm + ".bias")
      let mean = try catalog.doubles(norm + ".running_mean")
      let variance = try catalog.doubles(norm + ".running_var")
      // An infinite variance would make a finite weight, 0, of what has overflowed.
      isFinite = [gamma, beta, mean, variance].allSatisfy { $0.allSatisfy(\.isFinite) }
      weights.withUnsafeMutableBufferPointer { weights in
        for o in 0..<outputs {
          let scale = gamma[o] / (variance[o] + epsilon).squareRoot()
          for i in (o * fan)..<((o + 1) * fan) { weights[i] *= scale }
          biases[o] = beta[o] + (biases[o] - mean[o]) * scale
        }
      }
    }
    guard isFinite, weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else {
      throw NetworkError(
        .unsupported, file: catalog.file,
        reason: "\(name)\(norm.map { " or its batch norm \($0)" } ?? "") holds numbers that are not finite",
        remedy: "give a checkpoint from before the training diverged, or one of float32 where float16 has overflowed")
    }
    return ConvolutionParameters(outputs: outputs, inputs: inputs, kernel: kernel, weights: weights, bias: biases)
  }
}
