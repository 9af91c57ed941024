import Basics
import Checkpoints
import Foundation
import Testing

/// The checkpoint that mmsegmentation's Runner saved.
@Suite(.enabled(if: SharedFiles.exists("models/landcover_isanet_r18.pth"), "needs ../shared/models"))
struct RealFileTests {
  private let path = SharedFiles.path("models/landcover_isanet_r18.pth")

  @Test func itsTensorsAreThoseOfTheNetwork() throws {
    let checkpoint = try Checkpoint.read(path: path)
    #expect(checkpoint.warnings.isEmpty)
    #expect(checkpoint.names.count == 218)
    #expect(checkpoint.names.first == "backbone.stem.0.weight")
    #expect(checkpoint.shape("decode_head.conv_seg.weight") == [5, 128, 1, 1])
    #expect(checkpoint.floatCount == 3_290_970)
    for name in checkpoint.names {
      let count = try #require(checkpoint.shape(name)).reduce(1, *)
      let numbers = try checkpoint.floats(name)
      #expect(numbers.count == count)
      #expect(numbers.allSatisfy { $0.isFinite })
    }
    #expect(try checkpoint.doubles("backbone.stem.1.num_batches_tracked").count == 1)
  }

  @Test func itSaysWhatItIs() throws {
    let metadata = try Checkpoint.read(path: path).metadata
    #expect(metadata.classNames == ["building", "land", "road", "vegetation", "water"])
    #expect(metadata.palette?.first == Color(red: 60, green: 16, blue: 152))
    #expect(metadata.mean == [123.675, 116.28, 103.53])
    #expect(metadata.channelOrder == .rgb)
    #expect(metadata.cropSize == [512, 512])
    #expect(metadata.slideStride == [384, 384])
    #expect(metadata.mode == .slide)
    #expect(metadata.network?["decode_head"]?["align_corners"] == .bool(false))
    #expect(metadata.headType == "ISAHead")
    #expect(metadata.frameworkVersion == "mmengine 0.10.7")
  }

  @Test func convertingItLosesNothing() throws {
    let original = try Checkpoint.read(path: path)
    let copyPath = FileManager.default.temporaryDirectory.appendingPathComponent("orthoweave-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: copyPath) }
    try original.write(safetensors: copyPath)
    let copy = try Checkpoint.read(path: copyPath)
    #expect(copy.metadata == original.metadata)
    #expect(copy.names == original.names)
    for name in original.names {
      let numbers = try original.floats(name)
      #expect(try copy.floats(name) == numbers)
    }
  }
}
