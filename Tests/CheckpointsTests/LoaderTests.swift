import Foundation
import Testing

@testable import Checkpoints

/// In which order the network got its channels: what the loader gives, turned as often as the configuration turns it.
struct LoaderTests {
  private func metadata(_ text: String) -> (metadata: ModelMetadata, warnings: [String]) {
    var metadata = ModelMetadata()
    var warnings: [String] = []
    metadata.take(config: ConfigReader.read(text), warnings: &warnings)
    return (metadata, warnings)
  }

  private func modern(_ loader: String, _ preprocessor: String = "bgr_to_rgb=True", steps: String = "") -> (ModelMetadata, [String]) {
    let (found, warnings) = metadata(
      """
      model = dict(data_preprocessor=dict(type='SegDataPreProcessor', mean=[1, 2, 3], std=[4, 5, 6], \(preprocessor)))
      test_pipeline = [\(loader), dict(type='Resize', scale=(512, 512)), \(steps)dict(type='PackSegInputs')]
      """)
    return (found, warnings)
  }

  @Test func backendsOfMmcvGiveBGR() {
    for backend in ["", ", imdecode_backend='cv2'", ", imdecode_backend='pillow'", ", imdecode_backend='turbojpeg'"] {
      let (found, warnings) = modern("dict(type='LoadImageFromFile'\(backend))")
      #expect(found.channelOrder == .rgb && warnings.isEmpty && found.assumptions == nil, "\(backend)")
      #expect(modern("dict(type='mmseg.LoadImageFromFile'\(backend))", "bgr_to_rgb=False").0.channelOrder == .bgr)
    }
  }

  @Test func loadersThatKeepTheFilesOrderAreTurnedAndSaid() {
    for loader in [
      "dict(type='LoadImageFromFile', imdecode_backend='tifffile')", "dict(type='LoadSingleRSImageFromFile')",
      "dict(type='mmseg.datasets.transforms.loading.LoadSingleRSImageFromFile')",
    ] {
      let (turned, warnings) = modern(loader)
      #expect(turned.channelOrder == .bgr, "\(loader)")
      #expect(warnings.contains { $0.contains("bgr_to_rgb=True") && $0.contains("takes bgr") }, "\(warnings)")
      let (plain, quiet) = modern(loader, "bgr_to_rgb=False")
      #expect(plain.channelOrder == .rgb && quiet.isEmpty)
    }
  }

  /// Both flags reverse the channels, whatever they are called.
  @Test func rgbToBGROfABGRImageGivesRGB() {
    let (found, warnings) = modern("dict(type='LoadImageFromFile')", "rgb_to_bgr=True")
    #expect(found.channelOrder == .rgb)
    #expect(warnings.contains { $0.contains("rgb_to_bgr") })
    let (file, _) = modern("dict(type='LoadSingleRSImageFromFile')", "rgb_to_bgr=True")
    #expect(file.channelOrder == .bgr)
  }

  @Test func unknownLoadersAndMissingPipelinesAreAssumed() {
    let (own, _) = modern("dict(type='LoadMyTiff')")
    #expect(own.channelOrder == .rgb && own.assumptions?.contains { $0.contains("LoadMyTiff") } == true)
    let (backend, _) = modern("dict(type='LoadImageFromFile', imdecode_backend='rasterio')")
    #expect(backend.assumptions?.contains { $0.contains("rasterio") } == true)
    let (none, _) = metadata("model = dict(data_preprocessor=dict(mean=[1, 2, 3], std=[4, 5, 6], bgr_to_rgb=True))")
    #expect(none.channelOrder == .rgb && none.assumptions?.contains { $0.contains("no test pipeline") } == true)
  }

  @Test func stepsThatChangePixelsAreSaid() {
    let (_, warnings) = modern("dict(type='LoadImageFromFile')", steps: "dict(type='CLAHE'), dict(type='my.ToReflectance'), ")
    #expect(warnings.contains { $0.contains("CLAHE, ToReflectance") })
  }

  @Test func normalizeInTheNewPipelineCountsWhereThePreprocessorHasNone() {
    let (found, _) = metadata(
      """
      model = dict(data_preprocessor=dict(type='SegDataPreProcessor'))
      test_pipeline = [dict(type='LoadImageFromFile'), dict(type='Normalize', mean=[9, 8, 7], std=[1, 2, 3], to_rgb=True)]
      """)
    #expect(found.mean == [9, 8, 7] && found.channelOrder == .rgb)
    let (twice, warnings) = metadata(
      """
      model = dict(data_preprocessor=dict(mean=[1, 2, 3], std=[4, 5, 6], bgr_to_rgb=True))
      test_pipeline = [dict(type='LoadImageFromFile'), dict(type='Normalize', mean=[9, 8, 7], std=[1, 2, 3], to_rgb=False)]
      """)
    #expect(twice.mean == [1, 2, 3] && warnings.contains { $0.contains("twice") })
  }

  @Test func oldPipelinesAreReadAlike() {
    func old(_ loader: String, _ toRGB: String) -> ModelMetadata.ChannelOrder? {
      metadata(
        """
        img_norm_cfg = dict(mean=[1, 2, 3], std=[4, 5, 6], to_rgb=\(toRGB))
        data = dict(test=dict(pipeline=[\(loader), dict(type='MultiScaleFlipAug', transforms=[dict(type='Normalize', **img_norm_cfg)])]))
        """
      ).metadata.channelOrder
    }
    #expect(old("dict(type='LoadImageFromFile')", "True") == .rgb)
    #expect(old("dict(type='LoadImageFromFile', imdecode_backend='tifffile')", "True") == .bgr)
    #expect(old("dict(type='LoadImageFromFile', imdecode_backend='tifffile')", "False") == .rgb)
  }
}
