import ArgumentParser
import Basics
import Comparison
import Foundation
import GeoTypes
import Runs
import Tools

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compare class rasters with ground truth: IoU, accuracy, F1, boundaries, objects; or measure the seams.",
    discussion: """
      Examples:
        orthoweave evaluate layers/ masks/ --ignore 5,6,255 --confusion confusion.csv
        orthoweave evaluate map.classes.tif buildings.geojson --class building --objects --boundary 1
        orthoweave evaluate --seams pipeline.yaml --window 0,0,2000,2000

      Rasters are read in strips of rows: memory grows with their width and with the classes, not with their height.
      """)

  @Argument(help: "A class raster, or a folder with NAME.classes.tif files below it; not with --seams.") var prediction: String?
  @Argument(help: "Ground truth: a class raster, a mask of colors, a folder of them, or a vector file of polygons.") var truth: String?

  @Option(help: "Ground-truth labels to ignore, such as 5,6,255; or none.") var ignore = LabelSet(255)
  @Option(help: "Class names, separated by commas; a number of classes; or a data set's name.") var classes: String?
  @Option(help: "What its colors mean: a data set, a class raster with a color table, or NAME=#RRGGBB,….") var palette: String?
  @Option(name: .customLong("class"), help: "The class of all polygons; everything outside them is background.") var polygonClass: String?
  @Option(help: "The column with the polygons' classes; pixels outside the polygons are not compared.") var field: String?
  @Option(help: "The layer to read, in a vector file with several.") var layer: String?
  @Option(help: "Only pixels inside the polygons of this vector file count.") var area: String?
  @Option(help: "Also compute the boundary F1 with this tolerance, in meters.") var boundary: Double?
  @Flag(help: "Also count objects found and right, at an IoU of 0.5; for polygons.") var objects = false
  @Flag(help: "Ignore label 0 of the ground truth; 1 is class 0, and so on.") var reduceZeroLabel = false
  @Option(help: "Relabel ground truth (OLD:NEW,…) before anything else.") var remap: LabelChanges?
  @Flag(help: "Ignore pixels without a prediction, which are missed otherwise. (With --class they never count.)") var skipNodata = false
  @Option(help: "Write the confusion matrix to this CSV file.") var confusion: String?
  @Option(help: "Write a picture of the errors to this PNG file; for several predictions, to this folder.") var errors: String?
  @Flag(help: "Print JSON.") var json = false

  @Option(help: "Infer this pipeline's sources on two grids and print the share of pixels that change.") var seams: String?
  @Option(help: "With --seams: only sources whose name matches this pattern.") var only: String?
  @Option(help: "With --seams: a part of each source: C,R,W,H in pixels.") var window: Window?
  @Option(help: "With --seams: tiles inferred at once, in place of inference.workers.") var workers: Int?

  func validate() throws {
    if seams != nil {
      guard prediction == nil else { throw ValidationError("--seams takes a pipeline and nothing to compare with.") }
    } else {
      guard prediction != nil, truth != nil else { throw ValidationError("Give a prediction and its truth, or --seams PIPELINE.") }
      guard only == nil, window == nil, workers == nil else { throw ValidationError("--only, --window and --workers go with --seams.") }
    }
  }

  func run() throws {
    if let seams { return try runSeams(seams) }
    guard let prediction, let truth else { return }
    var options = EvaluateRequest.Options()
    options.ignore = ignore.labels
    options.classes = classes
    options.palette = palette
    options.polygonClass = polygonClass
    options.polygonField = field
    options.layer = layer
    options.area = area
    options.boundary = boundary
    options.countsObjects = objects
    options.reduceZeroLabel = reduceZeroLabel
    options.remap = remap?.newLabels ?? [:]
    options.skipsNodata = skipNodata
    options.confusion = confusion
    options.errors = errors
    let request = try EvaluateRequest(prediction: prediction, truth: truth, options: options)
    let signals = SignalWatch(request.stop)
    defer { signals.end() }
    let report = try request.perform()
    for note in report.notes { Standard.error("note: \(note)".printable) }
    // Names of classes come from files.
    let lines = report.table.trimmingCharacters(in: .newlines).components(separatedBy: "\n").map(\.printable)
    Standard.output(json ? try report.json().printableJSON : lines.joined(separator: "\n"))
  }

  private func runSeams(_ pipeline: String) throws {
    let request = try SeamRequest(pipeline: pipeline, only: only, window: window, workers: workers)
    let progress = Progress(kind: nil, format: .text, least: json ? .warning : .info)
    let signals = SignalWatch(request.stop)
    defer { signals.end() }
    let report = try request.perform(observer: progress.observer)
    for note in report.notes { Standard.error("note: \(note)".printable) }
    Standard.output(json ? try Output.json(report) : report.table.trimmingCharacters(in: .newlines))
  }
}
