import Checkpoints
import NeuralNetwork
import Testing

/// Networks are told apart by their tensors' names and shapes alone; what is not one of them is refused by its nearest relative.
struct RecognitionTests {
  @Test(arguments: LibraryFixture.all)
  func everyNetworkIsRecognizedByItsTensors(_ fixture: LibraryFixture) throws {
    let checkpoint = try Checkpoint.read(path: fixture.path)
    // Without what the file says of itself.
    let bare = try fixture.tensors().checkpoint()
    for checkpoint in [checkpoint, bare] {
      let description = try NetworkDescription(checkpoint)
      #expect(description.architecture == fixture.architecture)
      #expect(description.backbone == fixture.backbone)
      #expect(description.inputChannels == fixture.bands)
      #expect(description.outputs == fixture.outputs)
    }
    #expect(!(try NetworkDescription(bare)).assumed.isEmpty)
  }

  @Test(arguments: LibraryFixture.all)
  func noOtherNetworkTakesItsTensors(_ fixture: LibraryFixture) throws {
    let bare = try fixture.tensors().checkpoint()
    for other in NetworkDescription.Architecture.allCases where other != fixture.architecture {
      let error = #expect(throws: NetworkError.self, "\(other)") {
        try NetworkDescription(bare, options: NetworkOptions(architecture: other))
      }
      #expect(error?.description.contains("\n") == false)
    }
  }

  // MARK: - Refusals

  private func refusal(_ stem: String, _ change: (inout TensorFile) -> Void) throws -> NetworkError? {
    var file = try LibraryFixture.named(stem).tensors()
    change(&file)
    let checkpoint = try file.checkpoint()
    return #expect(throws: NetworkError.self) { try NetworkDescription(checkpoint) }
  }

  @Test func anUnknownNetworkIsRefusedWithTheNearestOne() throws {
    // UPerNet pools as PSPNet does, and has more.
    let upernet = try refusal("pspnet_r12w2") { $0.tensors.append(("decode_head.lateral_convs.0.conv.weight", [1, 1, 1, 1], [0])) }
    #expect(upernet?.code == .unknownArchitecture)
    #expect(
      upernet?.description
        == "changed.safetensors: is not a network that is computed here; nearest network: pspnet (has tensors that no operation here uses "
        + "(decode_head.lateral_convs.0.conv.weight)); see docs/models.md for the networks")
    let other = try refusal("deeplabv3_r12w2") { $0.rename { $0.replacing("aspp_modules", with: "sppf_modules") } }
    #expect(other?.reason.contains("nearest network: deeplabv3 (has no tensor decode_head.aspp_modules.0.conv.weight)") == true)
    let decoder = try refusal("smp_unet_r12w2") { $0.rename { $0.replacing("decoder.blocks.", with: "decoder.stages.") } }
    #expect(decoder?.code == .unknownArchitecture)
    #expect(decoder?.reason.contains("nearest network: ") == true)
    let nothing = try refusal("smp_unet_r12w2") { $0.tensors = [("fc.weight", [1, 1], [0])] }
    #expect(nothing?.reason == "contains no network that this program can compute; the first tensor is fc.weight")
  }

  @Test func encodersAndBlocksThatAreNotComputedAreRefusedByName() throws {
    let attention = try refusal("smp_unet_r12w2") {
      $0.tensors.append(("decoder.blocks.0.attention1.attention.cSE.1.weight", [1, 1, 1, 1], [0]))
    }
    #expect(attention?.reason.contains("decoder.blocks.0.attention1.attention.cSE.1.weight") == true)
    let efficient = try refusal("smp_unet_r12w2") { $0.rename { $0.replacing("encoder.", with: "encoder.model.") } }
    #expect(efficient?.reason.hasPrefix("its encoder is not a ResNet (its first tensor is encoder.model.") == true)
    let groups = try refusal("smp_fpn_b17w2") { $0.reshape("encoder.layer1.0.conv2.weight", [2, 1, 3, 3]) }
    #expect(groups?.reason == "tensor encoder.layer1.0.conv2.weight has shape [2, 1, 3, 3], expected [N, 2, 3, 3]")
    let squeeze = try refusal("smp_linknet_r12w4") { $0.tensors.append(("encoder.layer1.0.se_module.fc1.weight", [1, 1, 1, 1], [0])) }
    #expect(squeeze?.reason.contains("se_module") == true)
    let many = try refusal("smp_pspnet_r12w2") {
      $0.reshape("segmentation_head.0.weight", [256, 16, 3, 3])
      $0.reshape("segmentation_head.0.bias", [256])
    }
    #expect(many?.reason.contains("256 outputs") == true)
  }

  /// What inference uses, but for what networks make and leave unused.
  private func used(_ fixture: LibraryFixture, _ file: TensorFile) -> [String] {
    file.tensors.map(\.name).filter { name in
      ["backbone.", "decode_head.", "encoder.", "decoder.", "segmentation_head.", "classifier."].contains(where: name.hasPrefix)
        && !(fixture.architecture == .smpPSPNet && (name.hasPrefix("encoder.layer3") || name.hasPrefix("encoder.layer4")))
    }
  }

  @Test(arguments: LibraryFixture.all)
  func everyMissingTensorIsRefusedInOneLine(_ fixture: LibraryFixture) throws {
    let whole = try fixture.tensors()
    for name in used(fixture, whole).enumerated().filter({ $0.offset % 7 == 0 }).map(\.element) {
      var file = whole
      file.remove(name)
      let checkpoint = try file.checkpoint()
      let error = #expect(throws: NetworkError.self, "\(name)") { try NetworkDescription(checkpoint) }
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test(arguments: LibraryFixture.all)
  func everyShapeThatDoesNotFitIsRefusedInOneLine(_ fixture: LibraryFixture) throws {
    let whole = try fixture.tensors()
    for (index, name) in used(fixture, whole).enumerated() where index % 7 == 1 {
      for shape in [[], [3], [0, 0, 0, 0], [7, 5, 3, 3], [1, 1, 1, 1, 1]] {
        var file = whole
        file.reshape(name, shape)
        guard let checkpoint = try? file.checkpoint() else { continue }
        // A vector of 3 may be one that fits.
        guard whole.tensors.first(where: { $0.name == name })?.shape != shape else { continue }
        let error = #expect(throws: NetworkError.self, "\(name) \(shape)") { try NetworkDescription(checkpoint) }
        #expect(error?.description.contains("\n") == false)
      }
    }
  }

  @Test(arguments: LibraryFixture.all)
  func hostileFilesOfEveryNetworkAreRefusedInOneLine(_ fixture: LibraryFixture) throws {
    let whole = try fixture.tensors()
    let bytes = whole.bytes()
    for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 12)) {
      let error = #expect(throws: CheckpointError.self, "\(count) bytes") {
        try Checkpoint.read(bytes: Array(bytes.prefix(count)), file: "cut")
      }
      #expect(error?.description.contains("\n") == false)
    }
    for name in used(fixture, whole).enumerated().filter({ $0.offset % 37 == 0 }).map(\.element) {
      for shape in [[1 << 60], [1 << 30, 1 << 30, 3, 3], [1 << 20, 1 << 20, 1 << 20, 1 << 20], [-1, 4, 3, 3]] {
        let error = #expect(throws: CheckpointError.self, "\(name) \(shape)") {
          try Checkpoint.read(bytes: whole.bytes(claims: [name: shape]), file: "huge")
        }
        #expect(error?.description.contains("\n") == false)
      }
    }
  }
}
