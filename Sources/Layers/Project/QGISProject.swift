import Basics
import FileWriting
public import GeoTypes
public import Geodata

/// A QGIS project (.qgz) with polygons, class map and orthophotos, styled and grouped, and a page to print.
///
/// It is made as QGIS 3.22 writes projects; what is left out has QGIS' defaults. The same layers give the same bytes.
public struct QGISProject: Sendable {
  /// A raster or a table, by its path relative to the project.
  public struct Layer: Sendable {
    public var name: String
    /// As QGIS names sources: a path, with `|layername=…` for a layer in a GeoPackage.
    public var source: String
    /// Of a raster; `nil` where it is not known.
    public var crs: CoordinateSystem?
    /// Of a raster: the band with its transparency, from 1, or one more than it has for a mask; `nil` without one.
    public var alphaBand: Int?

    public init(name: String, source: String, crs: CoordinateSystem? = nil) {
      self.name = name
      self.source = source
      self.crs = crs
    }
  }

  /// How an orthophoto is drawn.
  public struct Picture: Sendable {
    /// Bands for red, green and blue, from 1; one of them is drawn in gray.
    public var bands: [Int]
    /// For each band the values that are drawn black and bright; empty to draw bytes as they are.
    public var ranges: [ClosedRange<Double>]
    /// A value that is transparent where all bands hold it, besides what the files say themselves.
    public var nodata: Double?

    public init(bands: [Int], ranges: [ClosedRange<Double>]) {
      self.bands = bands
      self.ranges = ranges
    }
  }

  public var metadata: LayerMetadata
  /// In the layers' crs.
  public var extent: Bounds
  public var polygons: Layer?
  public var fields: [VectorField]
  public var classMaps: [Layer]
  public var orthophotos: [Layer]
  public var picture: Picture

  public init(
    metadata: LayerMetadata, extent: Bounds, polygons: Layer?, fields: [VectorField], classMaps: [Layer], orthophotos: [Layer],
    picture: Picture
  ) {
    self.metadata = metadata
    self.extent = extent
    self.polygons = polygons
    self.fields = fields
    self.classMaps = classMaps
    self.orthophotos = orthophotos
    self.picture = picture
  }

  /// Writes the project, a zip archive with a file named after it, to a path that is not there yet.
  ///
  /// - Parameter path: ends in ".qgz".
  public func write(to path: String) throws(LayersError) {
    let name = path.split(separator: "/").last.map { String($0.dropLast(4)) } ?? "project"
    guard let archive = StoredZip.bytes([(name + ".qgs", Array(document.utf8))]) else {
      throw LayersError(.unwritable, file: path, reason: "the project is larger than a zip archive can be")
    }
    do throws(FileError) { try writeNewFile(path, archive) } catch { throw LayersError(error) }
  }

  // MARK: - Document

  /// The project as XML.
  public var document: String {
    let crs = Self.system(metadata.crs)
    let page = QGISPage(metadata: metadata, extent: extent, legend: polygons == nil ? nil : Self.polygonsID)
    var children: [XMLNode] = [
      .element("homePath", ["path": ""]), .element("title", [:], metadata.title), .element("projectCrs", [:], [crs]), tree,
      .element(
        "mapcanvas", ["name": "theMapCanvas", "annotationsVisible": "1"],
        [
          .element("units", [:], metadata.crs?.isGeographic == true ? "degrees" : "meters"), Self.box("extent", extent),
          .element("rotation", [:], "0"), .element("destinationsrs", [:], [crs]),
        ]),
      .element("projectlayers", [:], mapLayers),
      .element("layerorder", [:], entries.map { .element("layer", ["id": $0.id]) }),
      .element(
        "properties", [:],
        [
          .element("Paths", [:], [.element("Absolute", ["type": "bool"], "false")]),
          // Without it QGIS does not read the project's crs.
          .element("SpatialRefSys", [:], [.element("ProjectionsEnabled", ["type": "int"], metadata.crs == nil ? "0" : "1")]),
          .element(
            "Measurement", [:],
            [.element("AreaUnits", ["type": "QString"], "m2"), .element("DistanceUnits", ["type": "QString"], "meters")]),
        ]),
    ]
    children.append(.element("projectMetadata", [:], QGISMetadata.elements(metadata)))
    children.append(.element("Layouts", [:], [page.layout]))
    children.append(
      .element(
        "ProjectViewSettings", ["UseProjectScales": "0", "rotation": "0"],
        [
          .element("Scales"),
          .element(
            "DefaultViewExtent",
            ["xmin": "\(extent.minX)", "ymin": "\(extent.minY)", "xmax": "\(extent.maxX)", "ymax": "\(extent.maxY)"], [crs]),
        ]))
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      + XMLNode.element("qgis", ["projectname": metadata.title, "version": "3.22.0"], children).indented
  }

  // QGIS takes ids of more than ten letters alone.
  private static let polygonsID = "polygons_of_classes"

  private struct Entry {
    var id: String
    var layer: Layer
    var provider: String
  }

  /// From the uppermost down.
  private var entries: [Entry] { polygonEntries + classEntries + pictureEntries }
  private var polygonEntries: [Entry] { polygons.map { [Entry(id: Self.polygonsID, layer: $0, provider: "ogr")] } ?? [] }
  private var classEntries: [Entry] { classMaps.enumerated().map { Entry(id: "class_map_\($0 + 1)", layer: $1, provider: "gdal") } }
  private var pictureEntries: [Entry] { orthophotos.enumerated().map { Entry(id: "orthophoto_\($0 + 1)", layer: $1, provider: "gdal") } }

  private var tree: XMLNode {
    // Under polygons the class map would only darken their colors.
    let groups =
      group("Polygons", polygonEntries) + group("Class maps", classEntries, hidden: polygons != nil) + group("Orthophotos", pictureEntries)
    return .element("layer-tree-group", [:], [XMLNode.element("customproperties")] + groups)
  }

  private func group(_ name: String, _ entries: [Entry], hidden: Bool = false) -> [XMLNode] {
    guard !entries.isEmpty else { return [] }
    var children = [XMLNode.element("customproperties")]
    for entry in entries {
      children.append(
        .element(
          "layer-tree-layer",
          [
            "id": entry.id, "name": QGISStyle.literal(entry.layer.name), "providerKey": entry.provider, "source": entry.layer.source,
            "checked": hidden ? "Qt::Unchecked" : "Qt::Checked", "expanded": entry.id == Self.polygonsID ? "1" : "0",
          ], [.element("customproperties")]))
    }
    return [.element("layer-tree-group", ["name": name, "checked": "Qt::Checked", "expanded": "1"], children)]
  }

  private var mapLayers: [XMLNode] {
    var layers: [XMLNode] = []
    for entry in polygonEntries {
      let attributes: KeyValuePairs = [
        "type": "vector", "geometry": "Polygon", "wkbType": "MultiPolygon", "styleCategories": "AllStyleCategories",
      ]
      layers.append(mapLayer(entry, attributes, [QGISStyle.aliases(fields), QGISStyle.polygonRenderer(metadata.catalog)]))
    }
    let raster: KeyValuePairs = ["type": "raster", "styleCategories": "AllStyleCategories"]
    for entry in classEntries { layers.append(mapLayer(entry, raster, [QGISStyle.classPipe(metadata.catalog)])) }
    for entry in pictureEntries {
      layers.append(mapLayer(entry, raster, [picturePipe(alphaBand: entry.layer.alphaBand)], describes: false))
    }
    return layers
  }

  private func mapLayer(
    _ entry: Entry, _ attributes: KeyValuePairs<String, String>, _ style: [XMLNode], describes: Bool = true
  ) -> XMLNode {
    var children: [XMLNode] = [
      .element("id", [:], entry.id), .element("datasource", [:], entry.layer.source),
      .element("layername", [:], QGISStyle.literal(entry.layer.name)),
    ]
    let crs = entry.provider == "ogr" ? metadata.crs : entry.layer.crs
    if crs != nil { children.append(.element("srs", [:], [Self.system(crs)])) }
    if describes { children.append(.element("resourceMetadata", [:], QGISMetadata.elements(metadata))) }
    children.append(.element("provider", entry.provider == "ogr" ? ["encoding": "UTF-8"] : [:], entry.provider))
    return .element("maplayer", attributes, children + style)
  }

  private func picturePipe(alphaBand: Int?) -> XMLNode {
    let alpha = "\(alphaBand ?? -1)"
    func enhancement(_ name: String, _ index: Int) -> XMLNode {
      let range = index < picture.ranges.count ? picture.ranges[index] : 0...255
      return .element(
        name, [:],
        [
          .element("minValue", [:], "\(range.lowerBound)"), .element("maxValue", [:], "\(range.upperBound)"),
          .element("algorithm", [:], picture.ranges.isEmpty ? "NoEnhancement" : "StretchToMinimumMaximum"),
        ])
    }
    let renderer: XMLNode =
      if picture.bands.count >= 3 {
        .element(
          "rasterrenderer",
          [
            "type": "multibandcolor", "redBand": "\(picture.bands[0])", "greenBand": "\(picture.bands[1])",
            "blueBand": "\(picture.bands[2])",
            "opacity": "1", "alphaBand": alpha,
          ],
          transparency + [
            enhancement("redContrastEnhancement", 0), enhancement("greenContrastEnhancement", 1), enhancement("blueContrastEnhancement", 2),
          ])
      } else {
        .element(
          "rasterrenderer",
          [
            "type": "singlebandgray", "grayBand": "\(picture.bands.first ?? 1)", "gradient": "BlackToWhite", "opacity": "1",
            "alphaBand": alpha,
          ],
          transparency + [enhancement("contrastEnhancement", 0)])
      }
    return .element("pipe", [:], [renderer, .element("rasterresampler", ["maxOversampling": "2"])])
  }

  /// The nodata value that counts besides those of the files.
  private var transparency: [XMLNode] {
    guard let nodata = picture.nodata.map({ "\($0)" }) else { return [] }
    let isColored = picture.bands.count >= 3
    let entry: XMLNode =
      isColored
      ? .element("pixelListEntry", ["red": nodata, "green": nodata, "blue": nodata, "percentTransparent": "100"])
      : .element("pixelListEntry", ["min": nodata, "max": nodata, "percentTransparent": "100"])
    return [.element("rasterTransparency", [:], [.element(isColored ? "threeValuePixelList" : "singleValuePixelList", [:], [entry])])]
  }

  private static func system(_ crs: CoordinateSystem?) -> XMLNode {
    guard let crs else { return .element("spatialrefsys", ["nativeFormat": "Wkt"]) }
    let code = crs.authority.flatMap { $0.hasPrefix("EPSG:") ? String($0.dropFirst(5)) : nil } ?? "0"
    return .element(
      "spatialrefsys", ["nativeFormat": "Wkt"],
      [
        .element("wkt", [:], crs.wkt), .element("srid", [:], code), .element("authid", [:], crs.authority ?? ""),
        .element("description", [:], crs.name), .element("geographicflag", [:], crs.isGeographic ? "true" : "false"),
      ])
  }

  static func box(_ name: String, _ bounds: Bounds) -> XMLNode {
    .element(
      name, [:],
      [
        .element("xmin", [:], "\(bounds.minX)"), .element("ymin", [:], "\(bounds.minY)"), .element("xmax", [:], "\(bounds.maxX)"),
        .element("ymax", [:], "\(bounds.maxY)"),
      ])
  }
}
