import KernelTypes

/// Runs a network on one input after another: one arena, no allocation while it runs, single-threaded.
///
/// The result depends on the pixels, their height and width, the weights and the kernel set only: not on what ran before, nor on
/// other workers.
public final class NetworkWorker {
  public let network: Network
  private var arena: Arena
  /// The portable kernel set's.
  private var buffer: LibraryBuffer?
  private var programs: [Size: Program] = [:]
  private var times: [OperationTime] = []
  /// Whether the time of each operation is taken (`profile`).
  public var isProfiling = false

  private struct Size: Hashable {
    var height: Int
    var width: Int
  }

  init(_ network: Network, height: Int, width: Int) throws(NetworkError) {
    self.network = network
    let program = network.program(height: height, width: width)
    arena = try Arena(floats: program.arenaFloats)
    if network.kernels == .portable { buffer = try LibraryBuffer() }
    programs[Size(height: height, width: width)] = program
  }

  /// Bytes that the worker holds now.
  public var arenaBytes: Int { arena.floats * 4 }

  /// Computes the logits of one tile, enlarged to its size.
  ///
  /// - Parameters:
  ///   - pixels: [height, width, input channels], normalized, in the network's channel order.
  ///   - height: rows.
  ///   - width: columns.
  ///   - logits: [height, width, outputs], overwritten.
  /// - Throws: `tooLarge` where the size needs a larger arena and there is no memory for it.
  public func infer(
    pixels: UnsafeBufferPointer<Float>, height: Int, width: Int, logits: UnsafeMutableBufferPointer<Float>
  ) throws(NetworkError) {
    let program = try prepare(height: height, width: width)
    check(pixels, height, width)
    precondition(logits.count == height * width * network.description.outputs, "logits of \(logits.count) values for \(height)×\(width)")
    guard let input = pixels.baseAddress, let output = logits.baseAddress else { return }
    run(program, input, output)
  }

  /// Computes the logits and every map on the way that has a name in the reference, each [1, channels, height, width].
  ///
  /// A network made with `NetworkOptions.folding` lacks the maps that were folded away.
  public func activations(
    pixels: UnsafeBufferPointer<Float>, height: Int, width: Int
  ) throws(NetworkError) -> [(name: String, array: NumPyArray)] {
    let program = try prepare(height: height, width: width)
    check(pixels, height, width)
    guard let input = pixels.baseAddress else { return [] }
    var logits = [Float](repeating: 0, count: height * width * network.description.outputs)
    var arrays: [(name: String, array: NumPyArray)] = []
    logits.withUnsafeMutableBufferPointer { logits in
      guard let output = logits.baseAddress else { return }
      run(program, input, output) { step, memory in
        for note in program.notes where note.step == step { arrays.append((note.name, planes(note.map, memory))) }
      }
    }
    return arrays
  }

  /// What each operation has taken since profiling was switched on or `profile` was last taken.
  public func takeProfile() -> [OperationTime] {
    defer { times = [] }
    return times
  }

  private func check(_ pixels: UnsafeBufferPointer<Float>, _ height: Int, _ width: Int) {
    precondition(
      pixels.count == height * width * network.description.inputChannels,
      "\(pixels.count) values for \(height)×\(width) pixels of \(network.description.inputChannels) channels")
  }

  private func prepare(height: Int, width: Int) throws(NetworkError) -> Program {
    let key = Size(height: height, width: width)
    let program: Program
    if let known = programs[key] {
      program = known
    } else {
      program = network.program(height: height, width: width)
      if programs.count >= 16 { programs = [:] }
      programs[key] = program
    }
    if program.arenaFloats > arena.floats { arena = try Arena(floats: program.arenaFloats) }
    return program
  }

  private func run(
    _ program: Program, _ pixels: UnsafePointer<Float>, _ logits: UnsafeMutablePointer<Float>,
    after: ((Int, Memory) -> Void)? = nil
  ) {
    let clock = ContinuousClock()
    program.run(on: arena, pixels: pixels, logits: logits) { index, step, memory in
      if isProfiling {
        let start = clock.now
        step.run(memory)
        record(index, step, start.duration(to: clock.now))
      } else {
        step.run(memory)
      }
      after?(index, memory)
    }
  }

  private func record(_ index: Int, _ step: any Step, _ duration: Duration) {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    if index < times.count, times[index].name == step.name {
      times[index].seconds += seconds
      times[index].fastest = min(times[index].fastest, seconds)
      times[index].calls += 1
    } else {
      times.append(
        OperationTime(
          name: step.name, summary: step.summary, seconds: seconds, fastest: seconds, calls: 1, gigaOperations: step.operations * 1e-9))
    }
  }
}

/// How long one operation of a network took.
public struct OperationTime: Sendable, Equatable, Codable {
  /// Where it is in the network, as in `stage3.0.conv2`.
  public var name: String
  /// What it does, with sizes.
  public var summary: String
  /// Seconds of all calls together.
  public var seconds: Double
  /// Seconds of the fastest call: what the operation takes where nothing else runs.
  public var fastest: Double
  public var calls: Int
  /// GFLOP of one call, 2 per multiply-add of the direct algorithm.
  public var gigaOperations: Double

  /// GFLOP/s of the fastest call, as if the algorithm were the direct one.
  public var rate: Double { fastest > 0 ? gigaOperations / fastest : 0 }
}

/// A map as an array [1, channels, height, width].
private func planes(_ map: FeatureMap, _ memory: Memory) -> NumPyArray {
  let begin = memory.begin(map)
  var values = [Float](repeating: 0, count: map.pixels * map.channels)
  for y in 0..<map.height {
    for x in 0..<map.width {
      let pixel = begin + y * map.rowStride + x * map.pixelStride
      for c in 0..<map.channels { values[(c * map.height + y) * map.width + x] = pixel[c] }
    }
  }
  return NumPyArray(shape: [1, map.channels, map.height, map.width], values: values)
}
