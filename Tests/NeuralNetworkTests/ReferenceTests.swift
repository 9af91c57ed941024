import Foundation
import NeuralNetwork
import Testing

/// The committed fixtures are mmsegmentation's numbers in float64; the limits are those of the reference: relative L2 5e-5 with Winograd
/// F(4×4, 3×3), a fifth of what the smallest mistake causes (batch norm's ε).
struct ReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    var size: String
    var folding: Bool

    var testDescription: String { "\(file) \(size)\(folding ? "" : " unfolded")" }
  }

  static let cases: [Case] = ["isanet_r18w4.pth", "isanet_b50w4.safetensors", "ann_r18w4.pth", "fanet18_narrow.pth"].flatMap { file in
    ["97x131", "64x64"].flatMap { size in [true, false].map { Case(file: file, size: size, folding: $0) } }
  }

  @Test(arguments: cases)
  func networkGivesTheNumbersOfTheOriginal(_ test: Case) throws {
    let network = try Fixtures.network(Fixtures.path(test.file), options: NetworkOptions(folding: test.folding))
    let input = try NumPyArray(path: Fixtures.path("input_\(test.size).npy"))
    let (pixels, height, width) = Fixtures.pixels(input)
    let stem = test.file.prefix { $0 != "." }
    let expected = try NumPyArchive(path: Fixtures.path("\(stem)_\(test.size).npz"))
    let worker = try network.makeWorker(height: height, width: width)
    let found = try pixels.withUnsafeBufferPointer { try worker.activations(pixels: $0, height: height, width: width) }
    var compared = 0
    for (name, array) in expected.arrays {
      guard let ours = found.first(where: { $0.name == name })?.array else {
        #expect(test.folding, "\(name) is missing")
        continue
      }
      let values = name == "logits" ? everyThird(ours) : ours.values
      let distance = relativeDistance(values, array.values)
      #expect(distance < 5e-5, "\(name): relative L2 \(distance)")
      compared += 1
    }
    #expect(compared >= 2)
  }

  private func everyThird(_ array: NumPyArray) -> [Float] {
    let (height, width) = (array.shape[2], array.shape[3])
    var values: [Float] = []
    for c in 0..<array.shape[1] {
      for y in stride(from: 0, to: height, by: 3) {
        for x in stride(from: 0, to: width, by: 3) { values.append(array.values[(c * height + y) * width + x]) }
      }
    }
    return values
  }

  @Test(arguments: ["isanet_r18w4.pth", "isanet_b50w4.safetensors", "ann_r18w4.pth", "fanet18_narrow.pth"])
  func anyInputSizeGivesTheSameNumbersFoldedAndUnfolded(_ file: String) throws {
    let folded = try Fixtures.network(Fixtures.path(file))
    let unfolded = try Fixtures.network(Fixtures.path(file), options: NetworkOptions(folding: false))
    for (height, width) in [(1, 1), (1, 40), (7, 9), (8, 8), (9, 63), (65, 64), (33, 130)] {
      let pixels = Fixtures.noise(height: height, width: width, channels: 3)
      let a = try folded.logits(pixels, height: height, width: width)
      let b = try unfolded.logits(pixels, height: height, width: width)
      #expect(relativeDistance(a, b) < 5e-5, "\(height)×\(width)")
      #expect(allFinite(a))
    }
  }
}
