import Foundation

extension Placement {
  /// Takes the crs that the file names, else that of a `.prj` beside it, else that of the pipeline, and says which.
  mutating func settleCRS(_ named: CoordinateSystem?, of file: RasterDataset, options: RasterSourceOptions) throws(GeodataError) {
    let beside = named == nil ? try CRSFiles.projection(beside: file) : nil
    if let named {
      crs = named
      crsFrom = "file"
    } else if let beside {
      crs = beside.crs
      crsFrom = beside.file
      files.append((file.path as NSString).deletingLastPathComponent + "/" + beside.file)
      warnings.append("it has no crs of its own: \(beside.crs) is taken from \(beside.file)")
    } else if let given = options.crs {
      crs = given
      crsFrom = "input.crs"
    } else {
      crs = nil
      crsFrom = nil
      let others = CRSFiles.others(beside: file.path)
      warnings.append("it has no crs, and neither have its layers")
      if !others.isEmpty {
        ignore("\(others.joined(separator: ", ")) beside \(others.count == 1 ? "is" : "are") not read for a crs; set input.crs")
      }
    }
    if let given = options.crs, let crs, crsFrom != "input.crs", !crs.isEquivalent(to: given) {
      ignore("input.crs (\(given)) is not used, as \(crsFrom == "file" ? "it" : crsFrom ?? "") names \(crs)")
    }
  }

  /// Says what cannot be used for a raster without a place.
  mutating func noteUnplaced(_ file: RasterDataset, options: RasterSourceOptions) {
    let others = CRSFiles.others(beside: file.path)
    if !others.isEmpty {
      ignore(
        "\(others.joined(separator: ", ")) beside \(others.count == 1 ? "does" : "do") not place it: GDAL finds no geotransform; add a world file"
      )
    }
    if options.crs != nil { ignore("input.crs is not used, as it is not georeferenced") }
  }

  private mutating func ignore(_ sentence: String) {
    ignored.append(sentence)
    warnings.append(sentence)
  }
}
