import Checkpoints
import Foundation
import NeuralNetwork
import Testing

/// What a training's configuration says of the network is computed, or refused by name.
struct ConfigurationTests {
  /// A configuration of a fixture's weights, as `scripts/make-configuration-fixtures` gives it to mmsegmentation.
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    var name: String
    /// Keys that replace or remove the fixture's own.
    var backbone: String = ""
    var head: String = ""

    var testDescription: String { "\(file) \(name)" }
  }

  /// mmsegmentation's defaults, 1, 2, 2, 2 and 1, 1, 1, 1, are meant where a configuration names none.
  private static let absent = ""
  private static let dilated = "strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=True"
  private static let d16 = "strides=(1, 2, 2, 1), dilations=(1, 1, 1, 2), contract_dilation=True"

  static let cases: [Case] = [
    Case(file: "isanet_r18w4.pth", name: "defaults", backbone: absent),
    Case(file: "isanet_r18w4.pth", name: "multigrid", backbone: "\(dilated), multi_grid=(1, 2)"),
    Case(file: "isanet_r18w4.pth", name: "d16", backbone: d16),
    Case(
      file: "isanet_r18w4.pth", name: "d32", backbone: "strides=(1, 2, 2, 2), dilations=(1, 1, 2, 4), contract_dilation=True"),
    Case(
      file: "isanet_r18w4.pth", name: "uncontracted", backbone: "strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=False"),
    Case(file: "isanet_r18w4.pth", name: "backbone_eps", backbone: "\(dilated), norm_cfg=dict(type='SyncBN', eps=1e-3)"),
    Case(file: "isanet_r18w4.pth", name: "head_eps", backbone: dilated, head: "norm_cfg=dict(type='BN', eps=1e-3, requires_grad=True)"),
    Case(file: "isanet_r18w4.pth", name: "blocks", backbone: dilated, head: "down_factor=(4, 6)"),
    Case(file: "isanet_b50w4.safetensors", name: "multigrid", backbone: "\(dilated), multi_grid=(1, 2, 4)"),
    Case(file: "isanet_b50w4.safetensors", name: "d16_multigrid", backbone: "\(d16), multi_grid=(1, 2, 4)"),
    Case(file: "isanet_b50w4.safetensors", name: "caffe", backbone: "\(dilated), style='caffe'"),
    Case(file: "isanet_b50w4.safetensors", name: "caffe_defaults", backbone: "style='caffe'"),
    Case(file: "ann_r18w4.pth", name: "defaults", backbone: absent),
    Case(file: "ann_r18w4.pth", name: "d16", backbone: d16),
    Case(
      file: "ann_r18w4.pth", name: "both_eps", backbone: "\(dilated), norm_cfg=dict(type='BN', eps=1e-3)",
      head: "norm_cfg=dict(type='BN', eps=1e-2)"),
  ]

  /// A configuration of a fixture in which only these keys differ.
  private func config(_ file: String, backbone: String, head: String, model: String = "") -> String {
    let depth = file.contains("50") ? 50 : 18
    let (type, align) = file.hasPrefix("ann") ? ("ANNHead", "False") : ("ISAHead", file.contains("50") ? "True" : "False")
    let index = file.hasPrefix("ann") ? "[2, 3]" : "3"
    return "model = dict(type='EncoderDecoder', backbone=dict(type='ResNetV1c', depth=\(depth), \(backbone)), "
      + "decode_head=dict(type='\(type)', in_index=\(index), align_corners=\(align), \(head)), \(model))"
  }

  private func network(_ file: String, _ config: String, folding: Bool = true) throws -> Network {
    let tensors = try TensorFile(try Checkpoint.read(path: Fixtures.path(file)))
    return try Network(checkpoint: try tensors.checkpoint(config: config), options: NetworkOptions(folding: folding))
  }

  @Test(arguments: cases, [true, false])
  func theConfigurationIsComputedAsMmsegmentationDoes(_ test: Case, folding: Bool) throws {
    let network = try network(test.file, config(test.file, backbone: test.backbone, head: test.head), folding: folding)
    let (pixels, height, width) = Fixtures.pixels(try NumPyArray(path: Fixtures.path("input_64x64.npy")))
    let archive = try NumPyArchive(path: Fixtures.path("configurations_64x64.npz"))
    let stem = test.file.prefix { $0 != "." }
    let expected = try #require(archive.arrays.first { $0.name == "\(stem)_\(test.name)" }).array
    let logits = try network.logits(pixels, height: height, width: width)
    let outputs = network.description.outputs
    var found: [Float] = []
    for output in 0..<outputs {
      for y in stride(from: 0, to: height, by: 3) {
        for x in stride(from: 0, to: width, by: 3) { found.append(logits[(y * width + x) * outputs + output]) }
      }
    }
    let distance = relativeDistance(found, expected.values)
    #expect(distance < 5e-5, "relative L2 \(distance)")
    #expect(network.description.assumed.isEmpty)
  }

  /// (configuration, what the refusal must name).
  static let refused: [(backbone: String, head: String, model: String, names: String)] = [
    (
      "plugins=[dict(cfg=dict(type='ContextBlock', ratio=1.0/16), stages=(False, True, True, True), position='after_conv3')]", "", "",
      "plugins"
    ),
    ("dcn=dict(type='DCN', deform_groups=1)", "", "", "dcn"),
    ("conv_cfg=dict(type='ConvWS')", "", "", "conv_cfg"),
    ("norm_cfg=dict(type='GN', num_groups=32)", "", "", "norm_cfg"),
    ("norm_cfg=dict(type='BN', eps=0)", "", "", "eps"),
    ("norm_cfg=dict(type='BN', track_running_stats=False)", "", "", "track_running_stats"),
    ("avg_down=True", "", "", "avg_down"),
    ("type='mmseg.ResNetV1d'", "", "", "ResNetV1d"),
    ("type='ResNet'", "", "", "backbone.type"),
    ("type='my.AttentionResNet'", "", "", "AttentionResNet"),
    ("depth=50", "", "", "depth"),
    ("num_stages=3", "", "", "num_stages"),
    ("out_indices=(0, 1)", "", "", "out_indices"),
    ("strides=(1, 2, 1)", "", "", "strides"),
    ("dilations=(1, 1, 2, 0)", "", "", "dilations"),
    ("multi_grid=(1, 2, 4)", "", "", "multi_grid"),
    ("style='tensorflow'", "", "", "style"),
    ("drop_path_rate=0.1", "", "", "drop_path_rate"),
    ("strides=make()", "", "", "strides"),
    ("", "act_cfg=dict(type='LeakyReLU', negative_slope=0.1)", "", "act_cfg"),
    ("", "act_cfg=None", "", "act_cfg"),
    ("", "conv_cfg=dict(type='DCNv2')", "", "conv_cfg"),
    ("", "norm_cfg=dict(type='LN')", "", "norm_cfg"),
    ("", "type='PSPHead'", "", "PSPHead"),
    ("", "in_index=[0, 1]", "", "in_index"),
    ("", "input_transform='resize_concat'", "", "input_transform"),
    ("", "down_factor=(0, 8)", "", "down_factor"),
    ("", "down_factor=(8, 8, 8)", "", "down_factor"),
    ("", "num_classes=5", "", "num_classes"),
    ("", "num_classes=7, out_channels=1", "", "out_channels"),
    ("", "dropout2d=dict(type='Gate')", "", "dropout2d"),
    ("", "", "neck=dict(type='FPN')", "neck"),
    ("", "", "type='CascadeEncoderDecoder'", "CascadeEncoderDecoder"),
    ("", "", "fusion_block=dict()", "fusion_block"),
  ]

  @Test(arguments: refused.indices)
  func whatIsNotComputedIsRefusedByName(_ index: Int) throws {
    let test = Self.refused[index]
    let dilated = ["strides", "dilations"].contains { test.backbone.hasPrefix($0) } ? "" : Self.dilated + ", "
    let text = config("isanet_r18w4.pth", backbone: dilated + test.backbone, head: test.head, model: test.model)
    let error = #expect(throws: NetworkError.self, "\(test)") { try network("isanet_r18w4.pth", text) }
    #expect(error?.code == .unsupported, "\(String(describing: error))")
    #expect(error?.reason.contains(test.names) == true, "\(error?.description ?? "")")
    #expect(error?.remedy.isEmpty == false)
  }

  @Test func whatChangesNoResultIsPassedOver() throws {
    let text = config(
      "isanet_r18w4.pth",
      backbone: Self.dilated
        + ", frozen_stages=1, norm_eval=True, with_cp=True, init_cfg=dict(type='Pretrained'), dcn=None, plugins=None, multi_grid=None, in_channels=3, "
        + "conv_cfg=None, norm_cfg=dict(type='MMSyncBN', requires_grad=True, momentum=0.01), zero_init_residual=False, stage_with_dcn=(False,)*4",
      head:
        "loss_decode=dict(type='DiceLoss'), dropout_ratio=0.1, sampler=None, ignore_index=0, num_classes=7, channels=16, isa_channels=8, "
        + "conv_cfg=None, act_cfg=dict(type='ReLU', inplace=True), input_transform=None",
      model: "neck=None, pretrained=None, auxiliary_head=dict(type='Anything'), train_cfg=dict(), test_cfg=dict(mode='whole')")
    let plain = try network("isanet_r18w4.pth", config("isanet_r18w4.pth", backbone: Self.dilated, head: ""))
    let pixels = Fixtures.noise(height: 24, width: 17, channels: 3)
    #expect(try network("isanet_r18w4.pth", text).logits(pixels, height: 24, width: 17) == plain.logits(pixels, height: 24, width: 17))
    // Scopes and modules before a class's name.
    for scope in ["mmseg.", "mmseg.models.backbones.resnet."] {
      let scoped = text.replacing("ResNetV1c", with: scope + "ResNetV1c").replacing("ISAHead", with: "mmseg.ISAHead")
      #expect(try network("isanet_r18w4.pth", scoped).description == network("isanet_r18w4.pth", text).description)
    }
  }

  @Test func whatABareStateDictionaryLeavesOpenIsSaidToBeAssumed() throws {
    let bare = try TensorFile(try Checkpoint.read(path: Fixtures.path("isanet_b50w4.safetensors")))
    let isanet = try NetworkDescription(try bare.checkpoint())
    for word in ["align_corners", "down_factor", "strides", "style", "eps"] {
      #expect(isanet.assumed.count { $0.contains(word) } == 1, "\(word): \(isanet.assumed)")
    }
    #expect(
      try NetworkDescription(try bare.checkpoint(), options: NetworkOptions(alignCorners: true)).assumed.count == isanet.assumed.count - 1)
    let ann = try TensorFile(try Checkpoint.read(path: Fixtures.path("ann_r18w4.pth"))).checkpoint()
    let assumed = try NetworkDescription(ann).assumed
    #expect(assumed.contains { $0.contains("key_pool_scales") } && !assumed.contains { $0.contains("style") })
  }

  // MARK: - Tensors

  @Test(arguments: [
    ("backbone.layer1.0.after_conv2_plugins.context_block.conv_mask.weight", true), ("backbone.layer2.0.conv2.offset.weight", true),
    ("neck.lateral_convs.0.conv.weight", true), ("decode_head.project.weight", true), ("backbone.layer5.0.conv1.weight", true),
    ("decode_head.loss_decode.class_weight", false), ("auxiliary_head.extra.weight", false), ("criterion.weight", false),
    ("train_metrics.confusion", false),
  ])
  func tensorsThatNoOperationUsesAreRefused(name: String, isRefused: Bool) throws {
    var file = try TensorFile(try Checkpoint.read(path: Fixtures.path("isanet_r18w4.pth")))
    file.tensors.append((name, [2], [1, 2]))
    let checkpoint = try file.checkpoint()
    if isRefused {
      let error = #expect(throws: NetworkError.self) { try NetworkDescription(checkpoint) }
      #expect(error?.code == .unsupported && error?.reason.contains(name) == true, "\(error?.description ?? "")")
    } else {
      #expect(try NetworkDescription(checkpoint).outputs == 7)
    }
  }

  @Test func aVarianceThatOverflowedToInfinityIsRefused() throws {
    for part in ["running_var", "running_mean", "weight", "bias"] {
      var file = try TensorFile(try Checkpoint.read(path: Fixtures.path("isanet_r18w4.pth")))
      let index = try #require(file.tensors.firstIndex { $0.name == "backbone.layer2.0.bn1.\(part)" })
      file.tensors[index].values[1] = .infinity
      let checkpoint = try file.checkpoint()
      let error = #expect(throws: NetworkError.self) { try Network(checkpoint: checkpoint) }
      #expect(error?.description.contains("not finite") == true)
    }
  }

  @Test func otherNormsAreSaidByTheirName() throws {
    for (name, kind) in [("gn", "group norm"), ("in", "instance norm")] {
      var file = try TensorFile(try Checkpoint.read(path: Fixtures.path("isanet_r18w4.pth")))
      file.rename { $0.replacing("decode_head.in_conv.bn.", with: "decode_head.in_conv.\(name).") }
      var error = #expect(throws: NetworkError.self) { try NetworkDescription(try file.checkpoint()) }
      #expect(error?.reason.contains(kind) == true, "\(error?.description ?? "")")
      file = try TensorFile(try Checkpoint.read(path: Fixtures.path("isanet_r18w4.pth")))
      file.rename { $0.replacing(".bn1.", with: ".\(name)1.") }
      error = #expect(throws: NetworkError.self) { try NetworkDescription(try file.checkpoint()) }
      #expect(error?.reason.contains(kind) == true, "\(error?.description ?? "")")
    }
  }

  /// mmcv's ConvModule without a norm has a bias; a batch norm with mean 0, variance 1 - ε, weight 1 and that bias is the same.
  @Test func aHeadWithoutNormsIsComputed() throws {
    var plain = try TensorFile(try Checkpoint.read(path: Fixtures.path("isanet_r18w4.pth")))
    var normed = plain
    let biases: [Float] = (0..<16).map { Float($0) / 8 - 1 }
    for part in ["weight", "bias", "running_mean", "running_var"] { plain.remove("decode_head.out_conv.bn.\(part)") }
    plain.tensors.append(("decode_head.out_conv.conv.bias", [16], biases))
    for (part, values) in [
      ("weight", [Float](repeating: 1, count: 16)), ("bias", biases), ("running_mean", [Float](repeating: 0, count: 16)),
    ] {
      let index = try #require(normed.tensors.firstIndex { $0.name == "decode_head.out_conv.bn.\(part)" })
      normed.tensors[index].values = values
    }
    let index = try #require(normed.tensors.firstIndex { $0.name == "decode_head.out_conv.bn.running_var" })
    normed.tensors[index].values = [Float](repeating: 1 - 1e-5, count: 16)
    let pixels = Fixtures.noise(height: 33, width: 20, channels: 3)
    let a = try Network(checkpoint: try plain.checkpoint()).logits(pixels, height: 33, width: 20)
    let b = try Network(checkpoint: try normed.checkpoint()).logits(pixels, height: 33, width: 20)
    #expect(relativeDistance(a, b) < 1e-5)
  }

  // MARK: - Files from outside

  private static func sharedCase(_ name: String) -> String? {
    Fixtures.shared.map { $0 + "/cases/models/checkpoints/" + name }.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }

  @Test(.enabled(if: sharedCase("plugins.pth") != nil, "../shared/cases is not here"))
  func theSharedCheckpointWithPluginsIsRefused() throws {
    let path = try #require(Self.sharedCase("plugins.pth"))
    let error = #expect(throws: NetworkError.self) { try Fixtures.network(path) }
    #expect(error?.reason.contains("plugins") == true, "\(error?.description ?? "")")
  }

  @Test(.enabled(if: sharedCase("multigrid.pth") != nil, "../shared/cases is not here"))
  func theSharedCheckpointWithAMultiGridIsComputedAsOne() throws {
    let path = try #require(Self.sharedCase("multigrid.pth"))
    let network = try Fixtures.network(path)
    let pixels = Fixtures.noise(height: 40, width: 40, channels: 3)
    let bare = try Network(checkpoint: try TensorFile(try Checkpoint.read(path: path)).checkpoint())
    // 41 to 42 % of the pixels are of another class under plain D8.
    #expect(relativeDistance(try network.logits(pixels, height: 40, width: 40), try bare.logits(pixels, height: 40, width: 40)) > 0.1)
  }

  /// Weights as whole numbers are those of a quantized network, whose scales are elsewhere.
  @Test(arguments: ["backbone.layer1.0.conv1.weight", "backbone.layer1.0.bn1.running_var", "decode_head.conv_seg.weight"])
  func weightsThatAreWholeNumbersAreRefused(_ name: String) throws {
    let file = try TensorFile(try Checkpoint.read(path: Fixtures.path("isanet_r18w4.pth")))
    #expect(file.tensors.contains { $0.name == name })
    let checkpoint = try Checkpoint.read(bytes: file.bytes(types: [name: "I32"]), file: "quantized.safetensors")
    let error = #expect(throws: NetworkError.self) { try Network(checkpoint: checkpoint) }
    #expect(error?.description.contains("tensor \(name) holds numbers of type int32") == true, "\(error as Any)")
  }
}
