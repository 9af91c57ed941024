/// What a comparison leaves out of a truth or prediction, or counts as wrong because it is not a class: never in silence.
public struct Omission: Sendable, Codable, Equatable {
  /// Why something was left out.
  public enum Reason: String, Sendable, Codable {
    /// Polygons whose class is not one of the classes.
    case unknownClass
    /// Polygons whose column of classes is NULL or empty.
    case noClass
    /// Features that are not polygons, or in part.
    case notPolygons
    /// Features without geometry.
    case noGeometry
    /// Polygons without coordinates in the prediction's crs.
    case unplaceable
    /// Pixels or polygons with a label that is to be ignored.
    case ignored
    /// Pixels where the truth does not reach.
    case beyondTruth
    /// Pixels that the truth calls nodata.
    case nodata
    /// Pixels of a color that no class has.
    case unknownColor
    /// Pixels of the truth with a label that is not a class: they lower the IoU of what is predicted there, and count in no accuracy, as in
    /// mmsegmentation.
    case notAClass
    /// Pixels outside the area.
    case outsideArea
    /// Pixels without prediction.
    case noPrediction
    /// Predicted pixels that are not a class: they count as wrong.
    case predictedNotAClass
  }

  public var file: String
  public var reason: Reason
  /// The label, class, color or kind of geometry, as the file has it.
  public var value: String?
  /// Features of the whole file.
  public var features: Int?
  /// Pixels of the predictions.
  public var pixels: UInt64?
  /// Whether they count against the prediction.
  public var counts: Bool
}

extension Omission {
  /// As the table names it.
  var title: String {
    let shown = value.map { " \($0)" } ?? ""
    return switch reason {
    case .unknownClass: "polygons of class\(shown), not one of the classes"
    case .noClass: "polygons without a class\(shown)"
    case .notPolygons: "\(value ?? "not polygons")"
    case .noGeometry: "features without geometry"
    case .unplaceable: "polygons without coordinates in the prediction's crs"
    case .ignored: "ignored: label\(shown)"
    case .beyondTruth: "where there is no truth"
    case .nodata: "nodata of the truth"
    case .unknownColor: "a color that no class has"
    case .notAClass: "label\(shown), not a class (counts in IoU alone)"
    case .outsideArea: "outside the area"
    case .noPrediction: counts ? "without prediction (counts as wrong)" : "without prediction"
    case .predictedNotAClass: "predicted\(shown), not a class (counts as wrong)"
    }
  }

  /// Whether nobody asked for it, so that it is worth a note of its own.
  var isUnexpected: Bool {
    switch reason {
    case .unknownClass, .noClass, .notPolygons, .noGeometry, .unplaceable, .unknownColor, .notAClass, .predictedNotAClass: true
    case .ignored, .beyondTruth, .nodata, .outsideArea, .noPrediction: false
    }
  }

  /// What to do where nothing else is left.
  var remedy: String {
    switch reason {
    case .unknownClass, .noClass, .notAClass, .predictedNotAClass: "give the names of the classes, or correct the file"
    case .notPolygons, .noGeometry: "give polygons"
    case .unplaceable, .beyondTruth: "give ground truth for the same area"
    case .ignored: "check the labels to ignore"
    case .nodata: "check the file's nodata value"
    case .unknownColor: "check the palette"
    case .outsideArea: "check the area"
    case .noPrediction: "give a prediction of the same area"
    }
  }
}

/// Adds up what is left out, by file, reason and value.
struct OmissionList: Sendable {
  private(set) var entries: [Omission] = []
  private var places: [String: Int] = [:]

  /// Values that are told apart for each file and reason; the rest are one.
  private static let mostValues = 100
  private var values: [String: Int] = [:]

  /// Adds pixels of a prediction.
  mutating func add(_ file: String, _ reason: Omission.Reason, value: String? = nil, pixels: UInt64, counts: Bool = false) {
    guard pixels > 0 else { return }
    let place = place(file, reason, value, counts)
    entries[place].pixels = (entries[place].pixels ?? 0) + pixels
  }

  /// Adds a feature of a file.
  mutating func addFeature(_ file: String, _ reason: Omission.Reason, value: String? = nil) {
    let place = place(file, reason, value, false)
    entries[place].features = (entries[place].features ?? 0) + 1
  }

  /// Takes in what another comparison left out. Features are those of a whole file, which several comparisons may have read.
  mutating func merge(_ other: OmissionList) {
    for entry in other.entries {
      let place = place(entry.file, entry.reason, entry.value, entry.counts)
      if let pixels = entry.pixels { entries[place].pixels = (entries[place].pixels ?? 0) + pixels }
      if let features = entry.features { entries[place].features = max(entries[place].features ?? 0, features) }
    }
  }

  private mutating func place(_ file: String, _ reason: Omission.Reason, _ value: String?, _ counts: Bool) -> Int {
    let group = "\(reason.rawValue)\u{0}\(file)"
    if let found = places[group + "\u{0}\(value ?? "")"] { return found }
    var value = value
    if value != nil, values[group, default: 0] >= Self.mostValues { value = "others" }
    let key = group + "\u{0}\(value ?? "")"
    if let found = places[key] { return found }
    values[group, default: 0] += 1
    places[key] = entries.count
    entries.append(Omission(file: file, reason: reason, value: value, counts: counts))
    return entries.count - 1
  }

  /// A sentence for each file and each reason that nobody asked for.
  func notes(classes: ClassNames) -> [String] {
    var groups: [(file: String, reason: Omission.Reason, entries: [Omission])] = []
    for entry in entries where entry.isUnexpected {
      // NULL stands beside the classes that are unknown.
      let reason = entry.reason == .noClass ? .unknownClass : entry.reason
      if let index = groups.firstIndex(where: { $0.file == entry.file && $0.reason == reason }) {
        groups[index].entries.append(entry)
      } else {
        groups.append((entry.file, reason, [entry]))
      }
    }
    return groups.map { file, reason, entries in
      let pixels = entries.reduce(0) { $0 + ($1.pixels ?? 0) }
      let features = entries.reduce(0) { $0 + ($1.features ?? 0) }
      let values = entries.map { "\($0.value ?? "NULL") (\($0.pixels.map { "\($0)" } ?? "\($0.features ?? 0)"))" }
      let shown = values.count > 12 ? values.prefix(12).joined(separator: ", ") + ", …" : values.joined(separator: ", ")
      return switch reason {
      case .unknownClass, .noClass:
        "\(file): \(Self.count(features, "polygon has a class that is", "polygons have a class that is")) not one of \(classes.listing): \(shown); they are left out\(classes.hint(for: entries))"
      case .notPolygons:
        "\(file): \(Self.count(features, "feature is", "features are")) not polygons, or only in part: \(shown); other geometry is left out"
      case .noGeometry: "\(file): \(Self.count(features, "feature has", "features have")) no geometry; they are left out"
      case .unplaceable:
        "\(file): \(Self.count(features, "polygon has", "polygons have")) no coordinates in the prediction's crs; they are left out"
      case .unknownColor: "\(file): \(Self.count(Int(pixels), "pixel has", "pixels have")) a color that no class has; they do not count"
      case .predictedNotAClass:
        "\(file): \(Self.count(Int(pixels), "pixel has", "pixels have")) a value that is not a class of \(classes.listing): \(shown); they count as wrong"
      default:
        "\(file): \(Self.count(Int(pixels), "pixel has", "pixels have")) a label that is not a class of \(classes.listing): \(shown); they \(entries.contains(where: \.counts) ? "lower the IoU of what is predicted there, and count in no accuracy" : "do not count"); ignore them, or name more classes\(classes.hint(for: entries))"
      }
    }
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
}
