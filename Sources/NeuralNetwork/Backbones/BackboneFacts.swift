/// What a description says of a backbone.
struct BackboneFacts: Sendable {
  /// As in `ResNetV1c-50`.
  var name: String
  /// Of each stage.
  var blocks: [Int]
  var stemChannels: Int
  /// Channels that come out of each stage.
  var stageChannels: [Int]
  /// Bands that it reads.
  var inputChannels: Int
}
