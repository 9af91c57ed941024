import Checkpoints

/// A table of a training's configuration as a network reads it: key by key, with mmsegmentation's defaults where a key is absent.
///
/// What nobody has asked for is refused in the end: it may change what the network computes.
struct ConfigurationTable {
  /// Where it lies, for messages: `backbone`, `decode_head.norm_cfg`.
  let name: String
  private let file: String
  private let entries: [String: ConfigValue]?
  private var asked: Set<String> = []

  /// - Parameter value: nil where the checkpoint has no configuration, or none for this part.
  /// - Throws: `unsupported` where it is not a dictionary of literals.
  init(_ value: ConfigValue?, name: String, file: String) throws(NetworkError) {
    self.name = name
    self.file = file
    entries = value?.entries
    guard value == nil || entries != nil else {
      throw NetworkError(
        .unsupported, file: file, reason: "its configuration's \(name) is not a dictionary of literals (\(Self.short(value ?? .none)))",
        remedy: "give the configuration as the training dumped it in model.config")
    }
  }

  /// Whether the checkpoint says anything about this part.
  var isPresent: Bool { entries != nil }

  // MARK: - Keys

  /// The value of a key; nil where it is absent.
  mutating func value(_ key: String) -> ConfigValue? {
    asked.insert(key)
    return entries?[key]
  }

  /// A key's value as the network needs it.
  ///
  /// - Parameter expected: what is computed, for the message.
  /// - Throws: `unsupported` where `read` gives nil.
  mutating func read<Value>(
    _ key: String, default standard: Value, expected: String, _ read: (ConfigValue) -> Value?
  ) throws(NetworkError) -> Value {
    guard let found = value(key) else { return standard }
    guard let value = read(found) else { throw refusal(key, found, expected: expected) }
    return value
  }

  mutating func bool(_ key: String, default standard: Bool) throws(NetworkError) -> Bool {
    try read(key, default: standard, expected: "True or False", \.bool)
  }

  /// Whole numbers of a range, as many as `count`.
  mutating func integers(_ key: String, default standard: [Int], count: Int, in range: ClosedRange<Int>) throws(NetworkError) -> [Int] {
    try read(key, default: standard, expected: "\(count) numbers of \(range.lowerBound) to \(range.upperBound), as in \(standard)") {
      $0.integers.flatMap { $0.count == count && $0.allSatisfy(range.contains) ? $0 : nil }
    }
  }

  /// Refuses a key whose value is another than those that are computed.
  mutating func require(_ key: String, expected: String, _ isComputed: (ConfigValue) -> Bool) throws(NetworkError) {
    guard let found = value(key), !isComputed(found) else { return }
    throw refusal(key, found, expected: expected)
  }

  /// Keys of which every value gives the same results.
  mutating func ignore(_ keys: String...) { asked.formUnion(keys) }

  /// The table below a key; an absent one where the key is absent or None.
  mutating func table(_ key: String) throws(NetworkError) -> ConfigurationTable {
    let found = value(key)
    return try ConfigurationTable(found == ConfigValue.none ? nil : found, name: "\(name).\(key)", file: file)
  }

  /// Refuses what is left over.
  func finish() throws(NetworkError) {
    guard let entries else { return }
    for key in entries.keys.sorted() where !asked.contains(key) {
      throw NetworkError(
        .unsupported, file: file,
        reason: "its configuration has \(name).\(key) = \(Self.short(entries[key] ?? .none)), which is not computed here",
        remedy: "if it changes nothing in the network, give a configuration without it in model.config")
    }
  }

  func refusal(_ key: String, _ found: ConfigValue, expected: String) -> NetworkError {
    NetworkError(
      .unsupported, file: file, reason: "its configuration has \(name).\(key) = \(Self.short(found)), which is not computed here",
      remedy: "expected \(expected)")
  }

  private static func short(_ value: ConfigValue) -> String {
    let text = value.description
    return text.count <= 80 ? text : text.prefix(77) + "..."
  }
}

// MARK: - What backbones and heads share

extension ConfigurationTable {
  /// Epsilon of the batch norms that `norm_cfg` asks for; PyTorch's own, 1e-5, where it says none.
  mutating func batchNormEpsilon() throws(NetworkError) -> Double {
    var norm = try table("norm_cfg")
    try norm.require("type", expected: "BN or SyncBN") { ["BN", "BN2d", "SyncBN", "MMSyncBN"].contains($0.typeName) }
    let epsilon = try norm.read("eps", default: 1e-5, expected: "a number above 0, as in 1e-05") { value in
      value.real.flatMap { 0 < $0 && $0 <= 1 ? $0 : nil }
    }
    for key in ["affine", "track_running_stats"] { try norm.require(key, expected: "True") { $0.bool == true } }
    norm.ignore("requires_grad", "momentum")
    try norm.finish()
    return epsilon
  }

  /// Refuses other convolutions than plain ones, such as deformable ones.
  mutating func requirePlainConvolutions() throws(NetworkError) {
    var convolution = try table("conv_cfg")
    try convolution.require("type", expected: "Conv2d") { ["Conv2d", "Conv"].contains($0.typeName) }
    try convolution.finish()
  }

  /// Refuses other activations than ReLU.
  mutating func requireRectifiers() throws(NetworkError) {
    if value("act_cfg") == ConfigValue.none { throw refusal("act_cfg", .none, expected: "dict(type='ReLU')") }
    var activation = try table("act_cfg")
    try activation.require("type", expected: "ReLU") { $0.typeName == "ReLU" }
    activation.ignore("inplace")
    try activation.finish()
  }

  /// Which of the backbone's four stages a head takes; `in_index` counts from the end where it is negative.
  mutating func stages(default standard: [Int], expected: String) throws(NetworkError) -> [Int] {
    try read("in_index", default: standard, expected: expected) { value in
      guard let indices = value.integer.map({ [$0] }) ?? value.integers, indices.count == standard.count,
        indices.allSatisfy({ -4...3 ~= $0 })
      else { return nil }
      return indices.map { $0 < 0 ? $0 + 4 : $0 }
    }
  }

  /// Reads what mmsegmentation's `BaseDecodeHead` takes, but for `in_index` and `align_corners`.
  ///
  /// - Parameters:
  ///   - type: the head's class that the tensors are of.
  ///   - outputs: the classifier's outputs, which the configuration's must be.
  mutating func readHead(type: String, inputTransform: String?, outputs: Int) throws(NetworkError) {
    try require("type", expected: "\(type), of which its tensors are") { $0.typeName == type }
    try requirePlainConvolutions()
    try requireRectifiers()
    try require("input_transform", expected: inputTransform ?? "None") { found in
      inputTransform.map { found.text == $0 } ?? (found == ConfigValue.none)
    }
    let classes = value("num_classes")
    if let found = value("out_channels").flatMap({ $0 == ConfigValue.none ? nil : $0 }) ?? classes, found.integer != outputs {
      throw refusal(
        "\(value("out_channels")?.integer == nil ? "num_classes" : "out_channels")", found,
        expected: "\(outputs), as many as its tensors have; is it the configuration of this checkpoint?")
    }
    ignore(
      "in_channels", "channels", "threshold", "dropout_ratio", "loss_decode", "ignore_index", "sampler", "init_cfg", "pretrained")
  }
}
