public import Basics
import CGDAL
import Foundation
public import GeoTypes

/// Writes a Cloud Optimized GeoTIFF of bytes with nodata 255, given rows from top to bottom.
///
/// A COG cannot be written row by row, so rows go to a plain tiled GeoTIFF beside it, from which `finish()` makes the COG; those of a small
/// raster are kept in memory.
/// Memory: one row of tiles, width × 512 × bands bytes, or at most 2 MB of a small raster, and GDAL's cache. A writer that is not finished
/// leaves no file behind.
/// The same pixels give the same bytes.
public final class COGWriter {
  /// What the pixels are, which decides about colors, nodata and overviews.
  public enum Content: Sendable {
    /// Class ids, with a name and a color for each, from class 0 on; overviews by mode.
    case classes(names: [String], colors: [Color])
    /// Percent; overviews by average.
    case confidence
    /// A band for each class, in half percents; overviews by average.
    case probabilities(names: [String])
  }

  /// What the file tells of itself, in TIFF's own tags; empty texts are left out.
  public struct Description: Sendable {
    public var software: String
    public var copyright: String
    public var text: String

    public init(software: String = "", copyright: String = "", text: String = "") {
      self.software = software
      self.copyright = copyright
      self.text = text
    }
  }

  public let path: String
  public let size: RasterSize
  public let bands: Int
  private let content: Content
  private let description: Description
  private var statistics: ByteStatistics
  private let temporary: String
  private var handle: GDALDatasetH?
  /// Rows that wait for their row of tiles to be full.
  private var pending: [UInt8] = []
  private var rowsWritten = 0

  private static let tile = 512
  /// Bytes of a raster that is kept in memory until its COG is made.
  private static let mostInMemory = 2 << 20
  private var isInMemory: Bool { size.area * bands <= COGWriter.mostInMemory }

  /// - Parameters:
  ///   - path: the COG's final path; what is there is replaced when the writer finishes.
  ///   - size: in pixels.
  ///   - geotransform: `nil` where the raster is not georeferenced.
  ///   - crs: `nil` writes none.
  ///   - content: what the pixels are.
  /// - Throws: `unwritable`.
  public init(
    path: String, size: RasterSize, geotransform: Geotransform?, crs: CoordinateSystem?, content: Content,
    description: Description = Description()
  ) throws(GeodataError) {
    GDALLibrary.start()
    self.path = path
    self.size = size
    self.content = content
    self.description = description
    temporary = path + ".part.tif"
    switch content {
    case .classes, .confidence: bands = 1
    case .probabilities(let names): bands = names.count
    }
    statistics = ByteStatistics(bands: bands, nodata: ClassMap.nodata)
    precondition(size.width > 0 && size.height > 0 && bands > 0, "a raster of \(size.width) × \(size.height) × \(bands) cannot be written")
    let isInMemory = isInMemory
    let options =
      isInMemory
      ? []
      : [
        "TILED=YES", "BLOCKXSIZE=\(COGWriter.tile)", "BLOCKYSIZE=\(COGWriter.tile)", "COMPRESS=DEFLATE", "ZLEVEL=1", "SPARSE_OK=TRUE",
        "INTERLEAVE=PIXEL", "BIGTIFF=IF_SAFER", "PHOTOMETRIC=MINISBLACK",
      ]
    let folder = (path as NSString).deletingLastPathComponent
    if isInMemory, access(folder.isEmpty ? "." : folder, W_OK) != 0 {
      throw GeodataError(.unwritable, file: path, reason: "it cannot be created (\(String(cString: strerror(errno))))")
    }
    let driver = try checkedHandle(.unwritable, file: path, "finding GDAL's driver") { GDALGetDriverByName(isInMemory ? "MEM" : "GTiff") }
    let temporary = isInMemory ? "" : temporary
    let count = bands
    handle = try checkedHandle(.unwritable, file: path, "creating it") {
      withStringList(options) { GDALCreate(driver, temporary, Int32(size.width), Int32(size.height), Int32(count), GDT_Byte, $0) }
    }
    do throws(GeodataError) {
      try describe(geotransform: geotransform, crs: crs)
    } catch {
      abandon()
      throw error
    }
  }

  deinit { abandon() }

  /// Place, nodata, names and colors, before the first pixel.
  private func describe(geotransform: Geotransform?, crs: CoordinateSystem?) throws(GeodataError) {
    guard let handle else { return }
    if let geotransform {
      var coefficients = geotransform.coefficients
      try checked(.unwritable, file: path, "writing its geotransform") { GDALSetGeoTransform(handle, &coefficients) }
    }
    if let crs {
      try crs.withHandleForWriting { (reference) throws(GeodataError) in
        try checked(.unwritable, file: path, "writing its crs") { GDALSetSpatialRef(handle, reference) }
      }
    }
    for number in 1...bands {
      let band = GDALGetRasterBand(handle, Int32(number))
      try checked(.unwritable, file: path, "writing its nodata value") { GDALSetRasterNoDataValue(band, Double(ClassMap.nodata)) }
      try describeBand(number)
    }
    for (tag, text) in [
      ("TIFFTAG_SOFTWARE", description.software), ("TIFFTAG_COPYRIGHT", description.copyright),
      ("TIFFTAG_IMAGEDESCRIPTION", description.text),
    ] where !text.isEmpty {
      try checked(.unwritable, file: path, "writing its tags") { GDALSetMetadataItem(handle, tag, text, nil) }
    }
    if case .classes(let names, let colors) = content { try describeClasses(names: names, colors: colors) }
  }

  /// What a band holds, and in which unit.
  private func describeBand(_ number: Int) throws(GeodataError) {
    guard let handle else { return }
    let band = GDALGetRasterBand(handle, Int32(number))
    try checked(.unwritable, file: path, "describing its bands") {
      switch content {
      case .classes(let names, _):
        GDALSetDescription(band, "Class")
        // The category names of a GeoTIFF lie beside it, in GDAL's own file; these are inside.
        for (id, name) in names.enumerated() where GDALSetMetadataItem(band, "CLASS_\(id)", name, nil) != CE_None { return CE_Failure }
        return CE_None
      case .confidence:
        GDALSetDescription(band, "Confidence")
        return GDALSetRasterUnitType(band, "%")
      case .probabilities(let names):
        GDALSetDescription(band, names[number - 1])
        guard GDALSetRasterScale(band, 0.5) == CE_None, GDALSetRasterOffset(band, 0) == CE_None else { return CE_Failure }
        return GDALSetRasterUnitType(band, "%")
      }
    }
  }

  /// What is known once all pixels are: statistics, and the table of classes with the number of their pixels.
  private func summarize() throws(GeodataError) {
    guard let handle else { return }
    for index in 0..<bands {
      let band = GDALGetRasterBand(handle, Int32(index + 1))
      guard let summary = statistics.summary(band: index) else { continue }
      try checked(.unwritable, file: path, "writing its statistics") {
        for (name, value) in summary.items where GDALSetMetadataItem(band, "STATISTICS_\(name)", value, nil) != CE_None {
          return CE_Failure
        }
        return CE_None
      }
    }
    guard case .classes(let names, let colors) = content, !names.isEmpty else { return }
    let table = ClassAttributeTable(names: names, colors: colors, pixels: names.indices.map { statistics.count($0, band: 0) })
    try checked(.unwritable, file: path, "writing its attribute table") { table.set(on: GDALGetRasterBand(handle, 1)) }
  }

  private func describeClasses(names: [String], colors: [Color]) throws(GeodataError) {
    let band = GDALGetRasterBand(handle, 1)
    guard let table = GDALCreateColorTable(GPI_RGB) else { return }
    defer { GDALDestroyColorTable(table) }
    for value in 0...255 {
      let color = value < colors.count ? colors[value] : Color(red: 0, green: 0, blue: 0)
      var entry = GDALColorEntry(c1: Int16(color.red), c2: Int16(color.green), c3: Int16(color.blue), c4: value == 255 ? 0 : 255)
      GDALSetColorEntry(table, Int32(value), &entry)
    }
    try checked(.unwritable, file: path, "writing its color table") { GDALSetRasterColorTable(band, table) }
    guard !names.isEmpty else { return }
    try checked(.unwritable, file: path, "writing its category names") {
      withStringList(names) { GDALSetRasterCategoryNames(band, $0) }
    }
  }

  // MARK: - Rows

  /// Adds rows below those written so far.
  ///
  /// - Parameter values: `[rows][width][bands]`; as many as fit the raster's remaining rows.
  /// - Parameter rows: their number.
  public func write(_ values: [UInt8], rows: Int) throws(GeodataError) {
    precondition(values.count == rows * size.width * bands, "\(values.count) values are not \(rows) rows")
    precondition(rowsWritten + pendingRows + rows <= size.height, "more rows than the raster has")
    statistics.add(values)
    let rowBytes = size.width * bands
    var next = 0
    while next < rows {
      let take = min(rows - next, COGWriter.tile - pendingRows)
      pending.append(contentsOf: values[(next * rowBytes)..<((next + take) * rowBytes)])
      next += take
      if pendingRows == COGWriter.tile { try writePending() }
    }
  }

  private var pendingRows: Int { pending.count / (size.width * bands) }

  private func writePending() throws(GeodataError) {
    let rows = pendingRows
    guard rows > 0 else { return }
    guard let handle else { preconditionFailure("the writer of \(path) is finished") }
    let (count, first) = (bands, rowsWritten)
    var values = pending
    pending.removeAll(keepingCapacity: true)
    try checked(.unwritable, file: path, "writing pixels", remedy: "free some space on the disk") {
      GDALDatasetRasterIOEx(
        handle, GF_Write, 0, Int32(first), Int32(size.width), Int32(rows), &values, Int32(size.width), Int32(rows), GDT_Byte,
        Int32(count), nil, GSpacing(count), GSpacing(count * size.width), 1, nil)
    }
    rowsWritten += rows
  }

  /// Of the rows so far; `nil` where a band has no valid pixel.
  public func summary(band: Int) -> ByteStatistics.Summary? { statistics.summary(band: band) }

  // MARK: - End

  /// Makes the COG, with overviews, and removes the temporary file. A full disk shows here at the latest.
  ///
  /// - Parameter check: called now and then; what it throws ends the work.
  /// - Returns: the files written: the COG, and an .aux.xml where GDAL keeps category names and the attribute table in one.
  /// - Throws: `GeodataError` (unwritable), and what `check` throws; then neither file is left.
  public func finish(check: @escaping () throws -> Void = {}) throws -> [String] {
    do {
      try writePending()
      precondition(rowsWritten == size.height, "\(rowsWritten) of \(size.height) rows were written to \(path)")
      try COGWriter.removeIfPresent([path, path + ".aux.xml"])
      try summarize()
      if isInMemory, let handle {
        try copyTwiceIfNeeded(handle, check)
        abandon()
      } else {
        try closeTemporary()
        let plain = try checkedHandle(.unwritable, file: path, "reading its temporary file") { GDALOpen(temporary, GA_ReadOnly) }
        defer { GDALClose(plain) }
        try copyTwiceIfNeeded(plain, check)
        try COGWriter.removeIfPresent([temporary, temporary + ".aux.xml"])
      }
    } catch {
      abandon()
      let leftovers = [path, temporary].flatMap { [$0, $0 + ".aux.xml"] } + [path + ".ovr.tmp", path + ".msk.ovr.tmp"]
      try? COGWriter.removeIfPresent(leftovers)
      throw error
    }
    return [path, path + ".aux.xml"].filter { FileManager.default.fileExists(atPath: $0) }
  }

  /// Closes and removes the temporary file. Does nothing after `finish()`.
  public func abandon() {
    guard let open = handle else { return }
    handle = nil
    GDALClose(open)
    if !isInMemory { try? COGWriter.removeIfPresent([temporary, temporary + ".aux.xml"]) }
  }

  /// A full disk may show only at flush or close, and closing answers nothing: so CPL is asked after each.
  private func closeTemporary() throws(GeodataError) {
    guard let open = handle else { return }
    handle = nil
    try COGWriter.close(open, path: path)
  }

  private static func close(_ handle: GDALDatasetH, path: String) throws(GeodataError) {
    CPLErrorReset()
    GDALFlushCache(handle)
    let flushed = CPLGetLastErrorType().rawValue < CE_Failure.rawValue
    let message = lastErrorMessage()
    CPLErrorReset()
    GDALClose(handle)
    guard flushed, CPLGetLastErrorType().rawValue < CE_Failure.rawValue else {
      throw GeodataError(
        .unwritable, file: path, reason: "it could not be written to its end (\(flushed ? lastErrorMessage() : message))",
        remedy: "free some space on the disk")
    }
  }

  /// Asks during a long call of GDAL whether to continue.
  private final class Interruption {
    let check: () throws -> Void
    var error: (any Error)?

    init(_ check: @escaping () throws -> Void) { self.check = check }
  }

  /// What GDAL complains of within a call. It forgets it by itself where it opens a file afterwards, and then a tile that could not be compressed
  /// as it should passes for written.
  private final class Complaints {
    private(set) var first: String?

    func gathered<Result>(_ call: () -> Result) -> Result {
      CPLPushErrorHandlerEx(
        { kind, _, text in
          guard kind.rawValue >= CE_Failure.rawValue, let context = CPLGetErrorHandlerUserData() else { return }
          let complaints = Unmanaged<Complaints>.fromOpaque(context).takeUnretainedValue()
          if complaints.first == nil { complaints.first = text.map { String(cString: $0) } ?? "" }
        }, Unmanaged.passUnretained(self).toOpaque())
      defer { CPLPopErrorHandler() }
      return withExtendedLifetime(self, call)
    }
  }

  /// A crs that GeoTIFF cannot say goes into the .aux.xml, and so does any, without a word, where PROJ was short of memory for a moment: the second
  /// time tells which it is.
  private func copyTwiceIfNeeded(_ plain: GDALDatasetH, _ check: @escaping () throws -> Void) throws {
    try copyToCOG(plain, check)
    let beside = FileManager.default.contents(atPath: path + ".aux.xml").map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard beside.contains("<SRS") || beside.contains("<GeoTransform") else { return }
    try COGWriter.removeIfPresent([path, path + ".aux.xml"])
    try copyToCOG(plain, check)
  }

  private func copyToCOG(_ plain: GDALDatasetH, _ check: @escaping () throws -> Void) throws {
    let resampling: String
    if case .classes = content { resampling = "MODE" } else { resampling = "AVERAGE" }
    let options = [
      "COMPRESS=DEFLATE", "BLOCKSIZE=\(COGWriter.tile)", "OVERVIEW_RESAMPLING=\(resampling)", "BIGTIFF=IF_SAFER", "NUM_THREADS=1",
      // Those that are there already.
      "STATISTICS=AUTO",
    ]
    let destination = path
    let driver = try checkedHandle(.unwritable, file: path, "finding GDAL's COG driver") { GDALGetDriverByName("COG") }
    CPLErrorReset()
    let interruption = Interruption(check)
    let complaints = Complaints()
    let copy = withExtendedLifetime(interruption) {
      withStringList(options) { list in
        complaints.gathered {
          GDALCreateCopy(
            driver, destination, plain, 0, list,
            { _, _, context in
              guard let context else { return 1 }
              let interruption = Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue()
              do { try interruption.check() } catch { interruption.error = error }
              return interruption.error == nil ? 1 : 0
            }, Unmanaged.passUnretained(interruption).toOpaque())
        }
      }
    }
    let failed = complaints.first != nil || CPLGetLastErrorType().rawValue >= CE_Failure.rawValue
    let message = complaints.first ?? lastErrorMessage()
    if let copy {
      if interruption.error == nil { try COGWriter.close(copy, path: path) } else { GDALClose(copy) }
    }
    if let error = interruption.error { throw error }
    guard copy != nil, !failed else {
      throw GeodataError(.unwritable, file: path, reason: "writing it failed (\(message))", remedy: "free some space on the disk")
    }
  }

  private static func removeIfPresent(_ paths: [String]) throws(GeodataError) {
    for path in paths where unlink(path) != 0 && errno != ENOENT {
      throw GeodataError(.unwritable, file: path, reason: "it cannot be removed (\(String(cString: strerror(errno))))")
    }
  }
}
