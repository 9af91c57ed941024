import Testing

@testable import Runs

/// Mean and standard deviation are those of pixels of 0…255, as which every source reaches the network.
@Suite struct ModelNormalizationTests {
  @Test func statisticsOfPixelsOfZeroToOneAreRefusedWithTheLineToSet() throws {
    let imageNet = try #require(ModelNormalization.objection(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]))
    #expect(imageNet.reason.contains("0…1"))
    #expect(imageNet.remedy == "set model: {mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]}")
    let half = try #require(ModelNormalization.objection(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]))
    #expect(half.remedy == "set model: {mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5]}")
    #expect(ModelNormalization.objection(mean: [0, 0, 0], std: [0.5, 0.5, 0.5]) != nil)
    #expect(ModelNormalization.objection(mean: [1, 1, 1], std: [1, 1, 1]) != nil)
  }

  @Test func statisticsOfOtherRangesAreRefused() {
    for (mean, std) in [
      ([1353.0, 1117, 1042], [65.0, 154, 187]), ([0, 0, 0], [10000, 10000, 10000]), ([-20, 10, 10], [50, 50, 50]),
      ([120, 120, 300], [50, 50, 50]),
      ([123.675, 116.28, 103.53], [0.229, 0.224, 0.225]),
    ] {
      #expect(ModelNormalization.objection(mean: mean, std: std)?.remedy.contains("input.scale") == true, "\(mean) \(std)")
    }
  }

  @Test func statisticsOfBytesAreTakenAndNoneAtAllIsDoubted() throws {
    for (mean, std) in [
      ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375]), ([103.53, 116.28, 123.675], [1, 1, 1]),
      ([127.5, 127.5, 127.5], [127.5, 127.5, 127.5]),
      ([0, 0, 0], [255, 255, 255]), ([105.08, 110.87, 101.82, 106.38, 53.26], [52.17, 45.38, 44, 39.69, 79.3]),
    ] {
      #expect(ModelNormalization.objection(mean: mean, std: std) == nil)
      #expect(ModelNormalization.doubt(mean: mean, std: std) == nil)
    }
    #expect(ModelNormalization.objection(mean: [0, 0, 0], std: [1, 1, 1]) == nil)
    #expect(ModelNormalization.doubt(mean: [0, 0, 0], std: [1, 1, 1])?.contains("std: [255, 255, 255]") == true)
  }

  @Test func fourBandsThatOpenCVReadNeedTheirOrderSaid() {
    let doubt = ModelNormalization.doubtOfOrder(bands: 4, isBGR: true, isSettled: false)
    #expect(doubt?.reason.contains("OpenCV") == true && doubt?.remedy.contains("input.bands: [3, 2, 1, 4]") == true)
    #expect(ModelNormalization.doubtOfOrder(bands: 4, isBGR: true, isSettled: true) == nil)
    #expect(ModelNormalization.doubtOfOrder(bands: 4, isBGR: false, isSettled: false) == nil)
    #expect(ModelNormalization.doubtOfOrder(bands: 3, isBGR: true, isSettled: false) == nil)
  }
}
