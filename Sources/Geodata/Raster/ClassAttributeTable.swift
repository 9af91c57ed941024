import Basics
import CGDAL

/// The raster attribute table of a class map: for each value its class, its number of pixels and its color.
///
/// GDAL before 3.12 keeps it in a file beside a GeoTIFF.
struct ClassAttributeTable {
  var names: [String]
  var colors: [Color]
  var pixels: [Int]

  func set(on band: GDALRasterBandH?) -> CPLErr {
    guard let table = GDALCreateRasterAttributeTable() else { return CE_Failure }
    defer { GDALDestroyRasterAttributeTable(table) }
    let columns = [
      ("Value", GFT_Integer, GFU_MinMax), ("Class", GFT_String, GFU_Name),
      // A number of 32 bits would not hold all pixels of a large raster.
      ("Pixels", GFT_Real, GFU_PixelCount), ("Red", GFT_Integer, GFU_Red), ("Green", GFT_Integer, GFU_Green),
      ("Blue", GFT_Integer, GFU_Blue),
    ]
    for (name, type, usage) in columns where GDALRATCreateColumn(table, name, type, usage) != CE_None { return CE_Failure }
    GDALRATSetRowCount(table, Int32(names.count))
    for row in names.indices {
      let color = row < colors.count ? colors[row] : Color(red: 0, green: 0, blue: 0)
      let number = Int32(row)
      GDALRATSetValueAsInt(table, number, 0, number)
      GDALRATSetValueAsString(table, number, 1, names[row])
      GDALRATSetValueAsDouble(table, number, 2, Double(pixels[row]))
      for (column, value) in zip(Int32(3)..., [color.red, color.green, color.blue]) {
        GDALRATSetValueAsInt(table, number, column, Int32(value))
      }
    }
    return GDALSetDefaultRAT(band, table)
  }
}
