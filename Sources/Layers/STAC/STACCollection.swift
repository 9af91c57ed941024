import Basics
public import Foundation

/// The STAC 1.1 collection of a pipeline: all its published items, and the extent that they have together.
public struct STACCollection: Sendable {
  /// What is taken from an item.
  public struct Member: Sendable {
    /// The source's name, which may have folders.
    public var source: String
    /// West, south, east, north; `nil` where the source is not georeferenced.
    public var box: [Double]?
    /// `nil` where it is not known.
    public var start: String?
    public var end: String?

    public init(source: String, box: [Double]?, start: String?, end: String?) {
      self.source = source
      self.box = box
      self.start = start
      self.end = end
    }

    /// Of an item that this program wrote; `nil` for anything else.
    public init?(item data: Data, source: String) {
      guard let item = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any], item["type"] as? String == "Feature",
        item["id"] as? String == source, let properties = item["properties"] as? [String: Any]
      else { return nil }
      self.source = source
      box = (item["bbox"] as? [Double]).flatMap { $0.count == 4 ? $0 : nil }
      let moment = properties["datetime"] as? String
      let start = moment ?? properties["start_datetime"] as? String
      let isKnown = start.map { !$0.hasPrefix("0001-") } ?? false
      self.start = isKnown ? start : nil
      end = isKnown ? moment ?? properties["end_datetime"] as? String : nil
    }
  }

  public var provenance: Provenance
  public var members: [Member]

  public init(provenance: Provenance, members: [Member]) {
    self.provenance = provenance
    self.members = members
  }

  /// How many items a collection lists; `nil` for what is none.
  public static func sources(in collection: Data) -> Int? {
    let object = (try? JSONSerialization.jsonObject(with: collection)) as? [String: Any]
    return (object?["links"] as? [[String: Any]])?.count { $0["rel"] as? String == "item" }
  }

  /// The collection as JSON, keys and items in order.
  public func json() throws -> Data {
    let about = provenance.about
    let sorted = members.sorted { $0.source.utf8.lexicographicallyPrecedes($1.source.utf8) }
    let interval: [Any] = [first ?? NSNull(), last ?? NSNull()]
    let extent: [String: Any] = ["spatial": ["bbox": [box]], "temporal": ["interval": [interval]]]
    var links = sorted.map { STAC.link("item", "./" + $0.source.percentEncoded(keeping: "/") + "/stac-item.json", "application/geo+json") }
    links.append(STAC.link("mlm:model", "./" + STAC.modelFile, "application/geo+json"))
    links += STAC.licenseLinks(about)
    var collection: [String: Any] = [
      "type": "Collection", STAC.pipelineKey: provenance.pipeline, "stac_version": STAC.version, "stac_extensions": [STAC.processing],
      "id": provenance.pipeline,
      "title": about.title ?? "Land cover: \(provenance.pipeline)",
      "description": about.abstract ?? "Layers of land cover, made by the pipeline \(provenance.pipeline).", "license": STAC.license(about),
      "extent": extent,
      "links": links, "providers": providers,
    ]
    if !about.keywords.isEmpty { collection["keywords"] = about.keywords }
    return try STAC.data(collection)
  }

  /// The extension wants to know who did the processing.
  private var providers: [[String: Any]] {
    var providers = STAC.providers(provenance.about)
    let isProcessor = { (provider: [String: Any]) in (provider["roles"] as? [String])?.contains("processor") == true }
    if !providers.contains(where: isProcessor) {
      providers.append(["name": "Operator of the pipeline \(provenance.pipeline)", "roles": ["processor"]])
    }
    for index in providers.indices where isProcessor(providers[index]) { providers[index]["processing:software"] = provenance.software }
    return providers
  }

  /// The smallest box around all members, west above east where it lies across 180°; the whole world where none has a place.
  private var box: [Double] {
    let boxes = members.compactMap(\.box)
    guard let south = boxes.map({ $0[1] }).min(), let north = boxes.map({ $0[3] }).max() else { return [-180, -90, 180, 90] }
    let (west, east) = LongitudeRange.around(boxes.map { ($0[0], $0[2]) })
    return [west, south, east, north]
  }

  /// Open where the date of any member is not known.
  private var first: String? { members.contains { $0.start == nil } ? nil : members.compactMap(\.start).min() }
  private var last: String? { members.contains { $0.end == nil } ? nil : members.compactMap(\.end).max() }
}
