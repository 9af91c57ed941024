import GeoTypes
import Geodata

extension PixelSource {
  /// A small picture of a part of the raster, at most `side` pixels wide and high.
  func picture(of region: Window, side: Int) throws -> Picture {
    if region == Window(size) { return try picture(side: side) }
    let step = max(1, (max(region.width, region.height) + side - 1) / side)
    let output = RasterSize(width: (region.width + step - 1) / step, height: (region.height + step - 1) / step)
    var rgba: [UInt8] = []
    rgba.reserveCapacity(output.area * 4)
    for row in stride(from: region.row, to: region.maxRow, by: step) {
      let block = try read(Window(column: region.column, row: row, width: region.width, height: 1))
      for column in stride(from: 0, to: region.width, by: step) {
        for band in 0..<3 { rgba.append(block.byte(pixel: column, band: min(band, block.bands - 1))) }
        rgba.append(block.valid.map { $0[column] == 1 } ?? true ? 255 : 0)
      }
    }
    return Picture(size: output, rgba: rgba)
  }
}

extension PixelBlock {
  fileprivate func byte(pixel: Int, band: Int) -> UInt8 {
    switch values {
    case .bytes(let bytes): bytes[pixel * bands + band]
    case .floats(let floats): UInt8(max(0, min(255, floats[pixel * bands + band].rounded())))
    }
  }
}
