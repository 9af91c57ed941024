import CGDAL
import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Geodata

/// What foreign files can make GDAL do.
struct AccessTests {
  private func painted(_ scratch: Scratch, _ name: String, folder: String = "") throws -> String {
    if !folder.isEmpty {
      try FileManager.default.createDirectory(atPath: scratch.path(folder), withIntermediateDirectories: true)
    }
    let path = scratch.path(folder.isEmpty ? name : folder + "/" + name)
    Painting(size: RasterSize(width: 40, height: 30)).paint(path) { column, row, band in Double((column + row * 3 + band * 50) % 256) }
    return path
  }

  private func refusal(_ path: String, options: RasterSourceOptions = RasterSourceOptions()) -> String? {
    do throws(GeodataError) {
      let source = try RasterSource(path: path, options: options)
      _ = try source.read(Window(source.size))
      return nil
    } catch { return error.description }
  }

  // MARK: - Drivers

  @Test func gdalHasTheDriversOfTheTableAndNoOthers() {
    GDALLibrary.start()
    let table = Set(DriverTable.kept.map(\.name))
    for index in 0..<GDALGetDriverCount() {
      let name = String(cString: GDALGetDriverShortName(GDALGetDriver(index)))
      // What other tests of this process have asked for by name.
      #expect(table.contains(name) || DriverTable.refused[name.lowercased()] == nil, "\(name)")
    }
    for name in [
      "MRF", "WMS", "WCS", "HTTP", "OGR_VRT", "DERIVED", "PostGISRaster", "Rasterlite", "netCDF", "HDF5", "WFS", "LIBKML", "GML",
    ] {
      #expect(GDALGetDriverByName(name) == nil, "\(name)")
    }
  }

  @Test(arguments: ["MRF", "wms", "WCS", "DAAS", "PLMOSAIC", "HTTP", "netCDF", "PostGISRaster", "OGR_VRT", "MEM"])
  func aDriverThatDoesMoreThanReadIsRefusedByName(_ name: String) throws {
    let scratch = Scratch()
    let path = try painted(scratch, "a.tif")
    if name == "MEM" {
      // It is there to create rasters, and opens nothing.
      #expect(GDALOpen("MEM:::DATAPOINTER=16,PIXELS=4,LINES=4", GA_ReadOnly) == nil)
      return
    }
    let text = refusal(path, options: RasterSourceOptions(drivers: ["GTiff", name]))
    #expect(text?.contains("the GDAL driver \(name) is not used, as it ") == true, "\(text ?? "read")")
  }

  @Test func aDriverThatThePipelineNamesIsThereThen() throws {
    let scratch = Scratch()
    let path = scratch.path("a.bmp")
    // A BMP of 2 × 1 pixels, 24 bits.
    let header: [UInt8] = [
      0x42, 0x4D, 62, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0,
      0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    try Data(header + [1, 2, 3, 4, 5, 6, 0, 0]).write(to: URL(fileURLWithPath: path))
    #expect(refusal(path)?.contains("not a raster that the drivers") == true)
    #expect(refusal(path, options: RasterSourceOptions(drivers: ["BMP"])) == nil)
  }

  // MARK: - Names

  @Test func theNetworkIsClosedForEveryThread() {
    GDALLibrary.start()
    for name in [
      "/vsicurl/http://127.0.0.1:9/x", "/vsicurl?url=http://127.0.0.1:9/x", "/vsis3/b/x", "/vsigs/b/x", "/vsiaz/b/x", "/vsistdin/",
      "/vsicrypt/x",
    ] {
      #expect(VSIFOpenL(name, "rb") == nil, "\(name)")
    }
    let reference = OSRNewSpatialReference(nil)
    defer { OSRDestroySpatialReference(reference) }
    let nothing = Confinement()
    #expect(nothing.run { OSRImportFromUrl(reference, "http://127.0.0.1:9/crs") } != OGRERR_NONE)
    // The gate has taken the request; outside of a confinement, it takes the same ones.
    #expect(nothing.takeRefusal()?.name == "http://127.0.0.1:9/crs")
    #expect(OSRImportFromUrl(reference, "http://127.0.0.1:9/crs") != OGRERR_NONE)
    #expect(String(cString: CPLGetLastErrorMsg()).contains("No data was returned"))
  }

  @Test func aGridOutsideOfPROJsOwnFolderIsNotRead() throws {
    let scratch = Scratch()
    let grid = try painted(scratch, "grid.tif")
    for (number, crs) in ["+proj=longlat +ellps=bessel +nadgrids=\(grid) +no_defs", "+proj=longlat +ellps=bessel +nadgrids=@null,@\(grid)"]
      .enumerated()
    {
      let path = try painted(scratch, "a.tif", folder: "in\(number)")
      try Data("<PAMDataset><SRS>\(crs)</SRS></PAMDataset>".utf8).write(to: URL(fileURLWithPath: path + ".aux.xml"))
      let text = refusal(path)
      // PROJ asks for it as soon as GDAL opens the raster, and the gate refuses; a crs that PROJ takes later is refused for its text.
      let isRefused = text.map { $0.contains("points to '\(grid)'") || $0.contains("its crs names the grid '") && $0.contains("by a path") }
      #expect(isRefused == true, "\(text ?? "read")")
    }
    #expect(GridNames.firstPath(in: "PARAMETERFILE[\"Geoid file\",\"/etc/x.gtx\"]") == "/etc/x.gtx")
    #expect(GridNames.firstPath(in: "REMARK[\"PROJ CRS string: +proj=utm +zone=33 +geoidgrids=../x.gtx\"]") == "../x.gtx")
    #expect(
      GridNames.firstPath(in: "EXTENSION[\"PROJ4\",\"+proj=longlat +nadgrids=https://cdn.proj.org/x.tif\"]") == "https://cdn.proj.org/x.tif"
    )
    for sound in [
      "+proj=longlat +nadgrids=BETA2007.gsb", "PARAMETERFILE[\"Geoid file\",\"us_noaa.tif\"]", "PROJCRS[\"NAD83 / x\",ID[\"EPSG\",1]]",
    ] {
      #expect(GridNames.firstPath(in: sound) == nil, "\(sound)")
    }
  }

  @Test func anOverviewElsewhereIsRefusedByNameHoweverItIsNamed() throws {
    let scratch = Scratch()
    let secret = try painted(scratch, "secret.tif", folder: "private")
    for (number, name) in [
      secret, ":::BASE:::../private/secret.tif", "/vsisubfile/0,\(secret)", "GTIFF_DIR:1:\(secret)", "vrt://\(secret)",
    ].enumerated() {
      let path = try painted(scratch, "a.tif", folder: "in\(number)")
      let aux = "<PAMDataset><Metadata domain=\"OVERVIEWS\"><MDI key=\"OVERVIEW_FILE\">\(name)</MDI></Metadata></PAMDataset>"
      try Data(aux.utf8).write(to: URL(fileURLWithPath: path + ".aux.xml"))
      let text = refusal(path)
      // By the name in the file, or by that of the file within it, for which GDAL asks.
      let isRefused = [name, secret].contains { text?.contains("points to '\($0)', which is not a file below its folder") == true }
      #expect(isRefused, "\(text ?? "read")")
    }
    // One that lies beside it is read.
    let path = try painted(scratch, "a.tif", folder: "sound")
    _ = try painted(scratch, "half.tif", folder: "sound")
    let aux = "<PAMDataset><Metadata domain=\"OVERVIEWS\"><MDI key=\"OVERVIEW_FILE\">:::BASE:::half.tif</MDI></Metadata></PAMDataset>"
    try Data(aux.utf8).write(to: URL(fileURLWithPath: path + ".aux.xml"))
    #expect(refusal(path) == nil)
  }

  @Test func aMaskThatIsNotAPlainRasterIsRefusedAndLeavesTheDiskAsItIs() throws {
    let scratch = Scratch()
    let path = try painted(scratch, "a.tif")
    let target = scratch.path("victim")
    let mrf = """
      <MRF_META><CachedSource><Source>\(path)</Source></CachedSource><Raster><Size x="40" y="30" c="1"/><PageSize x="40" y="30" c="1"/>\
      <Compression>NONE</Compression><DataFile>\(target)</DataFile><IndexFile>\(target).idx</IndexFile></Raster></MRF_META>
      """
    try Data(mrf.utf8).write(to: URL(fileURLWithPath: path + ".msk"))
    #expect(refusal(path)?.hasPrefix(path + ".msk: it is not a raster that the drivers") == true)
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  // MARK: - Links

  @Test func aLinkOutOfTheFolderOfThePatternCountsOnlyWhereItIsFollowed() throws {
    let scratch = Scratch()
    let secret = try painted(scratch, "secret.tif", folder: "private")
    _ = try painted(scratch, "own.tif", folder: "in")
    let link = scratch.path("in/a.tif")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: secret)
    let strict = RasterSourceOptions(folders: [scratch.path("in")])
    #expect(refusal(link, options: strict)?.contains("it is a link to '\(FilePath.real(secret) ?? "")', which is not below") == true)
    #expect(refusal(link, options: RasterSourceOptions(folders: [scratch.path("in")], followsLinks: true)) == nil)
    // Named by the user himself.
    #expect(refusal(link) == nil)
    // Within the folder.
    let inner = scratch.path("in/b.tif")
    try FileManager.default.createSymbolicLink(atPath: inner, withDestinationPath: "own.tif")
    #expect(refusal(inner, options: strict) == nil)
    // A folder that is a link.
    try FileManager.default.createSymbolicLink(atPath: scratch.path("in/c"), withDestinationPath: scratch.path("private"))
    #expect(refusal(scratch.path("in/c/secret.tif"), options: strict)?.contains("it is a link to") == true)
  }

  // MARK: - Archives

  @Test func aFileInALocalArchiveIsRead() throws {
    let scratch = Scratch()
    let path = try painted(scratch, "a.tif")
    let archive = scratch.path("x.zip")
    let member = try packed(path, into: archive)
    #expect(ArchivePath.file(of: member) == archive)
    let source = try RasterSource(path: member, options: RasterSourceOptions(folders: [scratch.folder]))
    guard case .bytes(let inside) = try source.read(Window(source.size)).values,
      case .bytes(let outside) = try RasterSource(path: path).read(Window(source.size)).values
    else {
      Issue.record("not bytes")
      return
    }
    #expect(inside == outside)
    #expect(refusal("/vsizip/\(archive)/b/none.tif")?.contains("is not in a local archive") == true)
    #expect(refusal("/vsicurl/http://127.0.0.1:9/a.tif") != nil)
  }

  private func packed(_ path: String, into archive: String) throws -> String {
    let bytes = try #require(FileManager.default.contents(atPath: path))
    let member = "/vsizip/\(archive)/b/a.tif"
    let file = VSIFOpenL(member, "wb")
    try #require(file != nil)
    _ = bytes.withUnsafeBytes { VSIFWriteL($0.baseAddress, 1, $0.count, file) }
    VSIFCloseL(file)
    return member
  }

  /// What GDAL does not pass on of a TIFF is read through the same gate, in an archive as on the disk.
  @Test func tagsAreReadThroughTheGate() throws {
    let scratch = Scratch()
    let path = scratch.path("a.tif")
    Painting(size: RasterSize(width: 40, height: 30), bands: 4, options: ["ALPHA=PREMULTIPLIED", "PHOTOMETRIC=RGB"]).paint(path) {
      _, _, band in
      band == 3 ? 128 : 60
    }
    let member = try packed(path, into: scratch.path("x.zip"))
    for file in [path, member] {
      let source = try RasterSource(path: file, options: RasterSourceOptions(folders: [scratch.folder]))
      #expect(source.reading.validity.alpha?.isPremultiplied == true, "\(file)")
    }
    let inside = try Confinement(named: path)
    #expect(TIFFTags(path: path, inside).extraSamples == [1])
    #expect(TIFFTags(path: member, inside).extraSamples == [1])
    // Another folder's file gives none, and is noted.
    let outside = Scratch()
    try FileManager.default.copyItem(atPath: path, toPath: outside.path("b.tif"))
    #expect(TIFFTags(path: outside.path("b.tif"), inside).extraSamples.isEmpty)
    #expect(inside.takeRefusal()?.name == outside.path("b.tif"))
  }

  @Test(arguments: ["a.rrd", "a.tif.rrd", "a.RRD"]) func overviewsThatAreNotReadAreSaidOnce(_ name: String) throws {
    let scratch = Scratch()
    let path = try painted(scratch, "a.tif")
    try "EHFA_HEADER_TAG".write(toFile: scratch.path(name), atomically: true, encoding: .utf8)
    let source = try RasterSource(path: path)
    #expect(source.warnings.count { $0.contains("\(name) beside it holds overviews") } == 1, "\(source.warnings)")
    #expect(source.reading.ignored.contains { $0.contains(name) })
  }

  // MARK: - Virtual rasters

  @Test func namesOfAVirtualRasterAreReadAsGDALReadsThem() throws {
    func names(_ xml: String) throws -> [String] {
      try VirtualRaster.names(in: Array(xml.utf8), path: "a.vrt").map { "\($0.isRelative ? "relative" : "plain") \($0.text)" }.sorted()
    }
    #expect(
      try names("<VRTDataset><a><SourceFilename relativeToVRT=\"1\">/x/y.tif</SourceFilename></a></VRTDataset>") == ["relative /x/y.tif"])
    #expect(try names("<VRTDataset><sourceFILENAME>b.tif</sourceFILENAME></VRTDataset>") == ["plain b.tif"])
    #expect(
      try names("<VRTDataset><MDI key=\"x_dataset\">c.tif</MDI><Option name=\"RPC_DEM\">d.tif</Option></VRTDataset>") == [
        "plain c.tif", "plain d.tif",
      ])
    for xml in [
      "<VRTDataset><PixelFunctionCode>import os</PixelFunctionCode></VRTDataset>", "<VRTDataset><SRS>/vsicurl/http://x</SRS></VRTDataset>",
      "<VRTDataset><VRTRasterBand subClass=\"VRTRawRasterBand\"/></VRTDataset>",
      String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200), "<VRTDataset", "",
    ] {
      #expect(throws: GeodataError.self, "\(xml.prefix(60))") { try VirtualRaster.names(in: Array(xml.utf8), path: "a.vrt") }
    }
    // Any bytes are answered, one way or the other.
    var seed: UInt64 = 7
    let sound = Array("<VRTDataset><a><SourceFilename relativeToVRT=\"1\">b.tif</SourceFilename></a></VRTDataset>".utf8)
    for _ in 0..<2000 {
      var bytes = sound
      for _ in 0..<3 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(seed >> 33) % bytes.count] = UInt8(truncatingIfNeeded: seed >> 20)
      }
      _ = try? VirtualRaster.names(in: bytes, path: "a.vrt")
    }
  }

  // MARK: - Areas

  private func area(_ path: String) throws {
    let table = try GeoPackageTable(path, layer: "area", crs: nil, fields: [])
    var triangle = MultiPolygonBuffer()
    triangle.append(Polygon(shell: Ring([Point(x: 0, y: 0), Point(x: 9, y: 0), Point(x: 9, y: 9)])))
    try table.add(id: 1, geometry: triangle, values: [])
    try table.finish()
  }

  /// A query of a view or of a computed column can take time and memory without end.
  @Test(arguments: [
    ("CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c", "endless"),
    ("CREATE TABLE large (fid INTEGER PRIMARY KEY, class TEXT GENERATED ALWAYS AS (printf('%.*c', 900000000, 'x')))", "large"),
    ("CREATE TABLE short (fid INTEGER PRIMARY KEY, class AS (zeroblob(900000000)))", "short"),
    ("CREATE TABLE hidden (fid INTEGER PRIMARY KEY, class AS/* ( */(zeroblob(900000000)))", "hidden"),
    ("CREATE TABLE line (fid INTEGER PRIMARY KEY, class AS -- '\n (zeroblob(900000000)))", "line"),
    ("CREATE TABLE named (fid INTEGER PRIMARY KEY, \"as (m2)\" TEXT DEFAULT 'generated as (x)')", ""),
    ("CREATE VIEW st_geometry_columns AS SELECT 1", ""), ("CREATE TABLE plain (fid INTEGER PRIMARY KEY, class TEXT)", ""),
  ])
  func aDatabaseThatComputesIsRefused(_ statement: String, _ name: String) throws {
    let scratch = Scratch()
    let path = scratch.path("area.gpkg")
    try area(path)
    let database = try SQLiteFile(path)
    // Many things make the schema a tree of pages, and one statement longer than a page.
    for index in 0..<150 { try database.execute("CREATE TABLE other\(index) (fid INTEGER PRIMARY KEY, name TEXT)") }
    try database.execute("CREATE TABLE wide (\((0..<2000).map { "column\($0) TEXT" }.joined(separator: ", ")))")
    try database.execute(statement)
    try database.commit()
    let error = name.isEmpty ? nil : #expect(throws: GeodataError.self) { try VectorReader(path) }
    if let error { #expect(error.description.contains("a view or a table with computed columns ('\(name)')"), "\(error)") }
    if name.isEmpty { #expect(try VectorReader(path, layer: "area").count == 1) }
  }

  /// Every byte of the schema may be anything.
  @Test func aDamagedSchemaIsReadOrRefused() throws {
    let scratch = Scratch()
    let path = scratch.path("area.gpkg")
    try area(path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let damaged = scratch.path("damaged.gpkg")
    let confinement = try Confinement(named: path)
    var read = 0
    for number in 0..<3000 {
      var bytes = whole
      for change in 0...number % 4 {
        let place = noise(number, change) * 7 % min(bytes.count, 12_288)
        bytes[place] = number % 3 == 0 ? 0xFF : UInt8(truncatingIfNeeded: noise(number, change, 1))
        // A number of nine bytes: the least that there is.
        if number % 5 == 0 {
          for next in place..<min(bytes.count, place + 9) { bytes[next] = next == place ? 0xC0 : next == place + 8 ? 0 : 0x80 }
        }
      }
      try bytes.write(to: URL(fileURLWithPath: damaged))
      if let file = ConfinedFile(damaged, in: confinement), DatabaseSchema(file) != nil { read += 1 }
    }
    #expect(read > 0 && read < 3000)
  }

  /// SQLite looks for a log beside what a link leads to.
  @Test(arguments: ["-wal", "-journal"]) func aLogBesideTheTargetOfALinkIsSeen(_ ending: String) throws {
    let scratch = Scratch()
    let (target, link) = (scratch.path("target.gpkg"), scratch.path("area.gpkg"))
    try area(target)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target.gpkg")
    #expect(try VectorReader(link).count == 1)
    try Data("7\u{7f} changes".utf8).write(to: URL(fileURLWithPath: target + ending))
    let error = #expect(throws: GeodataError.self) { try VectorReader(link) }
    #expect(error?.description.contains("another program is changing it") == true)
  }

  /// XML of few bytes takes many when it is parsed.
  @Test func aDescriptionOfTooManyElementsIsRefused() throws {
    let scratch = Scratch()
    let path = try painted(scratch, "a.tif")
    func describe(_ elements: Int) throws {
      let text = "<PAMDataset>" + String(repeating: "<a/>", count: elements) + "</PAMDataset>"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path + ".aux.xml"))
    }
    try describe(40_000)
    #expect(refusal(path) == nil)
    try describe(60_000)
    #expect(refusal(path)?.contains("60002 elements of XML, more than the 50000 that this program reads") == true, "\(refusal(path) ?? "")")
  }

  /// SQLite makes files beside a database in WAL mode, and folds one into it, even where it only reads.
  @Test func aDatabaseOfOthersIsReadWithoutWritingBesideIt() throws {
    let scratch = Scratch()
    let path = scratch.path("area.gpkg")
    try area(path)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[18] = 2
    bytes[19] = 2
    try bytes.write(to: URL(fileURLWithPath: path))
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: scratch.folder).sorted() }
    func read() throws -> Int { try VectorReader(path).count }
    #expect(try read() == 1)
    try Data().write(to: URL(fileURLWithPath: path + "-wal"))
    #expect(try read() == 1)
    #expect(try names() == ["area.gpkg", "area.gpkg-wal"])
    #expect(GeoPackageContents.isIntact(path))
    _ = try AreaMask(path: path, crs: nil, geotransform: .pixels)
    #expect(try names() == ["area.gpkg", "area.gpkg-wal"])
    try FileManager.default.removeItem(atPath: path + "-wal")
    #expect(mkfifo(path + "-wal", 0o600) == 0)
    #expect(try read() == 1)
    #expect(try names() == ["area.gpkg", "area.gpkg-wal"])
    try FileManager.default.removeItem(atPath: path + "-wal")
    #expect(try read() == 1)
    for ending in ["-wal", "-journal"] {
      try Data("7\u{7f} changes".utf8).write(to: URL(fileURLWithPath: path + ending))
      let error = #expect(throws: GeodataError.self) { try read() }
      #expect(error?.description.contains("'area.gpkg\(ending)' beside it holds changes that are not in the file yet") == true)
      #expect(throws: GeodataError.self) { try AreaMask(path: path, crs: nil, geotransform: .pixels) }
      try FileManager.default.removeItem(atPath: path + ending)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    #expect(try names() == ["area.gpkg"])
  }

  /// What an area that somebody else has written can be.
  @Test(arguments: ["vrt", "geojson", "xml", "kml", "gml"])
  func anAreaThatNamesAnotherSourceIsRefused(_ ending: String) throws {
    let scratch = Scratch()
    let texts = [
      "vrt":
        "<OGRVRTDataSource><OGRVRTLayer name=\"a\"><SrcDataSource>/vsicurl/http://127.0.0.1:9/a.gpkg</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
      "geojson":
        "<OGRVRTDataSource><OGRVRTLayer name=\"a\"><SrcDataSource>PG:host=127.0.0.1 port=9</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
      "xml": "<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>",
      "kml":
        "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink></kml>",
      "gml":
        "<gml:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"><gml:featureMember xlink:href=\"http://127.0.0.1:9/a.gml#x\"/></gml:FeatureCollection>",
    ]
    let path = scratch.path("area." + ending)
    try Data((texts[ending] ?? "").utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: GeodataError.self) { try AreaMask(path: path, crs: nil, geotransform: .pixels) }
    #expect(throws: (any Error).self) { try VectorReader(path).forEach { _, _, _ in throw CancellationError() } }
  }

  /// GeoJSON may name its crs by an address.
  @Test func anAreaWithACrsAtAnAddressIsRefusedByName() throws {
    let scratch = Scratch()
    let path = scratch.path("area.geojson")
    let text = """
      {"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "ogcwkt"}}, "features":
      [{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[0,0],[9,0],[9,9],[0,0]]]}}]}
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    #expect {
      try AreaMask(path: path, crs: nil, geotransform: .pixels)
    } throws: { "\($0)".contains("points to 'http://127.0.0.1:9/crs'") }
  }

  // MARK: - Environment

  @Test func variablesThatAreNotOptionsStay() {
    for name in [
      "PATH", "HOME", "TMPDIR", "PGPASSWORD", "PGSSLMODE", "AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX",
      "ORTHOWEAVE_SHARDS", "TERM", "OPENBLAS_CORETYPE",
    ] {
      #expect(!ProcessEnvironment.removes(name), "\(name)")
    }
    for name in ["GDAL_SKIP", "OGR_SKIP", "CPL_DEBUG", "PROJ_LIB", "PGCLIENTENCODING", "ESRI_XML_PAM", "SPATIALITESO", "PYTHONSO"] {
      #expect(ProcessEnvironment.removes(name), "\(name)")
    }
  }
}
