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
  private let model: String?
  private let pipeline: String

  /// - Parameters:
  ///   - folder: of the orthophotos; they may lie in folders below it.
  ///   - model: the checkpoint; `nil` to look at the orthophotos alone, which writes nothing.
  ///   - pipeline: the file to write; it must not be there yet.
  public init(folder: String, model: String?, pipeline: String) {
    self.folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    self.model = model.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    self.pipeline = URL(fileURLWithPath: pipeline).standardizedFileURL.path
  }

  /// What was written, and what is worth knowing about it.
  public struct Report: Sendable {
    /// The file that was written; `nil` where there was no model to write one for.
    public var pipeline: String?
    public var notes: [String]
    /// What running it would take; `nil` where nothing was written, or it cannot be planned, which a note says.
    public var estimate: Estimate?
  }

  /// What a run of the new pipeline would take.
  public struct Estimate: Sendable {
    public var sources: Int
    public var seconds: Double
    /// Bytes that it takes on the disk, and that are free there.
    public var disk: Int
    public var freeDisk: Int
  }

  /// - Throws: `RunError` (wrongCall) where the folder or the checkpoint is of no use, or the file is there already.
  public func perform() throws -> Report {
    guard !FileManager.default.fileExists(atPath: pipeline) else {
      throw RunError(.wrongCall, file: pipeline, reason: "exists already", remedy: "choose another name for the pipeline file")
    }
    guard let model else { return Report(pipeline: nil, notes: try lookAtSources(channels: 3).survey.findings) }
    let checkpoint = try wrongCall { try Checkpoint.read(path: model, config: nil) }
    let description = try wrongCall { try NetworkDescription(checkpoint, file: model) }
    let (pattern, survey) = try lookAtSources(channels: description.inputChannels)
    var template = PipelineTemplate(sources: [pattern], checkpoint: relative(model))
    template.findings = survey.findings
    if pattern.hasSuffix("**") { template.directory = relative(outputs(areNested: true)) + "/" }
    describe(checkpoint, description, in: &template)
    chooseTile(survey, in: &template)
    template.scale = survey.scale
    template.nodata = survey.nodata
    template.bands = survey.bands
    template.mosaic = survey.isMosaic
    if survey.isMosaic {
      let name = (pipeline as NSString).lastPathComponent
      template.findings.append(
        "the mosaic and its layers are called '\((name as NSString).deletingPathExtension)', as this file is: rename it to call them otherwise"
      )
    }
    template.resolutionReason = resolutionReason(survey, checkpoint.metadata.resolution)
    do throws(FileError) { try writeNewFile(pipeline, Array(template.rendered().utf8)) } catch { throw RunError(error) }
    var report = Report(pipeline: pipeline, notes: template.findings + template.modelFindings)
    do { report.estimate = try estimate() } catch { report.notes.append("it cannot be run yet: \(error)") }
    return report
  }

  // MARK: - The sources

  /// - Returns: the pattern to write, and what it finds.
  private func lookAtSources(channels: Int) throws -> (pattern: String, survey: SourceSurvey) {
    let here = try find(folder, areNested: false)
    let below = try find(folder + "/**", areNested: true)
    let isNested = below.fileCount > here.fileCount
    let found = isNested ? below : here
    guard !found.sources.isEmpty else {
      let seen = (here.notes + found.refused.map(\.error.description)).prefix(3).joined(separator: "; ")
      throw RunError(
        .wrongCall, file: folder, reason: "contains no rasters" + (seen.isEmpty ? "" : " (\(seen))"),
        remedy: "give the folder of the orthophotos")
    }
    var survey = SourceSurvey(found, folder: folder, channels: channels)
    if isNested {
      let folders = Set(found.sources.map { ($0.files[0] as NSString).deletingLastPathComponent }).count
      survey.findings.insert("they lie in \(counted(folders, "folder")); ** stands for all folders below", at: 1)
    }
    let pattern = relative(folder)
    return (isNested ? (pattern == "." ? "**" : pattern + "/**") : pattern, survey)
  }

  /// Where the layers go: beside the pipeline file, or beside the sources' folder where that would be among the sources.
  private func outputs(areNested: Bool) -> String {
    let beside = (pipeline as NSString).deletingLastPathComponent + "/layers"
    return areNested && folder != "/" && beside.hasPrefix(folder + "/") ? folder + "-layers" : beside
  }

  private func find(_ pattern: String, areNested: Bool) throws -> FoundSources {
    var input = Pipeline.Input()
    input.sources = [PipelinePath(written: pattern, resolved: pattern)]
    let outputFolder = outputs(areNested: areNested)
    return try SourceFinder(input: input, naming: .auto, pipelineName: "", outputFolder: outputFolder).find()
  }

  // MARK: - The model

  private func describe(_ checkpoint: Checkpoint, _ description: NetworkDescription, in template: inout PipelineTemplate) {
    let metadata = checkpoint.metadata
    template.modelFindings = [
      "\(description.architecture.rawValue) with a \(description.backbone), \(description.inputChannels) bands, \(description.classes) classes",
      metadata.resolution.map { "trained with pixels of \(ModelSetup.meters($0))" }
        ?? "it does not say with which pixel size it was trained",
    ]
    template.classes = metadata.classNames ?? []
    if let crop = metadata.cropSize, crop.count == 2 {
      template.tile = .size(height: crop[0], width: crop[1])
      template.modelFindings.append("trained with tiles of \(crop[0]) × \(crop[1])")
    } else {
      template.modelFindings.append("it does not say with which tile it was trained: 512 × 512 is taken")
    }
    let usual = UsualModel(checkpoint, description)
    // FANet's are known (`ModelNormalization`).
    if metadata.mean == nil || metadata.std == nil, description.architecture != .fanet {
      template.normalization = usual.normalizations.first
    }
    template.dataset = usual.dataset?.name
    template.lacksModelResolution = metadata.resolution == nil
  }

  /// Takes `fit` where it saves a tenth of the work.
  private func chooseTile(_ survey: SourceSurvey, in template: inout PipelineTemplate) {
    let inference = Pipeline.Inference()
    func overlap(_ tile: RasterSize) -> Int { inference.overlap(height: tile.height, width: tile.width) }
    var plain = RasterSize(width: 512, height: 512)
    if case .size(let height, let width) = template.tile { plain = RasterSize(width: width, height: height) }
    var pixels = (all: 0, plain: 0, fitting: 0)
    for size in survey.regions {
      let fitting = TileGrid.fitting(size, from: plain, overlap: overlap)
      pixels.all += size.area
      pixels.plain += TileGrid.inferredPixels(size, tile: plain, overlap: overlap(plain))
      pixels.fitting += TileGrid.inferredPixels(size, tile: fitting, overlap: overlap(fitting))
    }
    guard pixels.fitting < pixels.plain / 10 * 9 else { return }
    func cost(_ inferred: Int) -> String { String(format: "%.2f", Double(inferred) / Double(pixels.all)) }
    template.tile = .fit
    template.tileReason =
      "infers \(cost(pixels.fitting)) × the pixels, the checkpoint's crop size \(cost(pixels.plain)) ×; it can cost a point of mIoU: compare"
  }

  private func resolutionReason(_ survey: SourceSurvey, _ resolution: Double?) -> String? {
    guard let resolution else { return nil }
    let unlike = survey.groundSides.filter { max($0 / resolution, resolution / $0) > 1.5 }
    guard let side = unlike.last else { return nil }
    return
      "\(unlike.count) of them have other pixels than the model was trained with (\(ModelSetup.meters(side)), \(ModelSetup.meters(resolution)))"
  }

  // MARK: - The cost

  /// Time and disk by the plan of what was written.
  private func estimate() throws -> Estimate {
    // Files that were just copied count, too.
    let plan = try PlanRequest(pipeline: pipeline, changes: ["input.settle=0s"]).perform()
    let due = plan.sources.filter { $0.state == .due }
    return Estimate(
      sources: due.count, seconds: due.reduce(0) { $0 + $1.seconds }, disk: due.reduce(0) { $0 + $1.disk }, freeDisk: plan.freeDisk)
  }

  /// A path below the pipeline's folder as relative, others as they are.
  private func relative(_ path: String) -> String {
    let base = (pipeline as NSString).deletingLastPathComponent
    if path == base { return "." }
    return path.hasPrefix(base + "/") ? String(path.dropFirst(base.count + 1)) : path
  }
}
