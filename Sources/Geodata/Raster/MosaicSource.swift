import Foundation
public import GeoTypes

/// Many sheets as one source. A pixel belongs to the last sheet by name that has it valid.
///
/// Its pixels are those of the same pixels saved as one file. Not `Sendable`: see `RasterSource`.
public final class MosaicSource: PixelSource {
  /// A file of the mosaic and its place in native pixels of the mosaic.
  public struct Sheet: Sendable, Hashable {
    public let path: String
    public let window: Window
    /// Every file that GDAL lists for the sheet.
    public let files: [String]
  }

  public let name: String
  public let size: RasterSize
  public let geotransform: Geotransform
  public let crs: CoordinateSystem?
  public let reading: RasterReading
  public let warnings: [String]
  public let files: [String]
  /// By name.
  public let sheets: [Sheet]
  private let native: MosaicPixels
  private let resampler: Resampler?

  /// Opens every sheet once to learn where it lies.
  ///
  /// - Parameters:
  ///   - name: what messages call the mosaic.
  ///   - paths: in any order.
  ///   - options: how each sheet is read.
  /// - Throws: a sheet's own error, or `unsupported` naming the sheets that do not fit one grid.
  public init(name: String, paths: [String], options: RasterSourceOptions = RasterSourceOptions()) throws(GeodataError) {
    let paths = Set(paths).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var headers: [MosaicGrid.Sheet] = []
    var known: [MosaicPixels.Header] = []
    for (index, path) in paths.enumerated() {
      let file = try RasterFile(path: path, options: MosaicPixels.options(options, sheet: index))
      headers.append(
        MosaicGrid.Sheet(
          path: path, size: file.size, geotransform: file.geotransform, crs: file.crs, isPlaced: file.isPlaced))
      known.append(MosaicPixels.Header(file))
    }
    let grid = try MosaicGrid(headers, name: name)
    sheets = zip(zip(paths, grid.windows), known).map { Sheet(path: $0.0, window: $0.1, files: $1.files) }
    native = MosaicPixels(
      size: grid.size, geotransform: grid.geotransform, crs: grid.crs, sheets: sheets, headers: known, options: options)
    resampler = try Resampler.forResolution(options.resolution, of: native, name: name)
    self.name = name
    size = resampler?.size ?? native.size
    geotransform = resampler?.geotransform(native.geotransform) ?? native.geotransform
    crs = native.crs
    files = Set(sheets.flatMap(\.files)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let names = paths.map { ($0 as NSString).lastPathComponent }
    reading = RasterReading.merged(zip(names, known.map(\.reading)).map { ($0, $1) })
    let pixel = grid.crs == nil ? nil : GroundLength.ofPixel(grid.geotransform, grid.size, grid.crs)
    let emptiness = MosaicSpread(grid.windows).warning(grid.size, names: names, meters: pixel.map { max($0.x, $0.y) })
    let overlap = MosaicOverlap(grid.windows).warning(names: names)
    warnings =
      MosaicSource.gather(zip(paths, known.map(\.warnings)).map { ($0, $1) }) + grid.warnings + [emptiness, overlap].compactMap(\.self)
  }

  /// A remark that many sheets share is made once; one that differs in its numbers from sheet to sheet, with those of the first.
  private static func gather(_ warnings: [(path: String, sentences: [String])]) -> [String] {
    var sheets: [String: [(name: String, sentence: String)]] = [:]
    var order: [String] = []
    func add(_ key: String, _ path: String, _ sentence: String) {
      if sheets[key] == nil { order.append(key) }
      sheets[key, default: []].append(((path as NSString).lastPathComponent, sentence))
    }
    var variants: [String: Set<String>] = [:]
    for sentence in warnings.flatMap(\.sentences) { variants[withoutNumbers(sentence), default: []].insert(sentence) }
    for (path, sentences) in warnings {
      for sentence in sentences {
        let form = withoutNumbers(sentence)
        add(variants[form]?.count ?? 0 > mostVariants ? form : sentence, path, sentence)
      }
    }
    return order.compactMap { key in
      guard let found = sheets[key], let first = found.first else { return nil }
      if found.count == 1 { return "\(first.name): \(first.sentence)" }
      let numbers = found.allSatisfy { $0.sentence == first.sentence } ? "" : ", these with other numbers"
      return "\(first.name) and \(found.count - 1) more sheets\(numbers): \(first.sentence)"
    }
  }

  /// Sentences that differ in numbers alone are listed up to so many.
  private static let mostVariants = 3

  private static func withoutNumbers(_ sentence: String) -> String { sentence.replacing(/[0-9][0-9.,]*(?:e[+\-]?[0-9]+)?/, with: "#") }

  public var isPlaced: Bool { true }
  public var occupied: [Window] { sheets.map { window(of: $0) } }
  public var channels: Int { native.channels }
  public var givesBytes: Bool { resampler == nil && native.isBytes }
  public var blockSize: RasterSize { resampler.map { $0.scaled(native.blockSize) } ?? native.blockSize }

  public var blockBytes: Int { native.blockBytes }

  public var alphaBands: [String: Int] {
    Dictionary(
      zip(sheets, native.headers).compactMap { sheet, header in header.alphaBand.map { (sheet.path, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The part of the raster, after resampling, whose pixels can depend on a sheet.
  public func window(of sheet: Sheet) -> Window {
    guard let resampler else { return sheet.window }
    // One pixel more on each side, for what bilinear weights reach.
    let x = Double(size.width) / Double(resampler.source.width)
    let y = Double(size.height) / Double(resampler.source.height)
    let column = Int((Double(sheet.window.column) * x).rounded(.down)) - 1 - Int(x.rounded(.up))
    let row = Int((Double(sheet.window.row) * y).rounded(.down)) - 1 - Int(y.rounded(.up))
    let maxColumn = Int((Double(sheet.window.maxColumn) * x).rounded(.up)) + 1 + Int(x.rounded(.up))
    let maxRow = Int((Double(sheet.window.maxRow) * y).rounded(.up)) + 1 + Int(y.rounded(.up))
    return Window(column: column, row: row, width: maxColumn - column, height: maxRow - row).intersection(Window(size))
  }

  public func read(_ window: Window) throws(GeodataError) -> PixelBlock {
    requireInside(window)
    return if let resampler { try resampler.read(window, from: native) } else { try native.load(window) }
  }

  public func validCoverage(_ window: Window) throws(GeodataError) -> Coverage {
    requireInside(window)
    return try native.coverage(resampler?.sourceWindow(of: window) ?? window)
  }

  public func picture(side: Int) throws(GeodataError) -> Picture {
    try native.picture(size: Picture.size(of: native.size, side: side))
  }
}

/// The pixels of a mosaic at native resolution. Few sheets are open at a time.
final class MosaicPixels: NativePixels {
  /// What is remembered of a sheet while it is closed.
  struct Header {
    let channels: Int
    let isBytes: Bool
    let blockSize: RasterSize
    let blockBytes: Int
    let alphaBand: Int?
    let reading: RasterReading
    let warnings: [String]
    let files: [String]

    init(_ file: RasterFile) {
      channels = file.channels
      isBytes = file.plan.givesBytes
      blockSize = file.blockSize
      blockBytes = file.blockBytes
      alphaBand = file.alphaBand
      reading = file.reading
      warnings = file.warnings
      files = file.files
    }
  }

  let size: RasterSize
  let geotransform: Geotransform
  let crs: CoordinateSystem?
  let sheets: [MosaicSource.Sheet]
  let headers: [Header]
  private let options: RasterSourceOptions
  /// Whether every sheet gives bytes, and so the mosaic.
  let isBytes: Bool
  /// Sheets by index, the one used last at the end.
  private var open: [(index: Int, file: RasterFile)] = []

  private static let mostOpen = 32

  /// A look at the pixels of the first sheets tells what they all are.
  static func options(_ options: RasterSourceOptions, sheet index: Int) -> RasterSourceOptions {
    var options = options
    options.looksAtPixels = options.looksAtPixels && index < 100
    return options
  }

  init(
    size: RasterSize, geotransform: Geotransform, crs: CoordinateSystem?, sheets: [MosaicSource.Sheet], headers: [Header],
    options: RasterSourceOptions
  ) {
    self.size = size
    self.geotransform = geotransform
    self.crs = crs
    self.sheets = sheets
    self.headers = headers
    self.options = options
    isBytes = headers.allSatisfy(\.isBytes)
  }

  var channels: Int { headers[0].channels }
  var blockSize: RasterSize { headers[0].blockSize }
  /// Of those that are open at a time.
  var blockBytes: Int { headers.map(\.blockBytes).sorted(by: >).prefix(MosaicPixels.mostOpen).reduce(0, +) }

  private func file(_ index: Int) throws(GeodataError) -> RasterFile {
    if let position = open.firstIndex(where: { $0.index == index }) {
      let entry = open.remove(at: position)
      open.append(entry)
      return entry.file
    }
    let file = try RasterFile(path: sheets[index].path, options: MosaicPixels.options(options, sheet: index))
    guard file.size == sheets[index].window.size else {
      throw GeodataError(
        .damaged, file: sheets[index].path, reason: "it changed while it was read", remedy: "run again once it is complete")
    }
    if open.count >= MosaicPixels.mostOpen { open.removeFirst() }
    open.append((index, file))
    return file
  }

  func load(_ window: Window) throws(GeodataError) -> PixelBlock {
    let bands = channels
    var valid = [UInt8](repeating: 0, count: window.area)
    var missing = window.area
    var bytes = [UInt8](repeating: 0, count: isBytes ? window.area * bands : 0)
    var floats = [Float](repeating: 0, count: isBytes ? 0 : window.area * bands)
    // From the last name to the first, so that every pixel is taken once.
    for index in sheets.indices.reversed() where missing > 0 {
      let sheet = sheets[index].window
      let part = sheet.intersection(window)
      guard !part.isEmpty else { continue }
      let local = Window(column: part.column - sheet.column, row: part.row - sheet.row, width: part.width, height: part.height)
      let block = try file(index).load(local)
      switch block.values {
      case .bytes(let values) where isBytes: missing -= compose(values, block, at: part, &bytes, &valid, window)
      case .bytes(let values): missing -= compose(values.map { Float($0) }, block, at: part, &floats, &valid, window)
      case .floats(let values): missing -= compose(values, block, at: part, &floats, &valid, window)
      }
    }
    return PixelBlock(
      window: window, bands: bands, values: isBytes ? .bytes(bytes) : .floats(floats), valid: missing > 0 ? valid : nil)
  }

  /// Takes over the valid pixels of a sheet's block where none was taken before. Their number.
  private func compose<Value>(
    _ values: [Value], _ block: PixelBlock, at part: Window, _ output: inout [Value], _ valid: inout [UInt8], _ window: Window
  ) -> Int {
    let bands = block.bands
    let flags = block.valid ?? []
    var taken = 0
    values.withUnsafeBufferPointer { values in
      output.withUnsafeMutableBufferPointer { output in
        for row in 0..<part.height {
          var from = row * part.width
          var to = (part.row + row - window.row) * window.width + part.column - window.column
          for _ in 0..<part.width {
            if valid[to] == 0, flags.isEmpty || flags[from] == 1 {
              valid[to] = 1
              taken += 1
              for band in 0..<bands { output[to * bands + band] = values[from * bands + band] }
            }
            from += 1
            to += 1
          }
        }
      }
    }
    return taken
  }

  func coverage(_ window: Window) throws(GeodataError) -> Coverage {
    var result = Coverage.none
    for index in sheets.indices {
      let sheet = sheets[index].window
      let part = sheet.intersection(window)
      guard !part.isEmpty else { continue }
      let local = Window(column: part.column - sheet.column, row: part.row - sheet.row, width: part.width, height: part.height)
      switch try file(index).coverage(local) {
      case .none: continue
      case .some: result = .some
      case .all:
        if part == window { return .all }
        result = .some
      }
    }
    return result
  }

  /// Sheets painted small, in the order of their names.
  func picture(size output: RasterSize) throws(GeodataError) -> Picture {
    var picture = Picture(size: output, rgba: [UInt8](repeating: 0, count: output.area * 4))
    for index in sheets.indices {
      let sheet = sheets[index].window
      let column = sheet.column * output.width / size.width
      let row = sheet.row * output.height / size.height
      let maxColumn = min(output.width, max(column + 1, sheet.maxColumn * output.width / size.width))
      let maxRow = min(output.height, max(row + 1, sheet.maxRow * output.height / size.height))
      guard maxColumn > column, maxRow > row else { continue }
      let part = RasterSize(width: maxColumn - column, height: maxRow - row)
      let small = Picture(try file(index).load(Window(sheet.size), size: part))
      for y in 0..<part.height {
        for x in 0..<part.width where small.rgba[(y * part.width + x) * 4 + 3] > 0 {
          let to = ((row + y) * output.width + column + x) * 4
          for channel in 0..<4 { picture.rgba[to + channel] = small.rgba[(y * part.width + x) * 4 + channel] }
        }
      }
    }
    return picture
  }
}
