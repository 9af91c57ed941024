import CGDAL
import CGDALGate
import Foundation
import GeoTypes

/// An open raster; bands are numbers from 1, not objects.
///
/// One thread at a time: GDAL's datasets are not to be shared between threads.
final class RasterDataset {
  let path: String
  let size: RasterSize
  let bandCount: Int
  let driver: String
  /// Of a file that begins like a TIFF.
  let tags: TIFFTags?
  private let handle: ConfinedDataset
  /// A warped view reads through its source, which must live as long.
  private let parent: RasterDataset?

  /// Opens a regular file, or one in a local archive, for reading with one of the drivers.
  ///
  /// - Parameter confinement: where what the file names must lie; by default the folder of `path`, which is then the user's own word.
  /// - Throws: `unreadable`, `damaged` where GDAL opens it only under protest, or `unsupported` where it points elsewhere.
  convenience init(
    path: String, drivers: [String], openOptions: [String] = [], confinement: Confinement? = nil
  ) throws(GeodataError) {
    GDALLibrary.start()
    let confinement = if let confinement { confinement } else { try Confinement(named: path, isRaster: true) }
    try RasterDataset.requireFile(path, confinement)
    let tags = try ContainerLimits.check(path, confinement)
    let opened = try ConfinedDataset(
      opening: path, flags: GDAL_OF_RASTER, drivers: drivers, options: openOptions, confinement: confinement)
    let message = lastErrorMessage()
    let failed = CPLGetLastErrorType().rawValue >= CE_Failure.rawValue
    guard let handle = opened else {
      if message.isEmpty || message.contains("not recognized") {
        throw GeodataError(
          .unreadable, file: path, reason: "it is not a raster that the drivers \(drivers.joined(separator: ", ")) know",
          remedy: "remove it, or add its driver to input.drivers")
      }
      throw GeodataError(.unreadable, file: path, reason: "it cannot be opened (\(RasterDataset.tidy(message, path)))")
    }
    self.init(adopting: handle, path: path, parent: nil, tags: tags)
    if failed {
      throw GeodataError(
        .damaged, file: path, reason: "its header is damaged (\(RasterDataset.tidy(message, path)))", remedy: "get an intact copy")
    }
  }

  /// Opens the same file once more, with other options, in the same confinement.
  func reopened(openOptions: [String]) throws(GeodataError) -> RasterDataset {
    try RasterDataset(path: path, drivers: [driver], openOptions: openOptions, confinement: handle.confinement)
  }

  private init(adopting handle: ConfinedDataset, path: String, parent: RasterDataset?, tags: TIFFTags? = nil) {
    self.handle = handle
    self.tags = tags
    self.path = path
    self.parent = parent
    size = handle.with { RasterSize(width: Int(GDALGetRasterXSize($0)), height: Int(GDALGetRasterYSize($0))) }
    bandCount = handle.with { Int(GDALGetRasterCount($0)) }
    driver = handle.with { GDALGetDatasetDriver($0).flatMap { GDALGetDriverShortName($0) }.map { String(cString: $0) } ?? "unknown" }
  }

  private static func requireFile(_ path: String, _ confinement: Confinement) throws(GeodataError) {
    guard !ArchivePath.isVirtual(path) else {
      guard ArchivePath.isArchive(path), confinement.run({ orthoweave_gate_file_size(path) }) > 0 else {
        throw GeodataError(.unreadable, file: path, reason: "is not in a local archive")
      }
      return
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw GeodataError(.unreadable, file: path, reason: "it cannot be opened (\(String(cString: strerror(errno))))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw GeodataError(.unreadable, file: path, reason: "it is not a file")
    }
    guard status.st_size > 0 else {
      let (reason, remedy) = FilePath.emptiness(path)
      throw GeodataError(.unreadable, file: path, reason: reason, remedy: remedy)
    }
    guard access(path, R_OK) == 0 else {
      throw GeodataError(.unreadable, file: path, reason: "it may not be read (\(String(cString: strerror(errno))))")
    }
  }

  /// GDAL often begins its messages with the path, which the error names anyway.
  private static func tidy(_ message: String, _ path: String) -> String {
    var text = message
    while text.hasPrefix("\(path): ") { text.removeFirst(path.count + 2) }
    return text
  }

  // MARK: - What it is

  /// What GDAL says of one band.
  struct Band {
    var type: GDALDataType
    var interpretation: GDALColorInterp
    var interpretationName: String
    var description: String
    var maskFlags: Int32
    var nodata: Double?
    /// The file's own way to physical values: stored × scale + offset. Finite; 1 and 0 where it gives none.
    var scale: Double
    var offset: Double
    var blockSize: RasterSize
    /// Bits that are used, where fewer than the type has.
    var bits: Int?
    var isSignedByte: Bool
    var hasPalette: Bool

    var isAlpha: Bool { interpretation == GCI_AlphaBand }
    var typeName: String { isSignedByte ? "Int8" : String(cString: GDALGetDataTypeName(type)) }
  }

  /// Gives a band's handle for the time of one call.
  func withBand<Result>(_ number: Int, _ body: (GDALRasterBandH) -> Result) -> Result {
    handle.with { body(RasterDataset.band(number, of: $0, path)) }
  }

  private static func band(_ number: Int, of dataset: GDALDatasetH, _ path: String) -> GDALRasterBandH {
    // The number was checked against bandCount when the bands were chosen.
    guard let band = GDALGetRasterBand(dataset, Int32(number)) else { preconditionFailure("\(path) has no band \(number)") }
    return band
  }

  /// Whether a PNG or JPEG is decoded as a whole before its first row.
  var isDecodedWhole: Bool { ContainerLimits.isDecodedWhole(path, handle.confinement) }

  func describe(band number: Int) -> Band { withBand(number) { describe($0, number) } }

  private func describe(_ band: GDALRasterBandH, _ number: Int) -> Band {
    let type = GDALGetRasterDataType(band)
    let interpretation = GDALGetRasterColorInterpretation(band)
    var hasNodata: Int32 = 0
    let nodata: Double
    switch type {
    case GDT_Int64: nodata = Double(GDALGetRasterNoDataValueAsInt64(band, &hasNodata))
    case GDT_UInt64: nodata = Double(GDALGetRasterNoDataValueAsUInt64(band, &hasNodata))
    default: nodata = GDALGetRasterNoDataValue(band, &hasNodata)
    }
    var (blockWidth, blockHeight): (Int32, Int32) = (1, 1)
    GDALGetBlockSize(band, &blockWidth, &blockHeight)
    let palette = GDALGetRasterColorTable(band)
    return Band(
      type: type, interpretation: interpretation,
      interpretationName: GDALGetColorInterpretationName(interpretation).map { String(cString: $0).lowercased() } ?? "undefined",
      description: GDALGetDescription(band).map { String(cString: $0) } ?? "",
      maskFlags: GDALGetMaskFlags(band), nodata: hasNodata != 0 ? nodata : nil,
      scale: RasterDataset.finite(GDALGetRasterScale(band, nil), else: 1),
      offset: RasterDataset.finite(GDALGetRasterOffset(band, nil), else: 0),
      blockSize: RasterSize(width: max(1, Int(blockWidth)), height: max(1, Int(blockHeight))),
      bits: metadata("NBITS", domain: "IMAGE_STRUCTURE", band: number).flatMap { Int($0) },
      isSignedByte: metadata("PIXELTYPE", domain: "IMAGE_STRUCTURE", band: number) == "SIGNEDBYTE",
      hasPalette: interpretation == GCI_PaletteIndex && palette != nil)
  }

  private static func finite(_ value: Double, else other: Double) -> Double { value.isFinite ? value : other }

  /// The colors of a palette as red, green, blue, alpha; at most 65536.
  func palette(band number: Int) -> [SIMD4<UInt8>] {
    withBand(number) { band in
      guard let table = GDALGetRasterColorTable(band) else { return [] }
      let count = min(65_536, Int(GDALGetColorEntryCount(table)))
      return (0..<max(0, count)).map { index in
        guard let entry = GDALGetColorEntry(table, Int32(index))?.pointee else { return SIMD4(repeating: 0) }
        return SIMD4(
          UInt8(clamping: Int(entry.c1)), UInt8(clamping: Int(entry.c2)), UInt8(clamping: Int(entry.c3)), UInt8(clamping: Int(entry.c4)))
      }
    }
  }

  func categoryNames(band number: Int) -> [String] { withBand(number) { strings(of: GDALGetRasterCategoryNames($0)) } }

  /// A metadata item of the dataset, or of a band.
  func metadata(_ key: String, domain: String, band number: Int? = nil) -> String? {
    handle.with { dataset in
      GDALGetMetadataItem(number.map { RasterDataset.band($0, of: dataset, path) } ?? dataset, key, domain).map { String(cString: $0) }
    }
  }

  func metadata(domain: String) -> [String] { handle.with { strings(of: GDALGetMetadata($0, domain)) } }

  /// Every file that GDAL lists for the dataset.
  var files: [String] {
    handle.with { dataset in
      let list = GDALGetFileList(dataset)
      defer { CSLDestroy(list) }
      return strings(of: list)
    }
  }

  /// The bytes of a small file beside it, in the same confinement.
  func bytes(beside path: String, atMost largest: Int) -> Data? { handle.confinement.bytes(of: path, atMost: largest) }

  /// Whether a name that the file gives, as GDAL takes it, is a raster of plain drivers that lies in the confinement.
  func canOpen(_ target: String, drivers: [String]) -> Bool { handle.confinement.knows(target, drivers: drivers) }

  /// - Throws: `unsupported` where GDAL has been made to ask for what lies elsewhere.
  func requireNothingElsewhere() throws(GeodataError) { try handle.checked { (_) throws(GeodataError) in } }

  /// The file's size in bytes, asked each time: it may change while it is read. 0 where it is gone.
  func fileSize() -> Int { max(0, Int(handle.with { _ in orthoweave_gate_file_size(path) })) }

  /// Calls GDAL with the dataset, for what is not of pixels or metadata.
  ///
  /// - Throws: what `body` throws, or `unsupported` where GDAL has been made to ask for what lies elsewhere.
  func withHandle<Result>(_ body: (GDALDatasetH) throws(GeodataError) -> Result) throws(GeodataError) -> Result {
    try handle.checked(body)
  }

  /// The number of overviews of the first band.
  var overviewCount: Int { withBand(1) { Int(GDALGetOverviewCount($0)) } }

  var controlPointCount: Int { handle.with { Int(GDALGetGCPCount($0)) } }

  /// Where each ground control point should be, and where the transformation through all of them puts it; empty where there is none.
  ///
  /// A thin plate spline goes through its points, but for its numerical error.
  func controlPoints(thinPlate: Bool) -> [(said: Point, placed: Point)] {
    handle.with { RasterDataset.controlPoints(of: $0, thinPlate: thinPlate) }
  }

  private static func controlPoints(of handle: GDALDatasetH, thinPlate: Bool) -> [(said: Point, placed: Point)] {
    let count = GDALGetGCPCount(handle)
    guard count > 0, let points = GDALGetGCPs(handle) else { return [] }
    // As gdalwarp chooses the polynomial's order: by the number of points.
    let transformer = thinPlate ? GDALCreateTPSTransformer(count, points, 0) : GDALCreateGCPTransformer(count, points, 0, 0)
    guard let transformer else { return [] }
    defer { if thinPlate { GDALDestroyTPSTransformer(transformer) } else { GDALDestroyGCPTransformer(transformer) } }
    var x = (0..<Int(count)).map { points[$0].dfGCPPixel }
    var y = (0..<Int(count)).map { points[$0].dfGCPLine }
    var z = [Double](repeating: 0, count: Int(count))
    var done = [Int32](repeating: 0, count: Int(count))
    let transform = thinPlate ? GDALTPSTransform : GDALGCPTransform
    guard transform(transformer, 0, count, &x, &y, &z, &done) != 0, done.allSatisfy({ $0 != 0 }) else { return [] }
    return (0..<Int(count)).map {
      (said: Point(x: points[$0].dfGCPX, y: points[$0].dfGCPY), placed: Point(x: x[$0], y: y[$0]))
    }
  }

  /// The geotransform of the file; `nil` where there is none. GDAL has moved a PixelIsPoint origin already.
  func geotransform() throws(GeodataError) -> Geotransform? {
    var coefficients = [Double](repeating: 0, count: 6)
    CPLErrorReset()
    let status = handle.with { GDALGetGeoTransform($0, &coefficients) }
    if status != CE_None {
      // The answer "none" is not a failure; a message beside it is.
      guard CPLGetLastErrorType().rawValue < CE_Failure.rawValue else { throw damagedPlace() }
      return nil
    }
    guard CPLGetLastErrorType().rawValue < CE_Failure.rawValue else { throw damagedPlace() }
    return Geotransform(coefficients[0], coefficients[1], coefficients[2], coefficients[3], coefficients[4], coefficients[5])
  }

  /// The crs without its vertical part: layers are flat.
  ///
  /// A crs without a code, or none, is read again from the file opened once more: GDAL says nothing where PROJ's database did not answer it, as for
  /// want of memory, and describes the crs without its code and with other digits, or leaves it out.
  func crs() throws(GeodataError) -> CoordinateSystem? {
    let first = try ownCRS()
    guard first?.authority == nil, parent == nil else { return first }
    let second = try reopened(openOptions: []).ownCRS()
    return second?.authority == nil ? first ?? second : second
  }

  private func ownCRS() throws(GeodataError) -> CoordinateSystem? {
    CPLErrorReset()
    // Belongs to the dataset.
    let reference = handle.with { GDALGetSpatialRef($0) }
    guard CPLGetLastErrorType().rawValue < CE_Failure.rawValue else { throw damagedPlace() }
    guard let reference, let flat = OSRClone(reference) else { return nil }
    defer { OSRDestroySpatialReference(flat) }
    if OSRIsCompound(flat) != 0 { OSRStripVertical(flat) }
    OSRDemoteTo2D(flat, nil)
    let crs = CoordinateSystem(handle: flat) ?? CoordinateSystem(handle: reference)
    try crs?.requireGridsByName(file: path)
    return crs
  }

  /// Gives the crs as the file names it, its vertical part included, for the time of one call.
  func withReference<Result>(_ body: (OGRSpatialReferenceH?) -> Result) -> Result { handle.with { body(GDALGetSpatialRef($0)) } }

  private func damagedPlace() -> GeodataError {
    GeodataError(
      .damaged, file: path, reason: "its georeferencing cannot be read (\(lastErrorMessage()))", remedy: "get an intact copy")
  }

  // MARK: - Blocks

  /// Where a block is stored. Only meaningful for GTiff.
  enum StoredBlock: Equatable {
    /// The file does not hold the block: all nodata.
    case absent
    case stored(offset: Int, bytes: Int)
  }

  /// - Throws: `damaged` where the file's index cannot be read.
  func storedBlock(band number: Int, column: Int, row: Int) throws(GeodataError) -> StoredBlock {
    CPLErrorReset()
    let offset = metadata("BLOCK_OFFSET_\(column)_\(row)", domain: "TIFF", band: number)
    let bytes = metadata("BLOCK_SIZE_\(column)_\(row)", domain: "TIFF", band: number)
    guard CPLGetLastErrorType().rawValue < CE_Failure.rawValue else {
      throw GeodataError(
        .damaged, file: path, reason: "the index of its blocks cannot be read (\(lastErrorMessage()))", remedy: "get an intact copy")
    }
    guard let offset, let bytes else { return .absent }
    return .stored(offset: Int(offset) ?? .max, bytes: Int(bytes) ?? .max)
  }

  /// Whether blocks of a window are stored and missing, without decoding any; `nil` where the driver cannot tell.
  func coverage(band number: Int, _ window: Window) -> (data: Bool, empty: Bool)? {
    let status = withBand(number) {
      GDALGetDataCoverageStatus($0, Int32(window.column), Int32(window.row), Int32(window.width), Int32(window.height), 0, nil)
    }
    guard status & GDAL_DATA_COVERAGE_STATUS_UNIMPLEMENTED == 0 else { return nil }
    return (status & GDAL_DATA_COVERAGE_STATUS_DATA != 0, status & GDAL_DATA_COVERAGE_STATUS_EMPTY != 0)
  }

  // MARK: - Pixels

  /// Reads bands of a window, interleaved `[height][width][bands]`, in `type`, decimated to `size` where it is smaller.
  func read<Value: Numeric>(
    bands: [Int], _ window: Window, as type: GDALDataType, _: Value.Type, size output: RasterSize? = nil
  ) throws(GeodataError) -> [Value] {
    let output = output ?? window.size
    let stride = MemoryLayout<Value>.stride
    var values = [Value](repeating: 0, count: output.area * bands.count)
    var numbers = bands.map { Int32($0) }
    let status = values.withUnsafeMutableBytes { buffer in
      Result<Void, GeodataError> { () throws(GeodataError) in
        try handle.checked { (dataset) throws(GeodataError) in
          try checked(.damaged, file: path, "reading its pixels", remedy: "get an intact copy") {
            GDALDatasetRasterIOEx(
              dataset, GF_Read, Int32(window.column), Int32(window.row), Int32(window.width), Int32(window.height), buffer.baseAddress,
              Int32(output.width), Int32(output.height), type, Int32(numbers.count), &numbers, GSpacing(stride * bands.count),
              GSpacing(stride * bands.count * output.width), GSpacing(stride), nil)
          }
        }
      }
    }
    try status.get()
    return values
  }

  /// The size of the mask band that belongs to a band; `nil` where there is none.
  func maskSize(band number: Int) -> RasterSize? {
    withBand(number) { band in
      GDALGetMaskBand(band).map { RasterSize(width: Int(GDALGetRasterBandXSize($0)), height: Int(GDALGetRasterBandYSize($0))) }
    }
  }

  /// Reads the mask band that belongs to a band: above 0 where a pixel is valid.
  func readMask(band number: Int, _ window: Window, size output: RasterSize? = nil) throws(GeodataError) -> [UInt8] {
    let output = output ?? window.size
    var values = [UInt8](repeating: 0, count: output.area)
    try handle.checked { (dataset) throws(GeodataError) in
      try checked(.damaged, file: path, "reading its mask", remedy: "get an intact copy") {
        GDALRasterIO(
          GDALGetMaskBand(RasterDataset.band(number, of: dataset, path)), GF_Read, Int32(window.column), Int32(window.row),
          Int32(window.width), Int32(window.height), &values, Int32(output.width), Int32(output.height), GDT_Byte, 0, 0)
      }
    }
    return values
  }

  // MARK: - Warped view

  /// A north-up view, computed without approximation, whose last band is alpha.
  ///
  /// - Parameters:
  ///   - method: gdalwarp's options that choose the transformation.
  ///   - nearest: whether values may not be mixed (palettes).
  func warped(method: [String], nearest: Bool) throws(GeodataError) -> RasterDataset {
    // XSCALE and YSCALE keep the kernel the same everywhere; GDAL would derive it from each chunk.
    let arguments =
      ["-of", "VRT", "-dstalpha", "-et", "0", "-r", nearest ? "near" : "bilinear"]
      + ["-wo", "XSCALE=1", "-wo", "YSCALE=1", "-wo", "UNIFIED_SRC_NODATA=YES"] + method
    let view = try handle.checked { (dataset) throws(GeodataError) in
      try checkedHandle(.reference, file: path, "placing it by its control points") { () -> GDALDatasetH? in
        withStringList(arguments) { list in
          guard let options = GDALWarpAppOptionsNew(list, nil) else { return nil }
          defer { GDALWarpAppOptionsFree(options) }
          var source: GDALDatasetH? = dataset
          return GDALWarp("", nil, 1, &source, options, nil)
        }
      }
    }
    return RasterDataset(adopting: ConfinedDataset(adopting: view, viewOf: handle), path: path, parent: self)
  }

  /// Takes over a view of it that a call to GDAL makes.
  func adoptView(_ make: (GDALDatasetH) -> GDALDatasetH?) throws(GeodataError) -> RasterDataset {
    let view = try handle.checked { (dataset) throws(GeodataError) in
      try checkedHandle(.reference, file: path, "placing it by its tags") { make(dataset) }
    }
    return RasterDataset(adopting: ConfinedDataset(adopting: view, viewOf: handle), path: path, parent: self)
  }
}
