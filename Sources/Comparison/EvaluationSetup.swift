import Checkpoints
import Foundation
import GeoTypes
import Geodata
import Runs

/// What all pairs of an evaluation share: the classes that are told apart, and how values become them.
struct EvaluationSetup {
  /// What polygons mean, where they are the truth.
  enum Polygons: Sendable {
    /// They are all of the prediction's class with this id; everything else is background.
    case of(classID: UInt8)
    /// A column says the class.
    case field(String)
  }

  /// The classes that are counted.
  let names: [String]
  /// The classes of the predictions, by whose names all files' ids are found.
  let reference: ClassNames
  let ignored: Set<Int>
  let remap: [Int: Int]
  let palette: TruthPalette?
  let polygons: Polygons?

  /// The class that stands for "nothing here".
  var background: UInt8? {
    if case .of = polygons { return 0 }
    return nil
  }

  var classes: Int { names.count }

  /// - Throws: `RunError` (wrongCall), `GeodataError`.
  init(options: EvaluateRequest.Options, pairs: [EvaluationPair], isPolygons: Bool, notes: inout [String]) throws {
    ignored = options.ignore
    remap = options.remap
    var palette = try options.palette.map { try TruthPalette($0) }
    let first = try LabelRaster(path: pairs[0].prediction)
    if palette == nil, !isPolygons {
      // A mask of colors without a palette: the prediction's own colors, if it has some.
      if try LabelRaster(path: pairs[0].truth).bands >= 3 { palette = TruthPalette(first) }
    }
    notes += palette?.notes ?? []
    self.palette = palette
    var known = try options.classes.map { try Self.names($0) }
    if known == nil, !first.names.isEmpty { known = ClassNames(first.names) }
    if known == nil, let palette, !palette.names.isEmpty { known = ClassNames(palette.names) }
    if let wanted = options.polygonClass {
      let id = try Self.id(of: wanted, among: known ?? ClassNames([]), file: first.path)
      polygons = .of(classID: id)
      reference = known ?? ClassNames([])
      names = ["background", reference.names.indices.contains(Int(id)) ? reference.names[Int(id)] : "class \(id)"]
      return
    }
    polygons = options.polygonField.map { .field($0) }
    if known == nil {
      let table = LabelTable(
        classes: 255, ignored: ignored.union([255]), remap: remap, reduceZeroLabel: options.reduceZeroLabel)
      let count = try Self.largest(pairs, truths: !isPolygons && palette == nil ? table : nil) + 1
      known = ClassNames(count: max(1, count))
      notes.append("the predictions do not name their classes: \(count) were found, and are numbered; give the names of the classes")
    }
    let found = known ?? ClassNames([])
    guard (1...255).contains(found.count) else {
      throw RunError(.wrongCall, reason: "\(found.count) classes are named", remedy: "name 1…255 classes")
    }
    reference = found
    names = found.names
  }

  /// "a,b,c", "7", or a data set's name.
  private static func names(_ text: String) throws -> ClassNames {
    if let count = Int(text) {
      guard (1...255).contains(count) else {
        throw RunError(.wrongCall, reason: "\(count) is not a valid number of classes", remedy: "give 1…255, or their names")
      }
      return ClassNames(count: count)
    }
    if let dataset = KnownDataset.named(text) { return ClassNames(dataset.classNames) }
    return ClassNames(text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) })
  }

  private static func id(of wanted: String, among names: ClassNames, file: String) throws -> UInt8 {
    if let id = names.id(of: wanted), 0..<255 ~= id { return UInt8(id) }
    throw RunError(
      .wrongCall, file: file, reason: "has no class '\(wanted)'",
      remedy: names.count == 0 ? "give its id, or the names of the classes" : "it has \(names.listing)")
  }

  /// The largest id in predictions and truths that counts and can be a class.
  ///
  /// - Parameter truths: what the labels of truth rasters mean; `nil` does not look at these.
  private static func largest(_ pairs: [EvaluationPair], truths: LabelTable?) throws -> Int {
    var largest = -1
    func look(_ path: String, _ table: LabelTable?) throws {
      let reader = try LabelRaster(path: path)
      guard reader.bands == 1 else { return }
      var isSeen = [Bool](repeating: false, count: 256)
      for rows in reader.strips { for value in try reader.readRows(rows) where 0...255 ~= value { isSeen[Int(value)] = true } }
      for value in 0..<256 where isSeen[value] {
        let label = table.map { $0[value] } ?? UInt8(value)
        if label != LabelTable.ignored { largest = max(largest, Int(label)) }
      }
    }
    for path in Set(pairs.map(\.prediction)).sorted() { try look(path, nil) }
    if let truths { for path in Set(pairs.map(\.truth)).sorted() { try look(path, truths) } }
    return largest
  }
}
