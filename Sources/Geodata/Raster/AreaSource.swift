public import GeoTypes

/// A source of which only the pixels inside an area are valid.
public final class AreaSource: PixelSource {
  private let base: any PixelSource
  private let area: AreaMask

  /// - Parameter area: made for the source's own crs and geotransform.
  public init(_ base: any PixelSource, inside area: AreaMask) {
    self.base = base
    self.area = area
  }

  public var name: String { base.name }
  public var size: RasterSize { base.size }
  public var geotransform: Geotransform { base.geotransform }
  public var crs: CoordinateSystem? { base.crs }
  public var isPlaced: Bool { base.isPlaced }
  public var channels: Int { base.channels }
  public var givesBytes: Bool { base.givesBytes }
  public var files: [String] { base.files + area.files }
  public var reading: RasterReading { base.reading }
  public var blockSize: RasterSize { base.blockSize }

  public var warnings: [String] {
    let lies = area.coverage(Window(size)) == .none
    return base.warnings + (lies ? ["no polygon of \(area.path) meets it: none of its pixels is used"] : [])
  }

  public func read(_ window: Window) throws(GeodataError) -> PixelBlock {
    var block = try base.read(window)
    let mask = area.mask(window)
    guard mask.contains(0) else { return block }
    let bands = block.bands
    var valid = block.valid ?? mask
    if block.valid != nil { for pixel in mask.indices where mask[pixel] == 0 { valid[pixel] = 0 } }
    block.valid = valid
    switch block.values {
    case .bytes(var bytes):
      block.values = .bytes([])
      for pixel in mask.indices where mask[pixel] == 0 { for band in 0..<bands { bytes[pixel * bands + band] = 0 } }
      block.values = .bytes(bytes)
    case .floats(var floats):
      block.values = .floats([])
      for pixel in mask.indices where mask[pixel] == 0 { for band in 0..<bands { floats[pixel * bands + band] = 0 } }
      block.values = .floats(floats)
    }
    return block
  }

  public func validCoverage(_ window: Window) throws(GeodataError) -> Coverage {
    guard area.coverage(window) != .none else { return .none }
    return try base.validCoverage(window) == .none ? .none : .some
  }

  public func picture(side: Int) throws(GeodataError) -> Picture { try base.picture(side: side) }
}
