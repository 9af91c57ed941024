import CGDAL
import GeoTypes

extension RasterDataset {
  /// Bytes that GDAL holds, at most, while it decodes blocks of this raster, of its mask and of an overview that a small picture is made from: the
  /// block as it is stored, the block of all bands, and the copies in GDAL's cache. The factors were measured with GDAL 3.6.
  ///
  /// Opens nothing that is not open, and decodes nothing.
  func blockBytes() -> Int {
    let first = describe(band: 1)
    let sample = max(1, Int(GDALGetDataTypeSizeBytes(first.type)))
    let isInterleaved = metadata("INTERLEAVE", domain: "IMAGE_STRUCTURE") == "PIXEL" || driver != "GTiff"
    let bands = isInterleaved ? bandCount : 1
    let stored = Double(fileSize())
    // In floating point: large claims may overflow an Int.
    func bytes(_ block: RasterSize, of size: RasterSize, sample: Int, bands: Int) -> Double {
      let area = Double(block.width) * Double(block.height)
      switch driver {
      case "PNG" where isDecodedWhole:
        return Double(size.width) * Double(size.height) * Double(sample * bands) + area * Double(sample * bands)
      // Coefficients of 16 bits, of all components.
      case "JPEG" where isDecodedWhole: return Double(size.width) * Double(size.height) * Double(2 * bands) + area * Double(bands)
      // Samples of 32 bits, several times.
      case "JP2OpenJPEG": return 16 * area * Double(bands)
      default: return 2 * area * Double(sample * bands) + min(area * Double(sample * bands), stored)
      }
    }
    let isDecodedWhole = ["PNG", "JPEG"].contains(driver) && self.isDecodedWhole
    var total = bytes(first.blockSize, of: size, sample: sample, bands: bands)
    withBand(1) { band in
      func block(_ other: GDALRasterBandH) -> (RasterSize, RasterSize) {
        var (width, height): (Int32, Int32) = (1, 1)
        GDALGetBlockSize(other, &width, &height)
        return (
          RasterSize(width: max(1, Int(width)), height: max(1, Int(height))),
          RasterSize(width: Int(GDALGetRasterBandXSize(other)), height: Int(GDALGetRasterBandYSize(other)))
        )
      }
      if let mask = GDALGetMaskBand(band), mask != band {
        let (tile, size) = block(mask)
        total += bytes(tile, of: size, sample: 1, bands: 1)
      }
      var largest = 0.0
      let overviews = (0..<GDALGetOverviewCount(band)).compactMap { GDALGetOverview(band, $0) }
        .map { (overview: $0, side: max(GDALGetRasterBandXSize($0), GDALGetRasterBandYSize($0))) }
      // GDAL takes the smallest that is not smaller than the picture; those below it are for smaller pictures.
      let most = overviews.map(\.side).filter { $0 >= Picture.largestSide }.min() ?? .max
      for (overview, side) in overviews where side <= most {
        let (tile, size) = block(overview)
        var own = bytes(tile, of: size, sample: sample, bands: bands)
        if let mask = GDALGetMaskBand(overview), mask != overview {
          let (tile, size) = block(mask)
          own += bytes(tile, of: size, sample: 1, bands: 1)
        }
        largest = max(largest, own)
      }
      total += largest
    }
    return total < Double(Int.max / 4) ? Int(total) : Int.max / 4
  }
}
