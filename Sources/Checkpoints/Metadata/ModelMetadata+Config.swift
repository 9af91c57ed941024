import Basics

extension ModelMetadata {
  /// Takes what a configuration of mmsegmentation says: 1.x with a data preprocessor, 0.x with `Normalize` in its pipelines.
  ///
  /// - Parameter namesClasses: whether the data set that it names may name the classes, where nothing else does.
  mutating func take(config names: [String: ConfigValue], namesClasses: Bool = true, warnings: inout [String]) {
    let config = ConfigValue.dictionary(names)
    let model = config["model"]
    takeInput(config, model, &warnings)
    takeTest(config, model)
    takeNetwork(model, &warnings)
    datasetType = config["dataset_type"]?.typeName ?? datasetType
    if namesClasses {
      let stated = Self.stated(config)
      if let classNames, let other = stated.classNames, classNames != other {
        warnings.append(
          "it and its configuration name different classes (\(Self.firstDifference(classNames, other))): its own names are followed")
      }
      classNames = classNames ?? stated.classNames
      palette = palette ?? stated.palette
    }
    for loader in Self.loaders(config) { reduceZeroLabel = reduceZeroLabel ?? loader["reduce_zero_label"]?.bool }
    // The configuration names its data set: it is not guessed from the number of classes.
    if namesClasses, classNames == nil, let dataset = datasetType.flatMap(KnownDataset.read), dataset.classNames.count == numClasses {
      classNames = dataset.classNames
      palette = palette ?? dataset.palette
    }
  }

  private static func loaders(_ config: ConfigValue) -> [ConfigValue] {
    [config.at("test_dataloader", "dataset"), config.at("train_dataloader", "dataset"), config.at("data", "test")].compactMap(\.self)
  }

  /// The classes and colors that a configuration itself names.
  static func stated(_ config: ConfigValue) -> (classNames: [String]?, palette: [Color]?) {
    var (classNames, palette): ([String]?, [Color]?) = (nil, nil)
    for loader in loaders(config) {
      let info = loader["metainfo"]
      classNames = classNames ?? names(info?["classes"] ?? info?["CLASSES"] ?? loader["classes"])
      palette = palette ?? colors(info?["palette"] ?? info?["PALETTE"] ?? loader["palette"])
    }
    return (classNames, palette)
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

  /// Keys of `model` that say nothing about what the network computes.
  private static let otherKeys: Set<String> = [
    "data_preprocessor", "train_cfg", "test_cfg", "auxiliary_head", "pretrained", "init_cfg",
  ]

  private mutating func takeNetwork(_ model: ConfigValue?, _ warnings: inout [String]) {
    guard let model else { return }
    guard case .dictionary(let entries) = model else {
      warnings.append(
        "its configuration makes the model by a program (model = …), which is not run; give it as dictionaries in model.config")
      return
    }
    network = .dictionary(entries.filter { !Self.otherKeys.contains($0.key) })
    // Of a cascade the last head.
    guard let head = entries["decode_head"].map({ $0.list?.last ?? $0 }), case .dictionary = head else { return }
    numClasses = head["num_classes"]?.integer ?? numClasses
    outChannels = head["out_channels"]?.integer ?? numClasses ?? outChannels
    threshold = head["threshold"]?.real ?? threshold
  }

  /// The decode head's class, for messages.
  package var headType: String? {
    let head = network?["decode_head"]
    return (head?.list?.last ?? head)?["type"]?.typeName
  }

  // MARK: - Classes

  static func names(_ value: ConfigValue?) -> [String]? {
    guard let names = value?.texts, !names.isEmpty, names.count <= 65_536 else { return nil }
    return names
  }

  static func colors(_ value: ConfigValue?) -> [Color]? {
    guard let rows = value?.list, !rows.isEmpty, rows.count <= 65_536 else { return nil }
    var colors: [Color] = []
    for row in rows {
      guard let parts = row.integers, parts.count == 3, let red = UInt8(exactly: parts[0]), let green = UInt8(exactly: parts[1]),
        let blue = UInt8(exactly: parts[2])
      else { return nil }
      colors.append(Color(red: red, green: green, blue: blue))
    }
    return colors
  }

  /// A warning about class names of a kind that is not understood.
  static func unreadClasses(_ kind: String) -> String {
    "its class names are not understood (\(kind)) and are ignored; name the classes in model.classes"
  }
}
