import GeoTypes
import Layers

/// A class map of a few pixels, and a plain tracer for it: the layers' input in these tests.
struct SmallMap {
  let width: Int
  let height: Int
  /// Row by row; 255 is nodata.
  let classes: [UInt8]

  /// Rows of text: a digit is a class, a dot is nodata.
  init(_ rows: [String]) {
    height = rows.count
    width = rows.first?.count ?? 0
    classes = rows.joined().map { character in character.wholeNumberValue.map(UInt8.init) ?? 255 }
  }

  init(width: Int, height: Int, classes: [UInt8]) { (self.width, self.height, self.classes) = (width, height, classes) }

  /// Random classes in blots, from a seed.
  init(width: Int, height: Int, count: Int, seed: UInt64) {
    var state = seed
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    var classes = [UInt8](repeating: 0, count: width * height)
    for index in classes.indices {
      let before = index % width > 0 ? classes[index - 1] : 0
      let above = index >= width ? classes[index - width] : 0
      let choice = next() % 8
      classes[index] = choice < 3 ? before : choice < 6 ? above : UInt8(next() % (count + 1))
      if classes[index] == count { classes[index] = 255 }
    }
    (self.width, self.height, self.classes) = (width, height, classes)
  }

  var size: RasterSize { RasterSize(width: width, height: height) }

  /// The 4-connected regions in raster order, numbered from 1.
  func regions(confidence: Bool = true) -> [RegionFeature] {
    var labels = [Int](repeating: 0, count: classes.count)
    var result: [RegionFeature] = []
    for start in classes.indices where classes[start] != 255 && labels[start] == 0 {
      let label = result.count + 1
      labels[start] = label
      var stack = [start]
      var pixels: [Int] = []
      while let index = stack.popLast() {
        pixels.append(index)
        for neighbor in neighbors(index) where labels[neighbor] == 0 && classes[neighbor] == classes[start] {
          labels[neighbor] = label
          stack.append(neighbor)
        }
      }
      let touches = pixels.contains { $0 < width || $0 >= width * (height - 1) || $0 % width == 0 || $0 % width == width - 1 }
      result.append(
        RegionFeature(
          id: label, classID: Int(classes[start]), polygons: [polygon(label, labels)], pixels: pixels.count,
          confidence: confidence ? RegionConfidence(mean: 71.256, minimum: 40, maximum: 99) : nil, touchesEdge: touches,
          pointInside: Point(x: Double(start % width) + 0.5, y: Double(start / width) + 0.5)))
    }
    return result
  }

  private func neighbors(_ index: Int) -> [Int] {
    var result: [Int] = []
    if index % width > 0 { result.append(index - 1) }
    if index % width < width - 1 { result.append(index + 1) }
    if index >= width { result.append(index - width) }
    if index + width < classes.count { result.append(index + width) }
    return result
  }

  /// Follows the borders with the region on the right hand (in pixels, rows downwards), every pixel corner a vertex.
  private func polygon(_ label: Int, _ labels: [Int]) -> Polygon {
    func inside(_ column: Int, _ row: Int) -> Bool {
      column >= 0 && row >= 0 && column < width && row < height && labels[row * width + column] == label
    }
    struct Corner: Hashable {
      var x: Int
      var y: Int
    }
    var edges: [Corner: [Corner]] = [:]
    func edge(_ x0: Int, _ y0: Int, _ x1: Int, _ y1: Int) { edges[Corner(x: x0, y: y0), default: []].append(Corner(x: x1, y: y1)) }
    var starts: [Corner] = []
    for row in 0..<height {
      for column in 0..<width where inside(column, row) {
        if !inside(column, row - 1) { edge(column, row, column + 1, row) }
        if !inside(column + 1, row) { edge(column + 1, row, column + 1, row + 1) }
        if !inside(column, row + 1) { edge(column + 1, row + 1, column, row + 1) }
        if !inside(column - 1, row) { edge(column, row + 1, column, row) }
        starts.append(Corner(x: column, y: row))
      }
    }
    var rings: [Ring] = []
    for start in starts {
      while edges[start]?.isEmpty == false {
        var points: [Point] = []
        var position = start
        var direction = (x: 0, y: 0)
        repeat {
          points.append(Point(x: Double(position.x), y: Double(position.y)))
          guard let choices = edges[position], var next = choices.first else { break }
          // Where the region touches itself at a corner, turn away from it, so that rings part there.
          for choice in choices where direction.x * (choice.y - position.y) - direction.y * (choice.x - position.x) < 0 { next = choice }
          edges[position]?.removeAll { $0 == next }
          direction = (next.x - position.x, next.y - position.y)
          position = next
        } while position != start
        rings.append(Ring(points))
      }
    }
    let shell = rings.first { $0.signedArea > 0 } ?? Ring([])
    return Polygon(shell: shell, holes: rings.filter { $0.signedArea < 0 })
  }
}
