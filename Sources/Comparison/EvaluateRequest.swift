import Basics
public import Evaluation
import FileWriting
import Foundation
import GeoTypes
import Geodata
public import Runs

/// Predictions compared with the truth.
public struct EvaluateRequest: Sendable {
  /// How the two are to be read.
  public struct Options: Sendable {
    /// Labels of the truth that count nowhere.
    public var ignore: Set<Int> = [255]
    /// Class names, a number of classes, or a data set; `nil` takes what the predictions say.
    public var classes: String?
    /// What the colors of the truth mean: a data set, a class raster, or NAME=#RRGGBB,….
    public var palette: String?
    /// The class that polygons are of: its name or id. Everything outside them is background.
    public var polygonClass: String?
    /// The column that holds a polygon's class, by name or id. Outside polygons there is no truth.
    public var polygonField: String?
    /// A layer of a vector file of several.
    public var layer: String?
    /// Only pixels inside the polygons of this vector file count.
    public var area: String?
    /// The tolerance of boundaries in meters; in pixels where a prediction is not georeferenced.
    public var boundary: Double?
    public var countsObjects = false
    public var reduceZeroLabel = false
    /// New labels (0…255) for labels of the truth, before all else.
    public var remap: [Int: Int] = [:]
    /// Pixels that a prediction leaves out count as missed; `true`: nowhere.
    public var skipsNodata = false
    /// Files to write: the confusion matrix, and a picture (with several predictions: a folder of them).
    public var confusion: String?
    public var errors: String?

    public init() {}
  }

  /// Asks it to end soon.
  public let stop = StopRequest()
  private let prediction: String
  private let truth: String
  private let options: Options
  /// Whether the truth is a vector file.
  private let isPolygons: Bool

  /// - Throws: `RunError` (wrongCall) where options do not go together.
  public init(prediction: String, truth: String, options: Options = Options()) throws {
    self.prediction = prediction
    self.truth = truth
    self.options = options
    func refuse(_ reason: String, _ remedy: String) -> RunError { RunError(.wrongCall, reason: reason, remedy: remedy) }
    if options.polygonClass != nil, options.polygonField != nil {
      throw refuse("one class for all polygons and a column of classes do not go together", "give one of them")
    }
    isPolygons = EvaluationPairs.isVector(truth)
    if !isPolygons, options.countsObjects { throw refuse("objects can be counted only where the truth is polygons", "give a vector file") }
    if !isPolygons, options.polygonClass != nil || options.polygonField != nil || options.layer != nil {
      throw refuse("a class for polygons, a column and a layer apply only where the truth is polygons", "leave them out")
    }
    if isPolygons, options.polygonClass == nil, options.polygonField == nil {
      let columns: String
      do { columns = try VectorReader(truth, layer: options.layer).fieldNames.joined(separator: ", ") } catch {
        throw RunError(
          .wrongCall, file: truth, reason: "cannot be read as a raster or as a vector file (\(error.reason))",
          remedy: "give the truth as GeoTIFF, PNG, GeoPackage or another format that GDAL reads")
      }
      throw RunError(
        .wrongCall, file: truth, reason: "is a vector file, and neither a class nor a column says which class its polygons are",
        remedy: "give one class for all, or the column (field) of their classes" + (columns.isEmpty ? "" : " (it has \(columns))"))
    }
    if isPolygons, options.palette != nil || !options.remap.isEmpty || options.reduceZeroLabel {
      throw refuse("a palette and changes of labels apply only where the truth is a raster", "leave them out")
    }
    if let boundary = options.boundary, !(boundary >= 0 && boundary.isFinite) {
      throw refuse("\(boundary) is not a valid tolerance of boundaries", "give meters, such as 1")
    }
    if let confusion = options.confusion { try checkOutputFile(confusion, reading: [prediction, truth]) }
    // A folder of pictures, where there are several predictions.
    if let errors = options.errors {
      let path = URL(fileURLWithPath: errors).standardizedFileURL.path
      for input in [prediction, truth] where URL(fileURLWithPath: input).standardizedFileURL.path == path {
        throw refuse("\(errors) would overwrite a file that is read", "give another file")
      }
    }
  }

  /// One prediction's share.
  public struct Source: Sendable, Codable, Equatable {
    public var name: String
    /// Pixels that count.
    public var pixels: UInt64
    public var aAcc: Double?
    public var mIoU: Double?
  }

  /// What came of the comparison.
  public struct Report: Sendable {
    /// Of all predictions together.
    public var evaluation: EvaluationReport
    public var sources: [Source]
    /// What the reader of the numbers has to know.
    public var notes: [String]
    /// What was not compared, and what counts as wrong because it is not a class.
    public var leftOut: [Omission]

    /// A line for each class, then the means, ratios in percent; then what was left out.
    public var table: String {
      guard !leftOut.isEmpty else { return evaluation.table() }
      var table = TextTable(["left out", "pixels", "features"])
      var titles: [String] = []
      var sums: [String: (pixels: UInt64?, features: Int?)] = [:]
      for entry in leftOut {
        let title = entry.title
        if sums[title] == nil { titles.append(title) }
        var sum = sums[title] ?? (nil, nil)
        if let pixels = entry.pixels { sum.pixels = (sum.pixels ?? 0) + pixels }
        if let features = entry.features { sum.features = (sum.features ?? 0) + features }
        sums[title] = sum
      }
      for title in titles {
        table.add([title, sums[title]?.pixels.map { "\($0)" } ?? "", sums[title]?.features.map { "\($0)" } ?? ""])
      }
      return evaluation.table() + "\n" + table.text + "\n"
    }

    /// The evaluation as JSON, with the sources, notes and what was left out.
    ///
    /// - Throws: never in practice.
    public func json() throws -> String {
      let encoder = JSONEncoder()
      let parts: [(String, Data)] = [
        ("sources", try encoder.encode(sources)), ("notes", try encoder.encode(notes)), ("leftOut", try encoder.encode(leftOut)),
      ]
      guard var object = try JSONSerialization.jsonObject(with: Data(evaluation.json().utf8)) as? [String: Any] else { return "{}" }
      for (name, data) in parts { object[name] = try JSONSerialization.jsonObject(with: data) }
      let data = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
      return String(decoding: data, as: UTF8.self)
    }
  }

  /// Compares all pairs, strip by strip, and writes the files that were asked for.
  ///
  /// - Throws: `RunError`: wrongCall where two cannot be compared, surroundings where a file cannot be written.
  public func perform() throws -> Report {
    try Self.named {
      let found = try EvaluationPairs(prediction: prediction, truth: truth)
      var setupNotes = found.unmatched.map { "\($0) has no truth, and is left out" }
      if !found.unused.isEmpty {
        let shown = found.unused.prefix(3).joined(separator: ", ") + (found.unused.count > 3 ? ", …" : "")
        setupNotes.append("there is no prediction for \(counted(found.unused.count, "truth")): \(shown)")
      }
      let setup = try EvaluationSetup(options: options, pairs: found.pairs, isPolygons: isPolygons, notes: &setupNotes)
      var notes = EvaluationNotes()
      var leftOut = OmissionList()
      var total: PairCounts?
      var sources: [Source] = []
      var areElsewhere = true
      for pair in found.pairs {
        var comparison = try PairComparison(pair: pair, setup: setup, options: options, notes: &notes, stop: stop)
        let counts = try comparison.counts()
        areElsewhere = areElsewhere && comparison.isElsewhere
        leftOut.merge(comparison.leftOut)
        let scores = counts.matrix.scores()
        sources.append(Source(name: pair.name, pixels: scores.pixels, aAcc: scores.accuracy, mIoU: scores.meanIoU))
        if let picture = comparison.picture, let path = options.errors, scores.pixels > 0 {
          try Self.write(picture.picture(names: setup.names), to: path, name: found.pairs.count > 1 ? pair.name : nil)
        }
        if total == nil { total = counts } else { total?.merge(counts) }
      }
      guard let total else { throw RunError(.wrongCall, file: prediction, reason: "there is nothing to compare") }
      let evaluation = EvaluationReport(
        classNames: setup.names, matrix: total.matrix, boundary: total.boundary, objects: total.objects)
      guard evaluation.scores.pixels > 0 else {
        guard !areElsewhere else {
          throw RunError(
            .wrongCall, file: truth, reason: "none of its polygons overlaps \(prediction)",
            remedy: "give ground truth for the same area, or correct the crs of either")
        }
        throw nothingLeft(leftOut, notes, classes: setup.reference)
      }
      if let note = Self.ignoredMask(total.matrix, leftOut.entries) { notes.add(truth, note) }
      let report = Report(
        evaluation: evaluation, sources: sources, notes: setupNotes + notes.sentences + leftOut.notes(classes: setup.reference),
        leftOut: leftOut.entries)
      if let path = options.confusion { try Self.write(evaluation.confusionCSV(), to: path) }
      return report
    }
  }

  /// What to say of truths of 0 and 255 alone, as other programs write masks of one class: the mask itself is ignored then.
  private static func ignoredMask(_ matrix: ConfusionMatrix, _ leftOut: [Omission]) -> String? {
    let others = matrix.rows.dropFirst().reduce(0) { $0 + $1.reduce(0, +) }
    let ignored = leftOut.filter { $0.reason == .ignored && $0.value?.prefix { $0 != " " } == "255" }.reduce(0) { $0 + ($1.pixels ?? 0) }
    guard others == 0, ignored > 0 else { return nil }
    return
      "its labels are 0 and 255 alone, and 255 is ignored (\(counted(Int(ignored), "pixel"))): where 255 is a class, relabel it, as 255:1"
  }

  /// No pixel counts: names what took most of them away.
  private func nothingLeft(_ leftOut: OmissionList, _ notes: EvaluationNotes, classes: ClassNames) -> RunError {
    // Where polygons are the truth, features that were dropped explain pixels without truth.
    let dropped = leftOut.entries.filter { $0.features != nil }.max { ($0.features ?? 0) < ($1.features ?? 0) }
    let cause = dropped ?? leftOut.entries.max { ($0.pixels ?? 0) < ($1.pixels ?? 0) }
    var reasons = leftOut.notes(classes: classes)
    if dropped == nil, isPolygons { reasons += notes.sentences.filter { $0.hasPrefix(truth) } }
    if reasons.isEmpty, let cause { reasons = [cause.title] }
    return RunError(
      .wrongCall, file: truth, reason: "leaves no pixel to compare" + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"),
      remedy: cause?.remedy ?? "check the labels to ignore, the palette, the changes of labels and the area")
  }

  /// A file that cannot be read is a wrong call here: nothing was done.
  private static func named<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as GeodataError {
      throw RunError(error.code == .unwritable ? .surroundings : .wrongCall, error)
    }
  }

  private static func write(_ text: String, to path: String) throws {
    do throws(FileError) { try replaceFile(path, with: Array(text.utf8)) } catch { throw RunError(error) }
  }

  /// - Parameter name: of the prediction, where `path` is a folder of several pictures.
  private static func write(_ picture: Picture, to path: String, name: String?) throws {
    var file = path
    if let name {
      file = path + "/" + name + ".errors.png"
      do {
        try FileManager.default.createDirectory(atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      } catch {
        throw RunError(
          .surroundings, file: path, reason: "cannot be created (\(error.localizedDescription))", remedy: "choose a writable folder")
      }
    }
    try PictureWriter.writePNG(picture, to: file)
  }
}
