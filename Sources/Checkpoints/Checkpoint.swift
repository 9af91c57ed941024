/// A network's named tensors and what the file says about the network.
///
/// Reading a checkpoint reads its structure and checks every claim against the file's size; a tensor's numbers are read when they
/// are asked for. Nothing in the file is executed. The file stays open as long as the value lives, and may be replaced meanwhile.
public struct Checkpoint: Sendable {
  public enum Format: String, Sendable, Codable {
    /// torch.save since 1.6.
    case torchZip
    /// torch.save before 1.6.
    case torchStream
    case safetensors
  }

  /// The path as the user knows it.
  public let file: String
  public let format: Format
  /// What the file, or the configuration beside it, says about the network.
  public var metadata: ModelMetadata
  /// What could not be used, as sentences.
  public let warnings: [String]

  private let state: StateDictionary
  private let source: ByteSource
  private let checked: [TorchFile.CheckedEntry]

  /// Reads a checkpoint: `.pth` of mmsegmentation 0.x and 1.x, bare state dictionaries, FANet's `.pkl`, `.safetensors`. The format is told by
  /// the file's content and not by its name.
  ///
  /// - Parameters:
  ///   - path: the checkpoint.
  ///   - config: a configuration (`config.py`) that takes the place of the one in the file; nil for none.
  public static func read(path: String, config: String? = nil) throws(CheckpointError) -> Checkpoint {
    try Checkpoint(try ByteSource(path: path), config: config)
  }

  /// Reads a checkpoint from memory, under a name for messages.
  package static func read(bytes: [UInt8], file: String) throws(CheckpointError) -> Checkpoint {
    try Checkpoint(ByteSource(bytes, file: file), config: nil)
  }

  private init(_ source: ByteSource, config: String?) throws(CheckpointError) {
    self.source = source
    file = source.file
    var metadata = ModelMetadata()
    format = try Self.recognise(source)
    switch format {
    case .torchZip, .torchStream:
      let content = try format == .torchZip ? TorchFile(archive: source) : TorchFile(legacy: source)
      state = try StateDictionary(content, source)
      checked = content.checked
      metadata.take(meta: content.heap, root: content.root)
    case .safetensors:
      let header = try SafetensorsHeader(source)
      state = try StateDictionary(header, source)
      checked = []
      metadata.take(safetensors: header.metadata)
    }
    var warnings: [String] = []
    if let config {
      let (names, text, problems) = try ConfigFile.read(config)
      warnings += problems
      metadata.configText = text
      metadata.take(config: names)
      if names["model"] == nil { warnings.append("\(config) does not describe a model") }
    } else if let text = metadata.configText, metadata.headType == nil {
      metadata.take(config: ConfigReader.read(text))
    }
    warnings += metadata.dropImpossible().map { "\(source.file): \($0)" }
    self.metadata = metadata
    self.warnings = warnings
  }

  /// Tells the format by the first bytes.
  private static func recognise(_ source: ByteSource) throws(CheckpointError) -> Format {
    guard source.count > 0 else { throw .truncated(source.file, "is empty") }
    let start = try source.bytes(at: 0, count: min(source.count, 512))
    if start.starts(with: [0x50, 0x4b, 3, 4]) || start.starts(with: [0x50, 0x4b, 5, 6]) { return .torchZip }
    if start.starts(with: TorchFile.legacyStart) { return .torchStream }
    if SafetensorsHeader.begins(start) { return .safetensors }
    func unknown(_ reason: String, _ remedy: String) -> CheckpointError {
      CheckpointError(.unknownFormat, file: source.file, reason: reason, remedy: remedy)
    }
    if source.count < TorchFile.legacyStart.count, TorchFile.legacyStart.starts(with: start) { throw .truncated(source.file) }
    if start.count > 262, start[257..<262].elementsEqual("ustar".utf8) {
      throw unknown("is of torch before 0.1.10", "load it with an old PyTorch and save it again")
    }
    if start.starts(with: "version https://git-lfs".utf8) {
      throw unknown("is a pointer of Git LFS and not the checkpoint", "fetch the file with git lfs pull")
    }
    if start.first == 0x80 { throw unknown("is a pickle, but not one of torch.save", "save it with torch.save") }
    if start.first == UInt8(ascii: "<") { throw unknown("is a web page", "download the checkpoint itself") }
    throw unknown("is not a checkpoint", "give a checkpoint (.pth or .safetensors)")
  }
}

// MARK: - Damage

extension Checkpoint {
  /// Reads the whole file and compares it with the checksums in it, which files of torch.save since 1.6 have.
  ///
  /// - Returns: A sentence where some do not match, for a warning: PyTorch can be told to write files without right ones.
  public func damage() throws(CheckpointError) -> String? {
    var wrong: [String] = []
    let step = 1 << 20
    for entry in checked {
      var sum = CRC32()
      var position = entry.bytes.lowerBound
      while position < entry.bytes.upperBound {
        let part = try source.bytes(at: position, count: min(step, entry.bytes.upperBound - position))
        part.withUnsafeBytes { sum.add($0) }
        position += part.count
      }
      if sum.value != entry.checksum { wrong.append(entry.name) }
    }
    guard let first = wrong.first else { return nil }
    return "\(file): \(first)\(wrong.count > 1 ? " and \(wrong.count - 1) more entries" : "") in it do not match their checksums: "
      + "the file is damaged, or was written without them; compare it with where it comes from"
  }
}

// MARK: - Tensors

extension Checkpoint {
  /// The tensors' names in the state dictionary's order, without what wrappers put before them (`module.`).
  public var names: [String] { state.names }

  /// The length of each axis; nil for an unknown name.
  public func shape(_ name: String) -> [Int]? { state.records[name]?.shape }

  /// The number type in the file; nil for an unknown name and for types that cannot be read.
  public func elementType(_ name: String) -> ElementType? { state.records[name]?.type }

  /// The number of elements of all floating-point tensors.
  public var floatCount: Int {
    state.names.reduce(0) { sum, name in
      guard let record = state.records[name], record.type?.isFloatingPoint == true else { return sum }
      return sum + record.count
    }
  }

  /// A tensor's numbers, last axis fastest. float64 is rounded, float16 and bfloat16 are exact.
  public func floats(_ name: String) throws(CheckpointError) -> [Float] {
    try TensorValues.read(try record(name), name: name, from: source, as: Float.self)
  }

  /// A tensor's numbers, last axis fastest, exactly (int64 beyond 2^53 is rounded).
  public func doubles(_ name: String) throws(CheckpointError) -> [Double] {
    try TensorValues.read(try record(name), name: name, from: source, as: Double.self)
  }

  func record(_ name: String) throws(CheckpointError) -> TensorRecord {
    guard let record = state.records[name] else {
      throw CheckpointError(.missingTensor, file: file, reason: "has no tensor \(name)", remedy: "give a checkpoint of the whole network")
    }
    return record
  }
}
