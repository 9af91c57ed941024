extension ModelMetadata {
  /// Takes what a configuration of mmsegmentation says: 1.x with a data preprocessor, 0.x with `Normalize` in its pipelines.
  mutating func take(config names: [String: ConfigValue]) {
    let config = ConfigValue.dictionary(names)
    let model = config["model"]
    takeInput(config, model)
    takeTest(config, model)
    takeHead(Self.head(model))
    takeBackbone(model?["backbone"])
    datasetType = config["dataset_type"]?.text ?? datasetType
    for loader in [config.at("test_dataloader", "dataset"), config.at("train_dataloader", "dataset"), config.at("data", "test")] {
      let info = loader?["metainfo"]
      classNames = classNames ?? Self.names(info?["classes"] ?? info?["CLASSES"] ?? loader?["classes"])
      palette = palette ?? Self.colours(info?["palette"] ?? info?["PALETTE"] ?? loader?["palette"])
      reduceZeroLabel = reduceZeroLabel ?? loader?["reduce_zero_label"]?.bool
    }
    // The configuration names its data set: that is no guess by the number of classes.
    if classNames == nil, let dataset = datasetType.flatMap(KnownDataset.read), dataset.classNames.count == numClasses {
      classNames = dataset.classNames
      palette = palette ?? dataset.palette
    }
  }

  // MARK: - Input

  private mutating func takeInput(_ config: ConfigValue, _ model: ConfigValue?) {
    if let preprocessor = model?["data_preprocessor"] ?? config["data_preprocessor"], case .dictionary = preprocessor {
      takeNormalisation(mean: preprocessor["mean"], std: preprocessor["std"])
      channelOrder = preprocessor["bgr_to_rgb"]?.bool == true ? .rgb : .bgr
      if preprocessor["rgb_to_bgr"]?.bool == true { channelOrder = .bgr }
      testSize = preprocessor.at("test_cfg", "size")?.extent
      sizeDivisor = preprocessor.at("test_cfg", "size_divisor")?.integer
      return
    }
    // 0.x. Of several pipelines that of the test counts.
    let places = [
      config["test_pipeline"], config.at("data", "test", "pipeline"), config.at("data", "val", "pipeline"), config["train_pipeline"],
      config.at("data", "train"),
    ]
    var budget = 10_000
    for case let place? in places {
      guard let step = Self.normalise(in: place, budget: &budget) else { continue }
      takeNormalisation(mean: step["mean"], std: step["std"])
      // mmcv's own default.
      channelOrder = step["to_rgb"]?.bool == false ? .bgr : .rgb
      return
    }
  }

  /// A configuration without a mean is one without normalisation.
  private mutating func takeNormalisation(mean: ConfigValue?, std: ConfigValue?) {
    switch mean {
    case nil, ConfigValue.none?:
      self.mean = [0, 0, 0]
      self.std = [1, 1, 1]
    default:
      guard let mean = mean?.reals, let std = std?.reals, mean.count == std.count, !mean.isEmpty, std.allSatisfy({ $0 != 0 }) else {
        return
      }
      self.mean = mean
      self.std = std
    }
  }

  /// The first `Normalize` step in a pipeline, also inside steps that hold others.
  private static func normalise(in value: ConfigValue, budget: inout Int) -> ConfigValue? {
    budget -= 1
    guard budget > 0 else { return nil }
    switch value {
    case .dictionary(let entries):
      if entries["type"]?.text == "Normalize" { return value }
      for key in ["transforms", "pipeline", "dataset"] {
        if let inner = entries[key], let found = normalise(in: inner, budget: &budget) { return found }
      }
      return nil
    case .list(let elements):
      for element in elements {
        if let found = normalise(in: element, budget: &budget) { return found }
      }
      return nil
    default: return nil
    }
  }

  // MARK: - Test

  private mutating func takeTest(_ config: ConfigValue, _ model: ConfigValue?) {
    // Early 0.x has test_cfg beside the model.
    let test = model?["test_cfg"] ?? config["test_cfg"]
    mode = test?["mode"]?.text.flatMap(Mode.init(rawValue:)) ?? mode
    cropSize = test?["crop_size"]?.extent ?? config["crop_size"]?.extent ?? cropSize
    slideStride = test?["stride"]?.extent ?? slideStride
  }

  // MARK: - Network

  /// The decode head; of a cascade the last.
  private static func head(_ model: ConfigValue?) -> ConfigValue? {
    let head = model?["decode_head"]
    return head?.list?.last ?? head
  }

  private mutating func takeHead(_ head: ConfigValue?) {
    guard let head, case .dictionary = head else { return }
    headType = head["type"]?.text ?? headType
    numClasses = head["num_classes"]?.integer ?? numClasses
    outChannels = head["out_channels"]?.integer ?? numClasses ?? outChannels
    threshold = head["threshold"]?.real ?? threshold
    alignCorners = head["align_corners"]?.bool ?? false
    downFactor = head["down_factor"]?.extent ?? downFactor
    keyPoolScales = head["key_pool_scales"]?.integers ?? keyPoolScales
    queryScales = head["query_scales"]?.integers ?? queryScales
    inIndex = head["in_index"]?.integers ?? head["in_index"]?.integer.map { [$0] } ?? inIndex
    normEpsilon = head.at("norm_cfg", "eps")?.real ?? normEpsilon
  }

  private mutating func takeBackbone(_ backbone: ConfigValue?) {
    guard let backbone, case .dictionary = backbone else { return }
    backboneType = backbone["type"]?.text ?? backboneType
    depth = backbone["depth"]?.integer ?? depth
    strides = backbone["strides"]?.integers ?? strides
    dilations = backbone["dilations"]?.integers ?? dilations
    contractDilation = backbone["contract_dilation"]?.bool ?? false
    style = backbone["style"]?.text ?? style
    avgDown = backbone["avg_down"]?.bool ?? avgDown
    outIndices = backbone["out_indices"]?.integers ?? outIndices
    normEpsilon = backbone.at("norm_cfg", "eps")?.real ?? normEpsilon
  }

  // MARK: - Classes

  static func names(_ value: ConfigValue?) -> [String]? {
    guard let names = value?.texts, !names.isEmpty, names.count <= 65_536 else { return nil }
    return names
  }

  static func colours(_ value: ConfigValue?) -> [PaletteColour]? {
    guard let rows = value?.list, !rows.isEmpty, rows.count <= 65_536 else { return nil }
    var colours: [PaletteColour] = []
    for row in rows {
      guard let parts = row.integers, parts.count == 3, let red = UInt8(exactly: parts[0]), let green = UInt8(exactly: parts[1]),
        let blue = UInt8(exactly: parts[2])
      else { return nil }
      colours.append(PaletteColour(red: red, green: green, blue: blue))
    }
    return colours
  }
}
