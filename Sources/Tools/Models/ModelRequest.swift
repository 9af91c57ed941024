import Checkpoints
import FileWriting
import Foundation
import Layers
import NeuralNetwork
import RunState
public import Runs

/// What `orthoweave model` does with a checkpoint, away from any pipeline.
public struct ModelRequest: Sendable {
  private let checkpoint: String
  private let config: String?
  private let options: NetworkOptions

  /// - Parameters:
  ///   - checkpoint: its path.
  ///   - config: a configuration that takes the place of the one inside.
  ///   - architecture: a word of `NetworkDescription.Architecture`; nil: read off the tensors.
  ///   - alignCorners: nil: the configuration's.
  ///   - kernels: `avx512`, `avx2` or `portable`; nil: the best.
  ///   - precision: `float32` or `bfloat16`.
  /// - Throws: `wrongCall` for a word that is none of these.
  public init(
    checkpoint: String, config: String? = nil, architecture: String? = nil, alignCorners: Bool? = nil, kernels: String? = nil,
    precision: String = "float32"
  ) throws(RunError) {
    self.checkpoint = checkpoint
    self.config = config
    options = NetworkOptions(
      architecture: try named(architecture, "architecture", NetworkDescription.Architecture.allCases), alignCorners: alignCorners,
      kernels: try named(kernels, "kernel set", KernelSet.allCases),
      precision: try named(precision, "precision", NetworkOptions.Precision.allCases) ?? .float32)
  }

  // MARK: - Inspect

  /// What the checkpoint holds and what of it has to be assumed.
  public func inspect() throws(RunError) -> ModelReport {
    let checkpoint = try read()
    let network = try network(checkpoint, options)
    do throws(CheckpointError) {
      return ModelReport(checkpoint, network, damage: try checkpoint.damage())
    } catch {
      throw RunError(error)
    }
  }

  // MARK: - Convert

  /// Writes the checkpoint as safetensors, with its metadata.
  ///
  /// - Parameters:
  ///   - path: the file to write.
  ///   - type: `float32` or `float16`.
  ///   - resolution: ground size in meters of the pixels that the network was trained with, to keep in the metadata; nil: the checkpoint's.
  public func convert(to path: String, type: String, resolution: Double? = nil) throws(RunError) {
    let type = try named(type, "number type", Checkpoint.WrittenType.allCases) ?? .float32
    try checkOutputFile(path, reading: [self.checkpoint])
    if let resolution, !(1e-4...1e5 ~= resolution) {
      throw RunError(.wrongCall, reason: "a resolution of \(resolution) is not a pixel's size", remedy: "give meters from 0.0001 to 100000")
    }
    var checkpoint = try read()
    checkpoint.metadata.resolution = resolution ?? checkpoint.metadata.resolution
    do throws(CheckpointError) {
      try checkpoint.write(safetensors: path, as: type)
    } catch {
      throw RunError(error.file == path ? .surroundings : .wrongCall, error)
    }
  }

  // MARK: - Describe

  /// Writes the checkpoint as an item of STAC's Machine Learning Model extension.
  ///
  /// - Parameter path: the file to write.
  /// - Returns: What the file leaves open or has wrong, a sentence each.
  public func describe(to path: String) throws(RunError) -> [String] {
    try checkOutputFile(path, reading: [self.checkpoint] + [config].compactMap(\.self))
    let checkpoint = try read()
    var digest = Digest.Stream()
    let description: NetworkDescription
    let damage: String?
    do throws(CheckpointError) { damage = try checkpoint.damage { digest.update($0) } } catch { throw RunError(error) }
    do throws(NetworkError) {
      description = try NetworkDescription(checkpoint, file: checkpoint.file, options: options)
    } catch { throw RunError(error) }
    var unknown: [String] = []
    let item = STACModel(checkpoint, description, sha256: digest.finish(), at: path, unknown: &unknown)
    do {
      try replaceFile(path, with: [UInt8](try item.json()))
    } catch let error as FileError {
      throw RunError(error)
    } catch {
      throw RunError(.surroundings, file: path, reason: "cannot be written (\(error))")
    }
    return checkpoint.warnings + [damage].compactMap(\.self) + unknown.map { "\(checkpoint.file): \($0)" }
  }

  // MARK: - Forward

  /// Computes the logits of an array [1, bands, height, width] of normalized pixels; names and shapes of what was written.
  ///
  /// - Parameter input: the map that is read.
  /// - Parameter output: the map that is written.
  /// - Parameter activations: also every map that the reference names, by the unfolded network.
  public func forward(input: String, output: String, activations: Bool) throws(RunError) -> [(name: String, shape: [Int])] {
    try checkOutputFile(output, reading: [input, checkpoint])
    var options = options
    options.folding = !activations
    let network = try network(try read(), options)
    do throws(NetworkError) {
      let array = try NumPyArray(path: input)
      let bands = network.description.inputChannels
      guard array.shape.count == 4, array.shape[0] == 1, array.shape[1] == bands, array.shape[2] > 0, array.shape[3] > 0 else {
        throw NetworkError(
          .unreadable, file: input, reason: "has shape \(array.shape)",
          remedy: "give normalized pixels of shape [1, \(bands), height, width]")
      }
      let (height, width) = (array.shape[2], array.shape[3])
      var pixels = [Float](repeating: 0, count: array.values.count)
      for band in 0..<bands {
        for i in 0..<(height * width) { pixels[i * bands + band] = array.values[band * height * width + i] }
      }
      let worker = try network.makeWorker(height: height, width: width)
      let maps = try pixels.withUnsafeBufferPointer { pixels throws(NetworkError) in
        try worker.activations(pixels: pixels, height: height, width: width)
      }
      let kept = activations ? maps : maps.filter { $0.name.hasPrefix("logits") }
      try NumPyArchive(kept).write(path: output)
      return kept.map { ($0.name, $0.array.shape) }
    } catch {
      throw RunError(error)
    }
  }

  // MARK: - Bench

  /// Throughput of so many workers; nil: as many as cores are allowed.
  public func bench(height: Int, width: Int, workers: Int?, tiles: Int, rounds: Int) throws(RunError) -> BenchReport {
    let network = try network(try read(), options)
    do throws(NetworkError) {
      return BenchReport(
        try NetworkBenchmark.measure(
          network, height: height, width: width, workers: workers ?? Machine.cores, tiles: tiles, rounds: rounds))
    } catch {
      throw RunError(error)
    }
  }

  /// What each operation takes on one worker.
  public func profile(height: Int, width: Int, tiles: Int) throws(RunError) -> [ProfiledOperation] {
    let network = try network(try read(), options)
    do throws(NetworkError) {
      return try NetworkBenchmark.profile(network, height: height, width: width, tiles: tiles).map {
        ProfiledOperation(
          operation: $0.name, what: $0.summary, milliseconds: $0.fastest * 1e3, gigaOperations: $0.gigaOperations,
          gigaOperationsPerSecond: $0.rate)
      }
    } catch {
      throw RunError(error)
    }
  }

  private func read() throws(RunError) -> Checkpoint {
    do throws(CheckpointError) {
      return try Checkpoint.read(path: checkpoint, config: config)
    } catch {
      throw RunError(error)
    }
  }

  private func network(_ checkpoint: Checkpoint, _ options: NetworkOptions) throws(RunError) -> Network {
    do throws(NetworkError) {
      return try Network(checkpoint: checkpoint, options: options)
    } catch {
      throw RunError(error)
    }
  }
}

/// The value of this name.
private func named<Value: RawRepresentable<String>>(_ text: String?, _ what: String, _ values: [Value]) throws(RunError) -> Value? {
  guard let text else { return nil }
  guard let value = Value(rawValue: text) else {
    throw RunError(
      .wrongCall, reason: "'\(text)' is not a valid \(what)", remedy: "give one of \(values.map(\.rawValue).joined(separator: ", "))")
  }
  return value
}

extension RunError {
  fileprivate init(_ error: CheckpointError) {
    self.init(.wrongCall, error)
  }

  fileprivate init(_ error: NetworkError) {
    let code: Code = error.code == .unwritable || error.code == .tooLarge ? .surroundings : .wrongCall
    self.init(code, error)
  }
}
