import CGDAL
import FileWriting
import Foundation
public import GeoTypes

/// Samples of a raster that is small enough to be held whole, interleaved: `[height][width][bands]`.
public struct PictureSamples: Sendable {
  /// Samples of 8 or 16 bits, interleaved: `[height][width][bands]`.
  public enum Values: Sendable {
    case bytes([UInt8])
    case words([UInt16])
  }

  public let size: RasterSize
  public let bands: Int
  public let values: Values
  /// `[height][width]`, 255 where a pixel is valid, else 0.
  public let mask: [UInt8]?
  /// For each band "red", "green", "blue", "alpha", "gray" or "undefined"; by default red, green, blue and undefined.
  public var interpretations: [String]?
  public var descriptions: [String]?
  public var nodata: Double?

  public init(size: RasterSize, bands: Int, values: Values, mask: [UInt8]? = nil) {
    let count =
      switch values {
      case .bytes(let bytes): bytes.count
      case .words(let words): words.count
      }
    precondition(count == size.area * bands && bands > 0, "\(count) samples are not \(size.width) × \(size.height) × \(bands)")
    precondition(mask.map { $0.count == size.area } ?? true, "the mask has another size")
    self.size = size
    self.bands = bands
    self.values = values
    self.mask = mask
  }
}

/// Writes rasters that are held whole: samples, made-up scenes, pictures without a place.
public enum PictureWriter {
  /// The form of the file.
  public enum Format: Sendable {
    /// Cloud Optimized GeoTIFF with overviews.
    case cogJPEG(quality: Int)
    case cogDeflate
    /// Without a place.
    case png
  }

  /// Replaces what is at `path`. The same samples give the same bytes.
  ///
  /// - Throws: `unwritable`; then no file is left, and a picture that was there before stays.
  public static func write(
    _ samples: PictureSamples, geotransform: Geotransform? = nil, crs: CoordinateSystem? = nil, to path: String, format: Format
  ) throws(GeodataError) {
    GDALLibrary.start()
    let options: [String]
    switch format {
    case .cogJPEG(let quality): options = ["COMPRESS=JPEG", "QUALITY=\(quality)", "BLOCKSIZE=512", "NUM_THREADS=1"]
    case .cogDeflate: options = ["COMPRESS=DEFLATE", "PREDICTOR=YES", "BLOCKSIZE=512", "NUM_THREADS=1"]
    case .png:
      let bytes = try png(samples)
      do throws(FileError) { try replaceFile(path, with: bytes) } catch { throw GeodataError(error) }
      return
    }
    let memory = try dataset(of: samples, path: path)
    defer { GDALClose(memory) }
    try place(memory, geotransform, crs, path: path)
    do throws(GeodataError) { try copy(memory, driver: "COG", options, to: path) } catch {
      unlink(path)
      throw error
    }
  }

  /// The bytes of a PNG file, without a place. The same samples give the same bytes.
  public static func png(_ samples: PictureSamples) throws(GeodataError) -> [UInt8] {
    try PNGFile.encoded(samples)
  }

  /// The bytes of a JPEG file of a picture, gray where it has no pixel.
  ///
  /// - Parameter quality: 1…100.
  /// - Throws: `GeodataError` (unwritable).
  public static func jpeg(_ picture: Picture, quality: Int) throws(GeodataError) -> [UInt8] {
    var rgb: [UInt8] = []
    rgb.reserveCapacity(picture.size.area * 3)
    for pixel in 0..<picture.size.area {
      let isValid = picture.rgba[pixel * 4 + 3] > 0
      for channel in 0..<3 { rgb.append(isValid ? picture.rgba[pixel * 4 + channel] : 128) }
    }
    return try encoded(PictureSamples(size: picture.size, bands: 3, values: .bytes(rgb)), driver: "JPEG", ["QUALITY=\(quality)"])
  }

  private static func encoded(_ samples: PictureSamples, driver: String, _ options: [String]) throws(GeodataError) -> [UInt8] {
    GDALLibrary.start()
    // In memory, so that this program's own writer brings it to disk: GDAL's would leave half a picture where that is full.
    let path = "/vsimem/orthoweave-\(UUID().uuidString).\(driver.lowercased())"
    let memory = try dataset(of: samples, path: path)
    defer { GDALClose(memory) }
    defer { VSIUnlink(path) }
    try copy(memory, driver: driver, options, to: path)
    var length: vsi_l_offset = 0
    guard let bytes = VSIGetMemFileBuffer(path, &length, 0) else {
      throw GeodataError(.unwritable, file: path, reason: "the picture cannot be created in memory")
    }
    return [UInt8](UnsafeBufferPointer(start: bytes, count: Int(length)))
  }

  private static func copy(_ memory: GDALDatasetH, driver: String, _ options: [String], to path: String) throws(GeodataError) {
    let copy = try checkedHandle(.unwritable, file: path, "writing it") {
      withStringList(options) { GDALCreateCopy(GDALGetDriverByName(driver), path, memory, 0, $0, nil, nil) }
    }
    try checked(.unwritable, file: path, "writing it", remedy: "free some space on the disk") {
      GDALFlushCache(copy)
      GDALClose(copy)
      return CE_None
    }
  }

  private static func place(
    _ dataset: GDALDatasetH, _ geotransform: Geotransform?, _ crs: CoordinateSystem?, path: String
  ) throws(GeodataError) {
    if let geotransform {
      var coefficients = geotransform.coefficients
      try checked(.unwritable, file: path, "setting its geotransform") { GDALSetGeoTransform(dataset, &coefficients) }
    }
    try crs?.withHandle { (reference) throws(GeodataError) in
      try checked(.unwritable, file: path, "setting its crs") { GDALSetSpatialRef(dataset, reference) }
    }
  }

  private static func dataset(of samples: PictureSamples, path: String) throws(GeodataError) -> GDALDatasetH {
    let (width, height) = (Int32(samples.size.width), Int32(samples.size.height))
    let type: GDALDataType
    if case .words = samples.values { type = GDT_UInt16 } else { type = GDT_Byte }
    let dataset = try checkedHandle(.unwritable, file: path, "making it") {
      GDALCreate(GDALGetDriverByName("MEM"), "", width, height, Int32(samples.bands), type, nil)
    }
    do throws(GeodataError) {
      describe(dataset, samples)
      try fill(dataset, samples, type: type, path: path)
    } catch {
      GDALClose(dataset)
      throw error
    }
    return dataset
  }

  private static func describe(_ dataset: GDALDatasetH, _ samples: PictureSamples) {
    let usual = samples.bands == 1 ? ["gray"] : ["red", "green", "blue"]
    for index in 0..<samples.bands {
      let band = GDALGetRasterBand(dataset, Int32(index + 1))
      let names = samples.interpretations ?? usual
      GDALSetRasterColorInterpretation(band, GDALGetColorInterpretationByName(index < names.count ? names[index] : "undefined"))
      if let descriptions = samples.descriptions, index < descriptions.count { GDALSetDescription(band, descriptions[index]) }
      if let nodata = samples.nodata { GDALSetRasterNoDataValue(band, nodata) }
    }
  }

  private static func fill(
    _ dataset: GDALDatasetH, _ samples: PictureSamples, type: GDALDataType, path: String
  ) throws(GeodataError) {
    let (width, height, bands) = (Int32(samples.size.width), Int32(samples.size.height), samples.bands)
    // GDAL takes a changeable pointer for reading and writing alike: hence the copies.
    func write(_ address: UnsafeMutableRawPointer, sample: Int) throws(GeodataError) {
      try checked(.unwritable, file: path, "filling it") {
        GDALDatasetRasterIOEx(
          dataset, GF_Write, 0, 0, width, height, address, width, height, type, Int32(bands), nil, GSpacing(bands * sample),
          GSpacing(bands * sample * Int(width)), GSpacing(sample), nil)
      }
    }
    switch samples.values {
    case .bytes(var values): try write(&values, sample: 1)
    case .words(var values): try write(&values, sample: 2)
    }
    guard var mask = samples.mask else { return }
    try checked(.unwritable, file: path, "making its mask") { GDALCreateDatasetMaskBand(dataset, GMF_PER_DATASET) }
    try checked(.unwritable, file: path, "filling its mask") {
      GDALRasterIO(
        GDALGetMaskBand(GDALGetRasterBand(dataset, 1)), GF_Write, 0, 0, width, height, &mask, width, height, GDT_Byte, 0, 0)
    }
  }
}

extension PictureWriter {
  /// Writes a picture as PNG. The same picture gives the same bytes.
  ///
  /// - Throws: `unwritable`; then no file is left.
  public static func writePNG(_ picture: Picture, to path: String) throws(GeodataError) {
    var samples = PictureSamples(size: picture.size, bands: 4, values: .bytes(picture.rgba))
    samples.interpretations = ["red", "green", "blue", "alpha"]
    try write(samples, to: path, format: .png)
  }
}
