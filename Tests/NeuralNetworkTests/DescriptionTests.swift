import Checkpoints
import NeuralNetwork
import Testing

struct DescriptionTests {
  private func file(_ name: String = "isanet_r18w4.pth") throws -> TensorFile {
    try TensorFile(try Checkpoint.read(path: Fixtures.path(name)))
  }

  @Test func descriptionIsReadOffTheTensors() throws {
    let isanet = try Fixtures.network(Fixtures.path("isanet_b50w4.safetensors")).description
    #expect(isanet.architecture == .isanet)
    #expect(isanet.backbone == "ResNetV1c-50")
    #expect(isanet.blocks == [3, 4, 6, 3])
    #expect(isanet.stageChannels == [16, 32, 64, 128])
    #expect((isanet.headChannels, isanet.innerChannels, isanet.outputs, isanet.classes, isanet.inputChannels) == (24, 8, 7, 7, 3))
    #expect(isanet.alignCorners)
    #expect(isanet.blockSize == [8, 8])

    let ann = try Fixtures.network(Fixtures.path("ann_r18w4.pth")).description
    #expect((ann.architecture, ann.backbone, ann.outputs, ann.classes) == (.ann, "ResNetV1c-18", 1, 2))
    #expect(ann.threshold == 0.5)
    #expect(!ann.alignCorners)

    let fanet = try Fixtures.network(Fixtures.path("fanet18_narrow.pth")).description
    #expect((fanet.architecture, fanet.backbone, fanet.outputs) == (.fanet, "ResNet-18", 5))
    #expect(fanet.alignCorners)
  }

  @Test func optionsOverrideTheCheckpoint() throws {
    let checkpoint = try file().checkpoint()
    let description = try NetworkDescription(checkpoint, options: NetworkOptions(alignCorners: true))
    #expect(description.alignCorners)
    let error = #expect(throws: NetworkError.self) { try NetworkDescription(checkpoint, options: NetworkOptions(architecture: .ann)) }
    #expect(error?.description.contains("decode_head.fusion") == true)
  }

  @Test func wrongShapeIsNamedWithBothShapes() throws {
    var file = try file()
    file.reshape("backbone.layer2.0.conv1.weight", [8, 5, 3, 3])
    let checkpoint = try file.checkpoint()
    let error = #expect(throws: NetworkError.self) { try NetworkDescription(checkpoint) }
    #expect(error?.code == .shape)
    #expect(
      error?.description
        == "changed.safetensors: tensor backbone.layer2.0.conv1.weight has shape [8, 5, 3, 3], expected [N, 4, 3, 3]; give a checkpoint whose "
        + "tensors fit together, or set model.architecture")
  }

  @Test(arguments: [
    "backbone.stem.4.running_var", "backbone.layer4.1.bn2.bias", "backbone.layer3.0.downsample.0.weight", "decode_head.in_conv.conv.weight",
    "decode_head.local_relation.value_project.bias", "decode_head.conv_seg.weight",
  ])
  func missingTensorIsNamed(_ name: String) throws {
    var file = try file()
    file.remove(name)
    let checkpoint = try file.checkpoint()
    let error = #expect(throws: NetworkError.self) { try Network(checkpoint: checkpoint) }
    #expect(error?.code == .missingTensor)
    #expect(error?.reason.contains(name) == true)
  }

  @Test func unknownNetworkIsRefused() throws {
    var file = try file()
    file.rename { $0.replacing("decode_head.", with: "decode_head.aspp.") }
    let checkpoint = try file.checkpoint(config: "model = dict(decode_head=dict(type='ASPPHead'))")
    let error = #expect(throws: NetworkError.self) { try NetworkDescription(checkpoint) }
    #expect(error?.code == .unknownArchitecture)
    #expect(error?.reason.contains("ASPPHead") == true)
  }

  @Test func averagePoolInTheShortcutIsRefused() throws {
    var file = try file()
    file.rename { $0.replacing("downsample.1.", with: "downsample.2.").replacing("downsample.0.", with: "downsample.1.") }
    let checkpoint = try file.checkpoint()
    let error = #expect(throws: NetworkError.self) { try NetworkDescription(checkpoint) }
    #expect(error?.code == .unsupported)
    #expect(error?.reason.contains("V1d") == true)
  }

  @Test(arguments: ["backbone.layer1.0.conv1.weight", "decode_head.out_conv.bn.running_var", "decode_head.conv_seg.bias"])
  func numbersThatAreNotFiniteAreRefused(_ name: String) throws {
    var file = try file()
    let index = try #require(file.tensors.firstIndex { $0.name == name })
    file.tensors[index].values[0] = name.hasSuffix("running_var") ? -1 : .nan
    let checkpoint = try file.checkpoint()
    let error = #expect(throws: NetworkError.self) { try Network(checkpoint: checkpoint) }
    #expect(error?.description.contains("not finite") == true)
  }

  @Test func plainStemsFourBandsAndUnnamedDepthsAreTaken() throws {
    var file = try file()
    file.reshape("backbone.stem.0.weight", [2, 4, 3, 3])
    let four = try Network(checkpoint: try file.checkpoint())
    #expect(four.description.inputChannels == 4)
    let logits = try four.logits(Fixtures.noise(height: 20, width: 30, channels: 4), height: 20, width: 30)
    #expect(allFinite(logits))

    file.rename { $0.replacing("backbone.stem.6.", with: "backbone.conv1.").replacing("backbone.stem.7.", with: "backbone.bn1.") }
    for name in file.tensors.map(\.name) where name.hasPrefix("backbone.stem.") { file.remove(name) }
    file.reshape("backbone.conv1.weight", [4, 3, 7, 7])
    let plain = try Network(checkpoint: try file.checkpoint())
    #expect(plain.description.backbone == "ResNet-18")
    #expect(allFinite(try plain.logits(Fixtures.noise(height: 9, width: 9, channels: 3), height: 9, width: 9)))
  }

  @Test func namesOfTheSpeedTestModelAreKnown() throws {
    var file = try file("fanet18_narrow.pth")
    let pixels = Fixtures.noise(height: 64, width: 70, channels: 3)
    let expected = try Network(checkpoint: try file.checkpoint()).logits(pixels, height: 64, width: 70)
    file.rename { $0.replacing("ffm_", with: "fam_").replacing("clslayer_8.", with: "clslayer.") }
    let found = try Network(checkpoint: try file.checkpoint()).logits(pixels, height: 64, width: 70)
    #expect(found == expected)
  }
}
