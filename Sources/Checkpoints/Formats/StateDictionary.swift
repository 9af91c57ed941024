/// The named tensors of a checkpoint, in the state dictionary's order.
struct StateDictionary: Sendable {
  private(set) var names: [String] = []
  private(set) var records: [String: TensorRecord] = [:]
  private var elements = 0
  private let source: ByteSource

  init(_ source: ByteSource) { self.source = source }

  /// Adds a tensor. All tensors together may hold no more elements than views of the file's bytes reasonably can.
  mutating func add(_ name: String, _ record: TensorRecord) throws(CheckpointError) {
    let (sum, overflow) = elements.addingReportingOverflow(record.count)
    guard !overflow, record.count <= source.count, sum <= source.count.multipliedReportingOverflow(by: 4).partialValue else {
      throw .hostile(
        source.file, "its tensors claim more numbers than a file of \(source.count) bytes can hold (\(name) has shape \(record.shape))")
    }
    elements = sum
    guard records.updateValue(record, forKey: name) == nil else { throw .damaged(source.file, "holds tensor \(name) twice") }
    names.append(name)
  }

  /// Words that wrappers put before every name.
  private static let wrappers = ["module.", "_orig_mod.", "model.", "segmentor."]

  /// What all names begin with because the network was wrapped when it was saved.
  static func wrapping(of names: [String]) -> String {
    var prefix = ""
    for _ in 0..<4 where !names.isEmpty {
      guard let wrapper = wrappers.first(where: { wrapper in names.allSatisfy { $0.hasPrefix(prefix + wrapper) } }) else { break }
      prefix += wrapper
    }
    return prefix
  }

  /// A name without the wrappers' words.
  static func unwrapped(_ name: String, _ prefix: String) -> String {
    let rest = name.dropFirst(prefix.count)
    return String(rest.hasPrefix("module.") ? rest.dropFirst("module.".count) : rest)
  }
}

// MARK: - Out of a pickle

extension StateDictionary {
  /// Keys under which a training keeps the network's tensors.
  private static let keys = ["state_dict", "model_state", "model_state_dict", "model", "net", "network", "weights"]

  init(_ file: TorchFile, _ source: ByteSource) throws(CheckpointError) {
    self.init(source)
    let heap = file.heap
    guard let chosen = Self.choose(heap, file.root) else { throw Self.nothingFound(heap, file.root, source) }
    // A key that comes twice keeps its first place and its last value, as in Python.
    var order: [String] = []
    var tensors: [String: Int] = [:]
    for index in stride(from: 0, to: chosen.count - 1, by: 2) {
      guard case .text = chosen[index], let tensor = heap.tensor(chosen[index + 1]) else { continue }
      guard let name = heap.string(chosen[index], limit: 1024) else {
        throw .hostile(source.file, "holds a tensor with a name of over 1,024 bytes")
      }
      if tensors.updateValue(tensor, forKey: name) == nil { order.append(name) }
    }
    let prefix = Self.wrapping(of: order)
    for name in order {
      guard let tensor = tensors[name] else { continue }
      let plain = Self.unwrapped(name, prefix)
      try add(plain, try file.record(tensor, name: plain, source))
    }
  }

  /// Keys and values of the dictionary that holds the network's tensors.
  private static func choose(_ heap: PickleHeap, _ root: PickleValue) -> [PickleValue]? {
    func tensors(_ value: PickleValue?) -> [PickleValue]? {
      guard let pairs = heap.pairs(value), pairs.count >= 2 else { return nil }
      let hasTensor = stride(from: 1, to: pairs.count, by: 2).contains { heap.tensor(pairs[$0]) != nil }
      return hasTensor ? pairs : nil
    }
    for key in keys {
      if let value = heap.value(key, in: root), let found = tensors(value) ?? tensors(heap.value("state_dict", in: value)) { return found }
    }
    return tensors(root)
  }

  private static func nothingFound(_ heap: PickleHeap, _ root: PickleValue, _ source: ByteSource) -> CheckpointError {
    let candidates = [root] + keys.compactMap { heap.value($0, in: root) }
    for value in candidates {
      guard let node = heap.node(value), case .opaque = node.kind else { continue }
      let type = heap.typeName(value) ?? "an unknown class"
      return CheckpointError(
        .unsupported, file: source.file, reason: "holds a whole Python object (\(type)) in place of named tensors",
        remedy: "save the network's state_dict() instead")
    }
    return CheckpointError(
      .missingTensor, file: source.file, reason: "holds no named tensors",
      remedy: "give a checkpoint of the network, not of an optimizer or a log")
  }
}
