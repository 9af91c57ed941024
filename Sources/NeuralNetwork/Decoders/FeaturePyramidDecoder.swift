import KernelTypes

/// segmentation_models_pytorch's FPN decoder (Lin et al., 2017; Kirillov et al., 2017): lateral 1×1 convolutions onto an enlarged coarser
/// map, then segmentation blocks with group norm that bring every level to 1/4 of the input's size.
struct FeaturePyramidStructure: Sendable {
  /// A 3×3 convolution with group norm.
  struct Unit: Sendable {
    var convolution: ConvolutionSource
    var norm: GroupNormSource
    /// Whether its result is enlarged twice.
    var enlarges: Bool
  }

  /// On the encoder's maps from the coarsest.
  var laterals: [ConvolutionSource]
  /// A row of units for each level, from the coarsest.
  var levels: [[Unit]]
  var classifier: ConvolutionSource
  /// Whether the levels follow one another in the classifier's inputs, or are added up.
  var concatenates: Bool

  /// - Parameter widths: channels of the encoder's four coarsest maps, finest first.
  init(_ catalog: inout TensorCatalog, widths: [Int]) throws(NetworkError) {
    let decoder = "decoder."
    let top = try catalog.convolution(decoder + "p5", bias: true, inputs: widths[3], kernel: 1)
    laterals = [top]
    for (level, width) in zip([4, 3, 2], [widths[2], widths[1], widths[0]]) {
      laterals.append(
        try catalog.convolution("\(decoder)p\(level).skip_conv", bias: true, inputs: width, outputs: top.outputs, kernel: 1))
    }
    levels = []
    for level in 0..<4 {
      let doublings = 3 - level
      var channels = top.outputs
      var units: [Unit] = []
      for unit in 0..<max(1, doublings) {
        let name = "\(decoder)seg_blocks.\(level).block.\(unit).block"
        let convolution = try catalog.convolution(name + ".0", inputs: channels, kernel: 3)
        channels = convolution.outputs
        units.append(
          Unit(convolution: convolution, norm: try catalog.groupNorm(name + ".1", channels: channels), enlarges: doublings > 0))
      }
      levels.append(units)
    }
    let channels = levels[3][0].convolution.outputs
    let inputs = try catalog.inputs(of: "segmentation_head.0")
    concatenates = inputs == 4 * channels
    classifier = try catalog.segmentationHead(inputs: concatenates ? inputs : channels, kernel: 1)
  }
}

/// Where a group norm's numbers are.
struct GroupNormSource: Equatable, Sendable {
  var name: String
  var channels: Int
}

extension TensorCatalog {
  mutating func groupNorm(_ name: String, channels: Int) throws(NetworkError) -> GroupNormSource {
    try vectors([name + ".weight", name + ".bias"], channels: channels)
    return GroupNormSource(name: name, channels: channels)
  }
}

/// The decoder with packed weights.
struct FeaturePyramidDecoder: DecodeHead {
  private struct Unit: Sendable {
    var convolution: PackedConvolution
    var norm: PackedGroupNorm
    var enlarges: Bool
  }

  private let laterals: [PackedConvolution]
  private let levels: [[Unit]]
  private let classifier: PackedConvolution
  private let concatenates: Bool

  init(_ structure: FeaturePyramidStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    var laterals: [PackedConvolution] = []
    for lateral in structure.laterals { laterals.append(packing.convolution(try lateral.read(catalog))) }
    var levels: [[Unit]] = []
    for units in structure.levels {
      var packed: [Unit] = []
      for unit in units {
        packed.append(
          Unit(
            convolution: packing.convolution(try unit.convolution.read(catalog), padding: 1),
            norm: try PackedGroupNorm(unit.norm, catalog), enlarges: unit.enlarges))
      }
      levels.append(packed)
    }
    self.laterals = laterals
    self.levels = levels
    concatenates = structure.concatenates
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int {
    levels.joined().reduce(laterals.reduce(classifier.weightBytes) { $0 + $1.weightBytes }) {
      $0 + $1.convolution.weightBytes + $1.norm.bytes
    }
  }

  /// - Parameter features: the encoder's four coarsest maps, finest first.
  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    var pyramid: [FeatureMap] = []
    for (index, (lateral, feature)) in zip(laterals, features.reversed()).enumerated() {
      let x = program.convolve(lateral, feature, name: "p\(5 - index)", activation: .none)
      if let coarser = pyramid.last { program.resizeNearest(coarser, into: x, adding: true, name: "p\(5 - index).add") }
      program.note("p\(5 - index)", x)
      pyramid.append(x)
    }
    let finest = features[0]
    let channels = levels[3][0].convolution.outputs
    let merged = program.map(height: finest.height, width: finest.width, channels: concatenates ? 4 * channels : channels)
    for (index, units) in levels.enumerated() {
      let name = "s\(5 - index)"
      let target = concatenates ? merged.channels((index * channels)..<((index + 1) * channels)) : merged
      let adds = !concatenates && index > 0
      var x = pyramid[index]
      for (number, unit) in units.enumerated() {
        x = program.convolve(unit.convolution, x, name: "\(name).\(number)", activation: .none)
        program.normalizeGroups(unit.norm, x, activation: .relu, name: "\(name).\(number).norm")
        let isLast = number == units.count - 1
        guard unit.enlarges else { continue }
        if isLast {
          program.note("\(name)_small", x)
          program.resize(x, into: target, alignCorners: true, adding: adds, name: "\(name).\(number).enlarge")
        } else {
          let larger = program.map(height: 2 * x.height, width: 2 * x.width, channels: x.channels)
          program.resize(x, into: larger, alignCorners: true, name: "\(name).\(number).enlarge")
          x = larger
        }
      }
      if !units[units.count - 1].enlarges { program.copy(x, into: target, adding: adds, name: "\(name).add") }
    }
    program.note("merge", merged)
    return program.convolve(classifier, merged, name: "segmentation_head", activation: .none)
  }
}
