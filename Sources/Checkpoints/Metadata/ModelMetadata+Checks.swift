extension ModelMetadata {
  /// Drops what makes no sense, whoever wrote it, and says what was dropped.
  mutating func dropImpossible() -> [String] {
    var warnings: [String] = []
    func drop<Value>(_ name: String, _ value: inout Value?, unless isPossible: (Value) -> Bool) {
      guard let found = value, !isPossible(found) else { return }
      value = nil
      warnings.append("its \(name) makes no sense and is ignored")
    }
    // Where a number is missing, JSON may hold what no configuration does.
    if case .dictionary? = network {} else { network = nil }
    func isExtent(_ pair: [Int]) -> Bool { pair.count == 2 && pair.allSatisfy { 1...1 << 30 ~= $0 } }
    drop("mean", &mean) { !$0.isEmpty && $0.allSatisfy(\.isFinite) }
    let channels = mean?.count
    drop("std", &std) { $0.count == channels ?? $0.count && $0.allSatisfy { $0.isFinite && $0 > 0 } }
    if std == nil { mean = nil }
    drop("crop size", &cropSize, unless: isExtent)
    drop("stride", &slideStride, unless: isExtent)
    drop("test size", &testSize, unless: isExtent)
    drop("size divisor", &sizeDivisor) { 1...1 << 30 ~= $0 }
    drop("threshold", &threshold) { 0...1 ~= $0 }
    drop("number of classes", &numClasses) { 1...65_536 ~= $0 }
    drop("number of output channels", &outChannels) { 1...65_536 ~= $0 }
    drop("resolution", &resolution) { 1e-4...1e5 ~= $0 }
    drop("list of class names", &classNames) { !$0.isEmpty && $0.count <= 65_536 }
    if let names = classNames { drop("palette", &palette) { $0.count == names.count } }
    return warnings
  }
}
