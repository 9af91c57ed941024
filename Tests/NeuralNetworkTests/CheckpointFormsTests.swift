import Checkpoints
import Foundation
import NeuralNetwork
import TestSupport
import Testing

/// One network gives the same numbers in every form in which libraries and tools save it.
struct CheckpointFormsTests {
  private func logits(_ checkpoint: Checkpoint) throws -> [Float] {
    let network = try Network(checkpoint: checkpoint)
    let bands = network.description.inputChannels
    return try network.logits(Fixtures.noise(height: 40, width: 33, channels: bands), height: 40, width: 33)
  }

  @Test func aFolderOfSavePretrainedIsRead() throws {
    let folder = try Checkpoint.read(path: Fixtures.path("Libraries/smp_unet_r12w2-pretrained"))
    let lightning = try Checkpoint.read(path: Fixtures.path("Libraries/smp_unet_r12w2.ckpt"))
    #expect(try logits(folder) == logits(lightning))
    #expect(folder.metadata.origin == .pretrained)
    #expect(folder.configs.count == 1)
    #expect(try NetworkDescription(folder).assumed.isEmpty)
    #expect(try logits(Checkpoint.read(path: Fixtures.path("Libraries/smp_unet_r12w2-pretrained") + "/")) == logits(lightning))
  }

  @Test(arguments: ["", "module.", "model.", "model.module.", "net.", "model.seg_model.", "_orig_mod."])
  func prefixesOfWrappersMakeNoDifference(_ prefix: String) throws {
    for stem in ["smp_unet_r12w2", "tv_fcn_b17w2", "smp_deeplabv3_r12w2"] {
      var plain = try LibraryFixture.named(stem).tensors()
      plain.remove("criterion.weight")
      var wrapped = plain
      wrapped.rename { prefix + $0 }
      // A loss's weights beside the network.
      wrapped.tensors.append(("criterion.weight", [3], [1, 2, 3]))
      #expect(try logits(wrapped.checkpoint()) == logits(plain.checkpoint()), "\(stem)")
    }
  }

  @Test func oldNamesOfDeepLabAreKnown() throws {
    let plain = try LibraryFixture.named("smp_deeplabv3_r12w2").tensors()
    var old = plain
    old.rename {
      $0.replacing("decoder.aspp.", with: "decoder.0.").replacing("decoder.conv.", with: "decoder.1.")
        .replacing("decoder.bn.", with: "decoder.2.")
    }
    #expect(try logits(old.checkpoint()) == logits(plain.checkpoint()))
  }

  @Test func filesTellWhoWroteThem() throws {
    func read(_ file: String) throws -> ModelMetadata { try Checkpoint.read(path: Fixtures.path("Libraries/" + file)).metadata }
    let torchgeo = try read("smp_unet_r12w2.ckpt")
    #expect(torchgeo.origin == .torchgeo)
    #expect(torchgeo.task == "multiclass")
    #expect(try read("smp_unet_b17w2.ckpt").origin == .flair)
    #expect(try read("smp_unetplusplus_r12w2.ckpt").origin == .lightning)
    #expect(try read("smp_deeplabv3_r12w2.pth").origin == .geoai)
    #expect(try read("tv_fcn_b17w2.pth").origin == nil)
    #expect(try read("pspnet_r12w2.pth").origin == nil)
  }

  // MARK: - config.json

  private func pretrained(_ change: (String) -> String) throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder("pretrained")
    let source = Fixtures.path("Libraries/smp_unet_r12w2-pretrained") + "/"
    try FileManager.default.copyItem(atPath: source + "model.safetensors", toPath: folder("model.safetensors"))
    try change(String(contentsOfFile: source + "config.json", encoding: .utf8)).write(
      toFile: folder("config.json"), atomically: false, encoding: .utf8)
    return (folder, folder.path)
  }

  @Test(arguments: [
    ("\"activation\": null", "\"activation\": \"sigmoid\"", "config.json.activation = 'sigmoid'"),
    ("\"decoder_interpolation\": \"nearest\"", "\"decoder_interpolation\": \"bilinear\"", "config.json.decoder_interpolation"),
    ("\"decoder_attention_type\": null", "\"decoder_attention_type\": \"scse\"", "config.json.decoder_attention_type"),
    ("\"_model_class\": \"Unet\"", "\"_model_class\": \"FPN\"", "config.json._model_class"),
    ("\"classes\": 6", "\"classes\": 7", "config.json.classes"),
    ("\"in_channels\": 4", "\"in_channels\": 3", "config.json.in_channels"),
    ("\"encoder_depth\": 5", "\"encoder_depth\": 4", "config.json.encoder_depth"),
    ("\"in_channels\": 4", "\"in_channels\": 4, \"decoder_gates\": true", "config.json.decoder_gates"),
  ])
  func argumentsThatAreNotComputedAreRefusedByName(_ old: String, _ new: String, _ named: String) throws {
    let (folder, path) = try pretrained { $0.replacing(old, with: new) }
    defer { withExtendedLifetime(folder) {} }
    let checkpoint = try Checkpoint.read(path: path)
    let error = #expect(throws: NetworkError.self) { try NetworkDescription(checkpoint) }
    #expect(error?.reason.contains(named) == true, "\(error?.description ?? "")")
  }

  @Test func aSoftmaxAfterTheHeadChangesNoClass() throws {
    let (folder, path) = try pretrained { $0.replacing("\"activation\": null", with: "\"activation\": \"softmax2d\"") }
    defer { withExtendedLifetime(folder) {} }
    #expect(try NetworkDescription(Checkpoint.read(path: path)).outputs == 6)
  }

  @Test func foldersOfOtherThingsAreRefusedInOneLine() throws {
    let empty = try TemporaryFolder("pretrained")
    var error = #expect(throws: CheckpointError.self) { try Checkpoint.read(path: empty.path) }
    #expect(error?.reason == "is a folder without model.safetensors and config.json")
    for text in ["", "[]", "{", "{\"a\": 1} x", String(repeating: "[", count: 100_000)] {
      let (folder, path) = try pretrained { _ in text }
      error = #expect(throws: CheckpointError.self) { try Checkpoint.read(path: path) }
      #expect(error?.file.hasSuffix("config.json") == true)
      withExtendedLifetime(folder) {}
    }
  }

  // MARK: - Tasks

  @Test func severalClassesForAPixelAreRefused() throws {
    let file = try LibraryFixture.named("smp_unet_r12w2").tensors()
    var error = #expect(throws: NetworkError.self) { try NetworkDescription(file.checkpoint { $0.task = "multilabel" }) }
    #expect(error?.reason.contains("multilabel") == true)
    error = #expect(throws: NetworkError.self) { try NetworkDescription(file.checkpoint { $0.activation = "sigmoid" }) }
    #expect(error?.reason.contains("activation sigmoid") == true)
    let single = try LibraryFixture.named("smp_deeplabv3plus_r12w2").tensors()
    let description = try NetworkDescription(single.checkpoint { $0.task = "binary" })
    #expect(description.usualThreshold == 0.5)
    #expect(try Fixtures.network(Fixtures.path("ann_r18w4.pth")).description.usualThreshold == 0.3)
  }
}
