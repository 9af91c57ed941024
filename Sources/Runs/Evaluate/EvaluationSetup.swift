import Checkpoints
import Foundation
import GeoTypes
import Geodata

/// What all pairs of an evaluation share: the classes that are told apart, and how values become them.
struct EvaluationSetup {
  /// What polygons mean, where they are the truth.
  enum Polygons: Sendable {
    /// They are all of the prediction's class with this id; everything else is background.
    case of(classID: UInt8)
    /// A column says the class.
    case field(String)
  }

  let names: [String]
  let ignored: Set<UInt8>
  let remap: [UInt8: UInt8]
  let palette: TruthPalette?
  let polygons: Polygons?

  /// The class that stands for "nothing here".
  var background: UInt8? {
    if case .of = polygons { return 0 }
    return nil
  }

  var classes: Int { names.count }

  /// - Throws: `RunError` (wrongCall), `GeodataError`.
  init(options: EvaluateRequest.Options, pairs: [EvaluationPair], notes: inout [String]) throws {
    ignored = try LabelTable.ignored(options.ignore)
    remap = try options.remap.map { try LabelTable.remap($0) } ?? [:]
    var palette = try options.palette.map { try TruthPalette($0) }
    let first = try ClassRasterReader(path: pairs[0].prediction)
    let isPolygons = !EvaluationPairs.isRaster(pairs[0].truth)
    if palette == nil, !isPolygons {
      // A mask of colours without a palette: the prediction's own colours, if it has some.
      if try ClassRasterReader(path: pairs[0].truth).bands >= 3 { palette = TruthPalette(first) }
    }
    self.palette = palette
    var known = try options.classes.map { try Self.names($0) }
    if known == nil, !first.names.isEmpty { known = first.names }
    if known == nil, let palette, !palette.names.isEmpty { known = palette.names }
    if let wanted = options.polygonClass {
      let id = try Self.id(of: wanted, among: known ?? [], file: first.path)
      polygons = .of(classID: id)
      let name = known.flatMap { Int(id) < $0.count ? $0[Int(id)] : nil } ?? "class \(id)"
      names = ["background", name]
      return
    }
    polygons = options.polygonField.map { .field($0) }
    if known == nil {
      let count = try Self.largest(pairs, ignored: ignored, table: (remap, options.reduceZeroLabel), palette: palette) + 1
      known = (0..<max(1, count)).map { "class \($0)" }
      notes.append("the predictions do not name their classes: \(count) were found, and are numbered; name them with --classes")
    }
    let found = (known ?? []).enumerated().map { $0.element.isEmpty ? "class \($0.offset)" : $0.element }
    guard (1...255).contains(found.count) else {
      throw RunError(.wrongCall, reason: "\(found.count) classes are named", remedy: "name 1…255 classes")
    }
    names = found
  }

  /// "a,b,c", "7", or a data set's name.
  private static func names(_ text: String) throws -> [String] {
    if let count = Int(text) {
      guard (1...255).contains(count) else {
        throw RunError(.wrongCall, reason: "--classes \(count) is no number of classes", remedy: "give 1…255, or names")
      }
      return (0..<count).map { "class \($0)" }
    }
    if let dataset = KnownDataset.named(text) { return dataset.classNames }
    return text.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingSpaces }
  }

  private static func id(of wanted: String, among names: [String], file: String) throws -> UInt8 {
    if let index = names.firstIndex(where: { $0.lowercased() == wanted.lowercased() }), index < 255 { return UInt8(index) }
    if let number = UInt8(wanted), number < 255 { return number }
    throw RunError(
      .wrongCall, file: file, reason: "has no class '\(wanted)'",
      remedy: names.isEmpty ? "give its id, or name the classes with --classes" : "it has \(names.joined(separator: ", "))")
  }

  /// The largest id in predictions and truths that counts.
  private static func largest(
    _ pairs: [EvaluationPair], ignored: Set<UInt8>, table: (remap: [UInt8: UInt8], reduces: Bool), palette: TruthPalette?
  ) throws -> Int {
    var largest = -1
    func look(_ path: String, _ change: LabelTable?) throws {
      let reader = try ClassRasterReader(path: path)
      guard reader.bands == 1 else { return }
      var isSeen = [Bool](repeating: false, count: 256)
      for rows in reader.strips { for value in try reader.readRows(rows) { isSeen[Int(value)] = true } }
      for value in 0..<256 where isSeen[value] && reader.nodata.map({ Int($0) != value }) ?? true {
        let label = change?.values[value] ?? UInt8(value)
        if label != LabelTable.ignored { largest = max(largest, Int(label)) }
      }
    }
    let truth = LabelTable(classes: 255, ignored: ignored.union([255]), remap: table.remap, reduceZeroLabel: table.reduces)
    for path in Set(pairs.map(\.prediction)).sorted() { try look(path, nil) }
    if palette == nil {
      for path in Set(pairs.map(\.truth)).sorted() where EvaluationPairs.isRaster(path) { try look(path, truth) }
    }
    return largest
  }
}

extension ClassRasterReader {
  /// Ranges of rows that decode each block once, of a height that keeps memory small.
  var strips: [Range<Int>] {
    let block = max(1, min(blockHeight, 1024))
    let height = max(1, 256 / block) * block
    return stride(from: 0, to: size.height, by: height).map { $0..<min(size.height, $0 + height) }
  }
}
