/// How images become what the network sees: the loader's order of channels, what turns it, mean and standard deviation.
extension ModelMetadata {
  /// Places of a test pipeline, then of others; of several the first that has a step counts.
  private static func pipelines(_ config: ConfigValue) -> [ConfigValue] {
    [
      config["test_pipeline"], config.at("test_dataloader", "dataset", "pipeline"), config.at("data", "test", "pipeline"),
      config.at("val_dataloader", "dataset", "pipeline"), config.at("data", "val", "pipeline"), config["train_pipeline"],
      config.at("train_dataloader", "dataset", "pipeline"), config.at("data", "train"),
    ].compactMap(\.self)
  }

  mutating func takeInput(_ config: ConfigValue, _ model: ConfigValue?, _ warnings: inout [String]) {
    let pipelines = Self.pipelines(config)
    var budget = 10_000
    let steps = pipelines.map { Self.steps($0, budget: &budget) }
    let normalize = steps.lazy.compactMap { $0.first { $0.type == "Normalize" } }.first?.step
    var isTurned = false
    var turns: [String] = []
    // 0.x, and 1.x whose preprocessor leaves it to the pipeline. mmcv's own default turns the channels.
    let preprocessor = model?["data_preprocessor"] ?? config["data_preprocessor"]
    var hasInput = false
    if let preprocessor, case .dictionary = preprocessor {
      hasInput = true
      takeNormalization(mean: preprocessor["mean"], std: preprocessor["std"])
      for key in ["bgr_to_rgb", "rgb_to_bgr"] where preprocessor[key]?.bool == true {
        // Both do the same: they reverse three channels.
        isTurned = true
        turns.append("\(key)=True")
      }
      testSize = preprocessor.at("test_cfg", "size")?.extent
      sizeDivisor = preprocessor.at("test_cfg", "size_divisor")?.integer
    }
    if let normalize, !hasInput || Self.isNothing(preprocessor?["mean"]) {
      hasInput = true
      takeNormalization(mean: normalize["mean"], std: normalize["std"])
      if normalize["to_rgb"]?.bool != false {
        isTurned.toggle()
        turns.append("to_rgb=True")
      }
    } else if normalize != nil {
      warnings.append(
        "its configuration normalizes twice (data_preprocessor and Normalize); the data_preprocessor's mean and std are taken")
    }
    guard hasInput else { return }
    var assumed: [String] = []
    let loader = Loader(steps)
    switch loader {
    case .bgr: break
    case .file(let name):
      if isTurned {
        warnings.append(
          "its images are read by \(name) in the file's order, which \(turns.joined(separator: " and ")) turns: the network takes bgr")
      }
    case .unknown(let name): assumed.append("images read as bgr, as LoadImageFromFile does (the loader \(name) is not known)")
    case .missing: assumed.append("images read as bgr, as LoadImageFromFile does (the configuration has no test pipeline)")
    }
    if case .bgr = loader, turns == ["rgb_to_bgr=True"] {
      warnings.append("its images are read as bgr, which rgb_to_bgr=True turns, whatever its name: the network takes rgb")
    }
    channelOrder = loader.isBGR != isTurned ? .bgr : .rgb
    let unknown = steps.first { !$0.isEmpty }?.map(\.type).filter { !Self.isKnown($0) } ?? []
    if !unknown.isEmpty {
      warnings.append("its test pipeline has steps that are not done here: \(unknown.prefix(8).joined(separator: ", "))")
    }
    assumptions = assumed.isEmpty ? nil : assumed
  }

  private static func isNothing(_ value: ConfigValue?) -> Bool { value == nil || value == ConfigValue.none }

  /// A configuration without a mean is one without normalization.
  private mutating func takeNormalization(mean: ConfigValue?, std: ConfigValue?) {
    guard !Self.isNothing(mean) else {
      self.mean = [0, 0, 0]
      self.std = [1, 1, 1]
      return
    }
    guard let mean = mean?.reals, let std = std?.reals, mean.count == std.count, !mean.isEmpty, std.allSatisfy({ $0 != 0 }) else { return }
    self.mean = mean
    self.std = std
  }

  // MARK: - Pipelines

  private typealias Step = (type: String, step: ConfigValue)

  /// The steps of a pipeline in order, those inside steps that hold others included.
  private static func steps(_ value: ConfigValue, budget: inout Int) -> [Step] {
    budget -= 1
    guard budget > 0 else { return [] }
    switch value {
    case .dictionary(let entries):
      var found: [Step] = []
      let inner = ["transforms", "pipeline", "dataset"].compactMap { entries[$0] }
      if let type = entries["type"]?.typeName, inner.isEmpty { found.append((type, value)) }
      for value in inner { found += steps(value, budget: &budget) }
      return found
    case .list(let elements):
      var found: [Step] = []
      for element in elements { found += steps(element, budget: &budget) }
      return found
    default: return []
    }
  }

  /// Steps that read, that cut and turn (tiles and `inference.flip` take their place), or that only pack.
  private static func isKnown(_ type: String) -> Bool {
    let known: Set<String> = [
      "Normalize", "Resize", "RandomFlip", "Pad", "ResizeToMultiple", "ResizeShortestEdge", "PackSegInputs", "ImageToTensor", "ToTensor",
      "DefaultFormatBundle", "Collect", "MultiScaleFlipAug", "TestTimeAug", "RandomCrop", "RandomResize", "PhotoMetricDistortion",
      "RandomRotate",
      "RandomRotFlip", "RandomCutOut", "RandomMosaic",
    ]
    return known.contains(type) || type.hasPrefix("Load") || type == "InferencerLoader"
  }

  /// In which order the step that reads an image gives its channels.
  private enum Loader {
    case bgr
    /// As the file has them.
    case file(String)
    case unknown(String)
    case missing

    var isBGR: Bool { if case .file = self { false } else { true } }

    init(_ pipelines: [[Step]]) {
      let readers = pipelines.lazy.compactMap { steps in
        steps.first { $0.type == "InferencerLoader" || $0.type.hasPrefix("Load") && !$0.type.contains("Annotation") }
      }
      guard let (type, step) = readers.first else {
        self = .missing
        return
      }
      switch type {
      case "LoadImageFromFile", "LoadImageFromNDArray", "LoadImageFromWebcam", "InferencerLoader":
        let backend = step["imdecode_backend"].map { $0.text ?? "of a program" } ?? "cv2"
        switch backend {
        // mmcv asks all three for bgr.
        case "cv2", "turbojpeg", "pillow": self = .bgr
        case "tifffile": self = .file("\(type) with \(backend)")
        default: self = .unknown("\(type) with \(backend)")
        }
      case "LoadSingleRSImageFromFile": self = .file(type)
      default: self = .unknown(type)
      }
    }
  }
}
