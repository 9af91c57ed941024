import ArgumentParser
import Basics
import Foundation
import NeuralNetwork

/// Attention blocks side by side: time, memory and compared pairs on maps of growing size.
struct AttentionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attention", abstract: "Dense, interlaced, pyramid and fast attention on feature maps of 512 channels, one thread.")

  @Option(help: "Sizes of the map, as in 64x64.")
  var size = ["32x32", "64x64", "128x128", "256x128"]
  @Option(help: "Rounds of each; the best is shown.")
  var rounds = 3
  @Option(help: "Blocks that would take more bytes than this are left out.")
  var memory = 6_000_000_000
  @Flag(help: "JSON instead of a table.")
  var json = false

  private struct Row: Encodable {
    var attention: String
    var size: String
    var seconds: Double
    var arenaBytes: Int
    var affinities: Int
    var operations: Double
    /// Of the dense block of the same size; nil where that was left out.
    var timesFaster: Double?
    var timesSmaller: Double?
  }

  private func parsed(_ text: String) -> (height: Int, width: Int)? {
    let parts = text.split(separator: "x").compactMap { Int($0) }
    guard parts.count == 2, parts.allSatisfy({ $0 > 0 && $0 <= 4096 && $0 % 8 == 0 }) else { return nil }
    return (parts[0], parts[1])
  }

  func validate() throws {
    for text in size where parsed(text) == nil { throw ValidationError("\(text): a size is two multiples of 8, as in 64x64") }
  }

  func run() throws {
    var rows: [Row] = []
    for text in size {
      guard let (height, width) = parsed(text) else { continue }
      var dense: Row?
      for kind in AttentionComparison.Kind.allCases {
        let pixels = height * width
        if kind == .dense && pixels * pixels * 4 > memory { continue }
        let comparison = try AttentionComparison(kind, height: height, width: width)
        let measurement = Measurement(rounds: rounds, roundSeconds: 0.2) { comparison.run() }
        var row = Row(
          attention: kind.rawValue, size: text, seconds: measurement.best, arenaBytes: comparison.arenaBytes,
          affinities: comparison.affinities, operations: comparison.operations)
        if kind == .dense { dense = row }
        row.timesFaster = dense.map { $0.seconds / row.seconds }
        row.timesSmaller = dense.map { Double($0.arenaBytes) / Double(row.arenaBytes) }
        rows.append(row)
      }
    }
    if json {
      print(try SortedJSON.of(rows))
      return
    }
    print("\(processorName()), \(KernelSet.best.rawValue), one thread; × is against dense attention")
    var table = TextTable(["attention", "map", "ms", "×", "MB", "×", "pairs", "GFLOP"])
    for row in rows {
      table.add([
        row.attention, row.size, String(format: "%.2f", row.seconds * 1000), row.timesFaster.map { String(format: "%.1f", $0) } ?? "–",
        String(format: "%.1f", Double(row.arenaBytes) * 1e-6), row.timesSmaller.map { String(format: "%.1f", $0) } ?? "–",
        "\(row.affinities)", String(format: "%.2f", row.operations * 1e-9),
      ])
    }
    print(table.text)
  }
}
