import CGDAL
import GeoTypes

/// Which bands are read and how their values become 0…255.
struct BandPlan {
  enum Values: Equatable {
    /// Bytes as they are.
    case bytes
    /// Indexes into the palette of the one band read.
    case palette
    /// Values that are scaled, read as Float: bytes whose sign counts, among them.
    case scaled(signedByte: Bool)
    /// Values that Float cannot hold exactly, read as Double and scaled.
    case scaledWide
  }

  /// The bands to read, from 1, in the order of the channels; for a palette the one band.
  var bands: [Int]
  var channels: Int
  var values: Values
  /// What GDAL says of `bands`, in their order.
  var descriptions: [RasterDataset.Band]
  /// All bands of the file, read or not.
  var all: [RasterDataset.Band]
  /// What each band read is taken for.
  var roles: [String]
  /// How `bands` were found.
  var choice: RasterReading.Choice
  var alpha: Int?
  var warnings: [String]

  /// Chooses bands by the rules of the pipeline file.
  ///
  /// - Parameter propose: gives the lines of `input` to paste for the bands read, such as "scale: {min: a, max: b}".
  /// - Throws: `unsupported`, with the lines to paste.
  init(
    of file: RasterDataset, options: RasterSourceOptions,
    propose: (_ bands: [Int], _ alpha: Int?, _ signedByte: Bool) throws(GeodataError) -> [String]
  ) throws(GeodataError) {
    let all = (1...file.bandCount).map { file.describe(band: $0) }
    let tagged = all.firstIndex(where: \.isAlpha).map { $0 + 1 }
    alpha = options.alpha == .none ? nil : tagged
    channels = options.channels
    self.all = all
    warnings = []
    var lines: [String] = []
    var reasons: [String] = []

    let named = BandRoles(all.map(\.description))
    let usable = all.indices.filter { options.alpha == .none || !all[$0].isAlpha }.map { $0 + 1 }
    let chosen = try BandPlan.choose(from: all, usable: usable, named: named, file: file, options: options, notes: &warnings)
    let bands: [Int]
    var choice = RasterReading.Choice.order
    switch chosen {
    case .numbers(let numbers, let how): (bands, choice) = (numbers, how)
    case .tooFew(let count, let proposal):
      reasons.append(
        "it has \(count) band\(count == 1 ? "" : "s") where the network takes \(options.channels) (input.bands holds for every source)")
      lines.append("bands: [\(proposal.map(String.init).joined(separator: ", "))]")
      bands = proposal
    case .palette(let number): (bands, choice) = ([number], .palette)
    }
    self.bands = bands
    self.choice = choice
    descriptions = bands.map { all[$0 - 1] }
    roles = bands.map { [choice] number in
      let band = all[number - 1]
      let named = named.roles[number - 1]
      if choice == .descriptions { return named ?? (band.description.isEmpty ? band.interpretationName : band.description) }
      return band.interpretation == GCI_Undefined && !band.description.isEmpty ? named ?? band.description : band.interpretationName
    }
    if choice == .interpretation, !named.unknown.isEmpty, bands.contains(where: { named.unknown.contains(all[$0 - 1].description) }) {
      warnings.append(
        "its band descriptions (\(named.unknownTexts)) are not understood: the color interpretation is followed; set input.bands to decide")
    }
    for (index, band) in all.enumerated() where !band.isAlpha && !bands.contains(index + 1) && named.isMask(band.description) {
      warnings.append(
        "its band \(index + 1) is called '\(band.description.prefix(40))' and is not marked as alpha: it masks nothing; mark it "
          + "(gdal_edit.py -colorinterp_\(index + 1) alpha) if it tells valid pixels")
    }
    // Asked for as a channel, a band holds values, whatever it is called: tools mark a fourth band as alpha that is infrared.
    if let band = alpha, bands.contains(band) { alpha = nil }

    guard !descriptions.contains(where: { GDALDataTypeIsComplex($0.type) != 0 }) else {
      throw GeodataError(
        .unsupported, file: file.path, reason: "its bands hold complex numbers (\(descriptions[0].typeName))",
        remedy: "save their real part or magnitude as a raster of its own")
    }
    if case .palette = chosen {
      values = .palette
    } else {
      values = BandPlan.kind(of: descriptions)
      if values == .bytes {
        if options.scale != .none { warnings.append("its bands are bytes and are taken as they are, without input.scale") }
      } else if options.scale == .none {
        let signed = values == .scaled(signedByte: true)
        reasons.append("its \(BandPlan.typeName(descriptions)) values need a scale to 0…255")
        lines += try propose(bands, alpha, signed)
      } else if case .perBand(let ranges) = options.scale, ranges.count != bands.count {
        reasons.append("input.scale has \(ranges.count) ranges for \(bands.count) bands")
      }
    }
    let ranges: [RasterSourceOptions.Range] =
      switch options.scale {
      case .none: []
      case .shared(let range): [range]
      case .perBand(let ranges): ranges
      }
    if !ranges.allSatisfy({ $0.min < $0.max && ($0.max - $0.min).isFinite }) {
      reasons.append("input.scale has a range whose min is not below its max")
    }
    guard reasons.isEmpty else {
      throw GeodataError(
        .unsupported, file: file.path, reason: reasons.joined(separator: ", and "),
        remedy: lines.isEmpty ? "" : "set in input: \(lines.joined(separator: " and "))", lines: lines)
    }
  }

  /// Whether pixels leave as bytes; else as floats.
  var givesBytes: Bool { values == .bytes || values == .palette }

  // MARK: - Types

  private static func kind(of bands: [RasterDataset.Band]) -> Values {
    let plain = bands.allSatisfy { $0.type == GDT_Byte && !$0.isSignedByte && ($0.bits ?? 8) >= 8 }
    if plain { return .bytes }
    let narrow = bands.allSatisfy { [GDT_Byte, GDT_UInt16, GDT_Int16, GDT_Float32].contains($0.type) }
    guard narrow else { return .scaledWide }
    return .scaled(signedByte: bands.contains(where: \.isSignedByte))
  }

  private static func typeName(_ bands: [RasterDataset.Band]) -> String {
    let band = bands.first { $0.type != GDT_Byte || $0.isSignedByte } ?? bands[0]
    if let bits = band.bits { return "\(band.typeName) of \(bits) bit\(bits == 1 ? "" : "s")" }
    return band.typeName
  }

  // MARK: - Choice

  private enum Choice {
    case numbers([Int], RasterReading.Choice)
    case palette(Int)
    case tooFew(count: Int, proposal: [Int])
  }

  private static let colors = [GCI_RedBand, GCI_GreenBand, GCI_BlueBand]

  private static func choose(
    from all: [RasterDataset.Band], usable: [Int], named: BandRoles, file: RasterDataset, options: RasterSourceOptions,
    notes: inout [String]
  ) throws(GeodataError) -> Choice {
    switch options.bands {
    case .auto: return automatic(all, usable: usable, named: named, channels: options.channels, notes: &notes)
    case .numbers(let numbers):
      try requireCount(numbers.count, file: file, options: options)
      if let wrong = numbers.first(where: { $0 < 1 || $0 > all.count }) {
        throw GeodataError(
          .unsupported, file: file.path,
          reason: "input.bands names band \(wrong), and it has \(all.count) band\(all.count == 1 ? "" : "s")",
          remedy: "change input.bands, or leave it out of input.sources where the others have that band")
      }
      // A gray reading of palette indexes would mean nothing.
      if options.channels == 3, let first = numbers.first, all[first - 1].hasPalette, numbers.allSatisfy({ $0 == first }) {
        return .palette(first)
      }
      return .numbers(numbers, .pipeline)
    case .names(let names):
      try requireCount(names.count, file: file, options: options)
      if options.channels == 3, let palette = onlyPalette(all), names.map({ $0.lowercased() }) == ["red", "green", "blue"] {
        return .palette(palette)
      }
      return .numbers(try numbers(of: names, all: all, named: named, file: file), .pipeline)
    }
  }

  private static func requireCount(_ count: Int, file: RasterDataset, options: RasterSourceOptions) throws(GeodataError) {
    guard count == options.channels else {
      throw GeodataError(
        .unsupported, file: file.path, reason: "input.bands names \(count) bands where the network takes \(options.channels)",
        remedy: "change input.bands")
    }
  }

  private static func onlyPalette(_ all: [RasterDataset.Band]) -> Int? {
    let numbers = all.indices.filter { !all[$0].isAlpha }
    return numbers.count == 1 && all[numbers[0]].hasPalette ? numbers[0] + 1 : nil
  }

  /// Red, green, blue by the descriptions where they name all three, else by color interpretation, else by order.
  private static func automatic(
    _ all: [RasterDataset.Band], usable: [Int], named: BandRoles, channels: Int, notes: inout [String]
  ) -> Choice {
    if channels == 3, let palette = onlyPalette(all) { return .palette(palette) }
    guard usable.count >= channels else {
      // A fourth band tagged as alpha may be what a network of four channels wants; a single one is repeated.
      let proposal = all.count == channels ? Array(1...channels) : [Int](repeating: usable.first ?? 1, count: channels)
      return .tooFew(count: usable.count, proposal: proposal)
    }
    guard channels >= 3 else { return .numbers(Array(usable.prefix(channels)), .order) }
    let byInterpretation = colors.compactMap { color in all.firstIndex { $0.interpretation == color }.map { $0 + 1 } }
    let interpreted = byInterpretation.count == 3 ? byInterpretation : nil
    let described = named.colors.flatMap { Set($0).isSubset(of: usable) ? $0 : nil }
    guard let first = described ?? interpreted else {
      let taken = Array(usable.prefix(channels))
      notes.append(orderNote(taken, all: all, named: named))
      return .numbers(taken, .order)
    }
    if let described, let interpreted, described != interpreted {
      notes.append(
        "its band descriptions say that red, green, blue are \(list(described)), its color interpretation says \(list(interpreted)): "
          + "the descriptions are followed; set input.bands to decide")
    } else if described != nil, !named.ambiguous.isEmpty {
      notes.append(
        "its bands are called \(named.ambiguous.map { "'\($0.prefix(40))'" }.joined(separator: ", ")), and are taken as Sentinel-2 and Landsat 8 "
          + "and 9 number them: 4 red, 3 green, 2 blue (Landsat 4 to 7: 3 red, 2 green, 4 infrared); set input.bands to decide")
    } else if described == nil, let contradiction = contradiction(of: first, named) {
      notes.append(contradiction)
    }
    var rest = usable.filter { !first.contains($0) }
    if channels == 4, let infrared = named.infrared, rest.contains(infrared) { rest = [infrared] }
    return .numbers(Array((first + rest).prefix(channels)), described == nil ? .interpretation : .descriptions)
  }

  /// The remark where bands that are taken as red, green and blue by their color interpretation are described as something else: many writers
  /// set the interpretation by habit, and sheets of near infrared, red and green are mostly written so.
  private static func contradiction(of taken: [Int], _ named: BandRoles) -> String? {
    let others = zip(taken, ["red", "green", "blue"]).compactMap { number, color in
      named.roles[number - 1].flatMap { $0 == color ? nil : "band \(number), taken as \(color), '\($0 == "nir" ? "infrared" : $0)'" }
    }
    guard !others.isEmpty else { return nil }
    return "its band descriptions call \(others.joined(separator: "; ")): the color interpretation is followed; set input.bands to decide"
  }

  /// The remark where nothing tells which bands are red, green and blue.
  private static func orderNote(_ taken: [Int], all: [RasterDataset.Band], named: BandRoles) -> String {
    let what = taken.count == 3 ? "bands \(list(taken)) are taken as red, green, blue" : "bands \(list(taken)) are taken in this order"
    let names = taken.map { all[$0 - 1].interpretationName }
    let foreign: Set = ["cyan", "magenta", "yellow", "black", "hue", "saturation", "lightness", "y", "cb", "cr"]
    if names.contains(where: { foreign.contains($0) }) {
      return "its bands are \(names.joined(separator: ", ")), not red, green, blue: \(what) all the same; save it as RGB"
    }
    if !named.unknown.isEmpty {
      return "its band descriptions (\(named.unknownTexts)) do not name red, green and blue: \(what); set input.bands to decide"
    }
    let described = all.indices.compactMap { index in named.roles[index].map { "\(index + 1) \($0 == "nir" ? "infrared" : $0)" } }
    guard described.isEmpty else {
      return "its band descriptions (\(described.joined(separator: ", "))) do not name red, green and blue once each: \(what); "
        + "set input.bands to decide"
    }
    return "it does not say which bands are red, green and blue: \(what); set input.bands to decide"
  }

  private static func list(_ bands: [Int]) -> String { bands.map(String.init).joined(separator: ", ") }

  private static func numbers(
    of names: [String], all: [RasterDataset.Band], named: BandRoles, file: RasterDataset
  ) throws(GeodataError) -> [Int] {
    var numbers: [Int] = []
    func byDescription(_ name: String) -> Int? {
      all.firstIndex { $0.description.lowercased() == name } ?? named.roles.firstIndex { $0 == name }
    }
    // One way for all names: writers set the interpretation of the first three bands by habit.
    let areDescribed = names.allSatisfy { byDescription($0.lowercased()) != nil }
    for name in names {
      let wanted = name.lowercased()
      let byInterpretation = all.firstIndex { $0.interpretationName == wanted }
      guard let index = areDescribed ? byDescription(wanted) : byInterpretation ?? byDescription(wanted) else {
        let known = all.enumerated().prefix(20).map { number, band in
          "\(number + 1) \(band.interpretationName)\(band.description.isEmpty ? "" : " '\(band.description)'")"
        }
        throw GeodataError(
          .unsupported, file: file.path, reason: "no band is named '\(name)' (it has \(known.joined(separator: ", ")))",
          remedy: "give numbers in input.bands")
      }
      numbers.append(index + 1)
    }
    if Set(numbers).count < numbers.count, Set(names.map { $0.lowercased() }).count == names.count {
      throw GeodataError(
        .unsupported, file: file.path,
        reason: "input.bands names one band twice (\(list(numbers))), by its description and by its color interpretation",
        remedy: "give numbers in input.bands")
    }
    return numbers
  }
}
