import Checkpoints
import Foundation

/// Tensors of a fixture as a list that a test can change, written as safetensors.
struct TensorFile {
  var tensors: [(name: String, shape: [Int], values: [Float])]

  init(_ checkpoint: Checkpoint) throws {
    tensors = []
    for name in checkpoint.names where checkpoint.elementType(name)?.isFloatingPoint == true {
      tensors.append((name, checkpoint.shape(name) ?? [], try checkpoint.floats(name)))
    }
  }

  mutating func remove(_ name: String) { tensors.removeAll { $0.name == name } }

  /// Keeps the numbers that fit, repeats them where more are wanted.
  mutating func reshape(_ name: String, _ shape: [Int]) {
    guard let index = tensors.firstIndex(where: { $0.name == name }) else { return }
    let old = tensors[index].values
    tensors[index].shape = shape
    tensors[index].values = (0..<shape.reduce(1, *)).map { old[$0 % old.count] }
  }

  mutating func rename(_ change: (String) -> String) {
    for index in tensors.indices { tensors[index].name = change(tensors[index].name) }
  }

  /// - Parameter config: the training's configuration, in one line without double quotes.
  func checkpoint(config: String? = nil, _ change: (inout ModelMetadata) -> Void = { _ in }) throws -> Checkpoint {
    var checkpoint = try Checkpoint.read(bytes: bytes(config: config), file: "changed.safetensors")
    change(&checkpoint.metadata)
    return checkpoint
  }

  /// The file's bytes.
  ///
  /// - Parameters:
  ///   - claims: shapes that the header gives to tensors of other ones.
  ///   - types: types that it gives to some, of as many bytes as F32.
  func bytes(config: String? = nil, claims: [String: [Int]] = [:], types: [String: String] = [:]) -> [UInt8] {
    var header = config.map { "{\"__metadata__\":{\"config\":\"\($0)\"}" } ?? ""
    var data: [UInt8] = []
    for tensor in tensors {
      let begin = data.count
      tensor.values.withUnsafeBytes { data += $0 }
      header += "\(header.isEmpty ? "{" : ",")\"\(tensor.name)\":{\"dtype\":\"\(types[tensor.name] ?? "F32")\","
      header += "\"shape\":\(claims[tensor.name] ?? tensor.shape),"
      header += "\"data_offsets\":[\(begin),\(data.count)]}"
    }
    header += "}"
    var bytes: [UInt8] = []
    for i in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: header.utf8.count >> (8 * i))) }
    return bytes + Array(header.utf8) + data
  }
}
