import Basics

/// A safetensors file can say the same thing in three places: in what this program wrote, in keys of their own, and in the training's configuration.
extension ModelMetadata {
  /// One of these places.
  private struct Place {
    var name: String
    var says: ModelMetadata
  }

  /// What a file's metadata say differently in two places, a sentence each: what each says, which counts, and the pipeline's keys that settle it.
  ///
  /// - Parameter fields: the metadata of a safetensors header.
  static func contradictions(in fields: [String: String]) -> [String] {
    var unread: [String] = []
    let whole = fields[SafetensorsKey.metadata].flatMap { Self.whole($0, warnings: &unread) }
    let keys = Place(name: "its keys of that name", says: ModelMetadata(plain: fields, warnings: &unread))
    var configuration = Place(name: "its configuration", says: ModelMetadata())
    if let names = fields[SafetensorsKey.config].flatMap(ConfigText.read), names["_base_"] == nil {
      // Names that a data set lends to its configuration are not what the file says.
      configuration.says.take(config: names, namesClasses: false, warnings: &unread)
      (configuration.says.classNames, configuration.says.palette) = stated(.dictionary(names))
    }
    // As they are taken: what this program wrote; else classes by their keys, and all else by the configuration.
    let written = whole.map { [Place(name: "its key \(SafetensorsKey.metadata)", says: $0)] } ?? []
    let (forClasses, forPixels) =
      whole == nil ? ([keys, configuration], [configuration, keys]) : (written + [keys, configuration], written + [keys, configuration])
    return [
      difference("classes", "model.classes", forClasses) { $0.classNames },
      difference("palette", "model.classes", forClasses) { $0.palette?.map(\.hex) },
      difference("mean", "model.mean", forPixels) { $0.mean?.map(rounded) },
      difference("std", "model.std", forPixels) { $0.std?.map(rounded) },
      difference("channel order", "model.channels", forPixels) { $0.channelOrder?.rawValue },
      difference("crop size", "inference.tile", forPixels) { $0.cropSize },
      difference("threshold", "inference.threshold", forPixels) { $0.threshold },
      difference("resolution", "model.resolution", forPixels) { $0.resolution },
      difference("network", "model.config", forPixels, shows: false) { $0.network },
    ].compactMap(\.self)
  }

  /// A hundredth of a gray value is rounding.
  private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  private static func difference<Value: Equatable>(
    _ what: String, _ key: String, _ places: [Place], shows: Bool = true, _ value: (ModelMetadata) -> Value?
  ) -> String? {
    let said = places.compactMap { place in value(place.says).map { (name: place.name, value: $0) } }
    guard let first = said.first, let other = said.first(where: { $0.value != first.value }) else { return nil }
    func text(_ place: (name: String, value: Value)) -> String {
      shows ? "\(String(describing: place.value).prefix(200)) by \(place.name)" : "by \(place.name)"
    }
    return "it describes its \(what) in two ways, \(text(first)) and \(text(other)): the first counts, unless \(key) is set"
  }
}
