import CGDAL
import Foundation

/// The rule for VRT files: every file that one points to lies below its folder and is a plain raster.
///
/// The XML is read before GDAL opens it, since opening may already touch what it names.
public enum VirtualRaster {
  private static let largest = 64_000_000
  private static let deepest = 4

  /// The files that a VRT is made of, nested ones too, sorted, without the VRT itself. Reads the XML and each file's first bytes.
  ///
  /// - Throws: `unsupported` where the VRT points elsewhere than below its folder, or at no raster of the drivers; `damaged` where it is
  ///   no XML.
  public static func files(
    of path: String, drivers: [String] = RasterSourceOptions().drivers
  ) throws(GeodataError) -> [String] {
    GDALLibrary.start()
    var files: Set<String> = []
    try check(path, root: folder(of: path), drivers: drivers, ancestors: [], into: &files)
    return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func check(
    _ path: String, root: String, drivers: [String], ancestors: [String], into files: inout Set<String>
  ) throws(GeodataError) {
    guard ancestors.count < deepest, !ancestors.contains(path) else {
      throw GeodataError(.unsupported, file: path, reason: "it nests VRT files deeper than \(deepest) times, or in a circle")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let size = attributes?[.size] as? Int else {
      throw GeodataError(.unreadable, file: path, reason: "it cannot be opened")
    }
    guard size <= largest else {
      throw GeodataError(.tooLarge, file: path, reason: "a VRT of \(size) bytes is larger than this program reads")
    }
    let tree = try checkedHandle(.damaged, file: path, "reading its XML") { CPLParseXMLFile(path) }
    defer { CPLDestroyXMLNode(tree) }
    var names: [(name: String, isRelative: Bool)] = []
    try collect(tree, path: path, into: &names)
    for (name, isRelative) in names {
      let target = isRelative ? (folder(of: path) as NSString).appendingPathComponent(name) : name
      try requireBelow(root, target: target, name: name, path: path)
      // A circle is a fault, not a file that is known already.
      guard files.insert(target).inserted || ancestors.contains(target) || target == path else { continue }
      if isVirtual(target) {
        try check(target, root: root, drivers: drivers, ancestors: ancestors + [path], into: &files)
      } else {
        try requireDriver(target, drivers: drivers, path: path)
      }
    }
  }

  /// Gathers what names a file, in any element; anything that looks like another way in is refused.
  private static func collect(
    _ first: UnsafeMutablePointer<CPLXMLNode>?, path: String, into names: inout [(name: String, isRelative: Bool)]
  ) throws(GeodataError) {
    var next = first
    while let node = next {
      let value = node.pointee.pszValue.map { String(cString: $0) } ?? ""
      switch node.pointee.eType {
      case CXT_Element:
        if namesFile(node, element: value.lowercased()) {
          let text = CPLGetXMLValue(node, nil, "").map { String(cString: $0) } ?? ""
          let isRelative = CPLGetXMLValue(node, "relativeToVRT", "0").map { String(cString: $0) } == "1"
          if !text.isEmpty { names.append((text, isRelative)) }
        }
        if value.lowercased() == "pixelfunctioncode" {
          throw GeodataError(.unsupported, file: path, reason: "a VRT with code in it is not run")
        }
      case CXT_Text where value.contains("/vsi"):
        throw GeodataError(
          .unsupported, file: path, reason: "it points to '\(value.prefix(80))', which is no file below its folder",
          remedy: "put the files beside the VRT")
      default: break
      }
      try collect(node.pointee.psChild, path: path, into: &names)
      next = node.pointee.psNext
    }
  }

  /// The elements whose text GDAL opens as a file.
  private static func namesFile(_ node: UnsafeMutablePointer<CPLXMLNode>, element: String) -> Bool {
    if ["sourcefilename", "sourcedataset", "dempath", "filename"].contains(element) { return true }
    guard element == "mdi", let key = CPLGetXMLValue(node, "key", "") else { return false }
    return ["X_DATASET", "Y_DATASET", "RPC_DEM"].contains(String(cString: key).uppercased())
  }

  private static func requireBelow(_ root: String, target: String, name: String, path: String) throws(GeodataError) {
    guard let base = realPath(root), let real = realPath(target) else {
      throw GeodataError(
        .unreadable, file: path, reason: "it points to '\(name.prefix(200))', which is no file", remedy: "put the files beside the VRT")
    }
    guard real.hasPrefix(base == "/" ? "/" : base + "/") else {
      throw GeodataError(
        .unsupported, file: path, reason: "it points to '\(name.prefix(200))', which is not below its folder",
        remedy: "put the files beside the VRT")
    }
  }

  /// Judged by content: a VRT may have any name.
  private static func isVirtual(_ path: String) -> Bool {
    withStringList(["VRT"]) { GDALIdentifyDriverEx(path, UInt32(GDAL_OF_RASTER), orthoweave_const_list($0), nil) } != nil
  }

  private static func requireDriver(_ target: String, drivers: [String], path: String) throws(GeodataError) {
    let known = withStringList(drivers) {
      GDALIdentifyDriverEx(target, UInt32(GDAL_OF_RASTER), orthoweave_const_list($0), nil)
    }
    guard known != nil else {
      throw GeodataError(
        .unsupported, file: path,
        reason: "it points to '\(target)', which is not a raster that the drivers \(drivers.joined(separator: ", ")) know")
    }
  }

  private static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
