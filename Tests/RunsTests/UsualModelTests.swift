import Checkpoints
import Foundation
import NeuralNetwork
import PipelineFile
import Testing

@testable import Runs

/// What a checkpoint does not say is proposed by the custom of the program that wrote it.
struct UsualModelTests {
  private func usual(_ file: String) throws -> UsualModel {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    let checkpoint = try Checkpoint.read(path: tests + "/NeuralNetworkTests/Fixtures/Libraries/" + file)
    return UsualModel(checkpoint, try NetworkDescription(checkpoint))
  }

  @Test func theFilesWriterTellsTheValues() throws {
    let torchgeo = try usual("smp_unet_r12w2.ckpt")
    #expect(torchgeo.normalizations.map(\.mean) == [[0, 0, 0, 0]])
    #expect(torchgeo.normalizations.map(\.std) == [[255, 255, 255, 255]])
    let flair = try usual("smp_unet_b17w2.ckpt")
    #expect(flair.normalizations.map(\.mean) == [[105.08, 110.87, 101.82, 106.38, 53.26]])
    #expect(flair.remedy.contains("FLAIR-1's"))
    let geoai = try usual("smp_deeplabv3_r12w2.pth")
    #expect(geoai.normalizations.map(\.std) == [[255, 255, 255]])
    let plain = try usual("smp_fpn_b17w2.safetensors")
    #expect(plain.normalizations.map(\.mean) == [[123.675, 116.28, 103.53]])
    let eight = try usual("smp_deeplabv3plus_r12w2.safetensors")
    #expect(eight.normalizations.map(\.mean.count) == [8])
    let torchvision = try usual("tv_fcn_b17w2.pth")
    #expect(torchvision.dataset?.name == "voc")
    #expect(plain.dataset == nil)
  }

  @Test func buffersOfALightningModuleAreProposedBothWays() throws {
    let lightning = try usual("smp_unetplusplus_r12w2.ckpt")
    #expect(lightning.normalizations.map(\.mean) == [[0.485, 0.456, 0.406].map { $0 * 255 }, [0.485, 0.456, 0.406]])
    #expect(
      lightning.remedy
        == "set model: {mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]} (its buffers mean and std, if they were "
        + "applied to pixels of 0…1, as most trainings do), or model: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]} (its buffers mean and std, if they were applied to "
        + "pixels of 0…255, as in segmentation_models_pytorch's example) in the pipeline")
  }

  @Test func everyNetworkHasAWordInThePipeline() {
    let words = Set(Pipeline.Architecture.allCases.map(\.rawValue)).subtracting(["auto"])
    #expect(words == Set(NetworkDescription.Architecture.allCases.map(\.rawValue)))
  }
}
