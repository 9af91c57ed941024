import ArgumentParser
import Basics
import Evaluation
import Foundation
import Runs
import Tools

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Describe a checkpoint, for people and for catalogs, convert it to safetensors, compute logits of an array, measure speed.",
    subcommands: [Inspect.self, Describe.self, Convert.self, Forward.self, Bench.self])

  /// Which network of which file, and how it runs.
  struct NetworkArguments: ParsableArguments {
    @Argument(help: "The checkpoint: .pth or .safetensors.") var checkpoint: String
    @Option(help: "A configuration file (config.py) to use in place of the one in the checkpoint.") var config: String?
    @Option(help: "The network, as in docs/models.md (pspnet, unet, …); by default recognized from the tensors.")
    var architecture: String?
    @Option(help: "How logits are enlarged: true or false; by default as the configuration says.") var alignCorners: Bool?
    @Option(help: "avx512, avx2 or portable; by default the best.") var kernels: String?
    @Option(help: "float32 or bfloat16.") var precision = "float32"

    func request() throws -> ModelRequest {
      try ModelRequest(
        checkpoint: checkpoint, config: config, architecture: architecture, alignCorners: alignCorners, kernels: kernels,
        precision: precision)
    }
  }

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print what a checkpoint is.")

    @OptionGroup var network: NetworkArguments
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
      let report = try network.request().inspect()
      if json {
        Standard.output(try Output.json(report))
        return
      }
      for warning in report.warnings { Standard.error("warning: \(warning)") }
      for line in report.lines { Standard.output(line.label.padding(toLength: 12, withPad: " ", startingAt: 0) + line.text) }
    }
  }

  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a checkpoint as a STAC item for catalogs of models.",
      discussion: "The item follows the Machine Learning Model extension (MLM 1.4) and names the checkpoint by a relative path.")

    @OptionGroup var network: NetworkArguments
    @Argument(help: "The JSON file to write.") var output: String

    func run() throws {
      for warning in try network.request().describe(to: output) { Standard.error("warning: \(warning)") }
    }
  }

  struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a checkpoint as safetensors, with its metadata.")

    @Argument(help: "The checkpoint.") var checkpoint: String
    @Argument(help: "The safetensors file to write.") var output: String
    @Option(help: "A configuration file (config.py) to use in place of the one in the checkpoint.") var config: String?
    @Option(help: "float32 or float16.") var type = "float32"
    @Option(help: "Pixel size that the network was trained with, in meters, to keep in the metadata.") var resolution: Double?

    func run() throws {
      try ModelRequest(checkpoint: checkpoint, config: config).convert(to: output, type: type, resolution: resolution)
    }
  }

  struct Forward: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compute the logits of an array of normalized pixels.",
      discussion: "Reads NumPy's .npy of shape [1, bands, height, width] and writes .npz with logits and logits_small.")

    @OptionGroup var network: NetworkArguments
    @Argument(help: "The pixels, .npy.") var input: String
    @Argument(help: "The logits, .npz.") var output: String
    @Flag(help: "Also write every named intermediate map (runs without folding).") var activations = false

    func run() throws {
      for map in try network.request().forward(input: input, output: output, activations: activations) {
        Standard.output("\(map.name) \(map.shape.map { "\($0)" }.joined(separator: " × "))")
      }
    }
  }

  struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure seconds per tile; with --profile, per operation.")

    @OptionGroup var network: NetworkArguments
    @Option(help: "Rows and columns of a tile: 512, or 512x1024.") var size = "512"
    @Option(help: "Threads; by default all cores that are allowed.") var workers: Int?
    @Option(help: "Tiles of each worker in a round.") var tiles = 4
    @Option(help: "Rounds; the median counts.") var rounds = 5
    @Flag(help: "Print what each operation takes on one worker.") var profile = false
    @Flag(help: "Print JSON, on one line.") var json = false

    private var sides: [Int] {
      let parts = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      return parts.count == 1 ? [parts[0], parts[0]] : parts
    }

    func validate() throws {
      guard sides.count == 2, sides.allSatisfy({ (1...16384).contains($0) }) else {
        throw ValidationError("--size is a number or HxW, up to 16384.")
      }
      guard (1...1024).contains(workers ?? 1), tiles > 0, rounds > 0 else {
        throw ValidationError("--workers, --tiles and --rounds are above 0.")
      }
    }

    func run() throws {
      let request = try network.request()
      if profile {
        try show(try request.profile(height: sides[0], width: sides[1], tiles: tiles))
        return
      }
      let report = try request.bench(height: sides[0], width: sides[1], workers: workers, tiles: tiles, rounds: rounds)
      if json {
        Standard.output(try oneLine(report))
      } else {
        for line in report.lines { Standard.output(line) }
      }
    }

    private func show(_ operations: [ProfiledOperation]) throws {
      if json {
        Standard.output(try oneLine(operations))
        return
      }
      var table = TextTable(["operation", "ms", "GFLOP", "GFLOP/s", "what"])
      for operation in operations {
        table.add([
          operation.operation, String(format: "%.2f", operation.milliseconds), String(format: "%.2f", operation.gigaOperations),
          String(format: "%.0f", operation.gigaOperationsPerSecond), operation.what,
        ])
      }
      table.add(["all", String(format: "%.2f", operations.reduce(0) { $0 + $1.milliseconds })])
      Standard.output(table.text)
    }

    private func oneLine(_ value: some Encodable) throws -> String {
      String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
  }
}
