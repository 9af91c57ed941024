import Basics
import FileWriting
import Foundation
import GeoTypes
import Geodata
import Layers
import Runs

/// A picture of a source with the polygons of its layers over it.
public struct PreviewRequest: Sendable {
  private let source: String
  private let layer: String?
  private let picture: String
  private let bands: [Int]?
  private let scale: (min: Double, max: Double)?

  /// - Parameters:
  ///   - source: a raster.
  ///   - layer: a GeoPackage that a run wrote; `nil` for the image alone.
  ///   - picture: the PNG to write.
  ///   - bands: band numbers; `nil` for red, green, blue.
  ///   - scale: what becomes black and white, for bands that are not 8 bit; `nil` takes what the refusal proposes.
  public init(source: String, layer: String?, picture: String, bands: [Int]?, scale: (min: Double, max: Double)?) {
    self.source = source
    self.layer = layer
    self.picture = picture
    self.bands = bands
    self.scale = scale
  }

  /// - Throws: `GeodataError` and others.
  public func perform() throws {
    try checkOutputFile(picture, reading: [source, layer].compactMap(\.self))
    var options = RasterSourceOptions(allowVRT: source.lowercased().hasSuffix(".vrt"))
    if let bands { options.bands = .numbers(bands) }
    if let scale { options.scale = .shared(RasterSourceOptions.Range(min: scale.min, max: scale.max)) }
    let raster = try wrongCall { try RasterSource(path: source, options: options) }
    let image = try raster.picture(side: Picture.largestSide)
    let measure = try PixelMeasure(crs: raster.crs, geotransform: raster.geotransform, size: raster.size)
    let meters = measure.isGeodesic ? try measure.metersPerPixel().width : nil
    let reader = try layer.map { try open($0, raster: raster) }
    var names: [Int: String] = [:]
    // Read twice: once for the names of the classes, once to draw each polygon as it comes.
    try reader?.forEach { _, _, values in
      if let column = reader?.fieldNames.firstIndex(of: "class"), case .text(let name) = values[column] {
        names[Self.classID(values, reader)] = name
      }
    }
    let count = (names.keys.max() ?? -1) + 1
    let preview = Preview(
      source: raster.size, image: image, title: lastComponent(source),
      catalog: ClassCatalog(names: (0..<count).map { names[$0] ?? "class \($0)" }, palette: palette), metersPerPixel: meters,
      north: raster.isPlaced ? raster.crs.flatMap { WorldPosition.north(raster.geotransform, raster.size, $0) } : nil)
    guard let inverse = raster.geotransform.inverse else {
      throw RunError(.wrongCall, file: source, reason: "its geotransform cannot be inverted")
    }
    try reader?.forEach { _, geometry, values in
      preview.draw(
        geometry.polygons.map { polygon in
          Polygon(shell: Ring(polygon.shell.points.map(inverse.apply)), holes: polygon.holes.map { Ring($0.points.map(inverse.apply)) })
        }, classID: Self.classID(values, reader))
    }
    let bytes = try preview.png()
    do throws(FileError) { try replaceFile(picture, with: bytes) } catch { throw RunError(error) }
  }

  /// The colors of the class raster that lies beside the layer.
  private var palette: [Color] {
    guard let layer else { return [] }
    let classes = (layer as NSString).deletingPathExtension + ".classes.tif"
    let colors = (try? ClassRasterReader(path: classes))?.colors ?? []
    return colors
  }

  private func open(_ layer: String, raster: RasterSource) throws -> VectorReader {
    let reader = try wrongCall { try VectorReader(layer) }
    if let crs = reader.crs, let own = raster.crs, !crs.isEquivalent(to: own) {
      throw RunError(
        .wrongCall, file: layer, reason: "is in \(crs), the source in \(own)",
        remedy: "give layers in the source's crs (vectors.crs: source)")
    }
    return reader
  }

  private static func classID(_ values: [FieldValue], _ reader: VectorReader?) -> Int {
    guard let column = reader?.fieldNames.firstIndex(of: "class_id"), case .integer(let value) = values[column], (0..<256).contains(value)
    else { return 0 }
    return value
  }
}
