import Foundation
import Testing

@testable import Checkpoints

/// The configuration in a checkpoint, in whatever form a training keeps it: read, or said that it is not understood.
struct ConfigurationFormsTests {
  private static let text = """
    crop_size = (96, 64)
    model = dict(type='EncoderDecoder', data_preprocessor=dict(mean=[1.5, 2.5, 3.5], std=[4, 5, 6], bgr_to_rgb=True),
        backbone=dict(type='ResNetV1c', depth=18, strides=(1, 2, 1, 1)), decode_head=dict(type='ISAHead', num_classes=3, down_factor=(4, 6)))
    test_pipeline = [dict(type='LoadImageFromFile'), dict(type='PackSegInputs')]
    """
  private static let json = """
    {"crop_size": [96, 64], "model": {"type": "EncoderDecoder", "data_preprocessor": {"mean": [1.5, 2.5, 3.5], "std": [4, 5, 6.0e0],
     "bgr_to_rgb": true}, "backbone": {"type": "ResNetV1c", "depth": 18, "strides": [1, 2, 1, 1], "x\\u00e9": null}, "decode_head":
     {"type": "ISAHead", "num_classes": 3, "down_factor": [4, 6]}}, "test_pipeline": [{"type": "LoadImageFromFile"}]}
    """
  private static let literal = """
    {'crop_size': (96, 64), 'model': {'type': 'EncoderDecoder', 'data_preprocessor': {'mean': [1.5, 2.5, 3.5], 'std': [4, 5, 6], 'bgr_to_rgb':
     True}, 'backbone': {'type': 'ResNetV1c', 'depth': 18, 'strides': [1, 2, 1, 1]}, 'decode_head': {'type': 'ISAHead', 'num_classes': 3,
     'down_factor': (4, 6)}}, 'test_pipeline': [{'type': 'LoadImageFromFile'}]}
    """

  private static let yaml = """
    # As PyYAML dumps it.
    crop_size: !!python/tuple
    - 96
    - 64
    model:
      type: EncoderDecoder
      data_preprocessor: {mean: [1.5, 2.5, 3.5], std: [4, 5, 6.0], bgr_to_rgb: true}
      backbone: {type: ResNetV1c, depth: 18, strides: [1, 2, 1, 1], pretrained: null, stem: 'true'}
      decode_head:
        type: "ISAHead"
        num_classes: 3
        down_factor: [4, 6]
    test_pipeline:
    - type: LoadImageFromFile
    """

  private func checkpoint(_ cfg: PythonValue) throws -> Checkpoint {
    try read(smallNetwork { .mapping(["meta": .mapping(["cfg": cfg]), "state_dict": $0]) })
  }

  private static func pickled(_ value: ConfigValue, _ dictionary: ([(PythonValue, PythonValue)]) -> PythonValue) -> PythonValue {
    switch value {
    case .none, .opaque: .none
    case .bool(let flag): .bool(flag)
    case .integer(let number): .int(number)
    case .real(let number): .real(number)
    case .text(let text): .text(text)
    case .list(let items): .tuple(items.map { pickled($0, dictionary) })
    case .dictionary(let entries): dictionary(entries.sorted { $0.key < $1.key }.map { (.text($0.key), pickled($0.value, dictionary)) })
    }
  }

  private static let values = ConfigValue.dictionary(ConfigReader.read(text))

  /// Each form of the same configuration.
  static var forms: [(name: String, value: PythonValue)] {
    let mmengine = PythonValue.global("mmengine.config.config", "ConfigDict")
    let mmcv = PythonValue.global("mmcv.utils.config", "ConfigDict")
    let called = pickled(values) { .call(mmengine, [.dict($0)]) }
    let made = pickled(values) { .items(.call(mmcv, []), $0) }
    return [
      ("Python", .text(text)), ("JSON", .text(json)), ("YAML", .text(yaml)), ("a dictionary as text", .text(literal)),
      ("dict()", .text("dict(" + text.replacing("\n", with: ", ").replacing(",,", with: ",").replacing("(, ", with: "(") + ")")),
      ("str(cfg)", .text("Config (path: train.py): \(literal)")), ("dict", pickled(values) { .dict($0) }),
      ("mmengine's ConfigDict", called), ("mmcv's ConfigDict", made),
      (
        "mmengine's Config",
        .build(
          .call(.global("mmengine.config.config", "Config"), []),
          .tuple([called, .none, .text(text), .mapping([:]), .bool(true), .set([])]))
      ),
      (
        "mmcv's Config",
        .build(
          .call(.global("copyreg", "_reconstructor"), [.global("mmcv.utils.config", "Config"), .global("builtins", "object"), .none]),
          .tuple([made, .none, .text(text)]))
      ),
    ]
  }

  @Test(arguments: forms.indices)
  func aConfigurationIsReadInEveryForm(_ index: Int) throws {
    let form = Self.forms[index]
    let found = try checkpoint(form.value)
    #expect(found.warnings.isEmpty, "\(form.name): \(found.warnings)")
    let metadata = found.metadata
    #expect(metadata.cropSize == [96, 64], "\(form.name)")
    #expect(metadata.mean == [1.5, 2.5, 3.5], "\(form.name)")
    #expect(metadata.channelOrder == .rgb)
    #expect(metadata.network?["decode_head"]?["down_factor"]?.integers == [4, 6], "\(form.name)")
    #expect(metadata.network?["backbone"]?["strides"]?.integers == [1, 2, 1, 1])
    // What is kept as text can be read again.
    #expect(ConfigText.read(metadata.configText ?? "")?["model"]?["decode_head"] == metadata.network?["decode_head"], "\(form.name)")
  }

  @Test(arguments: ["config_object.pth", "config_dict.pth"])
  func configurationsThatMmengineItselfPickledAreRead(_ name: String) throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
    let found = try Checkpoint.read(path: path)
    #expect(found.warnings.isEmpty)
    #expect(found.metadata.network?["decode_head"]?["down_factor"]?.integers == [4, 6])
    #expect(found.metadata.network?["decode_head"]?["align_corners"] == .bool(true))
    #expect(found.metadata.mean == [1.5, 2.5, 3.5])
    #expect(found.metadata.cropSize == [96, 64])
    #expect(found.metadata.channelOrder == .rgb && found.metadata.assumptions == nil)
  }

  @Test func whatIsNotUnderstoodIsSaid() throws {
    let merged = "base: &base {type: EncoderDecoder}\nmodel:\n  <<: *base\n  decode_head:\n    type: ISAHead\n"
    let deep = "model:\n  " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    let unread: [PythonValue] = [
      .text(merged), .text(deep), .text("notes: see config.py\n"), .text("see config.py"), .text("{\"model\": {\"a\": 1}"),
      .text("{\"model\": {\"a\": 1}} trailing"), .int(5), .list([.int(1)]),
      .call(.global("omegaconf.dictconfig", "DictConfig"), []), .bytes([1, 2]),
      .text("_base_ = ['a.py']\nmodel = dict(backbone=dict(depth=18))"),
    ]
    for value in unread {
      let found = try checkpoint(value)
      #expect(found.metadata.network == nil, "\(value)")
      #expect(found.warnings.contains { $0.contains("configuration") && $0.contains("model.config") }, "\(value): \(found.warnings)")
    }
    for nothing in [PythonValue.none, .text(""), .list([])] { #expect(try checkpoint(nothing).warnings.isEmpty) }
    // A model that a program makes.
    let made = try checkpoint(.text("model = build()\ncrop_size = 5"))
    #expect(made.metadata.network == nil && made.warnings.contains { $0.contains("model.config") })
  }

  @Test func cyclesAndManifoldReferencesInAPickledConfigurationStayBounded() throws {
    // d = {}; d['model'] = d
    let cycle = PythonValue.raw([0x7d, 0x71, 5] + PythonValue.text("model").opcodes + [0x68, 5, 0x73])
    #expect(try checkpoint(cycle).names.count == 2)
    // Sixty levels, each twice the one below.
    var doubled = PythonValue.list([.int(1)]).opcodes
    for level in UInt8(10)..<70 { doubled += [0x71, level, 0x30, 0x68, level, 0x68, level, 0x86] }
    let bomb = PythonValue.raw([0x7d] + PythonValue.text("model").opcodes + doubled + [0x73])
    let clock = ContinuousClock()
    let time = try clock.measure { _ = try checkpoint(bomb) }
    #expect(time < .seconds(20))
  }

  // MARK: - Class names

  @Test func classNamesOfAnotherKindAreSaidAndNotGuessed() throws {
    let config = "dataset_type = 'PotsdamDataset'\nmodel = dict(decode_head=dict(type='ISAHead', num_classes=6))"
    func names(_ classes: PythonValue?) throws -> (names: [String]?, warnings: [String]) {
      let data: PythonValue = classes.map { .mapping(["classes": $0]) } ?? .mapping([:])
      let found = try read(
        smallNetwork { .mapping(["meta": .mapping(["dataset_meta": data, "cfg": .text(config)]), "state_dict": $0]) })
      return (found.metadata.classNames, found.warnings)
    }
    #expect(try names(nil).names == KnownDataset.named("potsdam")?.classNames)
    #expect(try names(PythonValue.none).names == KnownDataset.named("potsdam")?.classNames)
    #expect(try names(.tuple([.text("a"), .text("b")])).names == ["a", "b"])
    let array = PythonValue.call(
      .global("numpy.core.multiarray", "_reconstruct"), [.global("numpy", "ndarray"), .ints([0]), .bytes([98])])
    for (classes, kind) in [
      (PythonValue.text("water"), "a text"), (.ints([0, 1]), "a list of other"), (.dict([(.int(0), .text("a"))]), "a dictionary"),
      (array, "a numpy array"), (.int(6), "a number"), (.list([.text("a"), .none]), "a list of other"),
    ] {
      let found = try names(classes)
      #expect(found.names == nil, "\(kind)")
      #expect(
        found.warnings.contains { $0.contains("class names") && $0.contains(kind) && $0.contains("model.classes") }, "\(found.warnings)")
    }
  }
}
