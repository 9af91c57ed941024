import Basics
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

struct SafetensorsTests {
  private func temporary(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("orthoweave-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appendingPathComponent("net.safetensors").path)
  }

  private func network() throws -> Checkpoint {
    let storage = PythonValue.storage("FloatStorage", key: "0", count: 6)
    let root = PythonValue.mapping([
      "meta": .mapping([
        "CLASSES": .list([.text("a \"quoted\" class"), .text("바다")]),
        "PALETTE": .list([.ints([1, 2, 3]), .ints([4, 5, 6])]),
        "config": .text(
          "model = dict(decode_head=dict(type='ISAHead', num_classes=2), data_preprocessor=dict(mean=[0.1, 2, 3], std=[1, 2, 3]))\n"),
      ]),
      "state_dict": .ordered([
        "z/weight": .tensor(storage, shape: [3, 2], strides: [1, 3]),
        "norm.num_batches_tracked": .tensor(.storage("LongStorage", key: "1", count: 1), shape: []),
        "a": .tensor(.storage("DoubleStorage", key: "2", count: 1), shape: [1]),
        "empty": .tensor(storage, shape: [0]),
      ]),
    ])
    return try read(
      TorchBuilder.zip(
        root, ["0": littleEndian([1, 2, 3, 4, 5, 6] as [Float]), "1": littleEndian(123_456), "2": littleEndian((0.1).bitPattern)]))
  }

  @Test(arguments: Checkpoint.WrittenType.allCases)
  func aWrittenFileHasTheSameTensorsAndMetadata(type: Checkpoint.WrittenType) throws {
    let original = try network()
    try temporary { path in
      try original.write(safetensors: path, as: type)
      let copy = try Checkpoint.read(path: path)
      #expect(copy.format == .safetensors)
      #expect(copy.metadata == original.metadata)
      #expect(copy.names.sorted() == original.names.sorted())
      #expect(copy.names.filter { $0 != "empty" } == original.names.filter { $0 != "empty" })
      for name in original.names { #expect(copy.shape(name) == original.shape(name)) }
      #expect(try copy.floats("z/weight") == [1, 4, 2, 5, 3, 6])
      #expect(try copy.doubles("norm.num_batches_tracked") == [123_456])
      #expect(try copy.floats("a") == [type == .float32 ? 0.1 : Float(Float16(0.1))])
      #expect(copy.elementType("z/weight") == (type == .float32 ? .float32 : .float16))
      // Nothing is left beside it, and writing again replaces it.
      try original.write(safetensors: path, as: type)
      #expect(try FileManager.default.contentsOfDirectory(atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path).count == 1)
    }
  }

  @Test func whatFloat16CannotHoldIsRefused() throws {
    let root = PythonValue.mapping(["w": .tensor(.storage("FloatStorage", key: "0", count: 1), shape: [1])])
    let checkpoint = try read(TorchBuilder.zip(root, ["0": littleEndian([70_000] as [Float])]))
    try temporary { path in
      #expect(throws: CheckpointError.self) { try checkpoint.write(safetensors: path, as: .float16) }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func aFolderThatDoesNotExistIsSaid() throws {
    let checkpoint = try network()
    #expect {
      try checkpoint.write(safetensors: "/nowhere/net.safetensors")
    } throws: { ($0 as? CheckpointError)?.code == .unwritable }
  }

  @Test func metadataOfOtherProgramsIsRead() throws {
    let config = "model = dict(decode_head=dict(type='ANNHead', num_classes=2))"
    let header = """
      {"__metadata__":{"format":"pt","classes":"[\\"a\\",\\"b\\"]","palette":"[[1,2,3],[4,5,6]]","config":"\(config)"},\
      "w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}
      """
    let checkpoint = try read(TorchBuilder.safetensors(header, littleEndian(UInt16(0x3fc0)) + littleEndian(UInt16(0xbf80))))
    #expect(try checkpoint.floats("w") == [1.5, -1])
    #expect(checkpoint.metadata.classNames == ["a", "b"])
    #expect(checkpoint.metadata.palette?.last == Color(red: 4, green: 5, blue: 6))
    #expect(checkpoint.metadata.headType == "ANNHead")
  }

  @Test(arguments: [
    ("[123.675, 0]", "[58.395, 255]", true), ("[1, 2]", "[1]", false), ("[1]", "[0]", false), ("[]", "[]", false), ("1", "1", false),
    ("[1e999]", "[1]", false),
  ])
  func meanAndStandardDeviationAreReadOrLeftOutWithAWarning(_ mean: String, _ std: String, _ isTaken: Bool) throws {
    let header = """
      {"__metadata__":{"format":"pt","mean":"\(mean)","std":"\(std)"},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}
      """
    let checkpoint = try read(TorchBuilder.safetensors(header, [0]))
    #expect(checkpoint.metadata.mean == (isTaken ? [123.675, 0] : nil))
    #expect(checkpoint.metadata.std == (isTaken ? [58.395, 255] : nil))
    #expect(checkpoint.warnings.contains { $0.contains("its mean and std") } == !isTaken, "\(checkpoint.warnings)")
  }

  // MARK: - Keys that cannot be read

  private func checkpoint(_ metadata: [String: String]) throws -> Checkpoint {
    let fields = try JSONEncoder().encode(metadata)
    let header = """
      {"__metadata__":\(String(decoding: fields, as: UTF8.self)),"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}
      """
    return try read(TorchBuilder.safetensors(header, [0]))
  }

  @Test(
    arguments: [
      ("0.3", 0.3), ("25cm", 0.25), ("0.3 m", 0.3), ("30 M/px", 30), ("0.2 meters per pixel", 0.2), ("500 mm", 0.5), ("1", 1),
      ("1e-1", 0.1),
      (" 10 m ", 10), ("\"0.3\"", 0.3), ("1 km", 1000),
      ("0,3", nil), ("1 ft", nil), ("6 in", nil), ("30x30", nil), ("high", nil), ("", nil), ("-0.3", nil), ("0", nil), ("nan", nil),
      ("1e-9", nil), ("1e999", nil), ("0.3 deg", nil), ("[0.3]", nil),
    ] as [(String, Double?)])
  func aResolutionAsTextIsReadWhereItIsCertain(_ text: String, _ meters: Double?) throws {
    for metadata in [["resolution": text], ["orthoweave": "{\"numClasses\":2,\"resolution\":\(try encoded(text))}"]] {
      let found = try checkpoint(metadata)
      #expect(found.metadata.resolution == meters, "\(metadata)")
      #expect(
        found.warnings.contains { $0.contains("its resolution ('") && $0.contains("set model.resolution") } == (meters == nil),
        "\(found.warnings)")
      #expect(found.warnings.count == (meters == nil ? 1 : 0), "\(found.warnings)")
      if metadata["orthoweave"] != nil { #expect(found.metadata.numClasses == 2) }
    }
  }

  private func encoded(_ text: String) throws -> String { String(decoding: try JSONEncoder().encode(text), as: UTF8.self) }

  @Test(
    arguments: [
      (["palette": "red, green"], "its palette is not a JSON list of colors"), (["palette": "[[1,2]]"], "its palette is not"),
      (["palette": "[[1,2,300]]"], "its palette is not"), (["classes": "a, b"], "its class names are not understood"),
      (["mean": "123.675, 116.28, 103.53"], "its mean and std"), (["std": "[1]"], "its mean and std"),
      (["orthoweave": "yes"], "its key orthoweave is not a JSON object"),
      (["orthoweave": "{\"mean\":[1,2,3],\"std\":\"4\"}"], "its key orthoweave has a field that cannot be read and is ignored: std"),
      (["orthoweave": "{\"mean\":\"1\",\"std\":\"4\"}"], "fields that cannot be read and are ignored: mean, std"),
      (["orthoweave": "{\"sharpness\":3}"], "fields that this version does not know and ignores: sharpness"),
      (["config": "nothing"], "its configuration is not understood"),
      (
        ["gsd": "0.3", "channels": "bgr", "format": "pt"],
        "its metadata has keys that are not read: channels, gsd; those that are: classes,"
      ),
    ] as [([String: String], String)])
  func aKeyThatCannotBeReadIsNamed(_ metadata: [String: String], _ words: String) throws {
    let warnings = try checkpoint(metadata).warnings
    #expect(warnings.contains { $0.contains(words) }, "\(warnings)")
  }

  /// One bad field takes nothing else with it.
  @Test func theOtherFieldsOfThisProgramStay() throws {
    let own = "{\"classNames\":[\"sea\",\"oil\"],\"cropSize\":\"512\",\"threshold\":0.4,\"channelOrder\":\"bgr\"}"
    let found = try checkpoint(["orthoweave": own])
    #expect(found.metadata.classNames == ["sea", "oil"] && found.metadata.threshold == 0.4 && found.metadata.channelOrder == .bgr)
    #expect(found.metadata.cropSize == nil && found.warnings.count == 1 && found.warnings[0].hasSuffix("cropSize"), "\(found.warnings)")
  }

  // MARK: - Metadata that contradict each other

  private func warnings(_ metadata: [String: String]) throws -> [String] {
    let fields = try JSONEncoder().encode(metadata)
    let header = """
      {"__metadata__":\(String(decoding: fields, as: UTF8.self)),"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}
      """
    return try read(TorchBuilder.safetensors(header, [0])).warnings.filter { $0.contains("in two ways") }
  }

  private static let config = """
    model = dict(data_preprocessor=dict(mean=[1.0, 2.0, 3.0], std=[4.0, 5.0, 6.0], bgr_to_rgb=True), decode_head=dict(num_classes=2))
    test_pipeline = [dict(type='LoadImageFromFile')]
    test_dataloader = dict(dataset=dict(metainfo=dict(classes=('sea', 'oil'))))
    """

  @Test func whatAFileSaysInTwoWaysIsSaid() throws {
    let keys = ["mean": "[10, 20, 30]", "std": "[4, 5, 6]", "classes": "[\"sea\",\"ice\"]", "config": Self.config]
    let found = try warnings(keys)
    #expect(found.count == 2, "\(found)")
    #expect(
      found[0].hasSuffix(
        "it describes its classes in two ways, [\"sea\", \"ice\"] by its keys of that name and [\"sea\", \"oil\"] by its configuration: "
          + "the first counts, unless model.classes is set"), "\(found)")
    #expect(
      found[1].contains("its mean in two ways, [1.0, 2.0, 3.0] by its configuration and [10.0, 20.0, 30.0] by its keys of that name"),
      "\(found)")
    let taken = try read(
      TorchBuilder.safetensors(
        "{\"__metadata__\":\(String(decoding: try JSONEncoder().encode(keys), as: UTF8.self)),\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
        [0])
    ).metadata
    #expect(taken.mean == [1, 2, 3] && taken.classNames == ["sea", "ice"])
  }

  @Test func whatThisProgramWroteCountsAndTheRestIsCompared() throws {
    let own = """
      {"mean":[1,2,3],"std":[4,5,6],"channelOrder":"bgr","classNames":["sea","oil"],"cropSize":[512,512]}
      """
    let found = try warnings(["orthoweave": own, "std": "[7, 5, 6]", "mean": "[1, 2, 3]", "config": Self.config])
    #expect(found.count == 2, "\(found)")
    #expect(found[0].contains("its std in two ways, [4.0, 5.0, 6.0] by its key orthoweave and [7.0, 5.0, 6.0]"), "\(found)")
    #expect(found[1].contains("its channel order in two ways, bgr by its key orthoweave and rgb by its configuration"), "\(found)")
  }

  @Test func whatAgreesIsNotSaid() throws {
    #expect(try warnings(["mean": "[1, 2, 3.001]", "std": "[4, 5, 6]", "classes": "[\"sea\",\"oil\"]", "config": Self.config]) == [])
    #expect(try warnings(["classes": "[\"sea\",\"oil\"]"]) == [])
    // The files of the sample and of the tests, which this program and others wrote.
    for path in [Places.sampleData + "/models/sample.safetensors"] where FileManager.default.fileExists(atPath: path) {
      #expect(try Checkpoint.read(path: path).warnings.allSatisfy { !$0.contains("in two ways") })
    }
  }

  /// What is converted says everything in one way, whatever the checkpoint's configuration is like.
  @Test func aConvertedCheckpointDoesNotContradictItself() throws {
    let folder = Places.root + "/Tests/CheckpointsTests/Fixtures"
    var converted = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".pth") {
      guard let checkpoint = try? Checkpoint.read(path: folder + "/" + name) else { continue }
      try temporary { path in
        guard (try? checkpoint.write(safetensors: path)) != nil else { return }
        converted += 1
        let warnings = try Checkpoint.read(path: path).warnings
        #expect(warnings.allSatisfy { !$0.contains("in two ways") }, "\(name): \(warnings)")
      }
    }
    #expect(converted > 0)
  }
}
