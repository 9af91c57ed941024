import Evaluation
import Foundation
import GeoTypes
import Geodata

/// What is counted of one prediction, or of several.
struct PairCounts {
  var matrix: ConfusionMatrix
  var boundary: BoundaryCounts?
  var objects: ObjectCounts?

  mutating func merge(_ other: PairCounts) {
    matrix.merge(other.matrix)
    if let counts = other.boundary { boundary?.merge(counts) }
    if let counts = other.objects { objects?.merge(counts) }
  }
}

/// A prediction laid upon its truth, strip by strip.
struct PairComparison {
  private let pair: EvaluationPair
  private let setup: EvaluationSetup
  private let options: EvaluateRequest.Options
  private let stop: StopRequest
  private let prediction: ClassRasterReader
  private let truth: any TruthRows
  private let area: AreaMask?
  /// Labels of the truth as they count, by the value that is stored.
  private let labels: LabelTable
  private var boundary: BoundaryScorer?
  private(set) var picture: ErrorPicture?
  private(set) var notes: [String] = []

  /// - Throws: `RunError` (wrongCall), `GeodataError`.
  init(pair: EvaluationPair, setup: EvaluationSetup, options: EvaluateRequest.Options, stop: StopRequest) throws {
    self.pair = pair
    self.setup = setup
    self.options = options
    self.stop = stop
    let reader = try ClassRasterReader(path: pair.prediction)
    guard reader.bands == 1 else {
      throw RunError(
        .wrongCall, file: pair.prediction, reason: "is no class raster: it has \(reader.bands) bands", remedy: "give one band of class ids")
    }
    prediction = reader
    if let polygons = setup.polygons {
      let layer = try VectorReader(pair.truth, layer: options.layer)
      let found = try Self.polygons(layer, pair.truth, polygons, setup, reader)
      if found.count == 0 { notes.append("no polygon meets \(pair.name)") }
      truth = found
      labels = LabelTable(classes: setup.classes, ignored: [255])
    } else {
      let raster = try ClassRasterReader(path: pair.truth)
      truth = try RasterTruth(raster, for: reader, palette: setup.palette)
      let nodata = setup.palette == nil ? raster.nodata : nil
      if let nodata, !setup.ignored.contains(nodata) {
        notes.append("\(pair.truth) calls \(nodata) its nodata value: such pixels do not count")
      }
      labels = LabelTable(
        classes: setup.classes, ignored: setup.ignored, remap: setup.remap, reduceZeroLabel: options.reduceZeroLabel, nodata: nodata)
    }
    area = try options.area.map { try Self.area($0, reader) }
    if let metres = options.boundary {
      boundary = BoundaryScorer(setup.rule, width: reader.size.width, tolerance: try Self.tolerance(metres, reader, &notes))
    }
    if options.errors != nil {
      picture = ErrorPicture(of: reader.size, classes: setup.classes, background: setup.background)
    }
  }

  private static func polygons(
    _ layer: VectorReader, _ path: String, _ polygons: EvaluationSetup.Polygons, _ setup: EvaluationSetup, _ reader: ClassRasterReader
  ) throws -> PolygonTruth {
    switch polygons {
    case .of: return try PolygonTruth(layer, path: path, for: reader, outside: 0) { _ in 1 }
    case .field(let name):
      guard let column = layer.fieldNames.firstIndex(of: name) else {
        throw RunError(
          .wrongCall, file: path, reason: "has no column '\(name)'", remedy: "it has \(layer.fieldNames.joined(separator: ", "))")
      }
      let ids = Dictionary(
        setup.names.enumerated().map { ($0.element.lowercased(), UInt8($0.offset)) }, uniquingKeysWith: { first, _ in first })
      return try PolygonTruth(layer, path: path, for: reader, outside: nil) { values in
        switch values[column] {
        case .integer(let id): return 0..<setup.classes ~= id && !setup.ignored.contains(UInt8(id)) ? UInt8(id) : nil
        case .real(let id): return id == id.rounded() && 0..<Double(setup.classes) ~= id ? UInt8(id) : nil
        case .text(let text): return ids[text.lowercased()]
        case .null: return nil
        }
      }
    }
  }

  private static func area(_ path: String, _ reader: ClassRasterReader) throws -> AreaMask {
    do {
      guard reader.isPlaced else {
        throw RunError(
          .wrongCall, file: reader.path, reason: "does not say where it lies, so that --area cannot be laid upon it",
          remedy: "leave --area out")
      }
      return try AreaMask(path: path, crs: reader.crs, geotransform: reader.geotransform)
    } catch let error as GeodataError {
      throw RunError(.wrongCall, file: error.file, reason: error.reason, remedy: "give a vector file of polygons in --area")
    }
  }

  private static func tolerance(_ metres: Double, _ reader: ClassRasterReader, _ notes: inout [String]) throws -> BoundaryTolerance {
    let measure = try PixelMeasure(crs: reader.crs, geotransform: reader.geotransform, size: reader.size)
    let side = measure.isGeodesic ? try measure.metresPerPixel() : (width: 1, height: 1)
    if !measure.isGeodesic { notes.append("\(reader.path) has no place on the earth: the tolerance of --boundary is in its pixels") }
    let (columns, rows) = (metres / side.width, metres / side.height)
    guard columns <= 10_000, rows <= 10_000 else {
      throw RunError(.wrongCall, reason: "--boundary \(metres) is more than 10,000 pixels of \(reader.path)", remedy: "give less")
    }
    // Pixels that are square but for rounding have one radius.
    return abs(columns - rows) < 1e-6 * columns ? .pixels(columns) : BoundaryTolerance(columns: columns, rows: rows)
  }

  // MARK: - Counting

  mutating func counts() throws -> PairCounts {
    var matrix = ConfusionMatrix(setup.rule)
    let background: Set<UInt8> = setup.background.map { [255, $0] } ?? [255]
    var labeller = RegionLabeller(excluding: background)
    var matcher = ObjectMatcher()
    let width = prediction.size.width
    for rows in prediction.strips {
      try stop.check()
      let predicted = try predictions(rows)
      var strip = try truth.labels(rows)
      labels.apply(&strip.labels)
      try leaveOut(predicted, &strip, rows)
      matrix.add(prediction: predicted, truth: strip.labels)
      for index in 0..<rows.count {
        let range = index * width..<(index + 1) * width
        boundary?.add(prediction: predicted[range], truth: strip.labels[range])
        picture?.add(row: rows.lowerBound + index, prediction: predicted[range], truth: strip.labels[range])
        guard options.countsObjects else { continue }
        let regions = labeller.label(Array(predicted[range]))
        matcher.add(
          prediction: regions, truth: range.map { strip.labels[$0] == LabelTable.ignored ? ObjectMatcher.ignored : strip.objects[$0] })
      }
    }
    if let raster = truth as? RasterTruth, raster.unknownColours > 0 {
      let unknown = raster.unknownColours == 1 ? "1 pixel has" : "\(raster.unknownColours) pixels have"
      notes.append("\(pair.truth): \(unknown) a colour that no class has; they do not count")
    }
    var result = PairCounts(matrix: matrix, boundary: boundary?.finish())
    if options.countsObjects, let polygons = truth as? PolygonTruth {
      result.objects = matcher.counts(
        classes: setup.classes,
        predictedRegion: { id in
          let region = labeller.region(of: id)
          return (region, Int(labeller.classID(of: region)))
        }, trueObject: { ($0, Int(polygons.labels[Int($0)])) })
    }
    return result
  }

  /// Class ids as they are compared; 255 where the prediction says nothing.
  private func predictions(_ rows: Range<Int>) throws -> [UInt8] {
    var values = try prediction.readRows(rows)
    let table: [UInt8] = (0...255).map { number in
      let value = UInt8(number)
      if value == prediction.nodata || value == ClassMap.nodata { return ClassMap.nodata }
      if case .of(let classID) = setup.polygons { return value == classID ? 1 : 0 }
      return value
    }
    for index in values.indices { values[index] = table[Int(values[index])] }
    return values
  }

  /// Takes pixels out of the count: where the truth does not reach, outside the area, and (on wish) where nothing was predicted.
  private func leaveOut(_ predicted: [UInt8], _ strip: inout TruthStrip, _ rows: Range<Int>) throws {
    for index in strip.isKnown.indices where strip.isKnown[index] == 0 { strip.labels[index] = LabelTable.ignored }
    // Polygons know nothing of where the image ends: outside it, "no polygon" is not "background".
    if options.skipsNodata || setup.background != nil {
      for index in predicted.indices where predicted[index] == ClassMap.nodata { strip.labels[index] = LabelTable.ignored }
    }
    guard let area else { return }
    let mask = area.mask(Window(column: 0, row: rows.lowerBound, width: prediction.size.width, height: rows.count))
    for index in mask.indices where mask[index] == 0 { strip.labels[index] = LabelTable.ignored }
  }
}

extension EvaluationSetup {
  /// As the counters take labels: everything that does not count is 255 by then.
  var rule: LabelRule { LabelRule(classes: classes, ignore: LabelTable.ignored) }
}
