import ArgumentParser
import Basics
import Foundation
import NeuralNetwork

/// Kernels one by one: a sampled check against the direct sums in double, then the rate.
struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels", abstract: "Rates of the engine's kernels, one thread, beside the direct algorithm's operations.")

  @Option(help: "Kernel sets: avx512, avx2, portable; all that the processor has by default.")
  var set: [String] = []
  @Option(help: "Only kernels whose name contains this.")
  var filter = ""
  @Option(help: "Rounds of each; the best and the median are shown.")
  var rounds = 5
  @Option(help: "Seconds a round lasts.")
  var seconds = 0.1
  @Option(help: "A table of least ratios (Benchmarks/limits.json); ends with 1 where one is missed.")
  var limits: String?
  @Flag(help: "JSON instead of a table.")
  var json = false

  private struct Row: Encodable {
    var kernel: String
    var set: String
    var unit: String
    var best: Double
    var median: Double
    var seconds: Double
    var error: Double
  }

  private struct Report: Encodable {
    var processor: String
    var openBLASCore: String
    var rounds: Int
    var results: [Row]
  }

  func validate() throws {
    for name in set where KernelSet(rawValue: name)?.isAvailable != true {
      throw ValidationError("kernel set \(name) is not available here; there are \(available.map(\.rawValue).joined(separator: ", "))")
    }
  }

  private var available: [KernelSet] { KernelSet.allCases.filter(\.isAvailable) }

  func run() throws {
    let limits = try limits.map { try Limits(path: $0) }
    let sets = set.isEmpty ? available : set.compactMap(KernelSet.init(rawValue:))
    var rows: [Row] = []
    for test in KernelCase.all where filter.isEmpty || test.name.contains(filter) {
      for set in sets where test.precision == .float32 || (test.precision.isAvailable && set == .avx512) {
        let work = test.prepare(set)
        defer { withExtendedLifetime(work) {} }
        work.run()
        let found = work.error()
        guard found < 1e-5 else {
          throw ValidationError("\(test.name), \(set.rawValue): an error of \(found) of the terms' magnitudes; the rate says nothing")
        }
        let measurement = Measurement(rounds: rounds, roundSeconds: seconds, work.run)
        let operations = test.work(set)
        rows.append(
          Row(
            kernel: test.name, set: set.rawValue, unit: test.unit, best: operations / measurement.best * 1e-9,
            median: operations / measurement.median * 1e-9, seconds: measurement.median, error: found))
      }
    }
    let report = Report(processor: processorName(), openBLASCore: KernelSet.openBLASCore, rounds: rounds, results: rows)
    print(json ? try SortedJSON.of(report) : Self.text(report))
    if let limits { try Limits.check(ratios(rows, limits)) }
  }

  private static func text(_ report: Report) -> String {
    let head = "\(report.processor), OpenBLAS \(report.openBLASCore), \(report.rounds) rounds, one thread"
    var table = TextTable(["kernel", "set", "best", "median", "", "ms", "error"])
    for row in report.results {
      table.add([
        row.kernel, row.set, String(format: "%.1f", row.best), String(format: "%.1f", row.median), row.unit,
        String(format: "%.3f", row.seconds * 1000), String(format: "%.1e", row.error),
      ])
    }
    return head + "\n" + table.text
  }

  /// The rates over that of multiply-adds in registers, for those that have a limit.
  private func ratios(_ rows: [Row], _ limits: Limits) -> [Limits.Ratio] {
    rows.compactMap { row in
      guard let least = limits.kernels[row.set]?[row.kernel],
        let peak = rows.first(where: { $0.set == row.set && $0.kernel == KernelCase.peakName })
      else { return nil }
      return Limits.Ratio(name: "\(row.kernel), \(row.set)", measured: row.best / peak.best, least: least)
    }
  }
}
