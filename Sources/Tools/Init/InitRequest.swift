import Checkpoints
import FileWriting
import Foundation
import GeoTypes
import Geodata
import NeuralNetwork
import PipelineFile
import Runs
import Tiling

/// Looks at a folder of orthophotos and a checkpoint, and writes a pipeline for them.
public struct InitRequest: Sendable {
  private let folder: String
  private let model: String
  private let pipeline: String

  /// - Parameters:
  ///   - folder: of the orthophotos.
  ///   - model: the checkpoint.
  ///   - pipeline: the file to write; it must not be there yet.
  public init(folder: String, model: String, pipeline: String) {
    self.folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    self.model = URL(fileURLWithPath: model).standardizedFileURL.path
    self.pipeline = URL(fileURLWithPath: pipeline).standardizedFileURL.path
  }

  /// What was written, and what is worth knowing about it.
  public struct Report: Sendable {
    public var pipeline: String
    public var notes: [String]
  }

  /// - Throws: `RunError` (wrongCall) where the folder or the checkpoint is of no use, or the file is there already.
  public func perform() throws -> Report {
    guard !FileManager.default.fileExists(atPath: pipeline) else {
      throw RunError(.wrongCall, file: pipeline, reason: "exists already", remedy: "choose another name for the pipeline file")
    }
    let checkpoint = try wrongCall { try Checkpoint.read(path: model, config: nil) }
    let description = try wrongCall { try NetworkDescription(checkpoint, file: model) }
    var template = PipelineTemplate(sources: [relative(folder)], checkpoint: relative(model))
    template.modelFindings = [
      "\(description.architecture.rawValue) with a \(description.backbone), \(description.inputChannels) bands, \(description.classes) classes"
    ]
    template.classes = checkpoint.metadata.classNames ?? []
    if let crop = checkpoint.metadata.cropSize, crop.count == 2 { template.tile = .size(height: crop[0], width: crop[1]) }
    let usual = UsualModel(checkpoint, description)
    // FANet's are known (`ModelNormalization`).
    if checkpoint.metadata.mean == nil || checkpoint.metadata.std == nil, description.architecture != .fanet {
      template.normalization = usual.normalizations.first
    }
    template.dataset = usual.dataset?.name
    template.lacksModelResolution = checkpoint.metadata.resolution == nil
    try look(&template, bands: description.inputChannels, modelResolution: checkpoint.metadata.resolution)
    do throws(FileError) { try writeNewFile(pipeline, Array(template.rendered().utf8)) } catch { throw RunError(error) }
    return Report(pipeline: pipeline, notes: template.findings + template.modelFindings)
  }

  /// Opens the rasters of the folder, a hundred at most.
  private func look(_ template: inout PipelineTemplate, bands: Int, modelResolution: Double?) throws {
    var input = Pipeline.Input()
    input.sources = [PipelinePath(written: folder, resolved: folder)]
    let found = try SourceFinder(input: input, naming: .auto, pipelineName: "", outputFolder: nil).find()
    guard !found.sources.isEmpty else {
      throw RunError(.wrongCall, file: folder, reason: "contains no rasters", remedy: "give the folder of the orthophotos")
    }
    var options = RasterSourceOptions()
    options.channels = bands
    var sizes: Set<[Double]> = []
    var pixels = (all: 0, plain: 0, fitting: 0)
    var systems: Set<String> = []
    var unlike: (count: Int, side: Double) = (0, 0)
    var remarks: [String: Int] = [:]
    var refusals: [String: (count: Int, lines: [String])] = [:]
    for source in found.sources.prefix(100) {
      do {
        let raster = try RasterSource(path: source.files[0], options: options)
        let pixel = raster.geotransform.pixelSize
        count(raster.size, template.tile, &pixels)
        sizes.insert([pixel.width, pixel.height])
        systems.insert(raster.crs?.description ?? "no crs")
        if let modelResolution, let ground = raster.groundPixel {
          let side = (ground.x * ground.y).squareRoot()
          if max(side / modelResolution, modelResolution / side) > 1.5 { unlike = (unlike.count + 1, side) }
        }
        for remark in raster.warnings { remarks[remark, default: 0] += 1 }
      } catch {
        refusals[error.lines.joined(separator: ", "), default: (0, error.lines)].count += 1
      }
    }
    if pixels.fitting < pixels.plain / 10 * 9 {
      func cost(_ inferred: Int) -> String { String(format: "%.2f", Double(inferred) / Double(pixels.all)) }
      template.tile = .fit
      template.tileReason =
        "infers \(cost(pixels.fitting)) × the pixels, the checkpoint's crop size \(cost(pixels.plain)) ×; it can cost a point of mIoU: compare"
    }
    template.findings.append("\(counted(found.sources.count, "raster")); \(systems.sorted().prefix(3).joined(separator: "; "))")
    if let modelResolution, unlike.count > 0 {
      template.resolutionReason =
        "\(unlike.count) of them have other pixels than the model was trained with (\(ModelSetup.meters(unlike.side)), \(ModelSetup.meters(modelResolution)))"
    }
    if refusals.isEmpty, found.sources.count > 1, sizes.count == 1, systems.count == 1, !systems.contains("no crs") {
      template.findings.append("all of one crs and pixel size: if they are neighbors, mosaic: true does them without seams")
    }
    for (remark, count) in remarks.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(8) {
      template.findings.append("\(count) of them: \(remark)")
    }
    for (line, refusal) in refusals.sorted(by: { $0.key < $1.key }) {
      template.findings.append(
        "\(refusal.count) of them cannot be read as they are" + (line.isEmpty ? "" : ": they need \(line)"))
    }
  }

  /// Adds up what a source's tiles would cost.
  private func count(_ size: RasterSize, _ tile: Pipeline.Tile?, _ pixels: inout (all: Int, plain: Int, fitting: Int)) {
    let inference = Pipeline.Inference()
    func overlap(_ tile: RasterSize) -> Int { inference.overlap(height: tile.height, width: tile.width) }
    var plain = RasterSize(width: 512, height: 512)
    if case .size(let height, let width) = tile { plain = RasterSize(width: width, height: height) }
    let fitting = TileGrid.fitting(size, from: plain, overlap: overlap)
    pixels.all += size.area
    pixels.plain += TileGrid.inferredPixels(size, tile: plain, overlap: overlap(plain))
    pixels.fitting += TileGrid.inferredPixels(size, tile: fitting, overlap: overlap(fitting))
  }

  /// A path below the pipeline's folder as relative, others as they are.
  private func relative(_ path: String) -> String {
    let base = (pipeline as NSString).deletingLastPathComponent
    if path == base { return "." }
    return path.hasPrefix(base + "/") ? String(path.dropFirst(base.count + 1)) : path
  }
}
