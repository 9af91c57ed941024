import GeoTypes
import Tracing

/// The tracer's naive twins: regions by flood fill, and polygons back to pixels.
enum Naive {
  struct Region: Equatable {
    var classID: UInt8
    /// Row-major indices, ascending.
    var pixels: [Int]
  }

  /// All regions but nodata's, in the order of their last pixels.
  static func regions(_ map: [UInt8], width: Int, height: Int, eight: Bool) -> [Region] {
    var seen = [Bool](repeating: false, count: map.count)
    var regions: [Region] = []
    for start in map.indices where !seen[start] && map[start] != 255 {
      var pixels: [Int] = []
      var stack = [start]
      seen[start] = true
      while let pixel = stack.popLast() {
        pixels.append(pixel)
        let (column, row) = (pixel % width, pixel / width)
        for dy in -1...1 {
          for dx in -1...1 where eight ? (dx != 0 || dy != 0) : (dx == 0) != (dy == 0) {
            let (x, y) = (column + dx, row + dy)
            guard (0..<width).contains(x), (0..<height).contains(y) else { continue }
            let other = y * width + x
            if !seen[other], map[other] == map[start] {
              seen[other] = true
              stack.append(other)
            }
          }
        }
      }
      regions.append(Region(classID: map[start], pixels: pixels.sorted()))
    }
    return regions.sorted { ($0.pixels.last ?? 0) < ($1.pixels.last ?? 0) }
  }

  /// The pixels whose centers lie in the polygons, as row-major indices, ascending; a pixel in two polygons is there twice.
  static func pixels(_ polygons: [Polygon], width: Int, height: Int) -> [Int] {
    var result: [Int] = []
    for polygon in polygons {
      var crossings: [Int: [Double]] = [:]
      for ring in [polygon.shell] + polygon.holes {
        guard var last = ring.points.last else { continue }
        for point in ring.points {
          let (low, high) = last.y < point.y ? (last, point) : (point, last)
          var row = Int((low.y + 0.5).rounded(.down))
          while Double(row) + 0.5 < high.y {
            let y = Double(row) + 0.5
            if y >= low.y { crossings[row, default: []].append(low.x + (y - low.y) * (high.x - low.x) / (high.y - low.y)) }
            row += 1
          }
          last = point
        }
      }
      for (row, columns) in crossings {
        let columns = columns.sorted()
        for pair in stride(from: 0, to: columns.count - 1, by: 2) {
          var column = Int((columns[pair] + 0.5).rounded(.down))
          while Double(column) + 0.5 < columns[pair + 1] {
            if Double(column) + 0.5 >= columns[pair] { result.append(row * width + column) }
            column += 1
          }
        }
      }
    }
    return result.sorted()
  }
}

/// Traces a whole map, in strips of the given height.
func trace(
  _ map: [UInt8], width: Int, height: Int, confidence: [UInt8]? = nil, strip: Int? = nil, options: TracingOptions = TracingOptions()
) throws -> (regions: [TracedRegion], summary: TracingSummary) {
  var regions: [TracedRegion] = []
  var tracer = try Tracer(size: RasterSize(width: width, height: height), options: options) { regions.append($0) }
  var row = 0
  while row < height {
    let next = min(height, row + (strip ?? height))
    let range = row * width..<next * width
    try tracer.add(classes: Array(map[range]), confidence: confidence.map { Array($0[range]) })
    row = next
  }
  let summary = try tracer.finish()
  return (regions, summary)
}

/// What is wrong with the exact regions of a map: empty where nothing is.
func exactFault(_ map: [UInt8], width: Int, height: Int, eight: Bool, judge: Bool = true) throws -> String {
  var options = TracingOptions()
  options.connectivity = eight ? .eight : .four
  let confidence = map.indices.map { UInt8($0 &* 37 % 101) }
  let regions = try trace(map, width: width, height: height, confidence: confidence, options: options).regions
  let expected = Naive.regions(map, width: width, height: height, eight: eight)
  guard regions.count == expected.count else { return "\(regions.count) regions instead of \(expected.count)" }
  for (region, twin) in zip(regions, expected) {
    let name = "region \(region.id) of class \(region.classID)"
    guard region.classID == twin.classID else { return "\(name) should be of class \(twin.classID)" }
    guard Naive.pixels(region.polygons, width: width, height: height) == twin.pixels else { return "\(name) has other pixels" }
    if !eight, region.polygons.count != 1 { return "\(name) has \(region.polygons.count) polygons" }
    let statistics = region.statistics
    let values = twin.pixels.map { confidence[$0] }
    let columns = twin.pixels.map { $0 % width }
    guard let left = columns.min(), let right = columns.max(), let first = twin.pixels.first, let last = twin.pixels.last else {
      return "\(name) is empty"
    }
    let (top, bottom) = (first / width, last / width)
    guard statistics.pixels == twin.pixels.count, statistics.area == Double(twin.pixels.count) else { return "\(name) counts wrong" }
    guard statistics.window == Window(column: left, row: top, width: right - left + 1, height: bottom - top + 1) else {
      return "\(name) has the window \(statistics.window)"
    }
    guard statistics.touchesEdge == (left == 0 || top == 0 || right == width - 1 || bottom == height - 1) else {
      return "\(name) is wrong about the edge"
    }
    guard let seen = statistics.confidence, seen.minimum == values.min(), seen.maximum == values.max(),
      abs(seen.mean - Double(values.reduce(0) { $0 + Int($1) }) / Double(values.count)) < 1e-9
    else { return "\(name) has another confidence" }
    let inside = statistics.pointInside
    guard twin.pixels.contains(Int(inside.y) * width + Int(inside.x)) else { return "\(name) has its point outside" }
    let area = region.polygons.reduce(0) { $0 + $1.area }
    guard area == Double(twin.pixels.count) else { return "\(name) has the area \(area)" }
    for polygon in region.polygons {
      guard polygon.shell.signedArea > 0, polygon.holes.allSatisfy({ $0.signedArea < 0 }) else { return "\(name) runs the wrong way" }
    }
    if judge, !Judge.isValid(region.polygons) { return "\(name) is not valid: \(region.polygons)" }
  }
  if judge {
    let peers = Judge.polygonized(map, width: width, height: height, eight: eight)
    if regions.map(PointSet.init).sorted() != peers { return "GDALPolygonize gives other points" }
  }
  return ""
}
