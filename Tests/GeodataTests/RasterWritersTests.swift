import Basics
import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

@Suite struct RasterWritersTests {
  let scratch = Scratch()
  let colors = [Color(red: 60, green: 16, blue: 152), Color(red: 132, green: 41, blue: 246), Color(red: 0, green: 0, blue: 0)]

  private func write(_ path: String, size: RasterSize, chunk: Int, content: COGWriter.Content, value: (Int, Int, Int) -> UInt8) throws
    -> [String]
  {
    let writer = try COGWriter(
      path: path, size: size, geotransform: Geotransform(500_000, 0.5, 0, 6_000_000, 0, -0.5), crs: try CoordinateSystem("EPSG:32633"),
      content: content)
    var row = 0
    while row < size.height {
      let rows = min(chunk, size.height - row)
      var values: [UInt8] = []
      for y in row..<(row + rows) {
        for x in 0..<size.width { for band in 0..<writer.bands { values.append(value(x, y, band)) } }
      }
      try writer.write(values, rows: rows)
      row += rows
    }
    return try writer.finish()
  }

  @Test func classRastersComeBackWithNamesAndColors() throws {
    let size = RasterSize(width: 1300, height: 1100)
    let path = scratch.path("classes.tif")
    let value = { (x: Int, y: Int, _: Int) -> UInt8 in x < 100 ? 255 : UInt8((x / 70 + y / 90) % 3) }
    let files = try write(path, size: size, chunk: 77, content: .classes(names: ["a", "b", "ü"], colors: colors), value: value)
    #expect(files == [path, path + ".aux.xml"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder).sorted() == ["classes.tif", "classes.tif.aux.xml"])
    let reader = try ClassRasterReader(path: path)
    #expect(reader.size == size && reader.nodata == 255 && reader.names == ["a", "b", "ü"])
    #expect(Array(reader.colors.prefix(3)) == colors)
    #expect(reader.crs?.authority == "EPSG:32633" && reader.geotransform.c0 == 500_000)
    let back = try reader.readRows(0..<size.height)
    for y in 0..<size.height { for x in 0..<size.width where back[y * size.width + x] != value(x, y, 0) { Issue.record("\(x) \(y)") } }
  }

  @Test func theSamePixelsGiveTheSameBytes() throws {
    let size = RasterSize(width: 700, height: 600)
    var bytes: [Data] = []
    for (name, chunk) in [("one", 600), ("two", 13)] {
      let folder = scratch.path(name)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      _ = try write(folder + "/c.tif", size: size, chunk: chunk, content: .confidence) { x, y, _ in UInt8(noise(x / 9, y / 9) % 101) }
      bytes.append(try Data(contentsOf: URL(fileURLWithPath: folder + "/c.tif")))
    }
    #expect(bytes[0] == bytes[1])
  }

  @Test func probabilitiesHaveABandForEachClass() throws {
    let size = RasterSize(width: 30, height: 20)
    let path = scratch.path("p.tif")
    _ = try write(path, size: size, chunk: 3, content: .probabilities(names: ["a", "b"])) { x, y, band in UInt8((x + y + 50 * band) % 200) }
    let reader = try ClassRasterReader(path: path)
    #expect(reader.bands == 2)
    #expect(try reader.read(Window(column: 3, row: 4, width: 2, height: 1), band: 2) == [57, 58])
  }

  @Test func rotatedAndPlacelessRastersKeepThat() throws {
    let rotated = Geotransform(100, 0.4, 0.3, 200, 0.3, -0.4)
    let writer = try COGWriter(
      path: scratch.path("r.tif"), size: RasterSize(width: 2, height: 2), geotransform: rotated, crs: nil, content: .confidence)
    try writer.write([1, 2, 3, 4], rows: 2)
    _ = try writer.finish()
    let reader = try ClassRasterReader(path: scratch.path("r.tif"))
    for (one, other) in zip(reader.geotransform.coefficients, rotated.coefficients) { #expect(abs(one - other) < 1e-12) }
    let plain = try COGWriter(
      path: scratch.path("n.tif"), size: RasterSize(width: 1, height: 1), geotransform: nil, crs: nil, content: .confidence)
    try plain.write([9], rows: 1)
    _ = try plain.finish()
    #expect(try !ClassRasterReader(path: scratch.path("n.tif")).isPlaced)
  }

  @Test func anUnfinishedWriterLeavesNothing() throws {
    do {
      let writer = try COGWriter(
        path: scratch.path("u.tif"), size: RasterSize(width: 5, height: 5), geotransform: nil, crs: nil, content: .confidence)
      try writer.write([1, 2, 3, 4, 5], rows: 1)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder).isEmpty)
  }

  @Test func aFolderThatIsNotThereIsAnError() {
    let error = #expect(throws: GeodataError.self) {
      try COGWriter(
        path: scratch.path("no/such/u.tif"), size: RasterSize(width: 5, height: 5), geotransform: nil, crs: nil, content: .confidence)
    }
    #expect(error?.code == .unwritable)
  }

  @Test func aFullDiskIsAnErrorAndLeavesNoFile() async {
    await #expect(processExitsWith: .exitCode(7)) {
      // A limit on file sizes stands in for a full disk; without the signal, writes fail.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 40_000, rlim_max: 40_000)
      guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(1) }
      let scratch = Scratch()
      let size = RasterSize(width: 512, height: 300)
      do {
        let writer = try COGWriter(path: scratch.path("f.tif"), size: size, geotransform: nil, crs: nil, content: .confidence)
        for row in 0..<size.height { try writer.write((0..<size.width).map { UInt8(noise($0, row) & 127) }, rows: 1) }
        _ = try writer.finish()
        exit(2)
      } catch let error as GeodataError {
        guard error.code == .unwritable else { exit(3) }
        guard (try? FileManager.default.contentsOfDirectory(atPath: scratch.folder))?.isEmpty == true else { exit(4) }
        exit(7)
      }
    }
  }

  @Test func deflateComesBackAndLiesAreRefused() throws {
    for count in [0, 1, 1000, 100_000] {
      let bytes = (0..<count).map { UInt8(noise($0, 1) & 15) }
      let packed = try Deflate.compress(bytes)
      #expect(try Deflate.decompress(packed, size: count) == bytes)
      #expect(throws: GeodataError.self) { try Deflate.decompress(packed, size: count + 1) }
      #expect(throws: GeodataError.self) { try Deflate.decompress(packed, size: 1 << 50) }
      if count > 0 {
        #expect(throws: GeodataError.self) { try Deflate.decompress(packed, size: count - 1) }
        #expect(throws: GeodataError.self) { try Deflate.decompress(Array(packed.prefix(packed.count / 2)), size: count) }
      }
    }
    #expect(throws: GeodataError.self) { try Deflate.decompress([], size: 0) }
    let noisy = (0..<70_000).map { UInt8(noise($0, 2) & 255) }
    #expect(try Deflate.decompress(try Deflate.compress(noisy, level: 1), size: noisy.count) == noisy)
  }
}

@Suite struct RasterPictureWriterTests {
  let scratch = Scratch()
  let size = RasterSize(width: 60, height: 40)

  @Test func samplesWithAMaskComeBack() throws {
    let words = (0..<(size.area * 4)).map { UInt16($0 % 5000) }
    let mask = (0..<size.area).map { UInt8($0 % 60 < 5 ? 0 : 255) }
    var samples = PictureSamples(size: size, bands: 4, values: .words(words), mask: mask)
    samples.descriptions = ["", "", "", "nir"]
    let path = scratch.path("w.tif")
    try PictureWriter.write(
      samples, geotransform: Geotransform(500_000, 0.5, 0, 6_000_000, 0, -0.5), crs: try CoordinateSystem("EPSG:32633"), to: path,
      format: .cogDeflate)
    let source = try RasterSource(
      path: path, options: RasterSourceOptions(bands: .names(["nir", "red", "green"]), scale: .shared(.init(min: 0, max: 5000))))
    let block = try source.read(Window(size))
    #expect(block.flags == mask.map { $0 == 0 ? 0 : 1 })
    #expect(abs(block.numbers[3 * 10] - Float(words[43]) * 255 / 5000) < 1e-3)
    #expect(source.crs?.authority == "EPSG:32633")
  }

  @Test func jpegAndPNGComeBack() throws {
    let bytes = [UInt8](repeating: 120, count: size.area * 3)
    let samples = PictureSamples(size: size, bands: 3, values: .bytes(bytes), mask: (0..<size.area).map { $0 == 0 ? 0 : 255 })
    try PictureWriter.write(samples, to: scratch.path("j.tif"), format: .cogJPEG(quality: 85))
    let block = try RasterSource(path: scratch.path("j.tif")).read(Window(size))
    #expect(block.flags[0] == 0 && block.flags[1] == 1 && abs(block.numbers[6] - 120) <= 3)
    try PictureWriter.write(PictureSamples(size: size, bands: 3, values: .bytes(bytes)), to: scratch.path("p.png"), format: .png)
    #expect(try RasterSource(path: scratch.path("p.png")).read(Window(size)).numbers.allSatisfy { $0 == 120 })
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder).sorted() == ["j.tif", "p.png"])
  }
}
