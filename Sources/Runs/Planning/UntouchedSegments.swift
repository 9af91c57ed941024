package import GeoTypes
import Geodata
package import RunState
import Tiling

/// How the sheets of a mosaic lie.
package struct MosaicLayout: Sendable {
  /// By path, the pixels of the mosaic that can depend on a sheet.
  package let sheets: [String: Window]
  /// A digest of everything but the sheets' pixels: while it is the same, a sheet that changed changes pixels in its own window alone.
  package let digest: String

  private struct Facts: Encodable {
    var width: Int
    var height: Int
    var geotransform: Geotransform
    var crs: String?
    var channels: Int
    var givesBytes: Bool
    var sheets: [Window]
  }

  /// - Throws: `EncodingError` where the geotransform is not finite.
  init(_ mosaic: MosaicSource) throws {
    sheets = Dictionary(mosaic.sheets.map { ($0.path, mosaic.window(of: $0)) }, uniquingKeysWith: { first, _ in first })
    digest = try SettingsDigest(
      Facts(
        width: mosaic.size.width, height: mosaic.size.height, geotransform: mosaic.geotransform, crs: mosaic.crs?.wkt,
        channels: mosaic.channels, givesBytes: mosaic.givesBytes, sheets: mosaic.sheets.map(\.window))
    ).text
  }

  /// What a receipt says of it.
  var facts: JSONValue { .object(["sheets": .integer(Int64(sheets.count)), "layout": .string(digest)]) }
}

/// The segments of a mosaic that hold the same pixels as when it was published: no tile that covers them touches a sheet that has changed
/// since.
package struct UntouchedSegments: Sendable {
  /// In pixels of the region.
  package let windows: Set<SegmentWindow>
  package let changedSheets: Int

  /// `nil` where none is known to be untouched: the source is not a mosaic or was not published with these settings and libraries, sheets
  /// came or went or lie otherwise, or files changed that belong to no sheet.
  package init?(_ source: DueSource, _ plan: SourcePlan, published receipt: Receipt) {
    guard let changed = source.changedFiles, let layout = plan.mosaic else { return nil }
    guard case .object(let details)? = receipt.details, details["mosaic"] == layout.facts else { return nil }
    guard let sheets = Self.sheets(of: changed, source) else { return nil }
    let windows = sheets.compactMap { layout.sheets[$0] }
    guard windows.count == sheets.count else { return nil }
    // Whatever a changed pixel reaches by a tile: the rectangle of all tiles that cover the sheet.
    let reached = windows.compactMap { window -> Window? in
      let tiles = plan.grid.tiles(covering: window)
      guard let top = tiles.rows.first, let left = tiles.columns.first, let bottom = tiles.rows.last, let right = tiles.columns.last
      else { return nil }
      let (first, last) = (plan.grid.window(row: top, column: left), plan.grid.window(row: bottom, column: right))
      return Window(
        column: first.column, row: first.row, width: last.maxColumn - first.column, height: last.maxRow - first.row)
    }
    changedSheets = sheets.count
    self.windows = Set(
      plan.segments.windows.filter { segment in
        let window = plan.window(segment)
        return !reached.contains { $0.intersects(window) }
      })
  }

  /// The sheets that files belong to, by path; `nil` where one belongs to none, such as a part of a virtual raster.
  ///
  /// - Parameter positions: in the fingerprint, which lists each sheet with its sidecars, and then what virtual rasters are made of.
  private static func sheets(of positions: [Int], _ source: DueSource) -> Set<String>? {
    var sidecars = SidecarFiles()
    let found = try? source.files.flatMap { sheet in try sidecars.files(of: sheet).map { (sheet: sheet, file: $0) } }
    guard let owners = found, owners.map(\.file) == source.fingerprint.files.prefix(owners.count).map(\.path),
      positions.allSatisfy({ $0 < owners.count })
    else { return nil }
    return Set(positions.map { owners[$0].sheet })
  }
}

extension RunContext {
  /// What of a source need not be inferred; `nil` where all of it has to be. Planes of probabilities are not read back.
  ///
  /// - Throws: `RunStateError` where the receipt cannot be read.
  func untouched(_ source: DueSource, _ plan: SourcePlan) throws -> UntouchedSegments? {
    guard source.changedFiles != nil, probabilityClasses == 0, let receipt = try output.receipt(source.name) else { return nil }
    return UntouchedSegments(source, plan, published: receipt)
  }
}
