import Basics
import Foundation

/// A network's named tensors and what the file says about the network.
///
/// Reading a checkpoint reads its structure and checks every claim against the file's size; a tensor's numbers are read when they
/// are asked for. Nothing in the file is executed. The file stays open as long as the value lives, and may be replaced meanwhile.
public struct Checkpoint: Sendable {
  /// The form of the file.
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

  /// The texts of the configuration that was named, and of the files that it is based on, or of a folder's `config.json`, as they were read.
  public let configs: [String]

  private let state: StateDictionary
  private let source: ByteSource
  private let checked: [TorchFile.CheckedEntry]

  /// Reads a checkpoint: `.pth` of mmsegmentation 0.x and 1.x, bare state dictionaries, Lightning's `.ckpt`, FANet's `.pkl`, `.safetensors`,
  /// a folder of segmentation_models_pytorch's `save_pretrained`. The format is told by the file's content and not by its name.
  ///
  /// - Parameters:
  ///   - path: the checkpoint.
  ///   - config: a configuration (`config.py`) that takes the place of the one in the file; nil for none.
  public static func read(path: String, config: String? = nil) throws(CheckpointError) -> Checkpoint {
    if let folder = try PretrainedFolder(path) {
      return try Checkpoint(try ByteSource(path: folder.tensors), config: config, pretrained: config == nil ? folder : nil)
    }
    return try Checkpoint(try ByteSource(path: path), config: config)
  }

  /// Reads a checkpoint from memory, under a name for messages.
  package static func read(bytes: [UInt8], file: String) throws(CheckpointError) -> Checkpoint {
    try Checkpoint(ByteSource(bytes, file: file), config: nil)
  }

  private init(_ source: ByteSource, config: String?, pretrained: PretrainedFolder? = nil) throws(CheckpointError) {
    self.source = source
    file = source.file
    var metadata = ModelMetadata()
    var problems: [String] = []
    var embedded: [String: ConfigValue]?
    var namesClasses = true
    format = try Self.recognize(source)
    switch format {
    case .torchZip, .torchStream:
      let content = try format == .torchZip ? TorchFile(archive: source) : TorchFile(legacy: source)
      state = try StateDictionary(content, source)
      checked = content.checked
      namesClasses = metadata.take(meta: content.heap, root: content.root, warnings: &problems)
      if config == nil { embedded = metadata.configuration(content.heap, root: content.root, warnings: &problems) }
      metadata.take(libraries: content.heap, root: content.root, prefix: state.prefix)
    case .safetensors:
      let header = try SafetensorsHeader(source)
      state = try StateDictionary(header, source)
      checked = []
      metadata.take(safetensors: header.metadata, warnings: &problems)
      if config == nil { problems += ModelMetadata.contradictions(in: header.metadata) }
      // A file of this program has what its configuration says.
      if config == nil, metadata.network == nil { embedded = metadata.configText.flatMap(ConfigText.read) }
    }
    problems += state.notes
    if let config {
      let read = try ConfigFile.read(config)
      configs = read.texts
      problems += read.warnings
      metadata.configText = read.texts.count == 1 ? read.texts[0] : ConfigValue.assignments(read.names)
      metadata.take(config: read.names, namesClasses: namesClasses, warnings: &problems)
      if read.names["model"] == nil { problems.append("\(config) does not describe a model") }
    } else if let pretrained {
      configs = [pretrained.text]
      metadata.origin = .pretrained
      metadata.network = pretrained.settings
    } else {
      configs = []
      if let embedded, embedded["_base_"] == nil {
        metadata.take(config: embedded, namesClasses: namesClasses, warnings: &problems)
      } else if metadata.configText != nil, metadata.network == nil {
        problems.append(
          embedded == nil
            ? "its configuration is not understood (expected Python, as mmengine and mmcv write it, or JSON) and is ignored; give the training's config.py in model.config"
            : "its configuration refers to other files (_base_) and is ignored; give it in model.config")
      }
    }
    problems += metadata.dropImpossible()
    self.metadata = metadata
    warnings = problems.map { "\(source.file): \($0)" }
  }

  /// Tells the format by the first bytes.
  private static func recognize(_ source: ByteSource) throws(CheckpointError) -> Format {
    guard source.count > 0 else {
      // Files of the kernel say that they are empty, whatever is read from them.
      let place = URL(fileURLWithPath: source.file).resolvingSymlinksInPath().path
      guard KernelFolders.holding(place) == nil else {
        throw CheckpointError(
          .unreadable, file: source.file, reason: "is not a file on a disk, but one of the kernel's", remedy: "correct model.checkpoint")
      }
      throw .truncated(source.file, "is empty")
    }
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

// MARK: - The whole file

extension Checkpoint {
  /// Reads the whole file and compares it with the checksums in it, which files of torch.save since 1.6 have.
  ///
  /// - Parameter each: gets all bytes of the file, piece by piece in order, as for a digest of just what was read.
  /// - Returns: A sentence where some do not match, for a warning: PyTorch can be told to write files without right ones.
  public func damage(_ each: (UnsafeRawBufferPointer) -> Void = { _ in }) throws(CheckpointError) -> String? {
    // Entries do not overlap, so that they end in the order in which they begin.
    let entries = checked.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
    var sums = [CRC32](repeating: CRC32(), count: entries.count)
    var next = 0
    var position = 0
    while position < source.count {
      let part = try source.bytes(at: position, count: min(1 << 20, source.count - position))
      part.withUnsafeBytes { part in
        each(part)
        var entry = next
        while entry < entries.count, entries[entry].bytes.lowerBound < position + part.count {
          let bytes = entries[entry].bytes.clamped(to: position..<position + part.count)
          sums[entry].add(UnsafeRawBufferPointer(rebasing: part[bytes.lowerBound - position..<bytes.upperBound - position]))
          if entries[entry].bytes.upperBound <= position + part.count { next = entry + 1 }
          entry += 1
        }
      }
      position += part.count
    }
    let wrong = zip(entries, sums).filter { $0.checksum != $1.value }.map(\.0.name)
    guard let first = wrong.first else { return nil }
    return "\(file): \(first)\(wrong.count > 1 ? " and \(wrong.count - 1) more entries" : "") in it do not match their checksums: "
      + "the file is damaged, or was written without them; compare it with where it comes from"
  }

  /// How the file differs from what was opened; tensors that are read while it changes are of neither the old nor the new file.
  public enum Change: Sendable {
    case none
    /// Written to, or cut short.
    case content
    /// Renamed, linked, or given other permissions, which changes no content; unless somebody set its times back.
    case surroundings
  }

  /// Compares the open file's size and times with those when it was opened.
  public func change() -> Change { source.change() }
}

// MARK: - Tensors

extension Checkpoint {
  /// The tensors' names in the state dictionary's order, without what wrappers put before them (`module.`).
  public var names: [String] { state.names }

  /// The length of each axis; nil for an unknown name.
  public func shape(_ name: String) -> [Int]? { state.records[name]?.shape }

  /// What stands in the place of a tensor, where that is not one that can be read: "a sparse tensor"; nil for any other name.
  public func obstacle(_ name: String) -> String? { state.unusable[name] }

  /// All names that `obstacle` knows.
  public var obstacles: [String] { state.unusable.keys.sorted() }

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
      if let what = state.unusable[name] {
        throw CheckpointError(
          .unsupported, file: file, reason: "tensor \(name) is \(what)", remedy: "save the network's weights as plain tensors of float32")
      }
      throw CheckpointError(.missingTensor, file: file, reason: "has no tensor \(name)", remedy: "give a checkpoint of the whole network")
    }
    return record
  }
}
