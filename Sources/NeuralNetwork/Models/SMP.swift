/// What segmentation_models_pytorch's networks share.
enum SMP {
  /// What their tensors do not tell.
  static let assumed = ["batch norm eps 1e-05", "no activation after the segmentation head"]

  /// A ResNet as DeepLabV3 has it: no stride and dilated convolutions in the last two stages.
  static let deepLabV3 = ResidualStructure.Layout(strides: [1, 2, 1, 1], dilations: [1, 1, 2, 4], dilatesBoth: true)
  /// As DeepLabV3+ has it: in the last stage.
  static let deepLabV3Plus = ResidualStructure.Layout(strides: [1, 2, 2, 1], dilations: [1, 1, 1, 2], dilatesBoth: true)
  /// Of their atrous pyramids.
  static let dilations = [12, 24, 36]
}
