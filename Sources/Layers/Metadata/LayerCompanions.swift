import FileWriting
import Geodata

/// What goes with the polygons of a source: styles and metadata, inside a file where its form has a place for them, else beside it.
struct LayerCompanions {
  let metadata: LayerMetadata
  let files: LayerFiles
  /// For QGIS.
  let style: String
  let sld: String
  private let columns: [LayerColumn]

  init(metadata: LayerMetadata, fields: [VectorField], files: LayerFiles) {
    self.metadata = metadata
    self.files = files
    style = QGISStyle.vector(metadata.catalog, fields: fields)
    sld = SLDStyle.vector(metadata.catalog, layer: files.layer)
    columns = fields.compactMap { field in LayerColumn.polygons.first { $0.name == field.name } }
  }

  /// For a GeoPackage.
  func description(layer: String) -> GeoPackageDescription {
    GeoPackageDescription(
      layer: layer, title: metadata.title, abstract: metadata.abstract, columns: columns,
      classes: metadata.catalog.classes.map { ($0.id, $0.name) },
      metadata: [
        .init(standard: ISOMetadata.standard, document: ISOMetadata.document(metadata)),
        .init(standard: QGISMetadata.standard, document: QGISMetadata.document(metadata)),
      ])
  }

  /// Writes styles and metadata beside files of polygons: once for all that share their name, and for each further part of a Shapefile.
  ///
  /// - Parameter shapefiles: the paths of the parts without their endings.
  /// - Returns: the files written.
  func write(formats: [VectorFormat], shapefiles: [String]) throws(LayersError) -> [String] {
    var written: [String] = []
    func write(_ text: String, _ path: String) throws(LayersError) {
      do throws(FileError) { try writeNewFile(path, Array(text.utf8)) } catch { throw LayersError(error) }
      written.append(path)
    }
    let own = "\(files.directory)/\(files.name)"
    let hasFiles = formats.contains { $0 != .postGIS }
    for stem in (hasFiles ? [own] : []) + shapefiles.filter({ $0 != own }) {
      try write(style, stem + ".qml")
      try write(sld, stem + ".sld")
      try write(QGISMetadata.document(metadata), stem + ".qmd")
    }
    for stem in shapefiles { try write(ISOMetadata.document(metadata), stem + ".shp.xml") }
    return written
  }
}
