import Basics
import Foundation
public import Geodata

/// What a layer says of itself, in words: the one text that GeoPackage, GeoTIFF, ISO 19139, QGIS, STAC and the README follow.
public struct LayerMetadata: Sendable {
  /// The source, or "merged".
  public var name: String
  public var provenance: Provenance
  public var catalog: ClassCatalog
  public var crs: CoordinateSystem?
  /// Ground size of a pixel in meters; `nil` where it is not known.
  public var pixel: Double?
  /// West, south, east, north in degrees on WGS 84; `nil` where the place is not known.
  public var box: [Double]?

  public init(
    name: String, provenance: Provenance, catalog: ClassCatalog, crs: CoordinateSystem?, pixel: Double? = nil, box: [Double]? = nil
  ) {
    self.name = name
    self.provenance = provenance
    self.catalog = catalog
    self.crs = crs
    self.pixel = pixel
    self.box = box
  }

  public var title: String {
    let whole = provenance.about.title ?? "Land cover"
    return "\(whole): \(name)"
  }

  public var abstract: String {
    if let abstract = provenance.about.abstract { return abstract }
    let names = catalog.classes.prefix(20).map(\.name)
    let classes = names.joined(separator: ", ") + (catalog.classes.count > names.count ? ", …" : "")
    let model = provenance.model.map { ", found by the network \($0.name)" } ?? ""
    let place = provenance.mergedSources.map { "\($0) sources" } ?? name
    return "Classes of \(place) (\(classes))\(model)."
  }

  public var keywords: [String] { provenance.about.keywords }

  /// The pipeline's name, which is that of the collection of all its layers.
  var pipeline: String { provenance.pipeline }

  /// How the layer was made, a sentence each.
  public var lineage: [String] {
    var steps: [String] = []
    if let count = provenance.mergedSources {
      steps.append("Merged from the polygons of \(count == 1 ? "1 source" : "\(count) sources"), which the column source names.")
    }
    for file in provenance.sources { steps.append("Source: \(file.name), \(file.bytes) bytes, SHA-256 \(file.sha256).") }
    if let dates = provenance.dates {
      steps.append(dates.first == dates.last ? "Taken on \(dates.first)." : "Taken from \(dates.first) to \(dates.last).")
    }
    if let model = provenance.model {
      var text = "Every pixel was classified by the network \(model.name) (\(model.architecture), \(model.parameters) weights"
      if let resolution = model.resolution { text += ", trained for pixels of \(resolution) m" }
      for (key, value) in model.training.sorted(by: { $0.key < $1.key }) { text += ", \(key): \(value)" }
      text += "), SHA-256 \(model.sha256)"
      for digest in model.configSHA256 ?? [] { text += ", configuration SHA-256 \(digest)" }
      steps.append(text + ".")
    } else if provenance.mergedSources == nil {
      steps.append("Traced from a class raster.")
    }
    if !provenance.settings.isEmpty {
      steps.append(
        "Settings: " + provenance.settings.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: "; ") + ".")
    }
    var software = "Software: \(provenance.program)"
    if !provenance.libraries.isEmpty { software += " (\(provenance.libraries))" }
    if let kernels = provenance.kernels { software += ", kernel set \(kernels)" }
    steps.append(software + ".")
    return steps
  }

  /// Attribution and license in a line; `nil` without either.
  public var copyright: String? {
    let about = provenance.about
    let parts = [about.attribution, about.license.map { "License: \($0)" }].compactMap(\.self)
    return parts.isEmpty ? nil : Self.line(parts.joined(separator: ". "))
  }

  /// For the tags of a GeoTIFF.
  public var tags: COGWriter.Description {
    COGWriter.Description(
      software: provenance.program, copyright: copyright ?? "", text: Self.line("\(title). \(abstract)"))
  }

  /// For a .qmd file beside a layer.
  public var qgisDocument: String { QGISMetadata.document(self) }

  /// A text on one line.
  static func line(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
