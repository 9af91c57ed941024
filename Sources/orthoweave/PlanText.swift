import Basics
import Foundation
import Runs

/// What `plan` says, for people.
enum PlanText {
  static func print(_ report: PlanRequest.Report) {
    var table = TextTable(["source", "state", "pixels", "tiles", "overlap", "panels", "memory", "disk", "time"])
    for source in report.sources {
      let isOpen = source.width > 0
      table.add([
        source.name.printable, source.state.rawValue, isOpen ? "\(source.width) × \(source.height)" : "",
        source.tiles > 0 ? "\(source.tiles)" : "",
        source.tiles > 0 ? String(format: "%.2f ×", source.overlapCost) : "", isOpen ? "\(source.panels)" : "",
        isOpen ? bytes(source.memory) : "", isOpen || source.disk > 0 ? bytes(source.disk) : "",
        source.tiles > 0 ? "about \(duration(source.seconds))" : "",
      ])
    }
    Standard.output(table.text)
    Standard.output("")
    let open = report.sources.filter { $0.state != .unchanged }
    let notes = report.sources.flatMap { source in source.warnings.map { (source: source.name, text: "note: \($0)") } }
    let tiles = open.filter { !$0.tile.isEmpty && $0.tile.min() ?? 0 < 512 }.map { source in
      (source: source.name, text: "tiles of \(source.tile[0]) × \(source.tile[1]) that share \(source.overlap) pixels")
    }
    // Where another tile would save a tenth of the work.
    let costs = open.filter { source in source.tileCosts.contains { $0.cost < 0.9 * source.overlapCost } }.map { source in
      let others = source.tileCosts.map { "\($0.tile): \(String(format: "%.2f", $0.cost)) ×" }.joined(separator: ", ")
      return (source: source.name, text: "pixels inferred with other values of inference.tile: \(others)")
    }
    let readings = report.sources.flatMap { source in source.readingLines.map { (source: source.name, text: $0) } }
    let reasons = open.map { (source: $0.name, text: $0.reason) }
    for line in [reasons, tiles, costs, readings, notes].flatMap(gathered) {
      Standard.output(line.printable)
    }
    Standard.output(
      "\(report.network); kernels \(report.kernels), \(counted(report.workers, "worker")), weights \(bytes(report.weights)), "
        + "memory limit \(bytes(report.memoryLimit)), \(bytes(report.freeDisk)) free on disk")
    for warning in report.warnings { Standard.output("note: \(warning)".printable) }
    if let largest = report.sources.max(by: { $0.memory < $1.memory }), largest.memory > 0 {
      let parts = largest.memoryParts.sorted { $0.value > $1.value }.map { "\($0.key) \(bytes($0.value))" }
      Standard.output("memory of \(largest.name): \(parts.joined(separator: ", "))".printable)
    }
    Standard.output(totals(report))
  }

  /// "total: 2 sources due of 5, 48 tiles, about 3 min, 40 MB of disk".
  private static func totals(_ report: PlanRequest.Report) -> String {
    let due = report.sources.filter { $0.state == .due || $0.state == .layers }
    var parts = ["\(counted(due.count, "source")) due of \(report.sources.count)"]
    if !due.isEmpty {
      parts.append(counted(due.reduce(0) { $0 + $1.tiles }, "tile"))
      parts.append("about \(duration(due.reduce(0) { $0 + $1.seconds }))")
      parts.append("\(bytes(due.reduce(0) { $0 + $1.disk })) of disk")
    }
    return "total: \(parts.joined(separator: ", "))"
  }
}
