import KernelTypes

/// An HRNet with packed weights.
struct HighResolutionBackbone: Backbone {
  private struct Module: Sendable {
    var branches: [[ResidualBlock]]
    /// By output, then by input.
    var fusions: [[[PackedConvolution]]]
  }

  private let stem: [PackedConvolution]
  private let first: [ResidualBlock]
  private let transitions: [[PackedConvolution?]]
  private let stages: [[Module]]

  init(_ structure: HighResolutionStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    func blocks(_ sources: [ResidualStructure.Block]) throws(NetworkError) -> [ResidualBlock] {
      var blocks: [ResidualBlock] = []
      for source in sources { blocks.append(try ResidualBlock(source, catalog, packing)) }
      return blocks
    }
    var stem: [PackedConvolution] = []
    for source in structure.stem { stem.append(packing.convolution(try source.read(catalog), stride: 2, padding: 1)) }
    self.stem = stem
    first = try blocks(structure.first)
    var transitions: [[PackedConvolution?]] = []
    for ways in structure.transitions {
      var packed: [PackedConvolution?] = []
      for way in ways {
        guard let source = way.convolution else {
          packed.append(nil)
          continue
        }
        packed.append(packing.convolution(try source.read(catalog), stride: way.stride, padding: 1))
      }
      transitions.append(packed)
    }
    self.transitions = transitions
    var stages: [[Module]] = []
    for modules in structure.stages {
      var stage: [Module] = []
      for module in modules {
        var branches: [[ResidualBlock]] = []
        for sources in module.branches { branches.append(try blocks(sources)) }
        var fusions: [[[PackedConvolution]]] = []
        for row in module.fusions {
          var packedRow: [[PackedConvolution]] = []
          for steps in row {
            var packed: [PackedConvolution] = []
            for step in steps {
              let isCoarser = step.kernel == 3
              packed.append(
                packing.convolution(try step.read(catalog), stride: isCoarser ? 2 : 1, padding: isCoarser ? 1 : 0))
            }
            packedRow.append(packed)
          }
          fusions.append(packedRow)
        }
        stage.append(Module(branches: branches, fusions: fusions))
      }
      stages.append(stage)
    }
    self.stages = stages
  }

  var weightBytes: Int {
    let modules = stages.joined()
    var convolutions = stem + transitions.joined().compactMap(\.self)
    convolutions += modules.flatMap { $0.fusions.flatMap { $0.flatMap(\.self) } }
    let blocks = first + modules.flatMap { $0.branches.flatMap(\.self) }
    return convolutions.reduce(0) { $0 + $1.weightBytes } + blocks.reduce(0) { $0 + $1.weightBytes }
  }

  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> [FeatureMap] {
    var x = pixels
    for (index, convolution) in stem.enumerated() {
      x = program.convolve(convolution, x, name: "stem.\(index)", activation: .relu)
    }
    program.note("stem", x)
    for (number, block) in first.enumerated() { x = block.record(x, name: "stage1.\(number)", in: &program) }
    program.note("stage1", x)
    var maps = [x]
    for (index, modules) in stages.enumerated() {
      maps = transitions[index].enumerated().map { branch, convolution in
        let source = branch < maps.count ? maps[branch] : maps[maps.count - 1]
        guard let convolution else { return source }
        return program.convolve(convolution, source, name: "transition\(index + 1).\(branch)", activation: .relu)
      }
      for (number, module) in modules.enumerated() {
        maps = record(module, maps, name: "stage\(index + 2).\(number)", in: &program)
        for (branch, map) in maps.enumerated() { program.note("stage\(index + 2)_module\(number)_branch\(branch)", map) }
      }
    }
    return maps
  }

  /// Every output is the sum over the branches in their order, and its ReLU.
  private func record(
    _ module: Module, _ maps: [FeatureMap], name: String, in program: inout ProgramBuilder
  ) -> [FeatureMap] {
    var inputs: [FeatureMap] = []
    for (branch, blocks) in module.branches.enumerated() {
      var x = maps[branch]
      for (number, block) in blocks.enumerated() { x = block.record(x, name: "\(name).branch\(branch).\(number)", in: &program) }
      inputs.append(x)
    }
    return module.fusions.enumerated().map { output, row in
      let like = inputs[output]
      let total = program.map(height: like.height, width: like.width, channels: like.channels)
      program.copy(like, into: total, name: "\(name).fuse\(output).own")
      for (input, steps) in row.enumerated() where input != output {
        let part = "\(name).fuse\(output).\(input)"
        if input > output {
          let small = program.convolve(steps[0], inputs[input], name: part, activation: .none)
          enlarge(small, by: 1 << (input - output), into: total, name: part, in: &program)
        } else {
          var x = inputs[input]
          for (number, step) in steps.enumerated() {
            let isLast = number == steps.count - 1
            x = program.convolve(
              step, x, name: "\(part).\(number)", activation: isLast ? .none : .relu,
              residual: isLast ? total : nil, into: isLast ? total : nil)
          }
        }
      }
      program.activate(total, .relu, name: "\(name).fuse\(output).relu")
      return total
    }
  }

  /// Enlarges bilinearly by a factor, then to the target's size, which differs where a size is not a multiple, and adds.
  private func enlarge(_ map: FeatureMap, by factor: Int, into target: FeatureMap, name: String, in program: inout ProgramBuilder) {
    let (height, width) = (map.height * factor, map.width * factor)
    guard height != target.height || width != target.width else {
      program.resize(map, into: target, alignCorners: false, adding: true, name: "\(name).enlarge")
      return
    }
    let larger = program.map(height: height, width: width, channels: map.channels)
    program.resize(map, into: larger, alignCorners: false, name: "\(name).enlarge")
    program.resize(larger, into: target, alignCorners: false, adding: true, name: "\(name).fit")
  }
}
