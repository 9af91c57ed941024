/// Class maps that are made, not found: for tests and benchmarks. The same arguments give the same map.
public enum SyntheticMaps {
  /// Classes drawn by lot on a coarse grid, so that many small regions of a few cells lie side by side.
  ///
  /// With 8192 × 8192 pixels, 6 classes and cells of 9.64 pixels it has about 486,000 regions.
  public static func speckle(width: Int, height: Int, classes: Int = 6, cell: Double = 9.64, seed: UInt64 = 1) -> [UInt8] {
    let columns = Int(Double(width) / cell) + 1
    var random = Seeded(seed: seed)
    var map = [UInt8](repeating: 0, count: width * height)
    var cells = [UInt8](repeating: 0, count: columns)
    var cellRow = -1
    for row in 0..<height {
      if Int(Double(row) / cell) != cellRow {
        cellRow = Int(Double(row) / cell)
        for index in 0..<columns { cells[index] = UInt8(random.next() % UInt64(classes)) }
      }
      for column in 0..<width { map[row * width + column] = cells[Int(Double(column) / cell)] }
    }
    return map
  }

  /// A draw for each pixel: mostly regions of one pixel.
  public static func noise(width: Int, height: Int, classes: Int, nodata: Double = 0, seed: UInt64 = 1) -> [UInt8] {
    var random = Seeded(seed: seed)
    return (0..<width * height).map { _ in
      if nodata > 0, Double(random.next() >> 11) < nodata * 0x1p53 { return 255 }
      return UInt8(random.next() % UInt64(classes))
    }
  }

  /// Smooth noise of several sizes cut into classes at equal heights: natural shapes with long borders.
  public static func smoothNoise(
    width: Int, height: Int, classes: Int = 6, scale: Double = 96, octaves: Int = 4, seed: UInt64 = 1
  ) -> [UInt8] {
    var map = [UInt8](repeating: 0, count: width * height)
    var heights = [Float](repeating: 0, count: width)
    for row in 0..<height {
      for column in 0..<width { heights[column] = 0 }
      for octave in 0..<octaves {
        let size = max(scale / Double(1 << octave), 1)
        let weight = Float(1) / Float(1 << octave)
        let y = Double(row) / size
        let (gridY, partY) = (Int(y), smoothStep(Float(y - Double(Int(y)))))
        var gridX = -1
        var (left, right): (Float, Float) = (0, 0)
        for column in 0..<width {
          let x = Double(column) / size
          if Int(x) != gridX {
            gridX = Int(x)
            left = blend(lot(gridX, gridY, octave, seed), lot(gridX, gridY + 1, octave, seed), partY)
            right = blend(lot(gridX + 1, gridY, octave, seed), lot(gridX + 1, gridY + 1, octave, seed), partY)
          }
          heights[column] += weight * blend(left, right, smoothStep(Float(x - Double(gridX))))
        }
      }
      let whole = 2 - Float(2) / Float(1 << octaves)
      for column in 0..<width {
        // The middle heights are the common ones: stretched, so that all classes occur.
        let value = (heights[column] / whole - 0.5) * 1.8 + 0.5
        map[row * width + column] = UInt8(min(max(Int(value * Float(classes)), 0), classes - 1))
      }
    }
    return map
  }

  /// A map repeated over a larger one, every other time mirrored, so that nothing breaks at its edges.
  public static func mirrored(_ map: [UInt8], width: Int, height: Int, toWidth: Int, toHeight: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: toWidth * toHeight)
    for row in 0..<toHeight {
      let sourceRow = mirroredIndex(row, height) * width
      for column in 0..<toWidth { result[row * toWidth + column] = map[sourceRow + mirroredIndex(column, width)] }
    }
    return result
  }

  private static func mirroredIndex(_ index: Int, _ count: Int) -> Int {
    let place = index % (2 * count)
    return place < count ? place : 2 * count - 1 - place
  }

  private static func smoothStep(_ t: Float) -> Float { t * t * (3 - 2 * t) }

  private static func blend(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

  /// A number in 0..<1 that depends on the place alone.
  private static func lot(_ x: Int, _ y: Int, _ octave: Int, _ seed: UInt64) -> Float {
    var random = Seeded(seed: seed &+ UInt64(x) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(y) &* 0xc2b2_ae3d_27d4_eb4f &+ UInt64(octave) << 56)
    return Float(random.next() >> 40) / Float(1 << 24)
  }
}
