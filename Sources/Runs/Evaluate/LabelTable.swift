import GeoTypes

/// What becomes of the values of a truth raster: first remapped, then (with `reduceZeroLabel`) decremented, then left out where ignored;
/// the order in which mmsegmentation does it.
package struct LabelTable: Sendable {
  /// The value of pixels that do not count, as the counters get it.
  package static let ignored = ClassMap.nodata

  /// For each value a class, `ignored`, or (for what is no class) a value that is none either.
  package let values: [UInt8]

  /// - Parameters:
  ///   - classes: 1…255.
  ///   - ignored: values that do not count, after the other two steps.
  ///   - nodata: a value that the file itself calls nodata, before them.
  package init(classes: Int, ignored: Set<UInt8>, remap: [UInt8: UInt8] = [:], reduceZeroLabel: Bool = false, nodata: UInt8? = nil) {
    values = (0...255).map { number in
      let stored = UInt8(number)
      if stored == nodata { return Self.ignored }
      var value = remap[stored] ?? stored
      if reduceZeroLabel { value = value == 0 || value == 255 ? 255 : value - 1 }
      if ignored.contains(value) { return Self.ignored }
      // 255 stands for what does not count: a label of 255 that does count is given the first number that is no class.
      return Int(value) < classes ? value : UInt8(min(classes, 255))
    }
  }

  func apply(_ labels: inout [UInt8]) {
    values.withUnsafeBufferPointer { values in
      labels.withUnsafeMutableBufferPointer { labels in
        for index in labels.indices { labels[index] = values[Int(labels[index])] }
      }
    }
  }

  /// "255" or "5,6,255"; "none" for none.
  package static func ignored(_ text: String) throws -> Set<UInt8> {
    if text.trimmingSpaces.lowercased() == "none" { return [] }
    return Set(
      try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let value = UInt8(String(part).trimmingSpaces) else {
          throw RunError(.wrongCall, reason: "'\(part)' is no value to ignore", remedy: "give --ignore numbers of 0…255, such as 5,6,255")
        }
        return value
      })
  }

  /// "1:0,2:0".
  package static func remap(_ text: String) throws -> [UInt8: UInt8] {
    var result: [UInt8: UInt8] = [:]
    for part in text.split(separator: ",") {
      let pair = part.split(separator: ":", omittingEmptySubsequences: false).map { UInt8(String($0).trimmingSpaces) }
      guard pair.count == 2, let old = pair[0], let new = pair[1] else {
        throw RunError(.wrongCall, reason: "'\(part)' is no pair of labels", remedy: "give --remap OLD:NEW,…, numbers of 0…255")
      }
      guard result.updateValue(new, forKey: old) == nil else {
        throw RunError(.wrongCall, reason: "--remap names label \(old) twice", remedy: "name it once")
      }
    }
    return result
  }
}

extension String {
  /// Without spaces at either end.
  var trimmingSpaces: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
