import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

private func item(_ crs: String, _ geotransform: Geotransform, _ size: RasterSize) throws -> [String: Any] {
  let item = STACItem(
    size: size, geotransform: geotransform, crs: try CoordinateSystem(crs), acquisition: .unknown,
    metadata: LayerMetadata(name: "x", provenance: Provenance(), catalog: ClassCatalog(names: ["a"]), crs: nil), assets: [])
  return try #require(try JSONSerialization.jsonObject(with: try item.json()) as? [String: Any])
}

@Test(arguments: ["100%", "a#b?c=d", "%2e%2e%2fq", "a b", "정사", "semi;colon", "plain-1_2.~3", "a:b", "[x]&y+z"])
func hrefsOfAssetsArePercentEncoded(_ name: String) throws {
  let href = try #require(STACAsset(file: "/out/\(name).gpkg")).href
  let base = try #require(URL(string: "file:///out/stac-item.json"))
  let resolved = try #require(URL(string: href, relativeTo: base))
  #expect(resolved.path == "/out/\(name).gpkg" && resolved.query == nil && resolved.fragment == nil, "\(href)")
  #expect(href.utf8.allSatisfy { $0 < 128 && $0 != 32 })
}

@Test func latOver90() throws {
  // A grid of 1° whose pixels' centers lie on the meridians and the poles.
  let json = try item("EPSG:4326", Geotransform(-180.5, 1, 0, 90.5, 0, -1), RasterSize(width: 361, height: 181))
  #expect(json["bbox"] as? [Double] == [-180, -90, 180, 90])
  let half = try item("EPSG:4326", Geotransform(-0.5, 1, 0, 90.5, 0, -1), RasterSize(width: 361, height: 91))
  #expect(half["bbox"] as? [Double] == [-180, -0.5, 180, 90])
}

@Test(arguments: [
  ("sheet-11", "sheet_11"), ("a.b c", "a_b_c"), ("정사영상", "정사영상"), ("2024_x", "2024_x"), ("gpkg-1", "_gpkg_1"), ("100%", "100_"),
])
func layerNamesAreLettersDigitsAndUnderscores(_ name: String, _ layer: String) {
  #expect(LayerFiles(directory: "/x", name: name).layer == layer)
}

@Test func classNamesThatBeginLikeFormulasAreSaid() throws {
  try withFolder { folder in
    let map = SmallMap(["0123", "0123"])
    let layers = try VectorLayers(
      LayerRequest(
        directory: folder, name: "sheet", formats: [.csv], source: "+sheet", size: map.size, geotransform: .pixels, crs: nil,
        catalog: ClassCatalog(names: ["=1+1", "-7", "@x", "plain"])))
    for region in map.regions() { try layers.add(region) }
    let warnings = try layers.finish().warnings
    #expect(warnings.count == 2, "\(warnings)")
    #expect(warnings.first?.contains("'class' in 3 rows") == true && warnings.last?.contains("'source' in 4 rows") == true)
  }
}
