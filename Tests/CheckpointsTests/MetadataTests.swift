import Basics
import Foundation
import Testing

@testable import Checkpoints

struct MetadataTests {
  private static let modern = """
    crop_size = (512, 1024)
    data_preprocessor = dict(
        bgr_to_rgb=True, mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], size=crop_size,
        test_cfg=dict(size_divisor=32), type='SegDataPreProcessor')
    model = dict(
        backbone=dict(contract_dilation=True, depth=50, dilations=(1, 1, 2, 4), norm_cfg=dict(type='SyncBN', eps=0.001), strides=(1, 2, 1, 1),
            style='pytorch', out_indices=(0, 1, 2, 3), type='ResNetV1c'),
        data_preprocessor=data_preprocessor,
        decode_head=dict(align_corners=True, down_factor=(8, 4), in_index=3, num_classes=2, out_channels=1, threshold=0.4, type='ISAHead'),
        test_cfg=dict(mode='slide', crop_size=(769, 513), stride=(513, 342)))
    """

  private func metadata(_ text: String) -> ModelMetadata {
    var metadata = ModelMetadata()
    var warnings: [String] = []
    metadata.take(config: ConfigReader.read(text), warnings: &warnings)
    return metadata
  }

  @Test func aModernConfigurationSaysItAll() {
    let found = metadata(Self.modern)
    #expect(found.mean == [123.675, 116.28, 103.53])
    #expect(found.std == [58.395, 57.12, 57.375])
    #expect(found.channelOrder == .rgb)
    #expect(found.cropSize == [769, 513])
    #expect(found.slideStride == [513, 342])
    #expect(found.mode == .slide)
    #expect(found.sizeDivisor == 32)
    #expect(found.numClasses == 2)
    #expect(found.outChannels == 1)
    #expect(found.threshold == 0.4)
    #expect(found.headType == "ISAHead")
    #expect(found.network?["decode_head"]?["down_factor"]?.integers == [8, 4])
    #expect(found.network?["decode_head"]?["align_corners"] == .bool(true))
    #expect(found.network?["backbone"]?["depth"] == .integer(50))
    #expect(found.network?["backbone"]?["norm_cfg"]?["eps"]?.real == 0.001)
    #expect(found.network?["data_preprocessor"] == nil && found.network?["test_cfg"] == nil)
  }

  @Test func anOldConfigurationHasItsNormalizationInThePipeline() {
    let found = metadata(
      """
      img_norm_cfg = dict(mean=[1, 2, 3], std=[4, 5, 6], to_rgb=False)
      train_pipeline = [dict(type='Normalize', mean=[9, 9, 9], std=[9, 9, 9], to_rgb=True)]
      test_pipeline = [dict(type='LoadImageFromFile'), dict(type='MultiScaleFlipAug', transforms=[dict(type='Normalize', **img_norm_cfg)])]
      model = dict(decode_head=[dict(type='FCNHead', num_classes=3), dict(type='ANNHead', num_classes=4, in_index=[2, 3], key_pool_scales=(1, 3))])
      test_cfg = dict(mode='whole')
      crop_size = 256
      """)
    #expect(found.mean == [1, 2, 3])
    #expect(found.channelOrder == .bgr)
    #expect(found.headType == "ANNHead")
    #expect(found.outChannels == 4)
    #expect(found.network?["decode_head"]?.list?.last?["key_pool_scales"]?.integers == [1, 3])
    #expect(found.mode == .whole)
    #expect(found.cropSize == [256, 256])
  }

  @Test func aConfigurationWithoutMeanIsOneWithoutNormalization() {
    let found = metadata("model = dict(data_preprocessor=dict(type='SegDataPreProcessor'))")
    #expect(found.mean == [0, 0, 0])
    #expect(found.std == [1, 1, 1])
    #expect(found.channelOrder == .bgr)
    #expect(metadata("model = dict()").mean == nil)
  }

  private func checkpoint(_ meta: PythonValue) throws -> ModelMetadata {
    try read(smallNetwork { .mapping(["meta": meta, "state_dict": $0]) }).metadata
  }

  @Test func metaOfBothGenerationsIsRead() throws {
    let names = PythonValue.tuple([.text("land"), .text("sea")])
    let colors = PythonValue.list([.list([.int(1), .int(2), .int(3)]), .list([.int(255), .int(0), .int(9)])])
    let modern = PythonValue.mapping(["classes": names, "palette": colors, "reduce_zero_label": .bool(true)])
    let upper = PythonValue.mapping(["CLASSES": names, "PALETTE": colors])
    for meta in [
      PythonValue.mapping(["dataset_meta": modern, "cfg": .text(Self.modern), "mmengine_version": .text("0.10.7"), "iter": .int(7)]),
      .mapping(["dataset_meta": upper, "cfg": .text(Self.modern), "mmengine_version": .text("0.10.7"), "iter": .int(7)]),
      .mapping(["CLASSES": names, "PALETTE": colors, "config": .text(Self.modern), "mmseg_version": .text("0.30.0"), "iter": .int(7)]),
    ] {
      let found = try checkpoint(meta)
      #expect(found.classNames == ["land", "sea"])
      #expect(found.palette == [Color(red: 1, green: 2, blue: 3), Color(red: 255, green: 0, blue: 9)])
      #expect(found.frameworkVersion == "mmengine 0.10.7" || found.frameworkVersion == "mmsegmentation 0.30.0")
      #expect(found.iterations == 7)
      #expect(found.headType == "ISAHead")
      #expect(found.configText == Self.modern)
    }
  }

  @Test func classesThatDifferInOneFileAreSaid() throws {
    let (first, second) = (PythonValue.tuple([.text("land"), .text("sea")]), PythonValue.tuple([.text("land"), .text("ice")]))
    func opened(_ classes: PythonValue) throws -> Checkpoint {
      try read(
        smallNetwork {
          .mapping(["meta": .mapping(["dataset_meta": .mapping(["classes": first]), "CLASSES": classes]), "state_dict": $0])
        })
    }
    let checkpoint = try opened(second)
    #expect(checkpoint.metadata.classNames == ["land", "sea"])
    #expect(
      checkpoint.warnings.contains { $0.contains("name different classes (sea and ice): dataset_meta is followed") },
      "\(checkpoint.warnings)")
    #expect(try !opened(first).warnings.contains { $0.contains("different classes") })
    let config = "test_dataloader = dict(dataset=dict(metainfo=dict(classes=('sea', 'land'))))"
    let configured = try read(
      smallNetwork {
        .mapping(["meta": .mapping(["dataset_meta": .mapping(["classes": first]), "cfg": .text(config)]), "state_dict": $0])
      })
    #expect(configured.metadata.classNames == ["land", "sea"])
    #expect(
      configured.warnings.contains { $0.contains("its configuration name different classes (land and sea)") }, "\(configured.warnings)")
  }

  @Test func aPaletteOfNumpyIsRead() throws {
    func array(_ shape: [Int], _ type: String, _ bytes: PythonValue, columnMajor: Bool = false) -> PythonValue {
      let dtype = PythonValue.build(
        .call(.global("numpy", "dtype"), [.text(type), .bool(false), .bool(true)]),
        .tuple([.int(3), .text(type.hasPrefix("u1") ? "|" : "<"), .none, .none, .none, .int(-1), .int(-1), .int(0)]))
      return .build(
        .call(.global("numpy.core.multiarray", "_reconstruct"), [.global("numpy", "ndarray"), .ints([0]), .bytes([98])]),
        .tuple([.int(1), .ints(shape), dtype, .bool(columnMajor), bytes]))
    }
    let names = PythonValue.tuple([.text("land"), .text("sea")])
    let expected = [Color(red: 1, green: 2, blue: 3), Color(red: 255, green: 0, blue: 9)]
    let plain: [UInt8] = [1, 2, 3, 255, 0, 9]
    let latin = PythonValue.call(
      .global("_codecs", "encode"), [.text(String(plain.map { Character(Unicode.Scalar($0)) })), .text("latin1")])
    let wide = PythonValue.bytes(plain.flatMap { littleEndian(Int64($0)) })
    for palette in [
      array([2, 3], "u1", .bytes(plain)), array([2, 3], "u1", latin), array([2, 3], "i8", wide),
      array([2, 3], "u1", .bytes([1, 255, 2, 0, 3, 9]), columnMajor: true),
      .list([array([3], "u1", .bytes([1, 2, 3])), array([3], "u1", .bytes([255, 0, 9]))]),
    ] {
      #expect(try checkpoint(.mapping(["CLASSES": names, "PALETTE": palette])).palette == expected)
    }
    for lie in [
      array([2, 3], "u1", .bytes([1])), array([1 << 40, 3], "u1", .bytes([1])), array([2, 3], "f4", .bytes(plain)),
      array([6], "u1", .bytes(plain)),
    ] {
      #expect(try checkpoint(.mapping(["CLASSES": names, "PALETTE": lie])).palette == nil)
    }
  }

  @Test func whatMakesNoSenseIsDroppedAndSaid() throws {
    let bytes = smallNetwork {
      .mapping([
        "meta": .mapping([
          "CLASSES": .list([.text("a")]), "PALETTE": .list([.ints([1, 2, 3]), .ints([1, 2, 3])]),
          "config": .text(
            """
            model = dict(data_preprocessor=dict(mean=[1, 2, 3], std=[1, 1]), decode_head=dict(threshold=7, num_classes=-1), test_cfg=dict(crop_size=(0, 5)))
            """),
        ]),
        "state_dict": $0,
      ])
    }
    let checkpoint = try read(bytes)
    #expect(checkpoint.metadata.palette == nil)
    #expect(checkpoint.metadata.mean == nil)
    #expect(checkpoint.metadata.threshold == nil)
    #expect(checkpoint.metadata.numClasses == nil)
    #expect(checkpoint.metadata.cropSize == nil)
    #expect(checkpoint.warnings.contains("net.pth: its palette makes no sense and is ignored"))
  }

  @Test func aConfigurationBesideTheFileTakesThePlaceOfItsOwn() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("orthoweave-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder.appendingPathComponent("_base_"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws -> String {
      let url = folder.appendingPathComponent(name)
      try Data(text.utf8).write(to: url)
      return url.path
    }
    let network = folder.appendingPathComponent("net.pth").path
    try Data(smallNetwork { $0 }).write(to: URL(fileURLWithPath: network))
    let plain = try write("plain.py", Self.modern)
    #expect(try Checkpoint.read(path: network).metadata == ModelMetadata())
    #expect(try Checkpoint.read(path: network, config: plain).metadata.headType == "ISAHead")

    _ = try write("_base_/model.py", Self.modern)
    _ = try write("_base_/data.py", "crop_size = (64, 32)\ndataset_type = 'PotsdamDataset'\n")
    let derived = try write(
      "derived.py",
      """
      _base_ = ['_base_/model.py', '_base_/data.py']
      model = dict(decode_head=dict(num_classes=6, out_channels=None), backbone=dict(depth=18),
          test_cfg=dict(_delete_=True, mode='slide', crop_size={{_base_.crop_size}}))
      """)
    let found = try Checkpoint.read(path: network, config: derived)
    #expect(found.warnings.isEmpty)
    #expect(found.metadata.network?["backbone"]?["depth"] == .integer(18))
    #expect(found.metadata.network?["backbone"]?["strides"]?.integers == [1, 2, 1, 1])
    #expect(found.configs.count == 3)
    // What is kept of several files is read back as one.
    #expect(ConfigReader.read(found.metadata.configText ?? "")["model"]?["backbone"] == found.metadata.network?["backbone"])
    #expect(found.metadata.headType == "ISAHead")
    #expect(found.metadata.outChannels == 6)
    #expect(found.metadata.cropSize == [64, 32])
    #expect(found.metadata.slideStride == nil)
    #expect(found.metadata.mean == [123.675, 116.28, 103.53])
    #expect(found.metadata.datasetType == "PotsdamDataset")
    #expect(found.metadata.classNames == KnownDataset.named("potsdam")?.classNames)

    let lost = try write("lost.py", "_base_ = 'nowhere.py'\nmodel = dict(decode_head=dict(type='ISAHead'))\n_base_.a = 1")
    #expect(try Checkpoint.read(path: network, config: lost).warnings.contains { $0.contains("nowhere.py") })
    let circle = try write("circle.py", "_base_ = ['circle.py', 'circle.py']\nmodel = dict(decode_head=dict(type='ISAHead'))\n")
    #expect(try Checkpoint.read(path: network, config: circle).metadata.headType == "ISAHead")
  }
}
