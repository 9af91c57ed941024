/// The named tensors of a checkpoint, in the state dictionary's order.
struct StateDictionary: Sendable {
  private(set) var names: [String] = []
  private(set) var records: [String: TensorRecord] = [:]
  /// Names whose values are not plain tensors, and what they are ("a sparse tensor").
  private(set) var unusable: [String: String] = [:]
  /// What stands before the network's own names in the file, as in `model.`.
  private(set) var prefix = ""
  /// What of the file was not taken, as sentences without the file's name.
  private(set) var notes: [String] = []
  private var elements = 0
  private let source: ByteSource

  /// Most tensors of a file; networks have some thousands.
  static let maximumTensors = 100_000
  /// Longest name, in bytes.
  static let maximumNameLength = 1024

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
}

// MARK: - Out of a pickle

extension StateDictionary {
  /// Keys under which trainings keep the network's tensors, in the order in which they are looked for.
  private static let keys = [
    "state_dict", "model_state", "model_state_dict", "model", "net", "network", "weights", "module", "params", "generator",
    "state_dict_ema", "ema_state_dict", "model_ema", "ema_model", "params_ema", "ema",
  ]
  /// Of those, the ones that hold averaged weights; mmengine's `state_dict` is the average already where `ema_state_dict` lies beside it.
  private static let averages: Set<String> = ["state_dict_ema", "model_ema", "ema_model", "params_ema", "ema"]

  init(_ file: TorchFile, _ source: ByteSource) throws(CheckpointError) {
    self.init(source)
    let heap = file.heap
    // Tensors that cannot be read are looked for only where there are no others: a palette can be a numpy array, too.
    let found = Self.choose(heap, file.root) { heap.tensor($0) != nil } ?? Self.choose(heap, file.root) { heap.isTensor($0) }
    guard let (chosen, path) = found else { throw Self.nothingFound(heap, file.root, source) }
    note(path, heap, file.root)
    // A key that comes twice keeps its first place and its last value, as in Python.
    var order: [String] = []
    var values: [String: PickleValue] = [:]
    for index in stride(from: 0, to: chosen.count - 1, by: 2) {
      guard case .text = chosen[index], heap.isTensor(chosen[index + 1]) else { continue }
      guard let name = heap.string(chosen[index], limit: Self.maximumNameLength) else {
        throw .hostile(source.file, "holds a tensor with a name of over \(Self.maximumNameLength) bytes")
      }
      if values.updateValue(chosen[index + 1], forKey: name) == nil { order.append(name) }
      guard order.count <= Self.maximumTensors else { throw .hostile(source.file, "holds more than \(Self.maximumTensors) tensors") }
    }
    let wrapping = try Wrapping(order, file: source.file)
    prefix = wrapping.prefix
    for name in order {
      guard let value = values[name] else { continue }
      let plain = wrapping.plain(name)
      if let tensor = heap.tensor(value) {
        try add(plain, try file.record(tensor, name: plain, source))
      } else {
        unusable[plain] = heap.unreadableTensor(value)
      }
    }
  }

  private mutating func note(_ path: [String], _ heap: PickleHeap, _ root: PickleValue) {
    guard let key = path.first else { return }
    if !Self.keys.contains(key) { notes.append("its tensors are taken from '\(key)', the only entry that holds a network") }
    let others = Self.keys.filter {
      $0 != key && Self.averages.contains($0) && Self.tensors(heap, heap.value($0, in: root), where: heap.isTensor) != nil
    }
    if let other = others.first { notes.append("the weights of '\(key)' are taken, those of '\(other)' beside them are not") }
  }

  /// Keys and values of the dictionary that holds the network's tensors, and the keys that lead to it.
  ///
  /// - Parameter counts: which values are looked for.
  private static func choose(
    _ heap: PickleHeap, _ root: PickleValue, where counts: (PickleValue) -> Bool
  ) -> (pairs: [PickleValue], path: [String])? {
    for key in keys {
      if let found = tensors(heap, heap.value(key, in: root), where: counts) { return (found, [key]) }
    }
    if let own = tensors(heap, root, nested: false, where: counts) { return (own, []) }
    // A training's own name for it: taken only where nothing else could be meant.
    var others: [(pairs: [PickleValue], path: [String])] = []
    let pairs = heap.pairs(root) ?? []
    for index in stride(from: 0, to: pairs.count - 1, by: 2).prefix(1000) {
      guard let key = heap.string(pairs[index], limit: 100), let found = tensors(heap, pairs[index + 1], where: counts),
        holdsNetwork(heap, found)
      else {
        continue
      }
      others.append((found, [key]))
    }
    return others.count == 1 ? others.first : nil
  }

  /// The pairs of a dictionary with tensors in it; where it has none, of one below it that has.
  private static func tensors(
    _ heap: PickleHeap, _ value: PickleValue?, nested: Bool = true, where counts: (PickleValue) -> Bool
  ) -> [PickleValue]? {
    guard let pairs = heap.pairs(value), pairs.count >= 2 else { return nil }
    // A metric or a step counter beside the dictionaries is a tensor without axes.
    let hasTensor = stride(from: 1, to: pairs.count, by: 2).contains { counts(pairs[$0]) && !heap.isScalar(pairs[$0]) }
    if hasTensor { return pairs }
    guard nested else { return nil }
    for key in keys {
      if let inner = tensors(heap, heap.value(key, in: value), nested: false, where: counts) { return inner }
    }
    return nil
  }

  private static func holdsNetwork(_ heap: PickleHeap, _ pairs: [PickleValue]) -> Bool {
    stride(from: 0, to: pairs.count - 1, by: 2).contains {
      guard heap.isTensor(pairs[$0 + 1]), let name = heap.string(pairs[$0], limit: maximumNameLength) else { return false }
      return name.contains("backbone.") || name.contains("decode_head.") || name.contains("resnet.") || name.contains("encoder.")
    }
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
    let pairs = heap.pairs(root) ?? []
    let names = stride(from: 0, to: pairs.count - 1, by: 2).prefix(1000).compactMap { index -> String? in
      guard tensors(heap, pairs[index + 1], where: heap.isTensor) != nil else { return nil }
      return heap.string(pairs[index], limit: 100)
    }
    guard names.isEmpty else {
      return CheckpointError(
        .missingTensor, file: source.file,
        reason: "holds tensors under \(names.prefix(6).map { "'\($0)'" }.joined(separator: ", ")), where no network is looked for",
        remedy: "save the network's state_dict() under 'state_dict'")
    }
    return CheckpointError(
      .missingTensor, file: source.file, reason: "contains no named tensors",
      remedy: "give a checkpoint of the network, not of an optimizer or a log")
  }
}

extension PickleHeap {
  /// Whether a value is a tensor, be it one that can be read or not.
  fileprivate func isTensor(_ value: PickleValue) -> Bool { tensor(value) != nil || unreadableTensor(value) != nil }

  /// Whether a value is a tensor without axes.
  fileprivate func isScalar(_ value: PickleValue) -> Bool { tensor(value).map { tensors[$0].shape.isEmpty } ?? false }

  /// What a value is that stands where a tensor should, but is none that can be read; nil for anything else.
  fileprivate func unreadableTensor(_ value: PickleValue) -> String? {
    guard let node = node(value) else { return nil }
    switch node.kind {
    case .array: return "a numpy array"
    case .opaque:
      guard let type = typeName(value), type.hasPrefix("torch."), type.contains("_rebuild") || type.contains("Tensor") else { return nil }
      let kinds = [
        ("sparse", "a sparse tensor"), ("qtensor", "a quantized tensor"), ("meta", "a tensor without numbers (device meta)"),
        ("nested", "a nested tensor"),
      ]
      return kinds.first { type.contains($0.0) }?.1 ?? "an object of \(type)"
    default: return nil
    }
  }
}
