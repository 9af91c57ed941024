import CGDAL
package import Frames

/// The values of an XMP packet.
package enum XMPPacket {
  /// XMP in a file's head is at most 64 KB; extended packets are not read.
  private static let largest = 1 << 20
  private static let most = 10_000

  /// All attributes and all elements without elements in them, with the addresses of their name spaces. Items of a list are joined by commas.
  ///
  /// - Returns: what could be read; nothing where it is not XML.
  package static func properties(of packet: String) -> [FrameTags.Property] {
    GDALLibrary.start()
    guard packet.utf8.count <= largest, let tree = CPLParseXMLString(packet) else { return [] }
    defer { CPLDestroyXMLNode(tree) }
    var found: [FrameTags.Property] = []
    // With a list in place of recursion: foreign packets nest as deep as they like. Name spaces hold for what is within.
    var pending: [(node: UnsafeMutablePointer<CPLXMLNode>, spaces: [String: String])] = [(tree, [:])]
    while let (first, outer) = pending.popLast(), found.count < most {
      var next: UnsafeMutablePointer<CPLXMLNode>? = first
      while let node = next {
        next = node.pointee.psNext
        guard node.pointee.eType == CXT_Element else { continue }
        let (attributes, elements) = children(of: node)
        var spaces = outer
        for attribute in attributes where attribute.name.hasPrefix("xmlns:") {
          spaces[String(attribute.name.dropFirst(6))] = attribute.value
        }
        for attribute in attributes where !attribute.name.hasPrefix("xmlns") {
          if let property = property(attribute.name, attribute.value, spaces) { found.append(property) }
        }
        if let first = elements.first {
          pending.append((first, spaces))
          let items = elements.filter { text(of: $0, named: "rdf:Seq") != nil || text(of: $0, named: "rdf:Bag") != nil }
          if let list = items.first, let property = property(name(of: node), self.items(of: list).joined(separator: ","), spaces) {
            found.append(property)
          }
        } else if let property = property(name(of: node), CPLGetXMLValue(node, nil, "").map { String(cString: $0) } ?? "", spaces) {
          found.append(property)
        }
      }
    }
    return found
  }

  private typealias Node = UnsafeMutablePointer<CPLXMLNode>

  private static func name(of node: Node) -> String { node.pointee.pszValue.map { String(cString: $0) } ?? "" }

  private static func children(of node: Node) -> (attributes: [(name: String, value: String)], elements: [Node]) {
    var attributes: [(name: String, value: String)] = []
    var elements: [Node] = []
    var next = node.pointee.psChild
    while let child = next {
      next = child.pointee.psNext
      switch child.pointee.eType {
      case CXT_Attribute:
        let value = child.pointee.psChild.flatMap { $0.pointee.pszValue }.map { String(cString: $0) } ?? ""
        attributes.append((name(of: child), value))
      case CXT_Element: elements.append(child)
      default: break
      }
    }
    return (attributes, elements)
  }

  private static func text(of node: Node, named name: String) -> Node? { self.name(of: node) == name ? node : nil }

  private static func items(of list: Node) -> [String] {
    children(of: list).elements.map { CPLGetXMLValue($0, nil, "").map { String(cString: $0) } ?? "" }
  }

  private static func property(_ name: String, _ value: String, _ spaces: [String: String]) -> FrameTags.Property? {
    let parts = name.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let space = spaces[String(parts[0])], !value.isEmpty else { return nil }
    return FrameTags.Property(space: space, name: String(parts[1]), value: value)
  }
}

extension RasterDataset {
  /// EXIF and XMP of a picture, as far as GDAL passes them on.
  var frameTags: FrameTags {
    var exif: [String: String] = [:]
    // A TIFF has them in a domain of their own, a JPEG among its general metadata.
    for domain in ["", "EXIF"] {
      for item in metadata(domain: domain) where item.hasPrefix("EXIF_") {
        let parts = item.dropFirst(5).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { exif[String(parts[0])] = String(parts[1]) }
      }
    }
    var packet = metadata(domain: "xml:XMP").joined()
    // TIFFs that GDAL wrote keep the packet as an item.
    if packet.hasPrefix("xml:XMP=") { packet.removeFirst("xml:XMP=".count) }
    return FrameTags(size: size, exif: exif, xmp: XMPPacket.properties(of: packet))
  }
}
