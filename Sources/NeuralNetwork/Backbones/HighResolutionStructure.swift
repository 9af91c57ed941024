import Checkpoints

/// An HRNet (Sun et al., 2019; Wang et al., 2020) as its tensors tell it: branches of growing width and falling resolution that exchange
/// their maps after each module.
struct HighResolutionStructure: Sendable {
  /// A map from one branch to another: nothing where they are the same; a 1×1 convolution and an enlargement to a finer one; 3×3
  /// convolutions of stride 2 to a coarser one.
  typealias Fusion = [ConvolutionSource]

  struct Module: Sendable {
    var branches: [[ResidualStructure.Block]]
    /// By output, then by input.
    var fusions: [[Fusion]]
  }

  /// A branch's way into a stage: a convolution of the branch of the same number, or, where it is new, of the coarsest one.
  struct Transition: Sendable {
    var convolution: ConvolutionSource?
    var stride: Int
  }

  var stem: [ConvolutionSource]
  var first: [ResidualStructure.Block]
  /// For stages 2 to 4.
  var transitions: [[Transition]]
  var stages: [[Module]]
  /// Channels of the branches at 1/4, 1/8, 1/16, 1/32.
  var widths: [Int]

  static func isRecognized(in catalog: TensorCatalog) -> Bool { catalog.contains("backbone.transition1.0.0.weight") }

  var facts: BackboneFacts {
    BackboneFacts(
      name: "HRNet-W\(widths[0])", blocks: [first.count] + stages.map { $0.reduce(0) { $0 + ($1.branches.first?.count ?? 0) } },
      stemChannels: stem[1].outputs, stageChannels: widths, inputChannels: stem[0].inputs)
  }

  /// Reads the structure off names and shapes, and compares it with the configuration's `backbone`.
  ///
  /// - Parameter assumed: gets what the file leaves open, as sentences.
  init(_ catalog: inout TensorCatalog, configuration: ConfigValue?, assumed: inout [String]) throws(NetworkError) {
    var table = try ConfigurationTable(configuration, name: "backbone", file: catalog.file)
    catalog.epsilon = try table.batchNormEpsilon()
    let name = "backbone."
    let inputs = try catalog.inputs(of: name + "conv1")
    let conv1 = try catalog.convolution(name + "conv1", norm: name + "bn1", inputs: inputs, kernel: 3)
    stem = [conv1, try catalog.convolution(name + "conv2", norm: name + "bn2", inputs: conv1.outputs, kernel: 3)]
    first = try Self.blocks(&catalog, name + "layer1", inputs: stem[1].outputs)
    widths = [Self.outputs(first)]
    transitions = []
    stages = []
    for stage in 2...4 {
      var ways: [Transition] = []
      var widths: [Int] = []
      for branch in 0..<stage {
        let way = "\(name)transition\(stage - 1).\(branch)"
        var transition = Transition(convolution: nil, stride: 1)
        if branch == self.widths.count {
          transition.stride = 2
          transition.convolution = try catalog.convolution(
            way + ".0.0", norm: way + ".0.1", inputs: self.widths[branch - 1], kernel: 3)
        } else if catalog.contains(way + ".0.weight") {
          transition.convolution = try catalog.convolution(way + ".0", norm: way + ".1", inputs: self.widths[branch], kernel: 3)
        }
        widths.append(transition.convolution?.outputs ?? self.widths[branch])
        ways.append(transition)
      }
      transitions.append(ways)
      self.widths = widths
      var modules: [Module] = []
      while modules.isEmpty || catalog.contains("\(name)stage\(stage).\(modules.count).branches.0.0.conv1.weight") {
        modules.append(try Self.module(&catalog, "\(name)stage\(stage).\(modules.count)", widths: widths))
      }
      stages.append(modules)
    }
    guard table.isPresent else {
      assumed.append("batch norm eps 1e-05")
      return
    }
    try table.require("type", expected: "HRNet") { $0.typeName == "HRNet" }
    try table.requirePlainConvolutions()
    try table.require("multiscale_output", expected: "True") { $0.bool == true }
    // What `extra` says is in the tensors, but for how branches are fused and what blocks are made of.
    var extra = try table.table("extra")
    for number in 1...4 {
      var stage = try extra.table("stage\(number)")
      try stage.require("block", expected: number == 1 ? "BOTTLENECK" : "BASIC") { $0.text == (number == 1 ? "BOTTLENECK" : "BASIC") }
      try stage.require("fuse_method", expected: "SUM") { $0.text == "SUM" }
      stage.ignore("num_modules", "num_branches", "num_blocks", "num_channels")
      try stage.finish()
    }
    try extra.finish()
    table.ignore("in_channels", "norm_eval", "with_cp", "frozen_stages", "zero_init_residual", "pretrained", "init_cfg")
    try table.finish()
  }

  private static func outputs(_ blocks: [ResidualStructure.Block]) -> Int { blocks.last?.convolutions.last?.outputs ?? 0 }

  private static func blocks(_ catalog: inout TensorCatalog, _ name: String, inputs: Int) throws(NetworkError) -> [ResidualStructure.Block]
  {
    var blocks: [ResidualStructure.Block] = []
    var channels = inputs
    while blocks.isEmpty || catalog.contains("\(name).\(blocks.count).conv1.weight") {
      blocks.append(
        try ResidualStructure.block(&catalog, name: "\(name).\(blocks.count)", inputs: channels, stride: 1, dilation: 1, .plain))
      channels = outputs(blocks)
    }
    return blocks
  }

  private static func module(_ catalog: inout TensorCatalog, _ name: String, widths: [Int]) throws(NetworkError) -> Module {
    var branches: [[ResidualStructure.Block]] = []
    for (index, width) in widths.enumerated() {
      let blocks = try Self.blocks(&catalog, "\(name).branches.\(index)", inputs: width)
      guard outputs(blocks) == width else {
        throw NetworkError(
          .shape, file: catalog.file, reason: "\(name).branches.\(index) makes \(outputs(blocks)) channels of \(width)",
          remedy: "give a checkpoint of mmsegmentation's HRNet")
      }
      branches.append(blocks)
    }
    var fusions: [[Fusion]] = []
    for output in widths.indices {
      var row: [Fusion] = []
      for input in widths.indices {
        let part = "\(name).fuse_layers.\(output).\(input)"
        if input > output {
          row.append([
            try catalog.convolution(part + ".0", norm: part + ".1", inputs: widths[input], outputs: widths[output], kernel: 1)
          ])
        } else {
          var steps: Fusion = []
          for step in 0..<(output - input) {
            let isLast = step == output - input - 1
            steps.append(
              try catalog.convolution(
                "\(part).\(step).0", norm: "\(part).\(step).1", inputs: widths[input],
                outputs: isLast ? widths[output] : widths[input], kernel: 3))
          }
          row.append(steps)
        }
      }
      fusions.append(row)
    }
    return Module(branches: branches, fusions: fusions)
  }
}
