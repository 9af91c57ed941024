import CGDAL
import Foundation
import GeoTypes

/// A raster of heights, by which sources with rational polynomials are placed (`input.dem`).
public enum HeightModel {
  /// Checks that a file is a GeoTIFF with a place of its own. Only its header is read.
  ///
  /// - Throws: the `GeodataError` that opening it gives, or `unsupported` where it is not georeferenced.
  public static func check(_ path: String) throws(GeodataError) {
    let remedy = "give a GeoTIFF of heights in input.dem"
    do throws(GeodataError) {
      let heights = try RasterDataset(path: path, drivers: ["GTiff"])
      try heights.checkClaims()
      guard let place = try heights.geotransform(), place.tellsPixelsApart(in: heights.size), try heights.crs() != nil else {
        throw GeodataError(.unsupported, file: path, reason: "it is not georeferenced", remedy: remedy)
      }
    } catch {
      throw GeodataError(error.code, file: path, reason: error.reason, remedy: remedy)
    }
  }
}

/// How the heights of `input.dem` place a source.
public struct HeightUse: Sendable, Hashable, Codable {
  /// The file's name.
  public var file: String
  /// The share of pixels for which there is no height, 0 to 1, as far as a grid over the source tells. They are not valid.
  public var shareWithout: Double
}

extension RasterDataset {
  /// The share of pixels that rational polynomials cannot place, as there is no height; looked at in a grid of 33 × 33.
  func shareWithoutHeight(of model: String) throws(GeodataError) -> Double {
    let side = 33
    let (width, height) = (Double(size.width) / Double(side), Double(size.height) / Double(side))
    var x = (0..<side * side).map { (Double($0 % side) + 0.5) * width }
    var y = (0..<side * side).map { (Double($0 / side) + 0.5) * height }
    var z = [Double](repeating: 0, count: side * side)
    var done = [Int32](repeating: 0, count: side * side)
    return try withHandle { (dataset) throws(GeodataError) in
      let transformer = try checkedHandle(.reference, file: path, "placing it by its rational polynomials") {
        withStringList(["METHOD=RPC", "RPC_DEM=\(model)"]) { GDALCreateGenImgProjTransformer2(dataset, nil, $0) }
      }
      defer { GDALDestroyGenImgProjTransformer(transformer) }
      // To the ground and back: on the way there GDAL takes some height or other where there is none, on the way back, which a warp goes, it
      // does not. Each point's answer is in `done`.
      _ = GDALGenImgProjTransform(transformer, 0, Int32(side * side), &x, &y, &z, &done)
      let reached = done
      z = [Double](repeating: 0, count: side * side)
      _ = GDALGenImgProjTransform(transformer, 1, Int32(side * side), &x, &y, &z, &done)
      for index in done.indices where reached[index] == 0 { done[index] = 0 }
      return Double(done.count { $0 == 0 }) / Double(side * side)
    }
  }
}
