import CGDAL
import Foundation
import GeoTypes
import Testing

@testable import Geodata

/// Files that are small on the disk, and large once they are decoded or parsed.
@Suite struct ContainerLimitsTests {
  let scratch = Scratch()
  private let size = RasterSize(width: 200, height: 160)

  private func sheet(_ name: String = "a.tif", options: [String] = []) -> String {
    let path = scratch.path(name)
    Painting(size: size, options: options).paint(path) { column, row, _ in Double((column * row) % 251) }
    return path
  }

  private func code(_ path: String, most: Int = 4_000_000) -> GeodataError? {
    var options = RasterSourceOptions()
    options.mostBlockBytes = most
    do {
      _ = try RasterSource(path: path, options: options)
      return nil
    } catch { return error }
  }

  @Test func tilesFarLargerThanThePictureAreRefusedBeforeTheyAreDecoded() throws {
    let path = sheet(options: ["TILED=YES", "BLOCKXSIZE=2048", "BLOCKYSIZE=2048", "COMPRESS=DEFLATE", "INTERLEAVE=PIXEL"])
    let error = try #require(code(path))
    #expect(error.code == .tooLarge && error.reason.contains("2048 × 2048") && error.remedy.contains("TILED=YES"), "\(error)")
    #expect(code(path, most: 1_000_000_000) == nil)
  }

  @Test(arguments: [".msk", ".ovr"]) func tilesOfAMaskOrAnOverviewCount(_ ending: String) throws {
    let path = sheet()
    Painting(
      size: ending == ".msk" ? size : RasterSize(width: 100, height: 80), bands: ending == ".msk" ? 1 : 3,
      options: ["TILED=YES", "BLOCKXSIZE=2048", "BLOCKYSIZE=2048", "COMPRESS=DEFLATE"], geotransform: nil, crs: nil
    ).paint(path + ending) { _, _, _ in 255 }
    let beside = GDALOpen(path + ending, GA_Update)
    GDALSetMetadataItem(beside, "INTERNAL_MASK_FLAGS_1", "2", nil)
    GDALClose(beside)
    #expect(code(path)?.code == .tooLarge)
    #expect(code(path, most: 1_000_000_000) == nil)
  }

  @Test func whatDecodingTakesIsPartOfTheSource() throws {
    let small = try RasterSource(path: sheet(options: ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "INTERLEAVE=PIXEL"]))
    // Twice, and as it is stored.
    #expect(small.blockBytes >= 2 * 64 * 64 * 3 && small.blockBytes < 100_000)
    let large = try RasterSource(path: sheet("b.tif", options: ["TILED=YES", "BLOCKXSIZE=1024", "BLOCKYSIZE=1024", "INTERLEAVE=PIXEL"]))
    #expect(large.blockBytes >= 2 * 1024 * 1024 * 3)
    let mosaic = try MosaicSource(name: "m", paths: [scratch.path("a.tif"), scratch.path("b.tif")])
    #expect(mosaic.blockBytes == small.blockBytes + large.blockBytes)
  }

  /// GDAL would read these as a whole and parse them; `.prj` and others it passes over where a GeoTIFF says the same.
  @Test(arguments: [".tif.aux.xml", ".tfw", "_RPC.TXT"]) func longDescriptionsBesideARasterAreRefused(_ ending: String) throws {
    let path = sheet()
    let line = ending == ".tfw" ? "0.5\n" : ending.hasSuffix("xml") ? "<MDI key=\"k\">v</MDI>\n" : "LINE_OFF: 1\n"
    let text = String(repeating: line, count: 4_100_000 / line.utf8.count + 1)
    let beside = String(path.dropLast(4)) + ending
    try Data((ending.hasSuffix("xml") ? "<PAMDataset><Metadata>\(text)</Metadata></PAMDataset>" : text).utf8).write(
      to: URL(fileURLWithPath: beside))
    let error = try #require(code(path))
    #expect(error.code == .tooLarge && error.reason.contains(beside), "\(error)")
  }

  @Test func aLongTagOfATIFFIsRefused() throws {
    let path = sheet()
    // The first directory's tag 42113 or another one of text is enlarged: the claim alone counts.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let directory = Int(bytes[4]) | Int(bytes[5]) << 8 | Int(bytes[6]) << 16 | Int(bytes[7]) << 24
    let count = Int(bytes[directory]) | Int(bytes[directory + 1]) << 8
    var changed = false
    for index in 0..<count {
      let entry = directory + 2 + 12 * index
      // Ascii or double: GeoKeys' numbers and texts.
      guard [2, 12].contains(bytes[entry + 2]) else { continue }
      bytes.replaceSubrange(entry + 4..<entry + 8, with: [0, 0, 0x60, 0])
      changed = true
    }
    #expect(changed)
    try bytes.write(to: URL(fileURLWithPath: path))
    let error = try #require(code(path))
    #expect(error.code == .tooLarge && error.reason.contains("MB"), "\(error)")
  }

  @Test func picturesThatAreDecodedWholeAreRecognized() throws {
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
      let path = scratch.path(name)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return path
    }
    func isWhole(_ path: String) throws -> Bool { ContainerLimits.isDecodedWhole(path, try Confinement(named: path, isRaster: true)) }
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, 9, 0, 0, 0, 9, 8, 2, 0, 0]
    #expect(try isWhole(try write(png + [1], "adam7.png")))
    #expect(try !isWhole(try write(png + [0], "plain.png")))
    #expect(try !isWhole(try write(png, "cut.png")))
    let segment: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xE1, 0, 3, 7]
    #expect(try isWhole(try write(segment + [0xFF, 0xC2, 0, 8, 8], "progressive.jpg")))
    #expect(try !isWhole(try write(segment + [0xFF, 0xC0, 0, 8, 8], "baseline.jpg")))
    #expect(try !isWhole(try write(segment + [0x00], "odd.jpg")))
    #expect(try !isWhole(try write(segment, "ends.jpg")))
  }

  /// A pipe that is laid in place of a file between looking and opening must not keep the reader for ever.
  @Test func aPipeIsNotOpenedByGDAL() throws {
    let path = scratch.path("pipe.tif")
    #expect(mkfifo(path, 0o644) == 0)
    #expect(fopen(path, "rb") == nil && errno == EACCES)
    let file = scratch.path("file.txt")
    try Data("ab".utf8).write(to: URL(fileURLWithPath: file))
    let opened = try #require(fopen(file, "r"))
    #expect(fgetc(opened) == 97)
    fclose(opened)
  }
}
