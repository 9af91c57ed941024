import Foundation
import TestSupport
import Testing

@testable import Runs

@Suite struct STACSearchTests {
  @Test func referencesAreResolvedWhereTheirDocumentLies() {
    for (reference, document, place) in [
      ("./b/c.json", "https://host/a/catalog.json?key=x", "https://host/a/b/c.json"),
      ("../c.tif?sig=y", "https://host/a/b/i.json", "https://host/a/c.tif?sig=y"),
      ("/c.tif", "https://host/a/b.json", "https://host/c.tif"), ("//other/c.tif", "https://host/a.json", "https://other/c.tif"),
      ("../../../c.tif", "s3://bucket/a/b.json", "s3://bucket/c.tif"), ("s3://bucket/c.tif", "/data/i.json", "s3://bucket/c.tif"),
      ("../c.tif", "/data/a/i.json", "/data/c.tif"), ("c?.tif", "/data/i.json", "/data/c?.tif"), ("/c.tif", "/data/i.json", "/c.tif"),
      ("file:///data/c.tif", "/data/i.json", "/data/c.tif"),
    ] {
      #expect(STACSearch.resolved(reference, in: document) == place, "\(reference) in \(document)")
    }
    #expect(STACSearch.resolved("", in: "/data/i.json") == nil)
  }

  private func expand(_ document: String, _ asset: String = "data") throws -> STACAssets {
    try STACSearch(asset: asset) {}.expand(document)
  }

  @Test func aDocumentReachesNothingOutsideOfItsFolder() throws {
    let folder = try TemporaryFolder("stac")
    try folder.write("secret", to: "private/secret.tif")
    try folder.write("{\"type\": \"Feature\", \"id\": \"far\"}", to: "private/item.json")
    try folder.write("", to: "in/a.tif")
    try FileManager.default.createSymbolicLink(atPath: folder("in/link.tif"), withDestinationPath: "../private/secret.tif")
    let hrefs = [
      "a.tif", "../private/secret.tif", "link.tif", "/etc/passwd", "file:///etc/passwd", "/vsizip/\(folder("x.zip"))/a.tif", "none.tif",
    ]
    let items = hrefs.enumerated().map { "{\"type\": \"Feature\", \"id\": \"\($0)\", \"assets\": {\"data\": {\"href\": \"\($1)\"}}}" }
    try folder.write(
      """
      {"type": "FeatureCollection", "features": [\(items.joined(separator: ", "))], "links": [{"rel": "item", "href": "../private/item.json"}]}
      """, to: "in/items.json")
    let found = try expand(folder("in/items.json"))
    #expect(found.files.map(\.path) == [folder("in/a.tif")])
    #expect(found.refused.map(\.name) == ["1", "2", "3", "4", "5", "6"])
    #expect(found.unread.count == 1 && found.unread[0].contains("leads out of its folder"))
  }

  @Test func catalogsInACircleAndBrokenOnesEnd() throws {
    let folder = try TemporaryFolder("stac")
    func link(_ relation: String, _ href: String) -> String { "{\"rel\": \"\(relation)\", \"href\": \"\(href)\"}" }
    try folder.write(
      "{\"type\": \"Catalog\", \"links\": [\(link("child", "catalog.json")), \(link("child", "broken.json")), \(link("child", "none.json")), \(link("child", "deep/0.json"))]}",
      to: "catalog.json")
    try folder.write("{", to: "broken.json")
    for depth in 0..<20 {
      try folder.write("{\"type\": \"Catalog\", \"links\": [\(link("child", "\(depth + 1).json"))]}", to: "deep/\(depth).json")
    }
    let found = try expand(folder("catalog.json"))
    #expect(found.files.isEmpty && found.unread.count == 3, "\(found.unread)")
    #expect(found.unread.contains { $0.contains("lies deeper than the 16 catalogs") })
    #expect(throws: RunError.self) { _ = try expand(folder("broken.json")) }
    #expect(throws: RunError.self) { _ = try expand(folder("none.json")) }
  }

  @Test func anAssetIsKnownByItsKeyOrTheOnlyOneWithItsRole() throws {
    let folder = try TemporaryFolder("stac")
    for name in ["a", "b", "c"] { try folder.write("", to: "\(name).tif") }
    try folder.write(
      """
      {"type": "Feature", "id": "i", "assets": {"data": {"href": "a.tif"}, "x": {"href": "b.tif", "roles": ["data", "visual"]},
        "y": {"href": "c.tif", "roles": ["mask"]}, "z": {"href": "c.tif", "roles": ["mask"]}}}
      """, to: "i.json")
    #expect(try expand(folder("i.json")).files.map(\.path) == [folder("a.tif")])
    #expect(try expand(folder("i.json"), "visual").files.map(\.path) == [folder("b.tif")])
    #expect(try expand(folder("i.json"), "mask").refused.first?.error.reason.contains("2 assets with the role 'mask' (y, z)") == true)
    #expect(try expand(folder("i.json"), "nir").refused.first?.error.reason.contains("has no asset 'nir'") == true)
  }
}
