import GeoTypes
import Geodata

/// A window of a source, as a source of its own.
final class CroppedSource: PixelSource {
  private let base: any PixelSource
  private let window: Window

  /// - Parameter window: lies in the source.
  init(_ base: any PixelSource, to window: Window) {
    self.base = base
    self.window = window
  }

  var name: String { base.name }
  var size: RasterSize { window.size }
  var geotransform: Geotransform { base.geotransform.shifted(to: window) }
  var crs: CoordinateSystem? { base.crs }
  var isPlaced: Bool { base.isPlaced }
  var channels: Int { base.channels }
  var givesBytes: Bool { base.givesBytes }
  var warnings: [String] { base.warnings }
  var files: [String] { base.files }
  var reading: RasterReading { base.reading }
  var blockSize: RasterSize { base.blockSize }
  var blockBytes: Int { base.blockBytes }

  func read(_ part: Window) throws(GeodataError) -> PixelBlock {
    let block = try base.read(moved(part))
    return PixelBlock(window: part, bands: block.bands, values: block.values, valid: block.valid)
  }

  func validCoverage(_ part: Window) throws(GeodataError) -> Coverage { try base.validCoverage(moved(part)) }

  func picture(side: Int) throws(GeodataError) -> Picture { try base.picture(side: side) }

  private func moved(_ part: Window) -> Window {
    Window(column: part.column + window.column, row: part.row + window.row, width: part.width, height: part.height)
  }
}
