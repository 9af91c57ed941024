/// What trainings put before and between the words of tensors' names, because the network was part of something else when it was saved.
struct Wrapping {
  /// Words with which a network's own names begin; what comes before them is not the network's.
  private static let roots: Set<Substring> = [
    "backbone", "neck", "decode_head", "auxiliary_head", "resnet", "encoder", "decoder", "segmentation_head", "classifier",
  ]
  /// Words that wrappers put in anywhere.
  private static let fillers: Set<Substring> = ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"]
  /// Words that wrappers put before all names of a network that has none of the roots.
  private static let wrappers = ["module.", "_orig_mod.", "model.", "segmentor."]

  /// The words before the network's own names, each with its period.
  let prefix: String
  private let hasRoots: Bool

  /// Finds the one place among the names where a network lies: other names (a loss's, a metric's) may be beside it.
  ///
  /// - Throws: `unsupported` where several networks are in the file, and none of them without words before it.
  init(_ names: [String], file: String) throws(CheckpointError) {
    var prefixes: Set<String> = []
    for name in names {
      let words = Self.words(name)
      // Names have a few words; what lies deeper is part of a network.
      guard let first = words.prefix(8).firstIndex(where: { Self.roots.contains($0) }), first < words.count - 1 else { continue }
      prefixes.insert(words[..<first].map { $0 + "." }.joined())
    }
    hasRoots = !prefixes.isEmpty
    guard hasRoots else {
      prefix = Self.common(names)
      return
    }
    guard prefixes.count == 1 || prefixes.contains("") else {
      throw CheckpointError(
        .unsupported, file: file, reason: "holds several networks (\(prefixes.sorted().prefix(6).joined(separator: ", ")))",
        remedy: "save the state dictionary of the model to use")
    }
    prefix = prefixes.contains("") ? "" : prefixes.first ?? ""
  }

  /// The network's own name of a tensor; the whole name where it is not the network's.
  func plain(_ name: String) -> String {
    if hasRoots {
      let rest = Self.words(name).joined(separator: ".")
      return rest.hasPrefix(prefix) ? String(rest.dropFirst(prefix.count)) : rest
    }
    let rest = name.dropFirst(prefix.count)
    return String(rest.hasPrefix("module.") ? rest.dropFirst("module.".count) : rest)
  }

  private static func words(_ name: String) -> [Substring] {
    name.split(separator: ".", omittingEmptySubsequences: false).filter { !fillers.contains($0) }
  }

  private static func common(_ names: [String]) -> String {
    var prefix = ""
    for _ in 0..<4 where !names.isEmpty {
      guard let wrapper = wrappers.first(where: { wrapper in names.allSatisfy { $0.hasPrefix(prefix + wrapper) } }) else { break }
      prefix += wrapper
    }
    return prefix
  }
}
