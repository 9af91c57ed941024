import Foundation

/// A folder that segmentation_models_pytorch's `save_pretrained` wrote: `model.safetensors`, and the network's arguments in `config.json`.
struct PretrainedFolder {
  /// The path of the tensors.
  let tensors: String
  /// The text of `config.json`.
  let text: String
  /// The same as values.
  let settings: ConfigValue

  private static let maximumSize = 1_000_000

  /// Nil where the path is not one of a folder.
  ///
  /// - Throws: `unreadable` for a folder of other things, and for a `config.json` that is not a JSON object.
  init?(_ path: String) throws(CheckpointError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return nil }
    let folder = path.hasSuffix("/") ? path : path + "/"
    tensors = folder + "model.safetensors"
    let name = folder + "config.json"
    guard FileManager.default.fileExists(atPath: tensors), FileManager.default.fileExists(atPath: name) else {
      throw CheckpointError(
        .unreadable, file: path, reason: "is a folder without model.safetensors and config.json",
        remedy: "give the path of a checkpoint, or a folder that save_pretrained has written")
    }
    let source = try ByteSource(path: name)
    func damaged(_ reason: String) -> CheckpointError {
      CheckpointError(.damaged, file: name, reason: reason, remedy: "save the model again with save_pretrained")
    }
    guard source.count <= Self.maximumSize else { throw damaged("has more than \(Self.maximumSize) bytes") }
    let bytes = try source.bytes(at: 0, count: source.count)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw damaged("is not a text in UTF-8") }
    var reader = JSONReader(bytes)
    var budget = 10_000
    guard let value = try? reader.value(budget: &budget), reader.isAtEnd(), value.entries != nil else {
      throw damaged("is not a JSON object")
    }
    self.text = text
    settings = value
  }
}
