/// What the bands of a class map and of a confidence raster hold.
public enum ClassMap {
  /// The value of pixels that are invalid in the source: in class maps and in confidence rasters.
  public static let nodata: UInt8 = 255

  /// The largest number of classes that a class map can tell apart beside nodata.
  public static let maximumClasses = 255
}
