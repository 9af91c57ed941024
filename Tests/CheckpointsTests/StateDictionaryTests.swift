import Foundation
import Testing

@testable import Checkpoints

/// Where in a file, and under which names, a network's tensors are found.
struct StateDictionaryTests {
  private static var tensor: PythonValue { .tensor(.storage("FloatStorage", key: "0", count: 2), shape: [2]) }
  private static var scalar: PythonValue { .tensor(.storage("FloatStorage", key: "0", count: 2), shape: []) }

  private func file(_ root: PythonValue) -> [UInt8] { TorchBuilder.zip(root, ["0": littleEndian([1, 2] as [Float])]) }

  private static func network(_ prefix: String = "", and others: [String] = []) -> PythonValue {
    let names = ["backbone.conv1.weight", "decode_head.conv_seg.weight"].map { prefix + $0 } + others
    return tensors(names)
  }

  private static func tensors(_ names: [String]) -> PythonValue {
    .items(.call(.global("collections", "OrderedDict"), []), names.map { (.text($0), tensor) })
  }

  private static let own = ["backbone.conv1.weight", "decode_head.conv_seg.weight"]

  @Test(arguments: [
    "module.", "model.", "net.", "network.", "student.", "teacher.", "_fsdp_wrapped_module.", "module._orig_mod.", "_orig_mod.module.",
    "segmentor.",
    "model.segmentor.", "ema_model.module.", "algorithm.architecture.model.",
  ])
  func wordsBeforeTheNamesAreTakenOff(prefix: String) throws {
    #expect(try read(file(Self.network(prefix))).names == Self.own)
    // A loss, a metric or a counter beside the network is passed over.
    let beside = ["criterion.weight", "train_metrics.iou.confmat", "n_averaged"]
    let found = try read(file(.mapping(["state_dict": Self.network(prefix, and: beside)])))
    #expect(Set(found.names).isSuperset(of: Self.own))
    #expect(found.names.contains("criterion.weight"))
    let header = found.names.enumerated().map {
      #""\#(prefix)\#($1)":{"dtype":"F32","shape":[1],"data_offsets":[\#($0 * 4),\#($0 * 4 + 4)]}"#
    }
    let tensors = try read(
      TorchBuilder.safetensors("{\(header.joined(separator: ","))}", [UInt8](repeating: 0, count: found.names.count * 4)))
    #expect(Set(tensors.names).isSuperset(of: Self.own))
  }

  @Test func wrappersInsideNamesAreTakenOff() throws {
    let names = ["backbone._fsdp_wrapped_module.conv1.weight", "decode_head._checkpoint_wrapped_module.conv_seg.weight"]
    #expect(try read(file(Self.tensors(names))).names == Self.own)
  }

  @Test func severalNetworksAreRefusedByName() throws {
    let both = ["student.backbone.conv1.weight", "teacher.backbone.conv1.weight"]
    let error = #expect(throws: CheckpointError.self) { try read(file(Self.tensors(both))) }
    #expect(error?.code == .unsupported && error?.reason.contains("student.") == true && error?.reason.contains("teacher.") == true)
    // One of them plain: it is the network.
    #expect(
      try read(file(Self.tensors(["backbone.conv1.weight", "teacher.backbone.conv1.weight"]))).names.first == "backbone.conv1.weight")
  }

  @Test(arguments: [
    "state_dict", "model_state_dict", "model", "net", "weights", "module", "params", "params_ema", "ema", "model_ema", "ema_state_dict",
    "state_dict_ema", "my_own_key",
  ])
  func tensorsAreFoundUnderTheKeyOfTheirTraining(key: String) throws {
    let rest: PythonValue = .mapping(["state": .mapping([:]), "param_groups": .list([])])
    let root = PythonValue.dict([
      (.text("epoch"), .int(3)), (.text("optimizer"), rest), (.text("best"), Self.scalar), (.text(key), Self.network()),
    ])
    let found = try read(file(root))
    #expect(found.names == Self.own)
    #expect(found.warnings.contains { $0.contains("'my_own_key'") } == (key == "my_own_key"))
    // A level deeper, as timm and DeepSpeed keep it.
    let nested = try read(file(.dict([(.text(key == "my_own_key" ? "ema" : key), .mapping(["state_dict": Self.network("module.")]))])))
    #expect(nested.names == Self.own)
  }

  @Test func averagedWeightsBesideTheOthersAreSaid() throws {
    let found = try read(file(.mapping(["model": Self.network(), "model_ema": Self.network()])))
    #expect(found.warnings.contains { $0.contains("'model'") && $0.contains("'model_ema'") })
    // mmengine's state_dict is the average already.
    #expect(try read(file(.mapping(["state_dict": Self.network(), "ema_state_dict": Self.network()]))).warnings.isEmpty)
  }

  @Test func keysThatHoldNoNetworkAreNamed() {
    let other = Self.tensors(["a.weight", "b.weight"])
    let error = #expect(throws: CheckpointError.self) { try read(file(.mapping(["discriminator": other, "critic": other]))) }
    #expect(error?.reason.contains("'discriminator'") == true && error?.reason.contains("'critic'") == true, "\(String(describing: error))")
  }

  /// As torch 2 wrote them.
  @Test func tensorsOfOtherKindsAreSaidForWhatTheyAre() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/unreadable.pth").path
    let found = try Checkpoint.read(path: path)
    #expect(try found.floats("plain") == [1, 1])
    for (name, kind) in [
      ("sparse", "sparse"), ("csr", "sparse"), ("quantized", "quantized"), ("meta", "device meta"), ("numpy", "numpy array"),
      ("eight", "Float8"),
    ] {
      let error = #expect(throws: CheckpointError.self) { try found.floats(name) }
      #expect(
        error?.code == .unsupported && error?.reason.localizedCaseInsensitiveContains(kind) == true, "\(name): \(String(describing: error))"
      )
      #expect(error?.remedy.isEmpty == false)
    }
    #expect(throws: CheckpointError.self) { try found.write(safetensors: "/nowhere/a.safetensors") }
  }

  @Test func fileOfNumpyArraysIsSaidToBeOne() throws {
    let array = PythonValue.call(
      .global("numpy._core.multiarray", "_reconstruct"), [.global("numpy", "ndarray"), .ints([0]), .bytes([98])])
    let found = try read(file(.dict(Self.own.map { (.text($0), array) })))
    #expect(found.obstacle("decode_head.conv_seg.weight") == "a numpy array")
  }

  @Test func convertRefusesNumbersThatAreNotFinite() throws {
    let root = PythonValue.mapping(["w": .tensor(.storage("FloatStorage", key: "0", count: 2), shape: [2])])
    for value in [Float.infinity, .nan, -.infinity] {
      let checkpoint = try read(TorchBuilder.zip(root, ["0": littleEndian([1, value])]))
      let error = #expect(throws: CheckpointError.self) { try checkpoint.write(safetensors: "/nowhere/a.safetensors") }
      #expect(error?.reason.contains("not finite") == true)
    }
  }
}
