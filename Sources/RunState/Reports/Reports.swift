public import FoundationEssentials
import Glibc

extension OutputDirectory {
  /// How many reports are kept besides `latest.json`.
  public static let reportsKept = 100

  /// Writes the report of a run under its start and process id, and as `latest.json`; removes the oldest beyond a hundred.
  ///
  /// Two runs that begin in the same second, even with one process id on two hosts, get two files.
  ///
  /// - Returns: The path of the run's own report.
  @discardableResult
  public func writeReport(_ report: some Encodable, started: Date) throws(RunStateError) -> String {
    let bytes: [UInt8]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    do { bytes = Array(try encoder.encode(report)) + [UInt8(ascii: "\n")] } catch {
      throw RunStateError(.inputOutput, file: reports, reason: "cannot be written as JSON: \(error)")
    }
    let path = try writeNew(bytes, named: "\(Self.compact(started))-\(getpid())")
    try operations.replace(reports + "/latest.json", with: bytes)
    try pruneReports(exceptOf: path)
    return path
  }

  /// The bytes of the newest report; nil where there is none.
  public func latestReport() throws(RunStateError) -> [UInt8]? {
    try Files.read(reports + "/latest.json", limit: SealedJSON.limit)
  }

  /// Writes a report under a name that is free, adding a number where it is not.
  private func writeNew(_ bytes: [UInt8], named name: String) throws(RunStateError) -> String {
    let temporary = Files.temporaryName(beside: reports + "/" + name)
    do {
      let file = try WritableFile(new: temporary, operations)
      try file.write(bytes)
      try file.finish()
      var path = "\(reports)/\(name).json"
      var number = 1
      while try !operations.renameNew(temporary, path) {
        number += 1
        path = "\(reports)/\(name)-\(number).json"
      }
      try operations.syncDirectory(reports)
      return path
    } catch {
      _ = try? operations.remove(temporary)
      throw error
    }
  }

  /// - Parameter newest: Stays, even where the clock was set back and its name comes first.
  private func pruneReports(exceptOf newest: String) throws(RunStateError) {
    let names = (try Files.list(reports) ?? []).filter { Self.isReport($0) && reports + "/" + $0 != newest }
    for name in names.dropLast(Self.reportsKept - 1) { try operations.remove(reports + "/" + name) }
  }

  /// Names begin with the start of the run, so that their order is that of time.
  static func isReport(_ name: String) -> Bool {
    name.hasSuffix(".json") && name.count > 18 && name.prefix(4).allSatisfy { ("0"..."9").contains($0) }
  }

  /// `2026-11-21T031500Z`: ISO 8601 without colons, which some file systems refuse.
  static func compact(_ date: Date) -> String {
    String(date.formatted(.iso8601).filter { $0 != (":" as Character) })
  }
}
