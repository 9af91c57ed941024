public import Foundation

extension Encodable where Self: Sendable {
  /// The value as JSON whose bytes depend on the value alone: keys sorted, no blanks, slashes as they are. For hashes and receipts.
  ///
  /// Throws only for numbers that JSON lacks, which no value that was read from a pipeline file has.
  public func canonicalPipelineJSON() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}
