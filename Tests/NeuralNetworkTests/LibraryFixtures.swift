import Checkpoints
import NeuralNetwork
import Testing

/// Narrow networks of mmsegmentation, segmentation_models_pytorch and torchvision, as `scripts/make-library-fixtures` makes them.
struct LibraryFixture: Sendable, CustomTestStringConvertible {
  /// Below `Fixtures/Libraries`: a checkpoint's name, or a folder's.
  var file: String
  var architecture: NetworkDescription.Architecture
  var backbone: String
  var bands: Int
  var outputs: Int
  var sizes: [String]

  var testDescription: String { file }
  var path: String { Fixtures.path("Libraries/" + file) }
  /// The name of the network without the checkpoint's form.
  var stem: String { String(file.prefix { $0 != "." }) }
  /// mmsegmentation's heads align corners or not; those of the other libraries have one way each.
  var isMMSegmentation: Bool { !stem.hasPrefix("smp_") && !stem.hasPrefix("tv_") }

  static let all = [
    LibraryFixture(
      file: "pspnet_r12w2.pth", architecture: .pspnet, backbone: "ResNetV1c-12", bands: 3, outputs: 7,
      sizes: ["40x56", "97x131", "250x333"]),
    LibraryFixture(
      file: "fcn_b17w2b.safetensors", architecture: .fcn, backbone: "ResNet-17", bands: 3, outputs: 6, sizes: ["40x56", "97x131"]),
    LibraryFixture(
      file: "deeplabv3_r12w2.pth", architecture: .deeplabv3, backbone: "ResNetV1c-12", bands: 3, outputs: 1, sizes: ["40x56", "97x131"]),
    LibraryFixture(
      file: "deeplabv3plus_b17w2b.safetensors", architecture: .deeplabv3plus, backbone: "ResNet-17", bands: 3, outputs: 6,
      sizes: ["40x56", "97x131", "250x333"]),
    LibraryFixture(
      file: "ocrnet_hr2.safetensors", architecture: .ocrnet, backbone: "HRNet-W2", bands: 3, outputs: 7,
      sizes: ["40x56", "97x131", "250x333"]),
    LibraryFixture(
      file: "smp_unet_r12w2.ckpt", architecture: .unet, backbone: "ResNet-12", bands: 4, outputs: 6, sizes: ["40x56", "97x131", "250x333"]),
    LibraryFixture(file: "smp_unet_b17w2.ckpt", architecture: .unet, backbone: "ResNet-17", bands: 5, outputs: 19, sizes: ["97x131"]),
    LibraryFixture(
      file: "smp_unetplusplus_r12w2.ckpt", architecture: .unetplusplus, backbone: "ResNet-12", bands: 3, outputs: 3,
      sizes: ["40x56", "97x131"]),
    LibraryFixture(
      file: "smp_fpn_b17w2.safetensors", architecture: .fpn, backbone: "ResNet-17", bands: 3, outputs: 7, sizes: ["40x56", "97x131"]),
    LibraryFixture(
      file: "smp_linknet_r12w4.safetensors", architecture: .linknet, backbone: "ResNet-12", bands: 3, outputs: 2,
      sizes: ["40x56", "97x131"]),
    LibraryFixture(
      file: "smp_pspnet_r12w2.safetensors", architecture: .smpPSPNet, backbone: "ResNet of 2 stages", bands: 3, outputs: 255,
      sizes: ["97x131"]),
    LibraryFixture(
      file: "smp_deeplabv3_r12w2.pth", architecture: .smpDeepLabV3, backbone: "ResNet-12", bands: 3, outputs: 4,
      sizes: ["40x56", "97x131"]),
    LibraryFixture(
      file: "smp_deeplabv3plus_r12w2.safetensors", architecture: .smpDeepLabV3Plus, backbone: "ResNet-12", bands: 8, outputs: 1,
      sizes: ["40x56", "97x131", "250x333"]),
    LibraryFixture(
      file: "tv_fcn_b17w2.pth", architecture: .torchvisionFCN, backbone: "ResNet-17", bands: 3, outputs: 21, sizes: ["40x56", "97x131"]),
    LibraryFixture(
      file: "tv_deeplabv3_b17w2.safetensors", architecture: .torchvisionDeepLabV3, backbone: "ResNet-17", bands: 4, outputs: 5,
      sizes: ["40x56", "97x131"]),
  ]

  static func named(_ stem: String) throws -> LibraryFixture {
    try all.first { $0.stem == stem } ?? { throw NetworkError(.unreadable, file: stem, reason: "is not a fixture") }()
  }

  func tensors() throws -> TensorFile { try TensorFile(try Checkpoint.read(path: path)) }

  /// What the library computes for pixels of this size: about 600 of the logits, and for the smallest size about 60 numbers of each map.
  func expected(_ size: String, alignCorners: Bool? = nil) throws -> NumPyArchive {
    try NumPyArchive(path: Fixtures.path("Libraries/\(stem)_\(size)\(alignCorners == true ? "_corners" : "").npz"))
  }

  // MARK: - The script's rules

  /// Blocks of 16 pixels with noise in them, in 1/256: [height, width, bands].
  static func pixels(_ size: String, bands: Int) throws -> (values: [Float], height: Int, width: Int) {
    func mixed(_ numbers: Int...) -> Float {
      var state: UInt32 = 0
      for number in numbers {
        state = (state ^ UInt32(number)) &* 0x9E37_79B1
        state ^= state >> 15
      }
      return Float(state & 511) / 256 - 1
    }
    let sides = size.split(separator: "x").compactMap { Int($0) }
    guard sides.count == 2 else { throw NetworkError(.unreadable, file: size, reason: "is not a size") }
    var values: [Float] = []
    for y in 0..<sides[0] {
      for x in 0..<sides[1] {
        for c in 0..<bands { values.append(1.5 * mixed(y / 16, x / 16, c + 100) + mixed(y, x, c)) }
      }
    }
    return (values, sides[0], sides[1])
  }

  /// About so many of an array's numbers, at a distance that is prime to its width.
  static func sample(_ array: NumPyArray, count: Int) -> [Float] {
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    var step = max(1, array.values.count / count)
    while step > 1, divisor(step, array.shape.last ?? 1) != 1 { step += 1 }
    return stride(from: 0, to: array.values.count, by: step).map { array.values[$0] }
  }
}
