import ArgumentParser
import Basics
import Checkpoints
import Foundation
import NeuralNetwork

/// A whole network: seconds a tile with several workers, or where the time of one goes.
struct NetworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "Seconds for a tile of a checkpoint's network, in throughput.")

  @Argument(help: "The checkpoint.")
  var checkpoint: String
  @Option(help: "The configuration beside a bare checkpoint.")
  var config: String?
  @Option(help: "Height and width of the tile.")
  var size = 512
  @Option(help: "Workers, a thread each.")
  var workers = 2
  @Option(help: "Tiles that each worker infers in a round.")
  var tiles = 4
  @Option(help: "Rounds; the median is shown.")
  var rounds = 5
  @Option(help: "float32 or bfloat16.")
  var precision = "float32"
  @Option(help: "avx512, avx2 or portable.")
  var kernels: String?
  @Flag(help: "What each operation takes, on one worker.")
  var profile = false
  @Flag(help: "JSON instead of words.")
  var json = false

  func validate() throws {
    guard size > 0, workers > 0, tiles > 0, rounds > 0 else { throw ValidationError("sizes and numbers are at least 1") }
    guard ArithmeticPrecision(rawValue: precision)?.isAvailable == true else {
      throw ValidationError("precision \(precision) is not available here")
    }
    if let kernels, KernelSet(rawValue: kernels)?.isAvailable != true {
      throw ValidationError("kernel set \(kernels) is not available here")
    }
  }

  func run() throws {
    let network = try Network(
      checkpoint: try Checkpoint.read(path: checkpoint, config: config), file: checkpoint,
      options: NetworkOptions(
        kernels: kernels.flatMap(KernelSet.init(rawValue:)), precision: ArithmeticPrecision(rawValue: precision) ?? .float32))
    if profile {
      try printProfile(network)
      return
    }
    let result = try NetworkBenchmark.measure(network, height: size, width: size, workers: workers, tiles: tiles, rounds: rounds)
    if json {
      print(try SortedJSON.of(result))
      return
    }
    let rate = result.gigaOperations / result.secondsPerTile / Double(workers)
    print(
      "\(result.kernels), \(result.precision), \(workers) workers: "
        + String(format: "%.4f s a tile (fastest round %.4f), %.0f effective GFLOP/s a worker", result.secondsPerTile, result.fastest, rate)
    )
    print(
      String(
        format: "weights %.0f MB, arena %.0f MB a worker", Double(result.weightBytes) * 1e-6, Double(result.arenaBytes) * 1e-6))
  }

  private func printProfile(_ network: Network) throws {
    let times = try NetworkBenchmark.profile(network, height: size, width: size)
    let total = times.reduce(0) { $0 + $1.fastest }
    var table = TextTable(["operation", "", "ms", "%", "GFLOP/s"])
    for time in times {
      table.add([
        time.name, time.summary, String(format: "%.2f", time.fastest * 1000), String(format: "%.1f", 100 * time.fastest / total),
        time.gigaOperations > 0 ? String(format: "%.0f", time.rate) : "",
      ])
    }
    print(table.text)
    print(String(format: "%.1f ms in all", total * 1000))
  }
}
