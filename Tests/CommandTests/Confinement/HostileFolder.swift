import CGDAL
import Foundation
import Geodata
import TestSupport
import Testing

/// A folder of sources that somebody has filled who wants the service to read, write or ask for what is not theirs.
///
/// Each source has a folder of its own below `in`, and what it is after lies in `private`, `victim` and at an address on the loopback.
struct HostileFolder {
  let scene: Scene
  /// Bytes of what must stay as it is, by path.
  let kept: [String: Data]
  /// Names of the sources, each with its raster.
  var sources: [(name: String, file: String)] = []

  static let address = "http://127.0.0.1:9/"

  init() throws {
    scene = try Scene("hostile")
    try scene.raster("../private/secret.tif", width: 150, height: 140, column: 3000)
    try scene.folder.write("ssh-ed25519 AAAA owner\n", to: "victim/authorized_keys")
    try scene.folder.write("0.5\n0\n0\n-0.5\n600000\n7000000\n", to: "private/secret.tfw")
    var kept: [String: Data] = [:]
    for file in ["private/secret.tif", "victim/authorized_keys", "private/secret.tfw"] {
      kept[scene.folder(file)] = FileManager.default.contents(atPath: scene.folder(file))
    }
    self.kept = kept
    try addMasksAndOverviews()
    try addMetadata()
    try addVirtualRasters()
    try addLinksAndPipes()
  }

  var secret: String { scene.folder("private/secret.tif") }

  // MARK: - What hostile files hold

  /// A cached raster that is written to while it is read.
  private var cachedRaster: String {
    """
    <MRF_META><CachedSource><Source>\(scene.folder("in/payload.bin"))</Source></CachedSource><Raster><Size x="150" y="140" c="1"/>\
    <PageSize x="150" y="140" c="1"/><Compression>NONE</Compression><DataFile>\(scene.folder("victim/authorized_keys"))</DataFile>\
    <IndexFile>\(scene.folder("victim/index"))</IndexFile></Raster></MRF_META>
    """
  }

  private var webMap: String {
    """
    <GDAL_WMS><Service name="TMS"><ServerUrl>\(Self.address)${z}/${x}/${y}.png</ServerUrl></Service><DataWindow><UpperLeftX>0</UpperLeftX>\
    <UpperLeftY>70</UpperLeftY><LowerRightX>75</LowerRightX><LowerRightY>0</LowerRightY><SizeX>75</SizeX><SizeY>70</SizeY>\
    </DataWindow><BandsCount>3</BandsCount></GDAL_WMS>
    """
  }

  private func virtual(_ name: String, relative: Int, size: (Int, Int) = (150, 140), more: String = "", source: String = "SimpleSource")
    -> String
  {
    let bands = (1...3).map {
      """
      <VRTRasterBand dataType="Byte" band="\($0)"><\(source)><SourceFilename relativeToVRT="\(relative)">\(name)</SourceFilename>\
      <SourceBand>\($0)</SourceBand></\(source)></VRTRasterBand>
      """
    }
    return """
      <VRTDataset rasterXSize="\(size.0)" rasterYSize="\(size.1)"><SRS>EPSG:32633</SRS><GeoTransform>500000,0.5,0,6000000,0,-0.5</GeoTransform>\
      \(bands.joined())\(more)</VRTDataset>
      """
  }

  private func auxiliary(_ items: [String: String], domain: String, more: String = "") -> String {
    let items = items.sorted { $0.key < $1.key }.map { "<MDI key=\"\($0.key)\">\($0.value)</MDI>" }.joined()
    return "<PAMDataset>\(more)<Metadata\(domain.isEmpty ? "" : " domain=\"\(domain)\"")>\(items)</Metadata></PAMDataset>"
  }

  private let maskFlags = "<PAMDataset><Metadata><MDI key=\"INTERNAL_MASK_FLAGS_1\">2</MDI></Metadata></PAMDataset>"

  // MARK: - Sources

  /// A sound raster without overviews in a folder of its own, with files beside it.
  private mutating func add(_ name: String, _ files: [String: String]) throws {
    try scene.raster("\(name)/a.tif", width: 150, height: 140)
    for (file, text) in files { try scene.folder.write(text, to: "in/\(name)/\(file)") }
    sources.append((name, "in/\(name)/a.tif"))
  }

  private mutating func addVirtual(_ name: String, _ text: String, _ files: [String: String] = [:]) throws {
    try scene.folder.write(text, to: "in/\(name)/a.vrt")
    for (file, text) in files { try scene.folder.write(text, to: "in/\(name)/\(file)") }
    sources.append((name, "in/\(name)/a.vrt"))
  }

  private mutating func addMasksAndOverviews() throws {
    try scene.folder.write(String(repeating: "evil\n", count: 13_000), to: "in/payload.bin")
    for (name, content) in [
      ("cached", cachedRaster), ("web", webMap), ("virtual", virtual(secret, relative: 0)),
      ("address", virtual("/vsicurl/\(Self.address)x.tif", relative: 0)), ("inline", virtual(secret, relative: 1)),
    ] {
      try add("mask-\(name)", ["a.tif.msk": content, "a.tif.msk.aux.xml": maskFlags])
      try add("overview-\(name)", ["a.tif.ovr": content])
      try add("overview-in-capitals-\(name)", ["a.tif.OVR": content])
    }
    try scene.raster("mask-of-mask/a.tif.msk", width: 150, height: 140, bands: 1)
    try add("mask-of-mask", ["a.tif.msk.aux.xml": auxiliary(["OVERVIEW_FILE": secret], domain: "OVERVIEWS")])
    try scene.raster("overview-of-overview/a.tif.ovr", width: 75, height: 70)
    try add("overview-of-overview", ["a.tif.ovr.aux.xml": auxiliary(["OVERVIEW_FILE": secret], domain: "OVERVIEWS")])
    try scene.raster("overview-with-overview/a.tif.ovr", width: 75, height: 70)
    try add("overview-with-overview", ["a.tif.ovr.ovr": cachedRaster])
  }

  private mutating func addMetadata() throws {
    let names = [
      "absolute": secret, "up": ":::BASE:::../../private/secret.tif", "cached": ":::BASE:::b.mrf",
      "address": "/vsicurl/\(Self.address)x.tif",
      "storage": "/vsis3/bucket/x.tif", "memory": "MEM:::DATAPOINTER=16,PIXELS=75,LINES=70,BANDS=3", "web": ":::BASE:::b.xml",
      "derived": "DERIVED_SUBDATASET:LOGAMPLITUDE:\(secret)", "virtual": "vrt://\(secret)?bands=1", "directory": "GTIFF_DIR:1:\(secret)",
      "database": "PG:host=127.0.0.1 port=9 dbname=x", "archive": "/vsizip/\(scene.folder("private/x.zip"))/a.tif",
      "pipe": "/vsistdin/", "inline": virtual(secret, relative: 0).replacingOccurrences(of: "<", with: "&lt;"),
    ]
    for (name, target) in names {
      try add(
        "aux-overview-\(name)",
        ["a.tif.aux.xml": auxiliary(["OVERVIEW_FILE": target], domain: "OVERVIEWS"), "b.mrf": cachedRaster, "b.xml": webMap])
    }
    let positions = [
      "X_DATASET": secret, "X_BAND": "1", "Y_DATASET": secret, "Y_BAND": "2", "PIXEL_OFFSET": "0", "LINE_OFFSET": "0", "PIXEL_STEP": "1",
      "LINE_STEP": "1",
    ]
    try add("aux-positions", ["a.tif.aux.xml": auxiliary(positions, domain: "GEOLOCATION")])
    try add("aux-crs-address", ["a.tif.aux.xml": auxiliary([:], domain: "", more: "<SRS>\(Self.address)crs</SRS>")])
    try add("aux-crs-file", ["a.tif.aux.xml": auxiliary([:], domain: "", more: "<SRS>\(scene.folder("victim/authorized_keys"))</SRS>")])
    try add(
      "aux-crs-grid",
      ["a.tif.aux.xml": auxiliary([:], domain: "", more: "<SRS>+proj=longlat +ellps=bessel +nadgrids=\(secret) +no_defs</SRS>")])
    try add("tag-overview", [:])
    try tag("in/tag-overview/a.tif", ["OVERVIEW_FILE": secret], domain: "OVERVIEWS")
    try add("tag-positions", [:])
    try tag("in/tag-positions/a.tif", positions, domain: "GEOLOCATION")
  }

  /// Writes metadata into a TIFF's own tags.
  private func tag(_ file: String, _ items: [String: String], domain: String) throws {
    GDALLibrary.start()
    let dataset = GDALOpen(scene.folder(file), GA_Update)
    try #require(dataset != nil)
    for (key, value) in items { GDALSetMetadataItem(dataset, key, value, domain) }
    GDALClose(dataset)
  }

  private mutating func addVirtualRasters() throws {
    // A decoy where a careless check would look.
    try scene.raster("vrt-absolute\(secret)", width: 150, height: 140)
    try addVirtual("vrt-absolute", virtual(secret, relative: 1))
    try addVirtual("vrt-plain", virtual(secret, relative: 0))
    try addVirtual("vrt-up", virtual("../../private/secret.tif", relative: 1))
    try addVirtual("vrt-address", virtual("/vsicurl/\(Self.address)x.tif", relative: 0))
    try addVirtual("vrt-web", virtual("b.xml", relative: 1), ["b.xml": webMap])
    try addVirtual("vrt-cached", virtual("b.mrf", relative: 1), ["b.mrf": cachedRaster])
    try addVirtual("vrt-nested", virtual("b.vrt", relative: 1), ["b.vrt": virtual(secret, relative: 1)])
    try addVirtual("vrt-inline", virtual(virtual(secret, relative: 0).replacingOccurrences(of: "<", with: "&lt;"), relative: 0))
    try addVirtual("vrt-protocol", virtual("vrt://\(secret)?bands=1", relative: 0))
    try addVirtual("vrt-memory", virtual("MEM:::DATAPOINTER=16,PIXELS=150,LINES=140,BANDS=3", relative: 0))
    try addVirtual("vrt-crs", virtual("none.tif", relative: 1).replacingOccurrences(of: "EPSG:32633", with: "\(Self.address)crs"))
    try addVirtual(
      "vrt-raw",
      """
      <VRTDataset rasterXSize="10" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">\
      <SourceFilename relativeToVRT="0">\(scene.folder("victim/authorized_keys"))</SourceFilename><PixelOffset>1</PixelOffset>\
      <LineOffset>10</LineOffset></VRTRasterBand></VRTDataset>
      """)
    try addVirtual(
      "vrt-warped",
      """
      <VRTDataset rasterXSize="150" rasterYSize="140" subClass="VRTWarpedDataset"><GeoTransform>500000,0.5,0,6000000,0,-0.5</GeoTransform>\
      <VRTRasterBand dataType="Byte" band="1" subClass="VRTWarpedRasterBand"/><GDALWarpOptions><SourceDataset relativeToVRT="1">\(secret)</SourceDataset>\
      <BandList><BandMapping src="1" dst="1"/></BandList></GDALWarpOptions></VRTDataset>
      """)
    try addVirtual(
      "vrt-overview",
      virtual("b.tif", relative: 1, more: "<Metadata domain=\"OVERVIEWS\"><MDI key=\"OVERVIEW_FILE\">\(secret)</MDI></Metadata>"))
    try scene.raster("vrt-overview/b.tif", width: 150, height: 140)
  }

  private mutating func addLinksAndPipes() throws {
    func link(_ name: String, to target: String) throws {
      try FileManager.default.createDirectory(
        atPath: (scene.folder("in/" + name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: scene.folder("in/" + name), withDestinationPath: target)
    }
    try link("link-raster/a.tif", to: secret)
    sources.append(("link-raster", "in/link-raster/a.tif"))
    try link("link-folder", to: scene.folder("private"))
    for (name, file) in [
      ("mask", "a.tif.msk"), ("overview", "a.tif.ovr"), ("aux", "a.tif.aux.xml"), ("world", "a.tfw"), ("tab", "a.tab"), ("prj", "a.prj"),
    ] {
      try add("link-\(name)", [:])
      try link("link-\(name)/\(file)", to: name == "world" ? scene.folder("private/secret.tfw") : secret)
      try add("pipe-\(name)", [:])
      try #require(mkfifo(scene.folder("in/pipe-\(name)/\(file)"), 0o644) == 0)
    }
    try addVirtual("vrt-link", virtual("b.tif", relative: 1))
    try link("vrt-link/b.tif", to: secret)
  }
}
