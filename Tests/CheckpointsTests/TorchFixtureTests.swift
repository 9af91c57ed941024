import Basics
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Small files that PyTorch itself wrote.
struct TorchFixtureTests {
  private struct Expected: Decodable {
    var name: String
    var shape: [Int]
    var values: [Double]
  }

  private static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
  }

  @Test(arguments: ["modern.pth", "modern_protocol4.pth", "old.pth", "old_stream.pth", "fanet.pkl", "plain.safetensors"])
  func tensorsAreThoseThatWereSaved(file: String) throws {
    let expected = try JSONDecoder().decode([Expected].self, from: Data(contentsOf: URL(fileURLWithPath: Self.path("expected.json"))))
    let checkpoint = try Checkpoint.read(path: Self.path(file))
    if file.hasSuffix("safetensors") {
      #expect(checkpoint.names.sorted() == expected.map(\.name).sorted())
    } else {
      #expect(checkpoint.names == expected.map(\.name))
    }
    for tensor in expected {
      #expect(checkpoint.shape(tensor.name) == tensor.shape)
      #expect(try checkpoint.doubles(tensor.name) == tensor.values, "\(tensor.name)")
      #expect(try checkpoint.floats(tensor.name) == tensor.values.map { Float($0) }, "\(tensor.name)")
    }
  }

  @Test(arguments: ["modern.pth", "modern_protocol4.pth", "old.pth", "old_stream.pth", "plain.safetensors"])
  func metadataIsThatOfTheTraining(file: String) throws {
    let metadata = try Checkpoint.read(path: Self.path(file)).metadata
    #expect(metadata.classNames == ["land", "water"])
    let palette = [Color(red: 1, green: 2, blue: 3), Color(red: 4, green: 5, blue: 255)]
    #expect(metadata.palette == (file.hasSuffix("safetensors") ? nil : palette))
    #expect(metadata.mean == [1.5, 2, 3])
    #expect(metadata.std == [4, 5, 6])
    #expect(metadata.channelOrder == .rgb)
    #expect(metadata.cropSize == [64, 96])
    #expect(metadata.network?["decode_head"]?["align_corners"] == .bool(true))
    #expect(metadata.headType == "ISAHead")
  }

  @Test(arguments: ["modern.pth", "modern_protocol4.pth", "old.pth", "old_stream.pth", "fanet.pkl", "plain.safetensors"])
  func wholeFilesMatchTheirChecksums(file: String) throws {
    #expect(try Checkpoint.read(path: Self.path(file)).damage() == nil)
  }

  @Test func everyFlippedBitOfTheNumbersIsSaid() throws {
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: Self.path("modern.pth"))))
    let directory = try ZipDirectory(ByteSource(bytes, file: "modern.pth"))
    let numbers = directory.entries.filter { $0.name.contains("/data/") }
    #expect(!numbers.isEmpty && numbers.allSatisfy { $0.checksum != 0 })
    for entry in numbers {
      for position in try directory.content(entry) {
        var damaged = bytes
        damaged[position] ^= 1 << UInt8(position % 8)
        let sentence = try Checkpoint.read(bytes: damaged, file: "net.pth").damage()
        #expect(sentence?.hasPrefix("net.pth: \(entry.name) in it") == true, "byte \(position): \(sentence ?? "nothing")")
      }
    }
  }

  @Test func checksumsEqualThoseOfTheDefinition() {
    func sum(_ bytes: [UInt8], cutAt cut: Int = 0) -> UInt32 {
      var sum = CRC32()
      bytes.withUnsafeBytes {
        sum.add(UnsafeRawBufferPointer(rebasing: $0[..<cut]))
        sum.add(UnsafeRawBufferPointer(rebasing: $0[cut...]))
      }
      return sum.value
    }
    // ISO 3309's check value.
    #expect(sum(Array("123456789".utf8)) == 0xcbf4_3926)
    #expect(sum([]) == 0)
    var random = Seeded(seed: 9)
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      var naive = UInt32.max
      for byte in bytes {
        naive ^= UInt32(byte)
        for _ in 0..<8 { naive = naive & 1 == 1 ? naive >> 1 ^ 0xedb8_8320 : naive >> 1 }
      }
      #expect(sum(bytes, cutAt: Int.random(in: 0...length, using: &random)) == ~naive)
    }
  }
}
