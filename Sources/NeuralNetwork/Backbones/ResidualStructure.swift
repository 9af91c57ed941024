import Checkpoints

/// A residual network as its tensors tell it: blocks, widths, strides and dilations; no weights yet.
struct ResidualStructure: Sendable {
  enum Stem: Sendable {
    /// ResNet V1c: three 3×3 convolutions, the first with stride 2.
    case deep
    /// ResNet: one 7×7 convolution with stride 2.
    case plain
  }

  struct Block: Sendable {
    var name: String
    /// Two 3×3 (basic), or 1×1, 3×3, 1×1 (bottleneck).
    var convolutions: [ConvolutionSource]
    var shortcut: ConvolutionSource?
    /// Of the shortcut, and of one of the convolutions.
    var stride: Int
    /// The number of the convolution that has the stride.
    var stridePlace: Int
    /// Of the first 3×3 convolution.
    var dilation: Int
    /// Of a basic block's second one.
    var secondDilation: Int

    var isBottleneck: Bool { convolutions.count == 3 }
  }

  /// How the stages are laid out; it cannot be read off shapes.
  struct Layout: Equatable, Sendable {
    var strides: [Int]
    var dilations: [Int]
    /// Whether the first block of a dilated stage has half its dilation.
    var contractsDilation = false
    /// Dilations of the last stage's blocks, in place of its own.
    var multiGrid: [Int]?
    /// Whether a basic block's second convolution is dilated as the first.
    var dilatesBoth = false
    /// Whether a bottleneck has its stride in the first 1×1 convolution (style caffe) or in the 3×3 (pytorch).
    var stridesFirst = false

    /// mmsegmentation's D8: 1/8 of the input.
    static let dilated = Layout(strides: [1, 2, 1, 1], dilations: [1, 1, 2, 4], contractsDilation: true)
    /// FANet's: 1/64 of the input, no dilation.
    static let strided = Layout(strides: [2, 2, 2, 2], dilations: [1, 1, 1, 1])
    /// The plain one: 1/32 of the input.
    static let plain = Layout(strides: [1, 2, 2, 2], dilations: [1, 1, 1, 1])

    func dilation(stage: Int, block: Int) -> Int {
      if stage == strides.count - 1, let multiGrid { return block < multiGrid.count ? multiGrid[block] : dilations[stage] }
      let dilation = dilations[stage]
      return block == 0 && contractsDilation && dilation > 1 ? dilation / 2 : dilation
    }
  }

  var stem: Stem
  var stemConvolutions: [ConvolutionSource]
  var stages: [[Block]]

  var inputChannels: Int { stemConvolutions[0].inputs }
  var stemChannels: Int { stemConvolutions.last?.outputs ?? 0 }
  /// Channels that come out of each stage.
  var widths: [Int] { stages.map { $0.last?.convolutions.last?.outputs ?? 0 } }
  var isBottleneck: Bool { stages[0][0].isBottleneck }
  /// The number in the network's name: 18, 34, 50, 101, 152.
  var depth: Int { stages.reduce(2) { $0 + $1.count * (isBottleneck ? 3 : 2) } }
  var facts: BackboneFacts {
    let isDeep = if case .deep = stem { true } else { false }
    // A part of a ResNet has no number of its own.
    let number = stages.count == 4 ? "-\(depth)" : " of \(stages.count) stages"
    return BackboneFacts(
      name: "ResNet\(isDeep ? "V1c" : "")\(number)", blocks: stages.map(\.count), stemChannels: stemChannels, stageChannels: widths,
      inputChannels: inputChannels)
  }

  /// Reads the structure off names and shapes.
  ///
  /// - Parameters:
  ///   - prefix: `backbone.` in mmsegmentation and torchvision, `encoder.` in segmentation_models_pytorch, `resnet.` in FANet.
  ///   - stages: how many are used.
  init(_ catalog: inout TensorCatalog, prefix: String, layout: Layout, stages count: Int = 4) throws(NetworkError) {
    if catalog.contains(prefix + "stem.0.weight") {
      stem = .deep
      let inputs = try catalog.inputs(of: prefix + "stem.0")
      let first = try catalog.convolution(prefix + "stem.0", norm: prefix + "stem.1", inputs: inputs, kernel: 3)
      let second = try catalog.convolution(prefix + "stem.3", norm: prefix + "stem.4", inputs: first.outputs, kernel: 3)
      let third = try catalog.convolution(prefix + "stem.6", norm: prefix + "stem.7", inputs: second.outputs, kernel: 3)
      stemConvolutions = [first, second, third]
    } else {
      guard catalog.contains(prefix + "conv1.weight") || catalog.contains(prefix + "layer1.0.conv1.weight") else {
        let first = catalog.checkpoint.names.first { $0.hasPrefix(prefix) }
        throw NetworkError(
          .unsupported, file: catalog.file,
          reason: first.map { "its encoder is not a ResNet (its first tensor is \($0))" } ?? "has no tensors \(prefix)…",
          remedy: "give a whole network on a ResNet-18, 34, 50, 101 or 152")
      }
      stem = .plain
      let inputs = try catalog.inputs(of: prefix + "conv1")
      stemConvolutions = [try catalog.convolution(prefix + "conv1", norm: prefix + "bn1", inputs: inputs, kernel: 7)]
    }
    var channels = stemConvolutions.last?.outputs ?? 0
    stages = []
    for stage in 0..<count {
      var blocks: [Block] = []
      while blocks.isEmpty || catalog.contains("\(prefix)layer\(stage + 1).\(blocks.count).conv1.weight") {
        let name = "\(prefix)layer\(stage + 1).\(blocks.count)"
        let block = try Self.block(
          &catalog, name: name, inputs: channels, stride: blocks.isEmpty ? layout.strides[stage] : 1,
          dilation: layout.dilation(stage: stage, block: blocks.count), layout)
        channels = block.convolutions.last?.outputs ?? 0
        blocks.append(block)
      }
      stages.append(blocks)
    }
    let bottlenecks = stages.joined().count { $0.isBottleneck }
    guard bottlenecks == 0 || bottlenecks == stages.joined().count else {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "\(prefix)layer1…4 mix basic blocks and bottlenecks",
        remedy: "give a checkpoint of ResNet 18, 34, 50, 101 or 152")
    }
  }

  static func block(
    _ catalog: inout TensorCatalog, name: String, inputs: Int, stride: Int, dilation: Int, _ layout: Layout
  ) throws(NetworkError) -> Block {
    var convolutions: [ConvolutionSource] = []
    if catalog.contains(name + ".conv3.weight") {
      let first = try catalog.convolution(name + ".conv1", norm: name + ".bn1", inputs: inputs, kernel: 1)
      let second = try catalog.convolution(name + ".conv2", norm: name + ".bn2", inputs: first.outputs, kernel: 3)
      let third = try catalog.convolution(name + ".conv3", norm: name + ".bn3", inputs: second.outputs, kernel: 1)
      convolutions = [first, second, third]
    } else {
      let first = try catalog.convolution(name + ".conv1", norm: name + ".bn1", inputs: inputs, kernel: 3)
      convolutions = [first, try catalog.convolution(name + ".conv2", norm: name + ".bn2", inputs: first.outputs, kernel: 3)]
    }
    let outputs = convolutions[convolutions.count - 1].outputs
    var shortcut: ConvolutionSource?
    if catalog.contains(name + ".downsample.0.weight") {
      shortcut = try catalog.convolution(name + ".downsample.0", norm: name + ".downsample.1", inputs: inputs, outputs: outputs, kernel: 1)
    } else if catalog.contains(name + ".downsample.1.weight"), try catalog.shape(name + ".downsample.1.weight").count == 4 {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "\(name).downsample begins with an average pool (ResNet V1d)",
        remedy: "give a network with ResNet V1c, as mmsegmentation's isanet_*-d8 and ann_*-d8 have it")
    } else if stride != 1 || inputs != outputs {
      throw NetworkError(
        .missingTensor, file: catalog.file,
        reason: "has no tensor \(name).downsample.0.weight, though \(inputs) channels at stride \(stride) become \(outputs)",
        remedy: "give a checkpoint of the whole network")
    }
    return Block(
      name: name, convolutions: convolutions, shortcut: shortcut, stride: stride,
      stridePlace: convolutions.count == 3 && !layout.stridesFirst ? 1 : 0, dilation: dilation,
      secondDilation: layout.dilatesBoth ? dilation : 1)
  }
}

extension TensorCatalog {
  /// The input channels that a convolution's weight has.
  func inputs(of convolution: String) throws(NetworkError) -> Int {
    let shape = try shape(convolution + ".weight")
    guard shape.count == 4, shape[1] > 0 else {
      throw NetworkError(
        .shape, file: file, reason: "tensor \(convolution).weight has shape \(shape), expected 4 sizes", remedy: "give a whole checkpoint")
    }
    return shape[1]
  }
}
