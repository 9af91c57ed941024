import Basics
import Foundation
import GeoTypes
import Geodata

/// Writes scenes as files: rasters with a place, and plain pictures.
struct SampleFiles {
  let folder: URL

  init(folder: String) throws {
    self.folder = URL(fileURLWithPath: folder)
    try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) throws -> String {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    return url.path
  }

  /// Red, green, blue as a JPEG COG.
  ///
  /// - mask: 255 where a pixel is valid; JPEG keeps no nodata value, so it goes into the file as a mask band.
  func writeOrthophoto(_ scene: Scene, mask: [UInt8]? = nil, place: Geotransform, crs: CoordinateSystem, quality: Int, to name: String)
    throws
  {
    var bytes = scene.rgb
    if let mask {
      for (index, value) in mask.enumerated() where value == 0 { for band in 0..<3 { bytes[index * 3 + band] = 0 } }
    }
    let samples = PictureSamples(size: scene.size, bands: 3, values: .bytes(bytes), mask: mask)
    try PictureWriter.write(samples, geotransform: place, crs: crs, to: path(name), format: .cogJPEG(quality: quality))
  }

  /// Blue, green, red, near infrared in 16 bits, as a multispectral camera delivers them: reflectance times `scale`, losslessly.
  func writeMultispectral(_ scene: Scene, scale: Float, place: Geotransform, crs: CoordinateSystem, to name: String) throws {
    var words: [UInt16] = []
    words.reserveCapacity(scene.picture.count * 4)
    for value in scene.picture {
      for band in [2, 1, 0, 3] { words.append(UInt16((value[band] * scale).rounded())) }
    }
    var samples = PictureSamples(size: scene.size, bands: 4, values: .words(words))
    samples.interpretations = ["blue", "green", "red", "undefined"]
    samples.descriptions = ["blue", "green", "red", "nir"]
    try PictureWriter.write(samples, geotransform: place, crs: crs, to: path(name), format: .cogDeflate)
  }

  /// The class of each pixel as a COG with names and colors; 255 where the mask is 0.
  func writeTruth(_ scene: Scene, mask: [UInt8]? = nil, place: Geotransform, crs: CoordinateSystem, to name: String) throws {
    var classes = scene.classes
    if let mask {
      for (index, value) in mask.enumerated() where value == 0 { classes[index] = 255 }
    }
    let colors = SampleClass.allCases.map { Color(red: $0.color.0, green: $0.color.1, blue: $0.color.2) }
    let writer = try COGWriter(
      path: path(name), size: scene.size, geotransform: place, crs: crs,
      content: .classes(names: SampleClass.allCases.map(\.name), colors: colors))
    try writer.write(classes, rows: scene.height)
    _ = try writer.finish()
  }

  func writePicture(_ scene: Scene, to name: String) throws {
    try PictureWriter.write(PictureSamples(size: scene.size, bands: 3, values: .bytes(scene.rgb)), to: path(name), format: .png)
  }

  /// A mask of class ids, one band.
  func writeMask(_ scene: Scene, to name: String) throws {
    var samples = PictureSamples(size: scene.size, bands: 1, values: .bytes(scene.classes))
    samples.interpretations = ["gray"]
    try PictureWriter.write(samples, to: path(name), format: .png)
  }

  /// The classes in their colors, to look at.
  func writeColoredClasses(_ scene: Scene, to name: String) throws {
    let bytes = scene.classes.flatMap { id -> [UInt8] in
      let color = SampleClass(rawValue: id)?.color ?? (0, 0, 0)
      return [color.0, color.1, color.2]
    }
    try PictureWriter.write(PictureSamples(size: scene.size, bands: 3, values: .bytes(bytes)), to: path(name), format: .png)
  }
}

extension Scene {
  var size: RasterSize { RasterSize(width: width, height: height) }
}
