import Basics
import FileWriting
import Foundation
import GeoTypes
import Geodata
import PipelineFile
import RunState

extension RunRequest {
  /// `input.dem` has to be a GeoTIFF that says where it lies.
  ///
  /// - Throws: `RunError`, before any work: surroundings where the file is not there, else wrongCall.
  func checkHeights() throws {
    guard let model = pipeline.input.dem else { return }
    do throws(GeodataError) { try HeightModel.check(model.resolved) } catch {
      let isThere = FileManager.default.fileExists(atPath: model.resolved)
      throw RunError(
        isThere ? .wrongCall : .surroundings, file: model.written, reason: "input.dem cannot be used: \(error.reason)",
        remedy: error.remedy)
    }
  }

  /// `input.area` has to hold polygons. A file that is not there is found when the keys are made.
  ///
  /// - Throws: `RunError` (wrongCall), before any work: no source is at fault.
  func checkArea() throws {
    guard let area = pipeline.input.area, FileManager.default.fileExists(atPath: area.resolved) else { return }
    do throws(GeodataError) { _ = try AreaMask(path: area.resolved, crs: nil, geotransform: .pixels) } catch {
      throw RunError(.wrongCall, file: area.written, reason: "input.area cannot be used: \(error.reason)", remedy: error.remedy)
    }
  }

  /// Below this, libraries cannot open files of their own, and take a source or a crs for damaged: a source, its layers in all formats, PROJ's database
  /// and the state take about 20, each worker and thread a few more while it writes.
  private static let leastOpenFiles = 64

  /// The limit of open files has to leave room for one source.
  ///
  /// - Throws: `RunError` (surroundings), before any work.
  func checkOpenFiles() throws {
    Machine.raiseOpenFiles(to: Self.leastOpenFiles)
    let limit = Machine.mostOpenFiles
    guard limit < Self.leastOpenFiles else { return }
    throw RunError(
      .surroundings, reason: "the limit of open files is \(limit), and \(Self.leastOpenFiles) are needed at least",
      remedy: "raise the limit of open files (ulimit -n, or LimitNOFILE of the service)")
  }

  /// The folder of `run.metrics` has to be there: it belongs to the collector.
  ///
  /// - Throws: `RunError` (surroundings), before any work.
  func checkMetrics() throws {
    guard let metrics = pipeline.run.metrics else { return }
    let folder = (metrics.resolved as NSString).deletingLastPathComponent
    func refuse(_ reason: String, _ remedy: String) -> RunError {
      RunError(.surroundings, file: metrics.written, reason: "run.metrics cannot be written: \(reason)", remedy: remedy)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw refuse("\(folder) is not a folder", "create that folder, or correct run.metrics")
    }
    if FileManager.default.fileExists(atPath: metrics.resolved, isDirectory: &isFolder), isFolder.boolValue {
      throw refuse("it is a folder", "give a file's name in it")
    }
    if KernelFolders.holding(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path) != nil {
      throw refuse("\(folder) belongs to the kernel, and no files can be created there", "correct run.metrics")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw refuse("\(folder): \(String(cString: strerror(errno)))", "let this user write there, or correct run.metrics")
    }
  }
}

extension RunContext {
  /// What a source's files will be called after its name, and which of them SQLite opens.
  private var suffixes: (all: [String], databases: [String]) {
    var all: [String] = []
    for format in pipeline.output.formats where format != .postgis {
      switch format {
      case .classes, .confidence, .probabilities: all.append(".\(format.rawValue).tif")
      case .preview: all.append(".preview.png")
      case .qgis: all.append(".qgz")
      case .stac, .postgis: break
      case .gpkg, .shp, .csv, .geojson, .fgb: all.append(".\(format.rawValue)")
      }
    }
    let hasDatabase = pipeline.output.formats.contains(.gpkg) || pipeline.output.isCombined
    return (all, hasDatabase ? [".gpkg"] : [])
  }

  /// Checks that the source's files can have their names, and that there is room for the least that they take.
  ///
  /// - Returns: a warning where there may be too little room.
  /// - Throws: `RunError` (source) for names, `RunError` (surroundings) for room.
  func checkPlace(_ source: DueSource, _ plan: SourcePlan) throws -> String? {
    let suffixes = suffixes
    do throws(RunStateError) {
      try output.checkPaths(of: source.name, suffixes: suffixes.all, databases: suffixes.databases)
    } catch {
      throw RunError(.source, error)
    }
    guard let left = DiskSpace.left(near: output.path) else { return nil }
    // Segments stay until the outputs are published; each file takes a block at least.
    let files = plan.segments.count + suffixes.all.count + 4
    if let inodes = left.inodes, inodes < UInt64(files) {
      throw RunError(
        .surroundings, file: output.path, reason: "the file system takes \(inodes) more files (inodes), \(source.name) needs \(files)",
        remedy: "remove files that are not needed, and run again")
    }
    let least = UInt64(files) * 4096
    guard left.bytes >= least else {
      throw RunError(
        .surroundings, file: output.path,
        reason: "\(DiskSpace.describe(left.bytes)) are free, \(source.name) needs \(DiskSpace.describe(least)) at least",
        remedy: "free some space and run again")
    }
    let most = diskNeed(plan)
    guard left.bytes < UInt64(clamping: most) else { return nil }
    return "\(bytes(Int(clamping: left.bytes))) are free in \(output.path), and up to \(bytes(most)) may be needed"
  }

  /// Bytes that the work directory and the outputs of a source take at most, about: class, confidence and probabilities, uncompressed, in
  /// segments, as rasters and as their temporary copies; polygons beside.
  func diskNeed(_ plan: SourcePlan) -> Int { plan.region.area * (2 + probabilityClasses) * 4 + 64_000_000 }
}
