import GeoTypes

/// Pixels at the resolution they are stored in: what the resampler reads from.
protocol NativePixels: AnyObject {
  var size: RasterSize { get }
  var geotransform: Geotransform { get }
  var crs: CoordinateSystem? { get }
  var channels: Int { get }
  func load(_ window: Window) throws(GeodataError) -> PixelBlock
  func coverage(_ window: Window) throws(GeodataError) -> Coverage
}
