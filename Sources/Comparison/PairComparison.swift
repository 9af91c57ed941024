import Evaluation
import Foundation
import GeoTypes
import Geodata
import Runs

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
  private let prediction: LabelRaster
  private let truth: any TruthRows
  private let area: AreaMask?
  /// By the prediction's ids 0…255: what is counted.
  private let predicted: [UInt8]
  private var boundary: BoundaryScorer?
  private(set) var picture: ErrorPicture?
  /// Whether the truth has polygons, and none of them lies over the prediction.
  let isElsewhere: Bool
  private(set) var leftOut = OmissionList()

  /// - Throws: `RunError` (wrongCall), `GeodataError`.
  init(
    pair: EvaluationPair, setup: EvaluationSetup, options: EvaluateRequest.Options, notes: inout EvaluationNotes, stop: StopRequest
  ) throws {
    self.pair = pair
    self.setup = setup
    self.options = options
    self.stop = stop
    let reader = try LabelRaster(path: pair.prediction)
    guard reader.bands == 1 else {
      throw RunError(
        .wrongCall, file: pair.prediction, reason: "is not a class raster: it has \(reader.bands) bands",
        remedy: "give one band of class ids")
    }
    prediction = reader
    Self.note(lossy: reader, &notes)
    let pixel = try Self.notePlace(reader, &notes)
    predicted = Self.predictedClasses(setup, setup.match(reader.names, of: reader.path, &notes))
    if let polygons = setup.polygons {
      let layer = try VectorReader(pair.truth, layer: options.layer)
      if options.layer == nil, layer.layerNames.count > 1 {
        notes.add(pair.truth, "has \(layer.layerNames.count) layers: '\(layer.name)' is read; name the layer to read another")
      }
      if layer.crs == nil || reader.crs == nil {
        notes.add(layer.crs == nil ? pair.truth : pair.prediction, "has no crs: the truth is assumed to be in the prediction's")
      }
      if let own = layer.crs, let crs = reader.crs, let pixel {
        let shift = DatumShift(from: crs, to: own, geotransform: reader.geotransform, size: reader.size)
        if let warning = shift?.warning("its polygons", from: own, to: crs, pixel: max(pixel.x, pixel.y)) { notes.add(pair.truth, warning) }
      }
      let found = try setup.polygons(layer, pair.truth, polygons, reader)
      leftOut.merge(found.leftOut)
      if found.count == 0 {
        notes.add(
          pair.truth,
          found.features == 0 ? "contains no features" : "none of its polygons that have one of the classes overlaps \(pair.prediction)")
      }
      isElsewhere = found.isElsewhere
      truth = found
    } else {
      let raster = try LabelRaster(path: pair.truth)
      Self.note(lossy: raster, &notes)
      _ = try Self.notePlace(raster, &notes)
      if reader.isPlaced != raster.isPlaced {
        notes.add(raster.isPlaced ? pair.prediction : pair.truth, "is not georeferenced: compared pixel by pixel")
      } else if reader.isPlaced, (reader.crs == nil) != (raster.crs == nil) {
        notes.add(raster.crs == nil ? pair.truth : pair.prediction, "has no crs: the truth is assumed to be in the prediction's")
      }
      if setup.palette == nil || raster.bands == 1, let nodata = raster.nodata, !setup.ignored.contains(Int(nodata)) {
        notes.add(pair.truth, "its nodata value is \(nodata): such pixels do not count")
      }
      isElsewhere = false
      truth = try RasterTruth(
        raster, for: reader, palette: setup.palette, labels: setup.labels(setup.palette?.names ?? raster.names, pair, options, &notes))
    }
    area = try options.area.map { try Self.area($0, reader, &notes) }
    if let meters = options.boundary {
      boundary = BoundaryScorer(setup.rule, width: reader.size.width, tolerance: try Self.tolerance(meters, reader, &notes))
    }
    if options.errors != nil {
      picture = ErrorPicture(of: reader.size, classes: setup.classes, background: setup.background)
    }
  }

  /// Notes what is odd about a raster's place, and returns the sides of its pixels on the ground.
  private static func notePlace(_ raster: LabelRaster, _ notes: inout EvaluationNotes) throws -> (x: Double, y: Double)? {
    let place = try raster.checkPlace()
    for warning in place.warnings { notes.add(raster.path, warning) }
    return place.pixel
  }

  private static func note(lossy raster: LabelRaster, _ notes: inout EvaluationNotes) {
    guard let compression = raster.lossyCompression else { return }
    notes.add(raster.path, "is compressed with loss (\(compression)): its labels may not be those that were written")
  }

  /// What is counted for each id of a prediction.
  private static func predictedClasses(_ setup: EvaluationSetup, _ match: ClassNames.Match) -> [UInt8] {
    (0..<256).map { number in
      if number == Int(ClassMap.nodata) { return ClassMap.nodata }
      var id: Int? = number
      if case .byName(let table) = match { id = table[number] }
      if case .of(let classID) = setup.polygons { return id == Int(classID) ? 1 : 0 }
      return id.map { $0 < setup.classes ? UInt8($0) : UInt8(setup.classes) } ?? UInt8(setup.classes)
    }
  }

  private static func area(_ path: String, _ reader: LabelRaster, _ notes: inout EvaluationNotes) throws -> AreaMask {
    do {
      guard reader.isPlaced else {
        throw RunError(
          .wrongCall, file: reader.path, reason: "is not georeferenced, so an area cannot be applied", remedy: "leave the area out")
      }
      let mask = try AreaMask(path: path, crs: reader.crs, geotransform: reader.geotransform)
      for warning in mask.warnings { notes.add(path, warning) }
      return mask
    } catch let error as GeodataError {
      throw RunError(.wrongCall, file: error.file, reason: error.reason, remedy: "give a vector file of polygons as the area")
    }
  }

  private static func tolerance(_ meters: Double, _ reader: LabelRaster, _ notes: inout EvaluationNotes) throws -> BoundaryTolerance {
    let measure = try PixelMeasure(crs: reader.crs, geotransform: reader.geotransform, size: reader.size)
    let side = measure.isGeodesic ? try measure.metersPerPixel() : (width: 1, height: 1)
    if !measure.isGeodesic { notes.add(reader.path, "is not georeferenced: the tolerance of boundaries is in its pixels") }
    let (columns, rows) = (meters / side.width, meters / side.height)
    guard columns <= 10_000, rows <= 10_000 else {
      throw RunError(
        .wrongCall, file: reader.path, reason: "a tolerance of \(meters) m is more than 10,000 of its pixels",
        remedy: "give a smaller tolerance")
    }
    // Pixels that are square but for rounding have one radius.
    return abs(columns - rows) < 1e-6 * columns ? .pixels(columns) : BoundaryTolerance(columns: columns, rows: rows)
  }

  // MARK: - Counting

  mutating func counts() throws -> PairCounts {
    var matrix = ConfusionMatrix(setup.rule)
    let background: Set<UInt8> = setup.background.map { [255, $0] } ?? [255]
    var labeler = RegionLabeler(excluding: background)
    var matcher = ObjectMatcher()
    var tally = Tally()
    let width = prediction.size.width
    for rows in prediction.strips {
      try stop.check()
      let values = try prediction.readRows(rows)
      let predicted = values.map(predictedClass)
      let strip = try truth.strip(rows)
      let labels = labels(strip, predicted, values, rows, &tally)
      matrix.add(prediction: predicted, truth: labels)
      for index in 0..<rows.count {
        let range = index * width..<(index + 1) * width
        boundary?.add(prediction: predicted[range], truth: labels[range])
        picture?.add(row: rows.lowerBound + index, prediction: predicted[range], truth: labels[range])
        guard options.countsObjects else { continue }
        let regions = labeler.label(Array(predicted[range]))
        matcher.add(
          prediction: regions, truth: range.map { labels[$0] == LabelTable.ignored ? ObjectMatcher.ignored : strip.objects[$0] })
      }
    }
    leaveOut(tally)
    var result = PairCounts(matrix: matrix, boundary: boundary?.finish())
    if options.countsObjects, let polygons = truth as? PolygonTruth {
      result.objects = matcher.counts(
        classes: setup.classes,
        predictedRegion: { id in
          let region = labeler.region(of: id)
          return (region, Int(labeler.classID(of: region)))
        }, trueObject: { ($0, Int(polygons.labels[Int($0)])) })
    }
    return result
  }

  /// Pixels by what became of them.
  private struct Tally {
    /// By the truth's code, of those inside the area that a prediction is asked of.
    var codes: [UInt64] = []
    var outsideArea: UInt64 = 0
    /// Left out, or counted as wrong.
    var unpredicted: UInt64 = 0
    /// By predicted value, of those that are not a class.
    var strangers: [Int32: UInt64] = [:]

    mutating func add(stranger value: Int32) {
      let isKnown = strangers[value] != nil || strangers.count < 1000
      strangers[isKnown ? value : .max, default: 0] += 1
    }
  }

  /// A predicted value as it is compared; 255 where the prediction says nothing.
  private func predictedClass(_ value: Int32) -> UInt8 {
    if value == LabelRaster.noLabel { return ClassMap.nodata }
    return 0...255 ~= value ? predicted[Int(value)] : setup.background ?? UInt8(setup.classes)
  }

  /// The truth as it counts: `LabelTable.ignored` where it does not reach or is left out, outside the area, and (on wish) where nothing was
  /// predicted.
  private func labels(
    _ strip: TruthStrip, _ predicted: [UInt8], _ values: [Int32], _ rows: Range<Int>, _ tally: inout Tally
  ) -> [UInt8] {
    let meanings = truth.meanings
    let table = meanings.map(\.label)
    if tally.codes.count < table.count { tally.codes += [UInt64](repeating: 0, count: table.count - tally.codes.count) }
    let mask = area?.mask(Window(column: 0, row: rows.lowerBound, width: prediction.size.width, height: rows.count))
    // Polygons know nothing of where the image ends: outside it, "no polygon" is not "background".
    let skips = options.skipsNodata || setup.background != nil
    return strip.codes.indices.map { index in
      if let mask, mask[index] == 0 {
        tally.outsideArea += 1
        return LabelTable.ignored
      }
      let code = Int(strip.codes[index])
      let isPredicted = predicted[index] != ClassMap.nodata
      if skips, !isPredicted {
        tally.unpredicted += 1
        return LabelTable.ignored
      }
      tally.codes[code] += 1
      guard table[code] != LabelTable.ignored else { return LabelTable.ignored }
      if !isPredicted { tally.unpredicted += 1 }
      if isPredicted, Int(predicted[index]) >= setup.classes { tally.add(stranger: values[index]) }
      return table[code]
    }
  }

  private mutating func leaveOut(_ tally: Tally) {
    for (code, meaning) in truth.meanings.enumerated() {
      guard let cause = meaning.cause, code < tally.codes.count else { continue }
      leftOut.add(pair.truth, cause, value: meaning.value, pixels: tally.codes[code], counts: meaning.label != LabelTable.ignored)
    }
    if let area = options.area { leftOut.add(area, .outsideArea, pixels: tally.outsideArea) }
    leftOut.add(
      pair.prediction, .noPrediction, pixels: tally.unpredicted, counts: !(options.skipsNodata || setup.background != nil))
    for (value, pixels) in tally.strangers.sorted(by: { $0.key < $1.key }) {
      let name = prediction.names.indices.contains(Int(value)) ? " (\(prediction.names[Int(value)]))" : ""
      leftOut.add(pair.prediction, .predictedNotAClass, value: value == .max ? "others" : "\(value)\(name)", pixels: pixels, counts: true)
    }
  }
}
