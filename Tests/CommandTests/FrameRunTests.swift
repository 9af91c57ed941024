import Foundation
import Frames
import GeoTypes
import Geodata
import TestSupport
import Testing

/// Pictures with tags through the whole program.
@Suite struct FrameRunTests {
  private let scene: TemporaryFolder

  init() throws {
    scene = try TemporaryFolder("frames")
    try scene.copy(Places.sampleData + "/flight/h315.jpg", to: "flight/h315.jpg")
  }

  private func run(_ output: String, frames: String) throws -> ProgramResult {
    try scene.write(
      """
      input: {sources: [flight/*.jpg], settle: 0s, frames: \(frames)}
      model: {checkpoint: \(Places.seededCheckpoint)}
      inference: {tile: 256, overlap: 64}
      vectors: {minimumArea: 4, shape: true}
      output: {directory: \(output), formats: [classes, confidence, gpkg, stac]}
      """, to: "\(output).yaml")
    return try Program.run(Program.orthoweave, ["run", "\(output).yaml"], in: scene.path)
  }

  private func classes(_ output: String) throws -> (size: RasterSize, values: [UInt8]) {
    let reader = try ClassRasterReader(path: scene("\(output)/h315/h315.classes.tif"))
    return (reader.size, try reader.readRows(0..<reader.size.height, band: 1))
  }

  /// What the network said of the picture is found on the ground at the places that the picture shows.
  @Test func theClassesOfAPictureAreCarriedToTheGround() throws {
    let plain = try run("plain", frames: "{metadata: none}")
    #expect(plain.status == 0, "\(plain.error.suffix(2000))")
    let carried = try run("image", frames: "{metadata: exif, infer: image}")
    #expect(carried.status == 0, "\(carried.error.suffix(2000))")
    let (picture, ground) = (try classes("plain"), try classes("image"))
    #expect(picture.size == RasterSize(width: 640, height: 480))
    var options = RasterSourceOptions()
    options.frames = FrameOptions()
    let source = try RasterSource(path: scene("flight/h315.jpg"), options: options)
    let frame = try #require(source.frame)
    #expect(ground.size == frame.size)
    var (different, seen) = (0, 0)
    for row in stride(from: 0, to: ground.size.height, by: 7) {
      let places = frame.lattice.exactPicturePixels((0..<ground.size.width).map { Point(x: Double($0) + 0.5, y: Double(row) + 0.5) })
      for (column, place) in places.enumerated() {
        let value = ground.values[row * ground.size.width + column]
        guard let place, place.x >= 0, place.y >= 0, place.x < 640, place.y < 480 else {
          different += value == 255 ? 0 : 1
          continue
        }
        // As near to the next pixel as positions may be off, either is right.
        let edge = min(abs(place.x - place.x.rounded()), abs(place.y - place.y.rounded()))
        guard edge > GroundLattice.bound else { continue }
        seen += 1
        different += value == picture.values[Int(place.y) * 640 + Int(place.x)] ? 0 : 1
      }
    }
    #expect(seen > 20_000)
    #expect(different == 0)
    try expectLayers("image")
  }

  @Test(arguments: [
    ("minimumDip: 60", "minimumDip"), ("maximumPixel: 1.2", "maximumPixel"), ("minimumDip: 60, maximumPixel: 9", "minimumDip"),
  ])
  func whatIsLeftOutNamesTheKeyThatDecided(_ settings: String, _ key: String) throws {
    let result = try run("limited", frames: "{metadata: exif, \(settings)}")
    #expect(result.status == 0, "\(result.error.suffix(2000))")
    #expect(result.error.contains("is left out (input.frames.\(key))"), "\(result.error.suffix(2000))")
  }

  @Test func theGroundOfAPictureHasAllLayers() throws {
    let result = try run("ground", frames: "{metadata: exif}")
    #expect(result.status == 0, "\(result.error.suffix(2000))")
    try expectLayers("ground")
    // Other settings of the layers alone: the published class map serves.
    try scene.write(
      try String(contentsOfFile: scene("ground.yaml"), encoding: .utf8).replacing("minimumArea: 4", with: "minimumArea: 9"),
      to: "ground.yaml")
    let again = try Program.run(Program.orthoweave, ["run", "ground.yaml"], in: scene.path)
    #expect(again.status == 0, "\(again.error.suffix(2000))")
    try expectLayers("ground")
  }

  private func expectLayers(_ output: String) throws {
    let table = scene("\(output)/h315/h315.gpkg")
    let reader = try VectorReader(table)
    #expect(reader.crs?.authority == "EPSG:32633")
    #expect(reader.fieldNames.contains("axis_deg"))
    let place = try #require(reader.fieldNames.firstIndex(of: "sigma_m"))
    var errors: [Double] = []
    try reader.forEach { _, _, values in if case .real(let value) = values[place] { errors.append(value) } }
    #expect(!errors.isEmpty)
    // From 120 m above, looking down by 65° in the middle, with a degree of attitude.
    #expect(errors.allSatisfy { $0 > 2.5 && $0 < 12 })
    let footprint = try VectorReader(table, layer: "h315_footprint")
    #expect(footprint.fieldNames.contains("cam_lon"))
    var outlines = 0
    try footprint.forEach { _, geometry, values in
      outlines += 1
      #expect(geometry.points.count == 256)
    }
    #expect(outlines == 1)
    try expectEdges(reader, footprint)
    let item =
      try JSONSerialization.jsonObject(
        with: try #require(FileManager.default.contents(atPath: scene("\(output)/h315/stac-item.json")))) as? [String: Any]
    let geometry = try #require(item?["geometry"] as? [String: Any])
    let polygons = try #require(geometry["coordinates"] as? [[[[Double]]]])
    #expect(polygons[0][0].count == 257)
  }

  /// A polygon that reaches the edge of the picture says so, and no other.
  private func expectEdges(_ reader: VectorReader, _ footprint: VectorReader) throws {
    var (outside, pixel) = (MultiPolygonBuffer(), 0.0)
    let size = try #require(footprint.fieldNames.firstIndex(of: "pixel_m"))
    try footprint.forEach { _, geometry, values in
      if case .real(let value) = values[size] { pixel = value }
      let box = try #require(geometry.bounds)
      let shell = [(box.minX - 9, box.minY - 9), (box.maxX + 9, box.minY - 9), (box.maxX + 9, box.maxY + 9), (box.minX - 9, box.maxY + 9)]
      outside = MultiPolygonBuffer([Polygon(shell: Ring(shell.map { Point(x: $0.0, y: $0.1) }), holes: [geometry.polygons[0].shell])])
    }
    let edge = try #require(reader.fieldNames.firstIndex(of: "edge"))
    var (cut, whole) = (0, 0)
    try reader.forEach { row, geometry, values in
      let distance = try #require(geometry.distance(to: outside))
      if distance < 0.5 * pixel {
        cut += 1
        #expect(values[edge] == .integer(1), "polygon \(row)")
      } else if distance > 2.5 * pixel {
        whole += 1
        #expect(values[edge] == .integer(0), "polygon \(row)")
      }
    }
    #expect(cut > 0 && whole > 0)
  }

  /// What several pictures show is one row of the merged layer, which `verify --deep` makes again from its sources.
  @Test func overlappingPicturesAreMergedObjectByObject() throws {
    for name in ["h135.jpg", "o45.jpg"] { try scene.copy(Places.sampleData + "/flight/\(name)", to: "flight/\(name)") }
    try scene.write(
      """
      input: {sources: [flight/*.jpg], settle: 0s, frames: {metadata: exif}}
      model: {checkpoint: \(Places.sampleData)/models/sample.pth}
      vectors: {classes: [oil slick, ship, water], minimumArea: 4, shape: true, thickness: {oil slick: [0.3, 5]}}
      output: {directory: layers, formats: [classes, gpkg, fgb], merge: true}
      """, to: "merged.yaml")
    let result = try Program.run(Program.orthoweave, ["run", "merged.yaml"], in: scene.path)
    #expect(result.status == 0, "\(result.error.suffix(2000))")
    let reader = try VectorReader(scene("layers/merged/merged.gpkg"))
    let column = try #require(reader.fieldNames.firstIndex(of: "n_frames"))
    var (objects, sightings, shared) = (0, 0, 0)
    try reader.forEach { _, geometry, values in
      guard case .integer(let frames) = values[column] else { return }
      objects += 1
      sightings += frames
      shared += frames > 1 ? 1 : 0
      #expect(geometry.isValid())
    }
    var rows = 0
    for name in ["h135", "h315", "o45"] { rows += try VectorReader(scene("layers/\(name)/\(name).gpkg")).count }
    #expect(shared > 0 && objects < rows && sightings <= rows, "\(objects) objects, \(sightings) sightings, \(rows) rows")
    let verified = try Program.run(Program.orthoweave, ["verify", "--deep", "layers"], in: scene.path)
    #expect(verified.status == 0, "\(verified.output)\(verified.error)")
  }

  /// Before the work, too, a picture counts as georeferenced where its classes are carried to the ground.
  @Test func aPictureCarriedToTheGroundIsMergedWithAnOrthophoto() throws {
    let gdal = try #require(Program.find("gdal_translate"))
    let made = try Program.run(
      gdal,
      [
        "-q", "-srcwin", "0", "0", "300", "300", "-a_srs", "EPSG:32633", "-a_ullr", "509000", "5999000", "509030", "5998970",
        scene("flight/h315.jpg"), scene("flight/ortho.tif"),
      ])
    #expect(made.status == 0, "\(made.error)")
    try scene.write(
      """
      input: {sources: [flight/h315.jpg, flight/ortho.tif], settle: 0s, frames: {metadata: exif, infer: image}}
      model: {checkpoint: \(Places.seededCheckpoint)}
      inference: {tile: 256, overlap: 64}
      output: {directory: layers, formats: [classes, gpkg], merge: true}
      """, to: "merged.yaml")
    let result = try Program.run(Program.orthoweave, ["run", "merged.yaml"], in: scene.path)
    #expect(result.status == 0, "\(result.error.suffix(2000))")
    #expect(!result.error.contains("not georeferenced"), "\(result.error.suffix(2000))")
    let reader = try VectorReader(scene("layers/merged/merged.gpkg"))
    let column = try #require(reader.fieldNames.firstIndex(of: "source"))
    var sources: Set<String> = []
    try reader.forEach { _, _, values in if case .text(let name) = values[column] { sources.insert(name) } }
    #expect(sources == ["h315", "ortho"])
  }

  /// `frames.csv` beside a picture comes before its tags, as far as it has a row for it; with a new table its pictures are processed again.
  @Test func aTableBesideComesBeforeTheTags() throws {
    let tagged = try run("auto", frames: "{metadata: auto}")
    #expect(tagged.status == 0 && tagged.error.contains("attitude of the gimbal"), "\(tagged.error.suffix(2000))")
    let header =
      "File,Sensor Latitude,Sensor Longitude,Sensor True Altitude,Platform Heading Angle,Platform Pitch Angle,Platform Roll Angle,"
      + "Sensor Relative Azimuth Angle,Sensor Relative Elevation Angle,Sensor Relative Roll Angle,Sensor Horizontal Field of View\n"
    func row(_ name: String) -> String { "\(name).jpg,54.1345,15.1490,120,0,0,0,315,-65,0,60\n" }
    try scene.write(header + row("h315"), to: "flight/frames.csv")
    let listed = try run("auto", frames: "{metadata: auto}")
    #expect(listed.status == 0 && listed.error.contains("row of the table"), "\(listed.error.suffix(2000))")
    try scene.write(header + row("another"), to: "flight/frames.csv")
    let unlisted = try run("auto", frames: "{metadata: auto}")
    #expect(unlisted.status == 0 && unlisted.error.contains("attitude of the gimbal"), "\(unlisted.error.suffix(2000))")
    // Whoever fills the folder could make it lead anywhere.
    try FileManager.default.removeItem(atPath: scene("flight/frames.csv"))
    try scene.write(header + row("h315"), to: "outside.csv")
    try FileManager.default.createSymbolicLink(atPath: scene("flight/frames.csv"), withDestinationPath: scene("outside.csv"))
    let linked = try run("auto", frames: "{metadata: auto}")
    #expect(linked.status == 3 && linked.error.contains("frames.csv beside it is not a plain file"), "\(linked.error.suffix(2000))")
  }

  @Test func aPictureWithoutTagsIsRefusedByName() throws {
    try scene.copy(Places.root + "/docs/preview.jpg", to: "flight/other.jpg")
    let result = try run("refused", frames: "{metadata: exif}")
    #expect(result.status == 3)
    #expect(result.error.contains("other: ") && result.error.contains("no position"))
    #expect(FileManager.default.fileExists(atPath: scene("refused/h315/h315.gpkg")))
  }
}
