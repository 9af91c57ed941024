public import Checkpoints

/// A network with packed weights, ready to run: immutable, shared by all workers.
///
/// Weights are folded in double precision when the network is made: batch norm into convolutions, and, with `NetworkOptions.folding`,
/// linear operations that follow each other into one.
public final class Network: Sendable {
  public let description: NetworkDescription
  /// The hot loops that run.
  public let kernels: KernelSet
  public let precision: NetworkOptions.Precision
  /// Bytes of all packed weights. They are in memory once, however many workers there are.
  public let weightBytes: Int

  private let model: any NetworkModel

  /// Reads, folds and packs the weights.
  ///
  /// - Parameters:
  ///   - checkpoint: what was read from the file.
  ///   - file: the path for messages; nil: the checkpoint's own.
  ///   - options: what the pipeline says of the network.
  /// - Throws: what `NetworkDescription` throws, and `option` where this machine cannot do what the options ask for,
  ///   and `tooLarge` where there is no memory for folding.
  public init(checkpoint: Checkpoint, file: String? = nil, options: NetworkOptions = NetworkOptions()) throws(NetworkError) {
    let structure = try NetworkStructure(checkpoint, file: file ?? checkpoint.file, options: options)
    let packing = try WeightPacking(options)
    // Folding multiplies matrices of double precision by OpenBLAS.
    let buffer = try LibraryBuffer()
    defer { withExtendedLifetime(buffer) {} }
    model = try structure.make(structure.catalog, packing)
    description = structure.description
    kernels = packing.kernels
    precision = options.precision
    weightBytes = model.weightBytes
  }

  /// Bytes of the memory that a worker holds for inputs of this size, besides the shared weights and the caller's pixels and logits.
  ///
  /// - Complexity: as long as it takes to lay out a few hundred operations (under a millisecond); nothing is allocated.
  public func arenaBytes(height: Int, width: Int) -> Int {
    program(height: height, width: width).arenaFloats * 4
  }

  /// Floating-point operations for one input of this size (2 per multiply-add, direct convolutions).
  public func operations(height: Int, width: Int) -> Double {
    program(height: height, width: width).steps.reduce(0) { $0 + $1.operations }
  }

  /// A worker with an arena for inputs of this size; other sizes are taken as well, with a new arena where they need more.
  ///
  /// A worker belongs to one thread at a time.
  public func makeWorker(height: Int, width: Int) throws(NetworkError) -> NetworkWorker {
    try NetworkWorker(self, height: height, width: width)
  }

  /// The next multiple of what the network's sizes have to be multiples of.
  private func multiple(_ size: Int) -> Int { (size + model.divisor - 1) / model.divisor * model.divisor }

  func program(height: Int, width: Int) -> Program {
    precondition(height > 0 && width > 0, "an input of \(height)×\(width) pixels")
    var builder = ProgramBuilder(kernels: kernels)
    let pixels = ProgramBuilder.pixels(height: height, width: width, channels: description.inputChannels)
    let (rows, columns) = (multiple(height), multiple(width))
    let isPadded = rows != height || columns != width
    var input = pixels
    if isPadded {
      input = builder.map(height: rows, width: columns, channels: pixels.channels)
      builder.clear(input, name: "padding")
      builder.copy(pixels, into: input.rectangle(row: 0, column: 0, height: height, width: width), name: "pixels")
    }
    let small = model.record(input, in: &builder)
    builder.note("logits_small", small)
    let logits = ProgramBuilder.logits(height: height, width: width, channels: description.outputs)
    if isPadded {
      let whole = builder.map(height: rows, width: columns, channels: description.outputs)
      builder.resize(small, into: whole, alignCorners: description.alignCorners, name: "logits.padded")
      builder.copy(whole.rectangle(row: 0, column: 0, height: height, width: width), into: logits, name: "logits")
    } else {
      builder.resize(small, into: logits, alignCorners: description.alignCorners, name: "logits")
    }
    builder.note("logits", logits)
    return builder.finish()
  }
}
