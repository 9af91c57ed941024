import Foundation
import Testing

@testable import Checkpoints

/// Files that lie, and what they are refused with.
struct HostileFileTests {
  private func tensors(_ tensor: PythonValue, bytes: Int = 8) -> [UInt8] {
    TorchBuilder.zip(.mapping(["w": tensor]), ["0": [UInt8](repeating: 0, count: bytes)])
  }

  @Test func aShapeBeyondItsStorageIsRefused() {
    let two = PythonValue.storage("FloatStorage", key: "0", count: 2)
    #expect(problem(tensors(.tensor(two, shape: [2]))) == nil)
    #expect(problem(tensors(.tensor(two, shape: [3]))) == .hostile)
    #expect(problem(tensors(.tensor(two, first: 1, shape: [2]))) == .hostile)
    #expect(problem(tensors(.tensor(two, first: 2, shape: [1]))) == .hostile)
    #expect(problem(tensors(.tensor(two, shape: [2], strides: [2]))) == .hostile)
    #expect(problem(tensors(.tensor(two, first: -1, shape: [1]))) == .hostile)
    #expect(problem(tensors(.tensor(two, shape: [-1]))) == .hostile)
    #expect(problem(tensors(.tensor(two, shape: [2], strides: [-1]))) == .hostile)
    #expect(problem(tensors(.tensor(two, first: .max, shape: [2], strides: [.max]))) == .hostile)
  }

  @Test func numbersThatNoFileCanHoldAreRefusedBeforeAnythingIsAllocated() {
    let small = PythonValue.storage("FloatStorage", key: "0", count: 2)
    let large = PythonValue.storage("FloatStorage", key: "0", count: 1 << 60)
    #expect(problem(tensors(.tensor(large, shape: [1 << 60]))) == .hostile)
    #expect(problem(tensors(.tensor(large, shape: [1]))) == .hostile)
    #expect(problem(tensors(.tensor(small, shape: [1 << 60]))) == .hostile)
    // Strides of 0 reach no further than one number, however often.
    #expect(problem(tensors(.tensor(small, shape: [1 << 60], strides: [0]))) == .hostile)
    #expect(problem(tensors(.tensor(small, shape: [1 << 32, 1 << 32], strides: [0, 0]))) == .hostile)
    #expect(problem(tensors(.tensor(small, shape: [Int](repeating: 2, count: 62), strides: [Int](repeating: 0, count: 62)))) == .hostile)
    let header = #"{"w":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,8]}}"#
    #expect(problem(TorchBuilder.safetensors(header, [UInt8](repeating: 0, count: 8))) == .hostile)
  }

  @Test func manyTensorsOverOneStorageAreRefused() {
    let count = 1000
    let storage = PythonValue.storage("FloatStorage", key: "0", count: count)
    let first = PythonValue.tensor(storage, shape: [count]).opcodes + [0x71, 1]
    var pairs = PythonValue.text("w").opcodes + first
    for index in 0..<2000 { pairs += PythonValue.text("\(index)").opcodes + [0x68, 1] }
    let root = PythonValue.raw([0x7d, 0x28] + pairs + [0x75])
    #expect(problem(TorchBuilder.zip(root, ["0": [UInt8](repeating: 0, count: count * 4)])) == .hostile)
  }

  @Test func zipsWhoseSizesLieAreRefused() {
    let tensor = PythonValue.tensor(.storage("FloatStorage", key: "0", count: 2), shape: [2])
    let honest = ZipBuilder(["x/data.pkl": PythonValue.mapping(["w": tensor]).pickle, "x/data/0": [UInt8](repeating: 0, count: 8)])
    #expect(problem(honest.bytes) == nil)
    func with(_ change: (inout ZipBuilder) -> Void) -> CheckpointError.Code? {
      var builder = honest
      change(&builder)
      return problem(builder.bytes)
    }
    #expect(with { $0.entries[1].claimedSize = 1_000_000 } == .hostile)
    #expect(with { $0.entries[1].claimedSize = 4 } == .hostile)
    #expect(with { $0.entries[0].claimedSize = 1_000_000 } == .hostile)
    #expect(
      with {
        $0.entries[1].isWide = true; $0.entries[1].claimedSize = 1 << 62
      } == .hostile)
    #expect(
      with {
        $0.entries[1].isWide = true; $0.entries[1].claimedSize = -1
      } == .hostile)
    #expect(
      with {
        $0.entries[1].isWide = true; $0.entries[1].claimedHeader = .max
      } == .hostile)
    #expect(with { $0.entries[1].claimedHeader = 3 } == .damaged)
    #expect(with { $0.entries[1].claimedHeader = 0 } == .hostile, "one entry over another")
    #expect(with { $0.entries[1].method = 8 } == .unsupported)
    #expect(with { $0.directoryShift = 1_000_000 } == .hostile)
    #expect(with { $0.directoryShift = -5 } == .damaged)
    #expect(
      with {
        $0.hasWideEnd = true; $0.directoryShift = .max / 2
      } == .hostile)
    #expect(with { $0.entries.append($0.entries[1]) } == .hostile)
    #expect(with { $0.entries.append(.init(name: "y/data.pkl", data: [0x4e, 0x2e])) } == .hostile)
    #expect(with { $0.entries.removeLast() } == .damaged)
  }

  /// Two names whose data are the same bytes: the inner entry is a whole zip entry within the outer one's data.
  @Test func overlappingEntriesAreRefused() {
    let inner = ZipBuilder(["x/data/1": [UInt8](repeating: 0, count: 8)])
    let root = PythonValue.mapping([
      "a": .tensor(.storage("FloatStorage", key: "0", count: 4), shape: [4]),
      "b": .tensor(.storage("FloatStorage", key: "1", count: 2), shape: [2]),
    ])
    let innerEntry = Array(inner.bytes.prefix(30 + 8 + 8))
    var outer = ZipBuilder(["x/data.pkl": root.pickle, "x/data/0": innerEntry])
    let position = 30 + 10 + root.pickle.count + 30 + 8
    outer.entries.append(.init(name: "x/data/1", data: [UInt8](repeating: 0, count: 8), claimedHeader: position))
    #expect(problem(outer.bytes) == .hostile)
  }

  @Test func everyTruncationOfEveryFormatIsAnErrorAndNoCrash() {
    let tensor = PythonValue.tensor(.storage("FloatStorage", key: "0", count: 2), shape: [2])
    let root = PythonValue.mapping([
      "meta": .mapping(["CLASSES": .tuple([.text("a"), .text("b")])]), "state_dict": .mapping(["w": tensor]),
    ])
    let data = littleEndian([1, 2] as [Float])
    let header = #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    for file in [
      TorchBuilder.zip(root, ["0": data]), TorchBuilder.stream(root, [("0", 2, data)]), TorchBuilder.safetensors(header, data),
    ] {
      #expect(problem(file) == nil)
      for length in 0..<file.count { #expect(problem(Array(file[..<length])) != nil, "\(length) of \(file.count) bytes") }
    }
  }

  @Test func streamsThatLieAreRefused() {
    let root = PythonValue.mapping(["w": .tensor(.storage("FloatStorage", key: "0", count: 2), shape: [2])])
    let data = littleEndian([1, 2] as [Float])
    #expect(problem(TorchBuilder.stream(root, [("0", 3, data)])) == .damaged)
    #expect(problem(TorchBuilder.stream(root, [("1", 2, data)])) == .damaged)
    #expect(problem(TorchBuilder.stream(root, [("0", 2, data), ("0", 2, data)])) == .damaged)
    #expect(problem(TorchBuilder.stream(root, [])) == .damaged)
    let vast = PythonValue.mapping(["w": .tensor(.storage("FloatStorage", key: "0", count: .max), shape: [2])])
    #expect(problem(TorchBuilder.stream(vast, [("0", .max, data)])) == .damaged)
    let large = PythonValue.mapping(["w": .tensor(.storage("FloatStorage", key: "0", count: 1 << 40), shape: [2])])
    #expect(problem(TorchBuilder.stream(large, [("0", 1 << 40, data)])) == .truncated)
  }

  @Test func safetensorsThatLieAreRefused() {
    let data = [UInt8](repeating: 0, count: 8)
    func result(_ header: String) -> CheckpointError.Code? { problem(TorchBuilder.safetensors(header, data)) }
    #expect(result(#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#) == nil)
    #expect(result(#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,80]}}"#) == .truncated)
    #expect(result(#"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#) == .hostile)
    #expect(result(#"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#) == .hostile)
    #expect(result(#"{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#) == .hostile)
    #expect(result(#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#) == .damaged)
    #expect(result(#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#) == .damaged)
    #expect(result(#"{"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#) == .damaged)
    #expect(result(#"{"w":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#) == .unsupported)
    #expect(
      result(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#) == .hostile)
    #expect(result("{}") == .missingTensor)
    #expect(result("{ ") == .damaged)
    #expect(result(String(repeating: "[", count: 100_000)) == .unknownFormat)
    #expect(result("{\"a\":" + String(repeating: "[", count: 100_000)) == .damaged)
    #expect(problem(littleEndian(1 << 50) + Array("{}".utf8)) == .unknownFormat)
    #expect(problem(littleEndian(1 << 30) + Array("{}".utf8)) == .hostile)
    #expect(problem(littleEndian(1000) + Array("{}".utf8)) == .truncated)
  }

  /// A line as long as the first piece of the file that is fetched once ended the process.
  @Test(arguments: ["F", "I", "L", "p", "g", "V", "S", "P"])
  func aLongLineInAPickleIsReadOrRefused(opcode: String) {
    for length in [1, 4_300, 4_400, 4_401, 65_531, 65_533, 65_534, 65_535, 65_536, 131_072, 1_000_000] {
      let digits = [UInt8](repeating: UInt8(ascii: "1"), count: length)
      let line = opcode == "S" ? [UInt8(ascii: "'")] + digits + [UInt8(ascii: "'")] : digits
      let bytes = ZipBuilder(["a/data.pkl": [0x80, 2, 0x4e] + Array(opcode.utf8) + line + [0x0a, 0x2e]]).bytes
      #expect(problem(bytes) != nil, "\(opcode) \(length)")
    }
  }

  @Test func aHeaderOfMillionsOfTensorsIsRefusedInTime() {
    var header = Array("{".utf8)
    for index in 0..<1_500_000 {
      header += Array("\(index == 0 ? "" : ",")\"t\(index)\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}".utf8)
    }
    header += Array("}".utf8)
    let bytes = littleEndian(header.count) + header
    let time = ContinuousClock().measure { #expect(problem(bytes) == .hostile) }
    #expect(time < .seconds(10), "\(time)")
  }

  @Test func headersThatHideTheirSizeAreRefusedInTime() {
    let many = String(repeating: "1,", count: 5_000_000)
    let time = ContinuousClock().measure {
      for header in [
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[\(many)1],\"data_offsets\":[0,0]}}",
        "{\"w\":\(String(repeating: "{\"a\":", count: 500_000))1",
        "{\"w\":{\"dtype\":\"\(String(repeating: "\\u0041", count: 500_000))\",\"shape\":[],\"data_offsets\":[0,0]}}",
        "{\"\(String(repeating: "x", count: 5_000_000))\":{}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":[]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
      ] {
        #expect(problem(TorchBuilder.safetensors(header, [])) == .damaged, "\(header.prefix(60))")
      }
    }
    #expect(time < .seconds(20), "\(time)")
  }

  @Test func aPickleOfManyTensorsOrObjectsIsRefusedInTime() {
    let tensor = PythonValue.tensor(.storage("FloatStorage", key: "0", count: 2), shape: [0]).opcodes + [0x71, 1, 0x30]
    var names: [UInt8] = []
    for index in 0..<200_000 { names += PythonValue.text("\(index)").opcodes + [0x68, 1] }
    let root = PythonValue.raw(tensor + [0x7d, 0x28] + names + [0x75])
    let empty = [UInt8](repeating: 0x7d, count: 2_000_000)
    let time = ContinuousClock().measure {
      #expect(problem(TorchBuilder.zip(root, ["0": [UInt8](repeating: 0, count: 8)])) == .hostile)
      #expect(problem(TorchBuilder.zip(.raw(empty), [:])) == .hostile)
    }
    #expect(time < .seconds(20), "\(time)")
  }

  @Test func aFileWithACommandIsReadWithoutRunningIt() throws {
    let witness = FileManager.default.temporaryDirectory.appendingPathComponent("orthoweave-\(UUID().uuidString)").path
    let call = PythonValue.call(.global("os", "system"), [.text("touch \(witness)")])
    let bytes = smallNetwork { .mapping(["meta": call, "state_dict": $0, "hook": .build(call, call)]) }
    #expect(try read(bytes).names == ["conv.weight", "conv.bias"])
    #expect(problem(TorchBuilder.zip(call, [:])) == .unsupported)
    #expect(!FileManager.default.fileExists(atPath: witness))
  }

  @Test func pathsThatAreNoFilesAreRefused() {
    for path in ["/nowhere/net.pth", "/", "/dev/zero"] {
      #expect {
        try Checkpoint.read(path: path)
      } throws: { ($0 as? CheckpointError)?.code == .unreadable }
    }
  }
}
