extension ModelMetadata {
  /// Takes what Lightning, TorchGeo, geoai and FLAIR-1 leave beside the tensors, or before their names.
  ///
  /// - Parameter prefix: the words before the network's own names.
  mutating func take(libraries heap: PickleHeap, root: PickleValue, prefix: String) {
    func text(_ key: String, in value: PickleValue?) -> String? { heap.string(heap.value(key, in: value), limit: 100) }
    let arguments = heap.value("hyper_parameters", in: root)
    // Names of before TorchGeo 0.4, then those of since.
    let isTorchGeo =
      text("segmentation_model", in: arguments) != nil && text("encoder_name", in: arguments) != nil
      || text("model", in: arguments) != nil && text("backbone", in: arguments) != nil
    if prefix == "model.seg_model." {
      origin = .flair
    } else if isTorchGeo {
      origin = .torchgeo
    } else if text("architecture", in: root) != nil, text("encoder_name", in: root) != nil {
      origin = .geoai
    } else if heap.value("pytorch-lightning_version", in: root) != nil {
      origin = .lightning
    }
    task = text("task", in: arguments)
    activation = text("activation", in: arguments)
  }
}
