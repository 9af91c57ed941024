import CGDAL
import CGDALGate
import Foundation

/// The rule for VRT files: every file that one points to lies below its folder and is a plain raster.
///
/// The XML is read before GDAL opens it, so that the message can name what is wrong. What GDAL asks for all the same meets `Confinement`.
public enum VirtualRaster {
  private static let largest = 64_000_000
  private static let deepest = 4
  /// Levels of XML elements; GDAL itself goes through them by recursion.
  private static let deepestElement = 64

  /// A file that an element names.
  public struct Name: Hashable, Sendable {
    public var text: String
    /// Whether the text is taken from the VRT's folder on, where it is not absolute.
    public var isRelative: Bool
  }

  /// The files that a VRT is made of, nested ones too, sorted, without the VRT itself. Reads the XML and each file's first bytes.
  ///
  /// - Parameters:
  ///   - path: the VRT.
  ///   - drivers: of GDAL, that may open its parts.
  ///   - folders: as in `RasterSourceOptions`.
  ///   - followsLinks: whether a link may lead out of the VRT's folder.
  /// - Throws: `unsupported` where the VRT points elsewhere than below its folder, or at no raster of the drivers; `damaged` where it is
  ///   not XML.
  public static func files(
    of path: String, drivers: [String] = RasterSourceOptions().drivers, within folders: [String]? = nil, followsLinks: Bool = false
  ) throws(GeodataError) -> [String] {
    try GDALLibrary.allow(drivers)
    let confinement = try Confinement(of: path, within: folders, followsLinks: followsLinks)
    let judge = Judge(drivers: drivers.filter { $0 != "VRT" }, confinement: confinement)
    var files: Set<String> = []
    try judge.check(path, ancestors: [], into: &files)
    return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// What the XML of a VRT names, in any element. Opens nothing.
  ///
  /// - Parameters:
  ///   - xml: the file's bytes.
  ///   - path: what messages call it.
  /// - Throws: `damaged` where it is not XML, `unsupported` where it holds code, another way to files, or elements nested too deep.
  public static func names(in xml: [UInt8], path: String) throws(GeodataError) -> Set<Name> {
    GDALLibrary.start()
    guard xml.count <= largest else {
      throw GeodataError(.tooLarge, file: path, reason: "a VRT of \(xml.count) bytes is larger than this program reads")
    }
    // GDAL, too, reads as far as a zero byte.
    let text = Array(xml.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }) + [0]
    let tree = try checkedHandle(.damaged, file: path, "reading its XML") { CPLParseXMLString(text) }
    defer { CPLDestroyXMLNode(tree) }
    var names: Set<Name> = []
    // With a list in place of recursion: foreign files nest as deep as they like.
    var pending = [(node: tree, depth: 0)]
    while let (first, depth) = pending.popLast() {
      guard depth <= deepestElement else {
        throw GeodataError(.unsupported, file: path, reason: "its XML elements are nested deeper than \(deepestElement) times")
      }
      var next: UnsafeMutablePointer<CPLXMLNode>? = first
      while let node = next {
        if let name = try name(in: node, path: path) { names.insert(name) }
        if let child = node.pointee.psChild { pending.append((child, depth + 1)) }
        next = node.pointee.psNext
      }
    }
    return names
  }

  /// What one node names as a file.
  private static func name(in node: UnsafeMutablePointer<CPLXMLNode>, path: String) throws(GeodataError) -> Name? {
    let value = node.pointee.pszValue.map { String(cString: $0) } ?? ""
    switch node.pointee.eType {
    case CXT_Element:
      let element = value.lowercased()
      if element == "pixelfunctioncode" {
        throw GeodataError(.unsupported, file: path, reason: "it is a VRT with code in it, which is not run")
      }
      guard namesFile(node, element: element) else { return nil }
      let text = CPLGetXMLValue(node, nil, "").map { String(cString: $0) } ?? ""
      let isRelative = CPLGetXMLValue(node, "relativeToVRT", "0").map { strtol($0, nil, 10) } ?? 0
      return text.isEmpty ? nil : Name(text: text, isRelative: isRelative != 0)
    case CXT_Attribute where value.lowercased() == "subclass":
      let text = node.pointee.psChild?.pointee.pszValue.map { String(cString: $0) } ?? ""
      // Bytes of any file as pixels.
      if text.lowercased() == "vrtrawrasterband" {
        throw GeodataError(.unsupported, file: path, reason: "it has a raw band, which would take any file for pixels")
      }
      return nil
    case CXT_Text where value.contains("/vsi"):
      throw pointsElsewhere(path, value)
    default: return nil
    }
  }

  /// The elements whose text GDAL opens as a file.
  private static func namesFile(_ node: UnsafeMutablePointer<CPLXMLNode>, element: String) -> Bool {
    if ["sourcefilename", "sourcedataset", "dempath", "filename"].contains(element) { return true }
    guard ["mdi", "option"].contains(element) else { return false }
    return ["key", "name"].contains { attribute in
      let key = CPLGetXMLValue(node, attribute, "").map { String(cString: $0).uppercased() } ?? ""
      return ["X_DATASET", "Y_DATASET", "RPC_DEM", "OVERVIEW_FILE", "CUTLINE_DATASOURCE"].contains(key)
    }
  }

  private static func pointsElsewhere(_ path: String, _ name: String) -> GeodataError {
    GeodataError(
      .unsupported, file: path, reason: "it points to '\(name.prefix(200))', which is not a file below its folder",
      remedy: "put the files beside the VRT")
  }

  /// One VRT and those within it.
  private struct Judge {
    let drivers: [String]
    let confinement: Confinement

    func check(_ path: String, ancestors: [String], into files: inout Set<String>) throws(GeodataError) {
      guard ancestors.count < deepest, !ancestors.contains(path) else {
        throw GeodataError(.unsupported, file: path, reason: "it nests VRT files deeper than \(deepest) times, or in a circle")
      }
      // GDAL, too, takes names from where a link to the VRT leads.
      let folder = FilePath.isLink(path) ? FilePath.folder(of: FilePath.real(path) ?? path) : FilePath.folder(of: path)
      for name in try VirtualRaster.names(in: try contents(of: path), path: path).sorted(by: { $0.text < $1.text }) {
        let target = name.isRelative ? projected(name.text, from: folder) : name.text
        try requireWithin(target, name: name.text, path: path)
        // A circle is a fault, not a file that is known already.
        guard files.insert(target).inserted || ancestors.contains(target) || target == path else { continue }
        if confinement.knows(target, drivers: ["VRT"]) {
          try check(target, ancestors: ancestors + [path], into: &files)
        } else if !confinement.knows(target, drivers: drivers) {
          throw GeodataError(
            .unsupported, file: path,
            reason: "it points to '\(target)', which is not a raster that the drivers \(drivers.joined(separator: ", ")) know")
        }
      }
    }

    /// GDAL's own rule: an absolute name stays as it is, whatever `relativeToVRT` says.
    private func projected(_ name: String, from folder: String) -> String {
      CPLIsFilenameRelative(name) != 0 ? folder + "/" + name : name
    }

    /// - Throws: `unsupported` where the target lies elsewhere, `unreadable` where there is none.
    private func requireWithin(_ target: String, name: String, path: String) throws(GeodataError) {
      guard FilePath.real(target) != nil else {
        throw GeodataError(
          .unreadable, file: path, reason: "it points to '\(name.prefix(200))', which is not a file", remedy: "put the files beside the VRT"
        )
      }
      guard confinement.run({ orthoweave_gate_file_size(target) }) >= 0 else { throw pointsElsewhere(path, name) }
    }

    private func contents(of path: String) throws(GeodataError) -> [UInt8] {
      guard let file = ConfinedFile(path, in: confinement) else {
        throw GeodataError(.unreadable, file: path, reason: "it cannot be opened")
      }
      guard file.size <= largest else {
        throw GeodataError(.tooLarge, file: path, reason: "a VRT of \(file.size) bytes is larger than this program reads")
      }
      return Array(file.bytes(upTo: file.size))
    }
  }
}
