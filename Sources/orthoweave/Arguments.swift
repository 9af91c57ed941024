public import ArgumentParser
import Foundation
public import GeoTypes
public import Runs

// What is written as one word on the command line, and is more to the modules below. A word that is not valid is refused by the parser, which
// names the option and prints its help.

/// "COLUMN,ROW,WIDTH,HEIGHT", in pixels.
extension Window: ExpressibleByArgument {
  public init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0.trimmed) }
    guard numbers.count == 4, let column = numbers[0], let row = numbers[1], let width = numbers[2], let height = numbers[3],
      column >= 0, row >= 0, width > 0, height > 0, max(column, row, width, height) < 1 << 31
    else { return nil }
    self.init(column: column, row: row, width: width, height: height)
  }
}

/// "I/N", I from 0.
extension Shard: ExpressibleByArgument {
  public init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1] else { return nil }
    self.init(index: index, count: count)
  }
}

/// "5,6,255"; "none" for none.
struct LabelSet: ExpressibleByArgument {
  let labels: Set<Int>
  let defaultValueDescription: String

  init(_ label: Int) {
    labels = [label]
    defaultValueDescription = "\(label)"
  }

  init?(argument: String) {
    defaultValueDescription = argument
    if argument.trimmed.lowercased() == "none" {
      labels = []
      return
    }
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int32($0.trimmed) }
    guard !numbers.contains(nil) else { return nil }
    labels = Set(numbers.compactMap { $0.map { Int($0) } })
  }
}

/// "OLD:NEW,…": whole numbers, NEW of 0…255, no OLD twice.
struct LabelChanges: ExpressibleByArgument {
  let newLabels: [Int: Int]

  init?(argument: String) {
    var newLabels: [Int: Int] = [:]
    for part in argument.split(separator: ",") {
      let pair = part.split(separator: ":", omittingEmptySubsequences: false).map(\.trimmed)
      guard pair.count == 2, let old = Int32(pair[0]), let new = UInt8(pair[1]),
        newLabels.updateValue(Int(new), forKey: Int(old)) == nil
      else { return nil }
    }
    self.newLabels = newLabels
  }
}

extension StringProtocol {
  /// Without spaces at either end.
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
