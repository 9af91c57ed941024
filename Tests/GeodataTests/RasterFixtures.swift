import CGDAL
import Foundation
import GeoTypes
import Geodata

/// Rasters painted for one test, in a folder that goes with it.
final class Scratch {
  let folder: String

  init() {
    GDALLibrary.start()
    folder = NSTemporaryDirectory() + "orthoweave-raster-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }
}

/// What a painted raster has besides pixels.
struct Painting {
  var size: RasterSize
  var bands = 3
  var type = GDT_Byte
  var driver = "GTiff"
  var options: [String] = []
  var geotransform: Geotransform? = Geotransform(500_000, 0.5, 0, 6_000_000, 0, -0.5)
  var crs: String? = "EPSG:32633"
  var nodata: Double?
  var interpretation: [GDALColorInterp]?
  var descriptions: [String]?
  var points: [(pixel: Point, place: Point)] = []
  /// Blocks that are never written stay absent (with SPARSE_OK).
  var windows: [Window]?
  /// Of rational polynomials, "KEY=VALUE" each.
  var rational: [String] = []

  /// Paints `value(column, row, band)` and closes the file.
  func paint(_ path: String, _ value: (Int, Int, Int) -> Double) {
    let temporary = driver == "GTiff" ? path : ""
    let creator = GDALGetDriverByName(driver == "GTiff" ? "GTiff" : "MEM")
    let (width, height) = (Int32(size.width), Int32(size.height))
    let dataset = withOptions(options) {
      GDALCreate(creator, temporary, width, height, Int32(bands), type, driver == "GTiff" ? $0 : nil)
    }
    if let geotransform {
      var coefficients = geotransform.coefficients
      GDALSetGeoTransform(dataset, &coefficients)
    }
    if let crs, let reference = OSRNewSpatialReference(nil) {
      OSRSetFromUserInput(reference, crs)
      OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER)
      if points.isEmpty { GDALSetSpatialRef(dataset, reference) } else { setPoints(dataset, reference) }
      OSRDestroySpatialReference(reference)
    }
    if !rational.isEmpty { withOptions(rational) { _ = GDALSetMetadata(dataset, $0, "RPC") } }
    for band in 0..<bands {
      let handle = GDALGetRasterBand(dataset, Int32(band + 1))
      if let nodata { GDALSetRasterNoDataValue(handle, nodata) }
      if let interpretation { GDALSetRasterColorInterpretation(handle, interpretation[band]) }
      if let descriptions { GDALSetDescription(handle, descriptions[band]) }
      for window in windows ?? [Window(size)] {
        var values = [Double](repeating: 0, count: window.area)
        for row in 0..<window.height {
          for column in 0..<window.width { values[row * window.width + column] = value(window.column + column, window.row + row, band) }
        }
        let status = GDALRasterIO(
          handle, GF_Write, Int32(window.column), Int32(window.row), Int32(window.width), Int32(window.height), &values,
          Int32(window.width), Int32(window.height), GDT_Float64, 0, 0)
        precondition(status == CE_None)
      }
    }
    if driver != "GTiff" {
      GDALClose(withOptions(options) { GDALCreateCopy(GDALGetDriverByName(driver), path, dataset, 0, $0, nil, nil) })
    }
    GDALClose(dataset)
  }

  private func setPoints(_ dataset: GDALDatasetH?, _ reference: OGRSpatialReferenceH) {
    var points = points.map {
      GDAL_GCP(
        pszId: strdup(""), pszInfo: strdup(""), dfGCPPixel: $0.pixel.x, dfGCPLine: $0.pixel.y, dfGCPX: $0.place.x, dfGCPY: $0.place.y,
        dfGCPZ: 0)
    }
    GDALSetGCPs2(dataset, Int32(points.count), &points, reference)
    for point in points {
      free(point.pszId)
      free(point.pszInfo)
    }
  }
}

/// A CSL list for one call.
private func withOptions<Result>(_ options: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Result) -> Result {
  var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  for option in options { list = CSLAddString(list, option) }
  defer { CSLDestroy(list) }
  return body(list)
}

extension PixelBlock {
  /// Values as Float, whatever they are held as.
  var numbers: [Float] {
    switch values {
    case .bytes(let bytes): bytes.map { Float($0) }
    case .floats(let floats): floats
    }
  }

  var flags: [UInt8] { valid ?? [UInt8](repeating: 1, count: window.area) }
}

/// The folder of real files, where there is one.
let sharedData: String? = {
  var candidates: [String] = []
  if let named = ProcessInfo.processInfo.environment["ORTHOWEAVE_SHARED"] { candidates.append(named) }
  var folder = URL(fileURLWithPath: #filePath)
  for _ in 0..<6 {
    folder.deleteLastPathComponent()
    candidates.append(folder.appendingPathComponent("../shared").standardizedFileURL.path)
  }
  return candidates.map { $0 + "/data" }.first { FileManager.default.fileExists(atPath: $0 + "/README.md") }
}()

/// A small number that looks random and is always the same.
func noise(_ a: Int, _ b: Int, _ c: Int = 0) -> Int {
  var x = UInt64(truncatingIfNeeded: a &* 73_856_093 ^ b &* 19_349_663 ^ c &* 83_492_791) &+ 0x9E37_79B9_7F4A_7C15
  x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
  x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
  return Int((x ^ (x >> 31)) & 0xFFFF)
}
