import Checkpoints
import Testing

struct TorchFileTests {
  @Test func aZipGivesNamesShapesAndNumbersInOrder() throws {
    let checkpoint = try read(smallNetwork())
    #expect(checkpoint.format == .torchZip)
    #expect(checkpoint.names == ["conv.weight", "conv.bias"])
    #expect(checkpoint.shape("conv.weight") == [2, 3])
    #expect(try checkpoint.floats("conv.weight") == [1, 2, 3, 4, 5, 6])
    #expect(try checkpoint.doubles("conv.bias") == [7, 8])
    #expect(checkpoint.shape("conv") == nil)
    #expect(throws: CheckpointError.self) { try checkpoint.floats("conv") }
    #expect(checkpoint.floatCount == 8)
  }

  @Test(arguments: ["state_dict", "model_state", "model_state_dict", "model", "net"])
  func tensorsAreFoundUnderTheKeysOfTrainings(key: String) throws {
    let bytes = smallNetwork { .mapping(["iter": .int(3), key: $0, "optimizer": .mapping(["state": .dict([])])]) }
    #expect(try read(bytes).names == ["conv.weight", "conv.bias"])
  }

  @Test func aBareDictionaryIsACheckpoint() throws {
    #expect(try read(smallNetwork { $0 }).names == ["conv.weight", "conv.bias"])
  }

  @Test func attributesOfTheDictionaryDoNotMatter() throws {
    let bytes = smallNetwork {
      .mapping(["state_dict": .build($0, .mapping(["_metadata": .ordered(["": .mapping(["version": .int(1)])])]))])
    }
    #expect(try read(bytes).names == ["conv.weight", "conv.bias"])
  }

  @Test func aSubclassOfDictCountsAsOne() throws {
    let tensor = PythonValue.tensor(.storage("FloatStorage", key: "0", count: 1), shape: [1])
    let foreign = PythonValue.items(.call(.global("mmcv.utils.config", "ConfigDict"), []), [(.text("w"), tensor)])
    #expect(try read(TorchBuilder.zip(.mapping(["state_dict": foreign]), ["0": littleEndian([2] as [Float])])).floats("w") == [2])
  }

  @Test func wrappersAreTakenOffTheNames() throws {
    let storage = PythonValue.storage("FloatStorage", key: "0", count: 1)
    func names(_ list: [String]) throws -> [String] {
      let root = PythonValue.dict(list.map { (.text($0), .tensor(storage, shape: [1])) })
      return try read(TorchBuilder.zip(root, ["0": littleEndian([2] as [Float])])).names
    }
    #expect(try names(["module.a", "module.b"]) == ["a", "b"])
    #expect(try names(["module._orig_mod.a", "module._orig_mod.b"]) == ["a", "b"])
    #expect(try names(["model.a", "head.b"]) == ["model.a", "head.b"])
    #expect(try names(["module.a", "b"]) == ["a", "b"])
  }

  @Test func aKeyThatComesTwiceHasItsLastValue() throws {
    let storage = PythonValue.storage("FloatStorage", key: "0", count: 2)
    let root = PythonValue.dict([
      (.text("a"), .tensor(storage, first: 0, shape: [1])), (.text("b"), .tensor(storage, shape: [2])),
      (.text("a"), .tensor(storage, first: 1, shape: [1])),
    ])
    let checkpoint = try read(TorchBuilder.zip(root, ["0": littleEndian([1, 2] as [Float])]))
    #expect(checkpoint.names == ["a", "b"])
    #expect(try checkpoint.floats("a") == [2])
  }

  @Test func viewsOfASharedStorageAreReadInOrder() throws {
    let storage = PythonValue.storage("FloatStorage", key: "0", count: 6)
    let root = PythonValue.mapping([
      "whole": .tensor(storage, shape: [2, 3]),
      "transposed": .tensor(storage, shape: [3, 2], strides: [1, 3]),
      "column": .tensor(storage, first: 1, shape: [2], strides: [3]),
      "repeated": .tensor(storage, first: 2, shape: [3], strides: [0]),
      "scalar": .tensor(storage, first: 5, shape: [], strides: []),
      "empty": .tensor(storage, shape: [0, 3]),
      "one": .tensor(storage, shape: [1, 1], strides: [1 << 62, 1 << 62]),
    ])
    let checkpoint = try read(TorchBuilder.zip(root, ["0": littleEndian([1, 2, 3, 4, 5, 6] as [Float])]))
    #expect(try checkpoint.floats("transposed") == [1, 4, 2, 5, 3, 6])
    #expect(try checkpoint.floats("column") == [2, 5])
    #expect(try checkpoint.floats("repeated") == [3, 3, 3])
    #expect(try checkpoint.floats("scalar") == [6])
    #expect(try checkpoint.doubles("transposed") == [1, 4, 2, 5, 3, 6])
    #expect(try checkpoint.floats("empty") == [])
    #expect(try checkpoint.floats("one") == [1])
  }

  @Test(arguments: [
    ("DoubleStorage", littleEndian((1.5).bitPattern), 1.5), ("HalfStorage", littleEndian(UInt16(0xc100)), -2.5),
    ("BFloat16Storage", littleEndian(UInt16(0x3fc0)), 1.5), ("LongStorage", littleEndian(-7), -7),
    ("IntStorage", littleEndian(Int32(-7)), -7),
    ("ShortStorage", littleEndian(Int16(-7)), -7), ("CharStorage", [0xf9], -7), ("ByteStorage", [0xf9], 249), ("BoolStorage", [1], 1),
  ])
  func everyNumberTypeIsReadInBothByteOrders(type: String, bytes: [UInt8], value: Double) throws {
    let root = PythonValue.mapping(["w": .tensor(.storage(type, key: "0", count: 1), shape: [1])])
    #expect(try read(TorchBuilder.zip(root, ["0": bytes])).doubles("w") == [value])
    #expect(try read(TorchBuilder.zip(root, ["0": bytes.reversed()], bigEndian: true)).floats("w") == [Float(value)])
    #expect(try read(TorchBuilder.stream(root, [("0", 1, bytes)])).doubles("w") == [value])
    #expect(try read(TorchBuilder.stream(root, [("0", 1, bytes.reversed())], littleEndian: false)).doubles("w") == [value])
  }

  @Test func aTypeThatIsNotKnownIsRefusedWhenAskedFor() throws {
    let root = PythonValue.mapping([
      "c": .tensor(.storage("ComplexFloatStorage", key: "1", count: 1), shape: [1]),
      "w": .tensor(.storage("FloatStorage", key: "0", count: 1), shape: [1]),
    ])
    let checkpoint = try read(TorchBuilder.zip(root, ["0": littleEndian([2] as [Float]), "1": [0, 0, 0, 0, 0, 0, 0, 0]]))
    #expect(try checkpoint.floats("w") == [2])
    #expect(checkpoint.elementType("c") == nil)
    #expect {
      try checkpoint.floats("c")
    } throws: { ($0 as? CheckpointError)?.code == .unsupported }
  }

  @Test func parametersAndUntypedStoragesAreTensors() throws {
    let typed = PythonValue.tensor(.storage("FloatStorage", key: "0", count: 2), shape: [2])
    let noHooks = PythonValue.call(.global("collections", "OrderedDict"), [])
    let parameter = PythonValue.call(.global("torch._utils", "_rebuild_parameter"), [typed, .bool(true), noHooks])
    let untyped = PythonValue.call(
      .global("torch._utils", "_rebuild_tensor_v3"),
      [
        .storage("UntypedStorage", key: "0", count: 8, module: "torch.storage"), .int(1), .ints([1]), .ints([1]), .bool(false), noHooks,
        .global("torch", "float32"),
      ])
    let subclass = PythonValue.call(
      .global("torch._tensor", "_rebuild_from_type_v2"),
      [
        .global("torch._utils", "_rebuild_parameter"), .global("torch.nn.parameter", "Parameter"), .tuple([typed, .bool(true), noHooks]),
        .mapping(["note": .text("x")]),
      ])
    let root = PythonValue.mapping(["a": parameter, "b": untyped, "c": subclass])
    let checkpoint = try read(TorchBuilder.zip(root, ["0": littleEndian([2, 3] as [Float])]))
    #expect(try checkpoint.floats("a") == [2, 3])
    #expect(try checkpoint.floats("b") == [3])
    #expect(try checkpoint.floats("c") == [2, 3])
  }

  @Test func aStreamFromBefore16IsRead() throws {
    let old = PythonValue.persistent(
      .tuple([
        .text("storage"), .global("torch", "FloatStorage"), .text("94"), .text("cpu"), .int(4), .tuple([.text("94v"), .int(1), .int(2)]),
      ]))
    let root = PythonValue.ordered([
      "a": .tensor(.storage("FloatStorage", key: "17", count: 3), shape: [3]),
      "view": .tensor(old, shape: [2]),
    ])
    let bytes = TorchBuilder.stream(
      root, [("17", 3, littleEndian([1, 2, 3] as [Float])), ("94", 4, littleEndian([4, 5, 6, 7] as [Float]))])
    let checkpoint = try read(bytes)
    #expect(checkpoint.format == .torchStream)
    #expect(try checkpoint.floats("a") == [1, 2, 3])
    #expect(try checkpoint.floats("view") == [5, 6])
  }

  @Test func zip64IsRead() throws {
    let tensor = PythonValue.tensor(.storage("FloatStorage", key: "0", count: 1), shape: [1])
    var builder = ZipBuilder(["x/data.pkl": PythonValue.mapping(["w": tensor]).pickle, "x/data/0": littleEndian([2] as [Float])])
    builder.hasWideEnd = true
    #expect(try read(builder.bytes).floats("w") == [2])
    for index in builder.entries.indices { builder.entries[index].isWide = true }
    #expect(try read(builder.bytes).floats("w") == [2])
  }

  @Test func whatIsNoCheckpointIsCalledByItsName() {
    func reason(_ bytes: [UInt8]) -> String {
      do throws(CheckpointError) {
        _ = try read(bytes)
        return ""
      } catch {
        return error.description
      }
    }
    #expect(reason([]).contains("is empty"))
    #expect(reason(Array("<!DOCTYPE html>".utf8)).contains("web page"))
    #expect(reason(Array("version https://git-lfs.github.com/spec/v1".utf8)).contains("Git LFS"))
    #expect(reason(Array("II*\0 a raster".utf8)) == "net.pth: is not a checkpoint; give a checkpoint (.pth or .safetensors)")
    #expect(reason(PythonValue.int(1).pickle).contains("not one of torch.save"))
    #expect(reason(ZipBuilder(["word/document.xml": [1]]).bytes).contains("not one of torch.save"))
    #expect(reason(TorchBuilder.zip(.call(.global("models", "Net"), []), [:])).contains("a whole Python object (models.Net)"))
    #expect(reason(TorchBuilder.zip(.mapping(["epoch": .int(1)]), [:])).contains("no named tensors"))
    #expect(!reason(smallNetwork().dropLast()).contains("\n"))
  }
}

extension [UInt8] {
  func dropLast() -> [UInt8] { Array(self[..<(count - 1)]) }
}
