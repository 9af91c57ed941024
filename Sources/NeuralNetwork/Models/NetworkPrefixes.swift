/// Prefixes of the tensors that inference uses, by library.
enum NetworkPrefixes {
  static let mmsegmentation = ["backbone.", "neck.", "decode_head."]
  static let smp = ["encoder.", "decoder.", "segmentation_head."]
  static let torchvision = ["backbone.", "classifier."]
}
