import CGDAL
import Foundation
import GeoTypes

/// The parts of a virtual raster that its sources cover. What lies between them holds 0, which is not a pixel of any source.
struct VirtualGaps {
  /// In pixels of the virtual raster.
  let covered: [Window]
  /// Whether sources leave out nodata or masked pixels of their own, which the virtual raster then shows as 0.
  let hidesNodata: Bool

  private static let deepest = 4
  private static let most = 1_000_000

  /// The parts that a source of any of the bands covers; `nil` where that is everything or cannot be told.
  ///
  /// - Parameter path: a VRT that was judged by `VirtualRaster`.
  init?(of path: String, size: RasterSize, bands: [Int]) {
    var hidesNodata = false
    guard let parts = VirtualGaps.parts(of: path, bands: Set(bands), depth: 0, hidesNodata: &hidesNodata) else { return nil }
    let whole = Window(size)
    // Bands mostly have the same sources.
    covered = Array(Set(parts.map { $0.window.intersection(whole) })).filter { !$0.isEmpty }.sorted {
      ($0.row, $0.column, $0.width, $0.height) < ($1.row, $1.column, $1.width, $1.height)
    }
    self.hidesNodata = hidesNodata
    if !hidesNodata, covered.contains(whole) { return nil }
  }

  /// A rectangle in floating-point pixels.
  private struct Rectangle {
    var x, y, width, height: Double

    init?(_ node: UnsafeMutablePointer<CPLXMLNode>?) {
      func number(_ name: String) -> Double? { CPLGetXMLValue(node, name, nil).flatMap { Double(String(cString: $0)) } }
      guard let x = number("xOff"), let y = number("yOff"), let width = number("xSize"), let height = number("ySize") else { return nil }
      self.init(x: x, y: y, width: width, height: height)
    }

    init?(x: Double, y: Double, width: Double, height: Double) {
      guard width > 0, height > 0, [x, y, x + width, y + height].allSatisfy({ abs($0) < 1e9 }) else { return nil }
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    /// The pixels that GDAL fills.
    var window: Window {
      let (column, row) = (Int((x + 0.001).rounded(.down)), Int((y + 0.001).rounded(.down)))
      let (maxColumn, maxRow) = (Int((x + width - 0.001).rounded(.up)), Int((y + height - 0.001).rounded(.up)))
      return Window(column: column, row: row, width: max(0, maxColumn - column), height: max(0, maxRow - row))
    }

    /// The part of a source's rectangle that lies in what is taken of it, where that is put.
    func moved(from source: Rectangle, to target: Rectangle) -> Rectangle? {
      let (left, top) = (Swift.max(x, source.x), Swift.max(y, source.y))
      let (right, bottom) = (Swift.min(x + width, source.x + source.width), Swift.min(y + height, source.y + source.height))
      let (scaleX, scaleY) = (target.width / source.width, target.height / source.height)
      return Rectangle(
        x: target.x + (left - source.x) * scaleX, y: target.y + (top - source.y) * scaleY, width: (right - left) * scaleX,
        height: (bottom - top) * scaleY)
    }
  }

  /// `nil` where a band is computed otherwise than from rectangles of files.
  private static func parts(of path: String, bands: Set<Int>, depth: Int, hidesNodata: inout Bool) -> [Rectangle]? {
    guard depth < deepest, let tree = CPLParseXMLFile(path) else { return nil }
    defer { CPLDestroyXMLNode(tree) }
    guard let root = CPLGetXMLNode(tree, "=VRTDataset"), CPLGetXMLValue(root, "subClass", nil) == nil else { return nil }
    var found: [Rectangle] = []
    var number = 0
    for band in children(root) where name(band) == "VRTRasterBand" {
      number += 1
      let own = CPLGetXMLValue(band, "band", nil).flatMap { Int(String(cString: $0)) } ?? number
      guard bands.contains(own) else { continue }
      let kind = CPLGetXMLValue(band, "subClass", "VRTSourcedRasterBand").map { String(cString: $0) } ?? ""
      guard kind == "VRTSourcedRasterBand" else { return nil }
      for source in children(band) where name(source).hasSuffix("Source") {
        guard ["SimpleSource", "ComplexSource", "AveragedSource", "KernelFilteredSource"].contains(name(source)),
          let target = Rectangle(CPLGetXMLNode(source, "DstRect"))
        else { return nil }
        let usesMask = CPLGetXMLValue(source, "UseMaskBand", "").map { String(cString: $0).lowercased() } ?? ""
        if CPLGetXMLNode(source, "NODATA") != nil || ["true", "1", "yes", "on"].contains(usesMask) { hidesNodata = true }
        found += nested(source, in: path, target: target, depth: depth, hidesNodata: &hidesNodata) ?? [target]
        guard found.count <= most else { return nil }
      }
    }
    return found
  }

  /// What a virtual raster within a virtual raster covers; `nil` where the source is a plain raster.
  private static func nested(
    _ source: UnsafeMutablePointer<CPLXMLNode>, in path: String, target: Rectangle, depth: Int, hidesNodata: inout Bool
  ) -> [Rectangle]? {
    guard let text = CPLGetXMLValue(source, "SourceFilename", nil).map({ String(cString: $0) }), text.lowercased().hasSuffix(".vrt"),
      let taken = Rectangle(CPLGetXMLNode(source, "SrcRect"))
    else { return nil }
    let isRelative = CPLGetXMLValue(source, "SourceFilename.relativeToVRT", "0").map { String(cString: $0) } == "1"
    let file = isRelative ? ((path as NSString).deletingLastPathComponent as NSString).appendingPathComponent(text) : text
    let band = CPLGetXMLValue(source, "SourceBand", "1").flatMap { Int(String(cString: $0)) } ?? 1
    guard let inner = parts(of: file, bands: [band], depth: depth + 1, hidesNodata: &hidesNodata) else { return nil }
    return inner.compactMap { $0.moved(from: taken, to: target) }
  }

  private static func name(_ node: UnsafeMutablePointer<CPLXMLNode>) -> String {
    node.pointee.eType == CXT_Element ? node.pointee.pszValue.map { String(cString: $0) } ?? "" : ""
  }

  private static func children(_ node: UnsafeMutablePointer<CPLXMLNode>) -> some Sequence<UnsafeMutablePointer<CPLXMLNode>> {
    sequence(first: node.pointee.psChild) { $0?.pointee.psNext }.lazy.prefix { $0 != nil }.compactMap(\.self)
  }

  /// What is known of a window.
  func coverage(_ window: Window) -> Coverage {
    var result = Coverage.none
    for part in covered where !part.intersection(window).isEmpty {
      if part.contains(window) { return .all }
      result = .some
    }
    return result
  }

  /// 1 for every pixel of a window that is covered, decimated to `output`; `nil` where all of it is.
  func mask(_ window: Window, size output: RasterSize) -> [UInt8]? {
    guard coverage(window) != .all else { return nil }
    var mask = [UInt8](repeating: 0, count: output.area)
    for part in covered {
      let part = part.intersection(window)
      guard !part.isEmpty else { continue }
      let column = (part.column - window.column) * output.width / window.width
      let row = (part.row - window.row) * output.height / window.height
      let maxColumn = ((part.maxColumn - window.column) * output.width + window.width - 1) / window.width
      let maxRow = ((part.maxRow - window.row) * output.height + window.height - 1) / window.height
      for y in row..<maxRow { for x in column..<maxColumn { mask[y * output.width + x] = 1 } }
    }
    return mask
  }
}
