/// What turns a backbone's maps into logits, with packed weights.
protocol DecodeHead: Sendable {
  /// Bytes of all packed weights.
  var weightBytes: Int { get }

  /// Records the operations and returns the logits at the head's own resolution.
  ///
  /// - Parameter features: the maps that the network gives its head, in the order that the head documents.
  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap
}
