import Basics
import GeoTypes

/// An open raster of classes: what its readers have in common.
struct ClassDataset {
  let dataset: RasterDataset
  /// The first band.
  let band: RasterDataset.Band
  let geotransform: Geotransform
  let isPlaced: Bool
  let crs: CoordinateSystem?
  /// As the file has them, from class 0 on; empty where there are none.
  let names: [String]
  /// Of a palette, from class 0 on; empty where there are none.
  let colors: [Color]

  /// - Throws: `unreadable`, `damaged` or `tooLarge`.
  init(path: String, drivers: [String]) throws(GeodataError) {
    dataset = try RasterDataset(path: path, drivers: drivers)
    try dataset.checkClaims()
    band = dataset.describe(band: 1)
    let found = try dataset.geotransform()
    geotransform = found.flatMap { $0.isUsable ? $0 : nil } ?? .pixels
    isPlaced = found?.isUsable ?? false
    crs = try dataset.crs()
    let categories = dataset.categoryNames(band: 1)
    names = categories.contains { !$0.isEmpty } ? categories : try LabelNames.find(in: dataset)
    colors = band.hasPalette ? dataset.palette(band: 1).map { Color(red: $0.x, green: $0.y, blue: $0.z) } : []
  }
}
