import Foundation
import GeoTypes
public import Geodata

/// What goes into one layer of many sources.
public struct MergeRequest: Sendable {
  /// A source and its published GeoPackage.
  public struct Source: Sendable, Hashable {
    public var name: String
    public var geoPackage: String

    public init(name: String, geoPackage: String) {
      self.name = name
      self.geoPackage = geoPackage
    }
  }

  /// Exists already.
  public var directory: String
  public var name: String
  /// GeoPackage, FlatGeobuf, PostGIS; others are left out.
  public var formats: [VectorFormat]
  public var sources: [Source]
  /// The crs where there is no source to ask.
  public var crs: CoordinateSystem?
  public var catalog: ClassCatalog
  public var postGIS: PostGISTarget?
  /// The least and the greatest thickness of what a class shows, in µm, by the class's id.
  public var thickness: [Int: ClosedRange<Double>] = [:]
  /// The class whose nearest object every row of a class names, by id.
  public var nearest: [Int: Int] = [:]
  /// Called now and then: what it throws ends the work.
  public var check: @Sendable () throws -> Void = {}
  /// How the sources' layers are made, for what the merged layer tells about itself.
  public var provenance = Provenance()

  public init(
    directory: String, name: String = "merged", formats: [VectorFormat], sources: [Source], crs: CoordinateSystem? = nil,
    catalog: ClassCatalog, postGIS: PostGISTarget? = nil
  ) {
    self.directory = directory
    self.name = name
    self.formats = formats
    self.sources = sources
    self.crs = crs
    self.catalog = catalog
    self.postGIS = postGIS
  }
}

/// One layer with the rows of many sources, always rebuilt in the order of their names: its bytes do not depend on history.
/// The key is (source, id).
public enum MergedLayers {
  /// Writes the merged layers.
  ///
  /// - Throws: `LayersError.Code.request` where sources differ in crs, `.foreign` where a file is none of our GeoPackages; `GeodataError`.
  public static func write(_ request: MergeRequest) throws -> LayersReport {
    let rows = try MergedRows(request)
    var totals: [Int: LayersReport.ClassTotal] = [:]
    for entry in request.catalog.classes {
      totals[entry.id] = LayersReport.ClassTotal(id: entry.id, name: entry.name, features: 0, pixels: 0, area: 0)
    }
    let (tables, geoPackage) = try open(request, rows.sources, rows.crs, rows.fields)
    var features = 0
    var bounds: Bounds?
    try rows.forEach { geometry, row, _ in
      features += 1
      if let own = geometry.bounds { bounds = bounds?.union(own) ?? own }
      for table in tables { try table.add(id: features, geometry: geometry, values: row) }
      count(row, &totals)
    }
    let names = LayerFiles(directory: request.directory, name: request.name)
    var provenance = request.provenance
    provenance.mergedSources = rows.sources.count
    let beside = LayerCompanions(
      metadata: LayerMetadata(name: request.name, provenance: provenance, catalog: request.catalog, crs: rows.crs),
      fields: rows.fields, files: names)
    if let geoPackage {
      try QGISStyle.store(beside.style, sld: beside.sld, layer: names.layer, in: geoPackage)
      geoPackage.describe(beside.description(layer: names.layer))
    }
    var files: [String] = []
    var warnings = rows.warnings
    var database: [String: PostGISContent] = [:]
    for table in tables {
      try table.finish()
      files += table.files
      if let rows = table as? PostGISTable { database = rows.content }
      warnings += table.warnings
    }
    files += try beside.write(formats: request.formats.filter { $0 == .geoPackage || $0 == .flatGeobuf || $0 == .postGIS }, shapefiles: [])
    return LayersReport(
      files: files, features: features, classes: totals.values.sorted { $0.id < $1.id }, isGeodesic: rows.isGeodesic, crs: rows.crs,
      warnings: warnings, fields: rows.fields, bounds: bounds, leftOut: rows.leftOut.map(\.name), database: database)
  }

  private static func open(
    _ request: MergeRequest, _ sources: [MergeRequest.Source], _ crs: CoordinateSystem?, _ fields: [VectorField]
  ) throws -> (tables: [any VectorTable], geoPackage: GeoPackageTable?) {
    let files = LayerFiles(directory: request.directory, name: request.name)
    var tables: [any VectorTable] = []
    var geoPackage: GeoPackageTable?
    if request.formats.contains(.geoPackage), let path = files.vector(.geoPackage) {
      let table = try GeoPackageTable(path, layer: files.layer, crs: crs, fields: fields)
      geoPackage = table
      tables.append(table)
    }
    if request.formats.contains(.flatGeobuf), let path = files.vector(.flatGeobuf) {
      tables.append(try OGRTable.flatGeobuf(path, layer: files.layer, crs: crs, fields: fields))
    }
    if request.formats.contains(.postGIS) {
      guard let target = request.postGIS else {
        throw LayersError(.request, reason: "`output.formats` has postgis, but `output.postgis` is missing", remedy: "set `output.postgis`")
      }
      tables.append(try PostGISTable(target, sources: sources.map(\.name), crs: crs, fields: fields))
    }
    return (tables, geoPackage)
  }

  private static func count(_ row: [FieldValue], _ totals: inout [Int: LayersReport.ClassTotal]) {
    guard case .integer(let id) = row[1], case .text(let name) = row[2] else { return }
    var total = totals[id] ?? LayersReport.ClassTotal(id: id, name: name, features: 0, pixels: 0, area: 0)
    total.features += 1
    if case .integer(let pixels) = row[4] { total.pixels += pixels }
    if case .real(let area) = row[5] { total.area += area }
    totals[id] = total
  }
}
