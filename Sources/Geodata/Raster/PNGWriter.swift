import CGDAL
import Foundation
import GeoTypes

/// Writes small pictures.
public enum PNGWriter {
  /// Replaces what is at `path`. The same picture gives the same bytes.
  ///
  /// - Throws: `unwritable`; then no file is left.
  public static func write(_ picture: Picture, to path: String) throws(GeodataError) {
    GDALLibrary.start()
    let (width, height) = (Int32(picture.size.width), Int32(picture.size.height))
    let memory = try checkedHandle(.unwritable, file: path, "making a picture") {
      GDALCreate(GDALGetDriverByName("MEM"), "", width, height, 4, GDT_Byte, nil)
    }
    defer { GDALClose(memory) }
    var bytes = picture.rgba
    try checked(.unwritable, file: path, "making a picture") {
      GDALDatasetRasterIOEx(memory, GF_Write, 0, 0, width, height, &bytes, width, height, GDT_Byte, 4, nil, 4, GSpacing(4 * width), 1, nil)
    }
    for (number, colour) in [GCI_RedBand, GCI_GreenBand, GCI_BlueBand, GCI_AlphaBand].enumerated() {
      GDALSetRasterColorInterpretation(GDALGetRasterBand(memory, Int32(number + 1)), colour)
    }
    do throws(GeodataError) {
      let copy = try checkedHandle(.unwritable, file: path, "writing it") {
        GDALCreateCopy(GDALGetDriverByName("PNG"), path, memory, 0, nil, nil, nil)
      }
      try checked(.unwritable, file: path, "writing it", remedy: "make room on the disk") {
        GDALFlushCache(copy)
        GDALClose(copy)
        return CE_None
      }
    } catch {
      unlink(path)
      throw error
    }
  }
}
