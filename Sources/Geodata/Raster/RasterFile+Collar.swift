import CGDAL
import GeoTypes

extension RasterFile {
  /// Bytes of flags that are held for rows while the collar is looked for.
  private static let budget = 32_000_000

  /// Finds the pixels near nodata that are connected with the edge: all of the raster is read once, in strips of its blocks.
  ///
  /// - Throws: `damaged` where pixels cannot be read, `unsupported` where the collar is too ragged to be held.
  func findCollar(isStopped: () -> Bool) throws(GeodataError) -> EdgeCollar {
    var finder = EdgeCollarFinder(size: size)
    let height = max(1, min(RasterFile.budget / size.width, max(blockSize.height, min(256, blockSize.height * 16)), size.height))
    let width = max(1, min(size.width, max(blockSize.width, 1_000_000 / height / blockSize.width * blockSize.width)))
    var near = [UInt8](repeating: 0, count: size.width * height)
    for row in stride(from: 0, to: size.height, by: height) {
      guard !isStopped() else {
        throw GeodataError(.unreadable, file: dataset.path, reason: "looking for its collar was stopped")
      }
      let rows = min(height, size.height - row)
      for column in stride(from: 0, to: size.width, by: width) {
        let part = Window(column: column, row: row, width: min(width, size.width - column), height: rows)
        try markNear(part, in: &near)
      }
      let fits = near.withUnsafeBufferPointer { near in
        (0..<rows).allSatisfy { finder.add(UnsafeBufferPointer(rebasing: near[($0 * size.width)..<(($0 + 1) * size.width)])) }
      }
      guard fits else {
        throw GeodataError(
          .unsupported, file: dataset.path,
          reason: "its pixels within input.nodataTolerance of nodata lie in more than \(EdgeCollar.most) pieces",
          remedy: "lower input.nodataTolerance")
      }
    }
    return finder.finish()
  }

  /// Marks the pixels of a part whose values are all within the tolerance of nodata. `near` holds the part's rows, whole.
  private func markNear(_ part: Window, in near: inout [UInt8]) throws(GeodataError) {
    let sets = [rule.nodata, rule.extra].compactMap { $0 }
    let count = plan.bands.count
    let tolerance = rule.tolerance
    func mark<Value>(_ values: [Value], _ number: (Value) -> Double) {
      for y in 0..<part.height {
        for x in 0..<part.width {
          let first = (y * part.width + x) * count
          let isNear = sets.contains { nodata in
            (0..<count).allSatisfy { abs(number(values[first + $0]) - nodata[$0]) <= tolerance }
          }
          near[y * size.width + part.column + x] = isNear ? 1 : 0
        }
      }
    }
    switch plan.values {
    case .bytes: mark(try dataset.read(bands: plan.bands, part, as: GDT_Byte, UInt8.self)) { Double($0) }
    case .palette: mark(try dataset.read(bands: plan.bands, part, as: GDT_UInt16, UInt16.self)) { Double($0) }
    case .scaled(let signed):
      mark(try dataset.read(bands: plan.bands, part, as: GDT_Float32, Float.self)) { signed && $0 >= 128 ? Double($0) - 256 : Double($0) }
    case .scaledWide: mark(try dataset.read(bands: plan.bands, part, as: GDT_Float64, Double.self)) { $0 }
    }
  }
}
