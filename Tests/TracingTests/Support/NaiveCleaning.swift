/// The naive twin of minimum area and minimum hole: on whole maps, one region at a time.
enum NaiveCleaning {
  /// The map after regions under an area (pixels) have joined the class around them with the longest border, smallest first.
  static func joined(_ map: [UInt8], width: Int, height: Int, minimumArea: Int, eight: Bool) -> [UInt8] {
    var map = map
    while true {
      let regions = Naive.regions(map, width: width, height: height, eight: eight).filter { $0.pixels.count < minimumArea }
        .sorted { ($0.pixels.count, $0.pixels.first ?? 0) < ($1.pixels.count, $1.pixels.first ?? 0) }
      var isDone = true
      for region in regions {
        var sides = [Int](repeating: 0, count: 256)
        for pixel in region.pixels {
          for other in neighbors(pixel, width, height) where map[other] != 255 && map[other] != region.classID {
            sides[Int(map[other])] += 1
          }
        }
        let longest = sides.max() ?? 0
        guard longest > 0, let target = sides.firstIndex(of: longest) else { continue }
        for pixel in region.pixels { map[pixel] = UInt8(target) }
        isDone = false
        break
      }
      if isDone { return map }
    }
  }

  /// The map after every hole under an area (pixels) that has no nodata in it took the class of the region around it.
  static func filled(_ map: [UInt8], width: Int, height: Int, minimumHole: Int, eight: Bool) -> [UInt8] {
    var map = map
    while true {
      var isDone = true
      search: for region in Naive.regions(map, width: width, height: height, eight: eight) {
        var inside = [Bool](repeating: false, count: map.count)
        for pixel in region.pixels { inside[pixel] = true }
        var seen = inside
        for start in map.indices where !seen[start] {
          // What hangs together beside the region; for an 8-connected region by whole regions, too.
          var pixels: [Int] = []
          var stack = [start]
          seen[start] = true
          var isOutside = false
          while let pixel = stack.popLast() {
            pixels.append(pixel)
            let (x, y) = (pixel % width, pixel / width)
            if x == 0 || y == 0 || x == width - 1 || y == height - 1 || map[pixel] == 255 { isOutside = true }
            for other in neighbors(pixel, width, height) where !seen[other] {
              seen[other] = true
              stack.append(other)
            }
          }
          if !isOutside, pixels.count < minimumHole {
            for pixel in pixels { map[pixel] = region.classID }
            isDone = false
            break search
          }
        }
      }
      if isDone { return map }
    }
  }

  private static func neighbors(_ pixel: Int, _ width: Int, _ height: Int) -> [Int] {
    let (x, y) = (pixel % width, pixel / width)
    var result: [Int] = []
    if x > 0 { result.append(pixel - 1) }
    if x < width - 1 { result.append(pixel + 1) }
    if y > 0 { result.append(pixel - width) }
    if y < height - 1 { result.append(pixel + width) }
    return result
  }
}

/// The map that exact regions are of.
func map(of regions: [(classID: UInt8, pixels: [Int])], count: Int) -> [UInt8] {
  var map = [UInt8](repeating: 255, count: count)
  for region in regions { for pixel in region.pixels { map[pixel] = region.classID } }
  return map
}
