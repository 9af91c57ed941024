import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Mutated files: each is read or refused, never a crash or a hang. A crash ends the test process; the seed is fixed, so it comes again.
///
/// ORTHOWEAVE_FUZZ sets the number of inputs (a million before a release, in a release build).
struct FuzzTests {
  private static let count = ProcessInfo.processInfo.environment["ORTHOWEAVE_FUZZ"].flatMap(Int.init) ?? 4_000

  /// Files of every format that together use most of what the readers know.
  private static func seeds() -> [[UInt8]] {
    let floats = littleEndian([1, 2, 3, 4, 5, 6] as [Float])
    let storage = PythonValue.storage("FloatStorage", key: "0", count: 6)
    let half = PythonValue.storage("HalfStorage", key: "1", count: 3)
    let hooks = PythonValue.call(.global("collections", "OrderedDict"), [])
    let config = """
      size = (8, 8)
      model = dict(data_preprocessor=dict(mean=[1.5, 2, 3], std=[1, 2, 3], bgr_to_rgb=True), backbone=dict(depth=18, type='ResNetV1c'),
        decode_head=dict(num_classes=2, down_factor=size, **dict(type='ISAHead')), test_cfg=dict(mode='slide', crop_size=size, stride=[4] * 2))
      """
    let dictionary = PythonValue.call(
      .global("mmengine.config.config", "ConfigDict"), [.mapping(["model": .mapping(["backbone": .mapping(["depth": .int(18)])])])])
    let object = PythonValue.build(.call(.global("mmengine.config.config", "Config"), []), .tuple([dictionary, .none]))
    let sparse = PythonValue.call(.global("torch._utils", "_rebuild_sparse_tensor"), [.none, .tuple([])])
    let dtype = PythonValue.build(.call(.global("numpy", "dtype"), [.text("u1")]), .tuple([.int(3), .text("|")]))
    let palette = PythonValue.build(
      .call(.global("numpy.core.multiarray", "_reconstruct"), [.global("numpy", "ndarray"), .ints([0]), .bytes([98])]),
      .tuple([.int(1), .ints([2, 3]), dtype, .bool(false), .call(.global("_codecs", "encode"), [.text("abcdéf"), .text("latin1")])]))
    let root = PythonValue.mapping([
      "meta": .mapping([
        "dataset_meta": .mapping(["classes": .tuple([.text("a"), .text("b")]), "palette": palette]), "cfg": .text(config), "iter": .int(-5),
      ]),
      "state_dict": .build(
        .ordered([
          "module.a": .tensor(storage, shape: [2, 3]), "module.b": .tensor(half, first: 1, shape: [2], strides: [1]),
          "module.c": .call(
            .global("torch._utils", "_rebuild_parameter"), [.tensor(storage, shape: [3, 2], strides: [1, 3]), .bool(true), hooks]),
          "module.n": .tensor(.storage("LongStorage", key: "2", count: 1), shape: []),
        ]), .mapping(["_metadata": hooks])),
      "message_hub": .call(.global("mmengine.logging", "HistoryBuffer"), [.set([.real(0.5), .none])]),
    ])
    let unusual = PythonValue.mapping([
      "meta": .mapping(["cfg": object, "CLASSES": .text("water")]),
      "model_ema": .mapping([
        "net.backbone.w": .tensor(storage, shape: [6]), "net.decode_head._orig_mod.w": sparse, "criterion.weight": palette,
      ]),
    ])
    let halves = littleEndian(UInt16(0x3c00)) + littleEndian(UInt16(0x8001)) + littleEndian(UInt16(0x7bff))
    let header = """
      {"__metadata__":{"format":"pt","classes":"[\\"a\\"]","config":"model = dict(decode_head=dict(type='ANNHead'))"},\
      "a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[24,30]}}
      """
    var wide = ZipBuilder(["x/data.pkl": PythonValue.mapping(["w": .tensor(storage, shape: [6])]).pickle, "x/data/0": floats])
    wide.hasWideEnd = true
    wide.entries[1].isWide = true
    let ascii = "(dp0\nS'a'\np1\n(lp2\nI1\naF2.5\naL7L\naV\\u00e9\nas(S'b'\ni__main__\nX\nsg1\n0.".utf8
    return [
      TorchBuilder.zip(root, ["0": floats, "1": halves, "2": littleEndian(9)]),
      TorchBuilder.stream(root, [("0", 6, floats), ("1", 3, halves), ("2", 1, littleEndian(9))]),
      TorchBuilder.zip(unusual, ["0": floats]), TorchBuilder.safetensors(header, floats + halves), wide.bytes,
      ZipBuilder(["x/data.pkl": Array(ascii)]).bytes,
    ]
  }

  /// Positions that the formats check before all else are left alone in half of the inputs, so that the mutations get deep.
  private static func mutate(_ seed: [UInt8], _ other: [UInt8], _ generator: inout Seeded) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard bytes.count > 4 else { break }
      let position = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<9, using: &generator) {
      case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...8, using: &generator)))
      case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
      case 4:
        bytes.replaceSubrange(
          position..<min(bytes.count, position + 8), with: [UInt8](repeating: 0xff, count: 8).prefix(bytes.count - position))
      case 5:
        // An interesting number in the place of four bytes.
        let number = ([0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0x100] as [UInt32]).randomElement(using: &generator) ?? 0
        for (index, byte) in littleEndian(number).enumerated() where position + index < bytes.count { bytes[position + index] = byte }
      case 6:
        let length = min(Int.random(in: 1...32, using: &generator), bytes.count - position)
        let from = Int.random(in: 0...(bytes.count - length), using: &generator)
        bytes.replaceSubrange(position..<position + length, with: Array(bytes[from..<from + length]))
      case 7:
        let from = Int.random(in: 0..<other.count, using: &generator)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 16)], at: position)
      default:
        // Any opcode where there was one.
        bytes[position] = Array("(.012FIJKLMNPQRSTUVXabcdeghijlopqrst)]}u\u{80}GB".utf8).randomElement(using: &generator) ?? 0
      }
    }
    if Int.random(in: 0..<20, using: &generator) == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
    return bytes
  }

  @Test func mutatedCheckpointsAreReadOrRefused() throws {
    let seeds = Self.seeds()
    for seed in seeds.dropLast() { #expect(problem(seed) == nil) }
    var outcomes: [String: Int] = [:]
    var slowest = 0.0
    let start = Date()
    for round in 0..<Self.count {
      var generator = Seeded(seed: UInt64(round))
      let seed = seeds[round % seeds.count]
      let bytes = Self.mutate(seed, seeds[(round / 7) % seeds.count], &generator)
      let before = Date()
      outcomes[problem(bytes)?.rawValue ?? "read", default: 0] += 1
      slowest = max(slowest, Date().timeIntervalSince(before))
    }
    print(
      "checkpoint reader: \(Self.count) mutated inputs in \(Int(Date().timeIntervalSince(start))) s, slowest \(Int(slowest * 1000)) ms: \(outcomes)"
    )
    #expect(slowest < 5)
    #expect(outcomes["read"] ?? 0 > Self.count / 100)
  }

  @Test func mutatedPicklesAreInterpretedOrRefused() throws {
    // The pickles alone: no zip directory that catches a mutation first.
    let pickles =
      Self.seeds()[0...1].map { $0 } + [PythonValue.list([.int(1), .dict([(.text("a"), .tuple([.real(1), .bytes([1, 2])]))])]).pickle]
    for round in 0..<Self.count {
      var generator = Seeded(seed: UInt64(round) << 32)
      let seed = pickles[round % pickles.count]
      let start = round % pickles.count == 0 ? 42 : 0
      let bytes = Self.mutate(seed, pickles[(round / 3) % pickles.count], &generator)
      guard let (heap, root, _) = try? PickleInterpreter.interpret(ByteSource(bytes, file: ""), start: start, end: bytes.count) else {
        continue
      }
      var metadata = ModelMetadata()
      var warnings: [String] = []
      _ = metadata.take(meta: heap, root: root, warnings: &warnings)
      if let names = metadata.configuration(heap, root: root, warnings: &warnings) { metadata.take(config: names, warnings: &warnings) }
    }
  }

  @Test func mutatedConfigurationsAreRead() throws {
    let text = """
      a = dict(b=[1, -2.5e3, 'x' "y"], c={'d': (None, True)}, **dict(e=0x1f))
      crop = (512, 256) + (1,) * 2
      model = dict(type="EncoderDecoder", data_preprocessor=dict(mean=[1., 2, 3], std=[1, 2, 3]), backbone=a.b[0], n=[f(x) for x in a])
      '''doc'''
      test_pipeline = [dict(type='Normalize', mean=crop, std=r"\\d", to_rgb=not True)]  # end
      """
    let seed = Array(text.utf8)
    for round in 0..<Self.count {
      var generator = Seeded(seed: UInt64(round) ^ 0xc0f1)
      let mutated = String(decoding: Self.mutate(seed, seed, &generator), as: UTF8.self)
      var metadata = ModelMetadata()
      var warnings: [String] = []
      metadata.take(config: ConfigReader.read(mutated), warnings: &warnings)
      _ = ConfigText.read("{" + mutated)
      _ = metadata.dropImpossible()
    }
  }
}
