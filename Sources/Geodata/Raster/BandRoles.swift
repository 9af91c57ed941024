import Foundation

/// What bands are, by the descriptions that exporters write: "red", "B04 (665 nm)", "Green", "nir", "coastal_blue".
struct BandRoles {
  /// The role of each band; `nil` where its description says none.
  let roles: [String?]
  /// Descriptions that say something that is not understood; "Band 1" and the like say nothing.
  let unknown: [String]
  /// The numbers that stand for colors on one satellite and for infrared on another, with nothing beside them that tells which; empty where colors are
  /// told by words, or by numbers of one satellite only.
  let ambiguous: [String]

  init(_ descriptions: [String]) {
    var roles = descriptions.map { BandRoles.role(BandRoles.words(of: $0)) }
    let numbers = descriptions.map { BandRoles.sensorNumber(BandRoles.words(of: $0)) }
    if let named = BandRoles.named(numbers, descriptions) {
      roles = zip(roles, named.roles).map { $0 ?? $1 }
      ambiguous = named.isCertain ? [] : zip(descriptions, named.roles).filter { $0.1 != nil }.map(\.0)
    } else {
      ambiguous = []
    }
    self.roles = roles
    unknown = zip(descriptions, roles).compactMap { description, role in
      role == nil && !BandRoles.saysNothing(description) ? description : nil
    }
  }

  /// "'Blau', 'Grün'": what is not understood, for messages.
  var unknownTexts: String { unknown.prefix(8).map { "'\($0.prefix(40))'" }.joined(separator: ", ") }

  /// The bands, from 1, of red, green and blue, where each is described once.
  var colors: [Int]? {
    let found = ["red", "green", "blue"].map { color in roles.indices.filter { roles[$0] == color }.map { $0 + 1 } }
    return found.allSatisfy { $0.count == 1 } ? found.map { $0[0] } : nil
  }

  /// The band of near infrared, where just one is described.
  var infrared: Int? {
    let found = roles.indices.filter { roles[$0] == "nir" }
    return found.count == 1 ? found[0] + 1 : nil
  }

  /// Whether a description names a band that tells which pixels are valid.
  func isMask(_ description: String) -> Bool {
    !Set(BandRoles.words(of: description)).isDisjoint(with: ["alpha", "mask", "valid", "opacity"])
  }

  /// Lower case, without what stands in brackets, cut at everything but letters and digits.
  private static func words(of description: String) -> [String] {
    let plain = description.lowercased().prefix(200).replacing(/\([^)]*\)|\[[^\]]*\]/, with: " ")
    // "GreenBand" and "Red Edge" alike; a digit belongs to its word.
    return plain.split { !($0.isLetter || $0.isNumber) }.map(String.init)
  }

  private static func role(_ words: [String]) -> String? {
    let all = Set(words)
    func has(_ names: String...) -> Bool { names.contains { name in all.contains { $0 == name } } }
    if has("rededge", "edge", "vre") || words.contains(where: { $0.hasPrefix("rededge") }) { return "rededge" }
    if has("swir", "swir1", "swir2", "mir") { return "swir" }
    if has("thermal", "tir", "lwir") { return "thermal" }
    if words.contains(where: { $0.hasPrefix("nir") }) || has("infrared", "ir") || has("infra") { return "nir" }
    if has("coastal", "aerosol", "violet") { return "coastal" }
    if has("pan", "panchromatic") { return "pan" }
    if has("yellow") { return "yellow" }
    if has("mask", "alpha", "quality", "cloud", "index", "ratio") { return nil }
    let colors = ["red", "green", "blue"].filter { color in has(color, color + "band") }
    if colors.count == 1 {
      // "Green I" of SuperDove is a second green beside "Green".
      return has("i", "ii") ? colors[0] + "2" : colors[0]
    }
    if colors.isEmpty, words.count == 1, let letter = ["r": "red", "g": "green", "b": "blue"][words[0]] { return letter }
    return nil
  }

  /// "b4", "B04", "sr_b4", "band8a" as "4", "4", "4", "8a".
  private static func sensorNumber(_ words: [String]) -> String? {
    guard let last = words.last, let match = last.wholeMatch(of: /b(?:and)?0*([1-9][0-9]?a?)/) else { return nil }
    return String(match.1)
  }

  /// Sentinel-2 and Landsat 8 call blue, green, red B2, B3, B4; earlier Landsats B1, B2, B3, which is told by what else is there.
  ///
  /// - Returns: the roles, and whether something tells that it is not an earlier Landsat; `nil` where they are not these bands.
  private static func named(_ numbers: [String?], _ descriptions: [String]) -> (roles: [String?], isCertain: Bool)? {
    let present = numbers.compactMap(\.self)
    guard Set(present).count == present.count, Set(present).isSuperset(of: ["2", "3", "4"]) else { return nil }
    // "Band 2" is what many a writer calls a second band.
    guard !descriptions.contains(where: { $0.lowercased().contains("band") }) else { return nil }
    let isSentinel = !Set(present).isDisjoint(with: ["8a", "12"]) || descriptions.contains { $0.lowercased().contains("b0") }
    guard isSentinel || !present.contains("1") else { return nil }
    let table = ["2": "blue", "3": "green", "4": "red"].merging(isSentinel ? ["8": "nir"] : [:]) { first, _ in first }
    // Landsat 4 to 7 have no more than eight bands.
    let isCertain = isSentinel || !Set(present).isDisjoint(with: ["9", "10", "11"])
    return (numbers.map { number in number.flatMap { table[$0] } }, isCertain)
  }

  private static func saysNothing(_ description: String) -> Bool {
    description.isEmpty
      || description.lowercased().wholeMatch(of: /(?:band|layer|channel|kanal|gray|grey|undefined|alpha|b)?[ _.-]*[0-9]*/) != nil
  }
}
