import Checkpoints
import NeuralNetwork
import Testing

/// The committed fixtures are the libraries' numbers in float64; the limits are those of `ReferenceTests`.
struct LibraryReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var fixture: LibraryFixture
    var size: String
    /// Nil: as the checkpoint says.
    var alignCorners: Bool?
    var folding: Bool

    var testDescription: String {
      "\(fixture.file) \(size)\(alignCorners == true ? " corners aligned" : "")\(folding ? "" : " unfolded")"
    }
  }

  static let cases = LibraryFixture.all.flatMap { fixture in
    fixture.sizes.flatMap { size in
      // The largest maps are compared once.
      let corners: [Bool?] = fixture.isMMSegmentation && size != "250x333" ? [nil, true] : [nil]
      return corners.flatMap { corners in
        (size == "40x56" ? [true, false] : [true]).map { Case(fixture: fixture, size: size, alignCorners: corners, folding: $0) }
      }
    }
  }

  @Test(arguments: cases)
  func networkGivesTheNumbersOfTheLibrary(_ test: Case) throws {
    let fixture = test.fixture
    let network = try Fixtures.network(fixture.path, options: NetworkOptions(alignCorners: test.alignCorners, folding: test.folding))
    let (pixels, height, width) = try LibraryFixture.pixels(test.size, bands: fixture.bands)
    let worker = try network.makeWorker(height: height, width: width)
    let found = try pixels.withUnsafeBufferPointer { try worker.activations(pixels: $0, height: height, width: width) }
    let expected = try fixture.expected(test.size, alignCorners: test.alignCorners)
    #expect(expected.arrays.contains { $0.name == "logits" })
    for (name, array) in expected.arrays {
      guard let ours = found.first(where: { $0.name == name })?.array else {
        #expect(test.folding, "\(name) is missing")
        continue
      }
      let values = LibraryFixture.sample(ours, count: name == "logits" ? 600 : 60)
      let distance = relativeDistance(values, array.values)
      #expect(distance < 5e-5, "\(name): relative L2 \(distance)")
    }
  }

  @Test(arguments: LibraryFixture.all)
  func anyInputSizeGivesTheSameNumbersFoldedAndUnfolded(_ fixture: LibraryFixture) throws {
    let folded = try Fixtures.network(fixture.path)
    let unfolded = try Fixtures.network(fixture.path, options: NetworkOptions(folding: false))
    for (height, width) in [(1, 1), (1, 40), (7, 9), (9, 63), (65, 64)] {
      let pixels = Fixtures.noise(height: height, width: width, channels: fixture.bands)
      let a = try folded.logits(pixels, height: height, width: width)
      let b = try unfolded.logits(pixels, height: height, width: width)
      #expect(relativeDistance(a, b) < 5e-5, "\(height)×\(width)")
      #expect(allFinite(a))
    }
  }

  /// OCRNet's first head is FCN's, so that its weights by FCN's names are an FCN on an HRNet.
  @Test func theFirstHeadOfOCRNetIsAnFCNOnAnHRNet() throws {
    let fixture = try LibraryFixture.named("ocrnet_hr2")
    var file = try fixture.tensors()
    file.tensors.removeAll { $0.name.hasPrefix("decode_head.1.") }
    file.rename { $0.replacing("decode_head.0.", with: "decode_head.") }
    let network = try Network(checkpoint: try file.checkpoint())
    #expect(network.description.architecture == .fcn)
    #expect(network.description.backbone == "HRNet-W2")
    let (pixels, height, width) = try LibraryFixture.pixels("40x56", bands: 3)
    let worker = try network.makeWorker(height: height, width: width)
    let found = try pixels.withUnsafeBufferPointer { try worker.activations(pixels: $0, height: height, width: width) }
    let small = try #require(found.first { $0.name == "logits_small" })
    let expected = try #require(try fixture.expected("40x56").arrays.first { $0.name == "ocr_soft_logits" })
    #expect(relativeDistance(LibraryFixture.sample(small.array, count: 60), expected.array.values) < 5e-5)
  }
}
