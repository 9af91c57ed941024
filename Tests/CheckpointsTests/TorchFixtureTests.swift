import Checkpoints
import Foundation
import Testing

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
    let palette = [PaletteColour(red: 1, green: 2, blue: 3), PaletteColour(red: 4, green: 5, blue: 255)]
    #expect(metadata.palette == (file.hasSuffix("safetensors") ? nil : palette))
    #expect(metadata.mean == [1.5, 2, 3])
    #expect(metadata.std == [4, 5, 6])
    #expect(metadata.channelOrder == .rgb)
    #expect(metadata.cropSize == [64, 96])
    #expect(metadata.alignCorners == true)
    #expect(metadata.headType == "ISAHead")
  }
}
