import Geodata
import PipelineFile

extension Pipeline.Input {
  /// The files that virtual rasters among some files are made of; nothing for those that cannot be read.
  ///
  /// - Parameter folders: where the parts may lie.
  func partsOfVirtualRasters(_ files: [String], within folders: [String]) -> [String] {
    files.filter { $0.lowercased().hasSuffix(".vrt") }.flatMap {
      (try? VirtualRaster.files(of: $0, drivers: drivers, within: folders, followsLinks: follow == .links)) ?? []
    }
  }

  /// The same of a source's files.
  func partsOfVirtualRasters(_ source: DueSource) -> [String] {
    source.allowsVRT ? partsOfVirtualRasters(source.files, within: source.folders) : []
  }
}
