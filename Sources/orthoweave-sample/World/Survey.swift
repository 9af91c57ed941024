/// Looks for places worth painting.
struct Survey {
  let world: World

  /// The share of each class in a frame's area, by class id, from a coarse painting.
  func shares(width: Double, height: Double, x: Double, y: Double, pixel: Double = 6) -> [Double] {
    let frame = Frame(width: max(8, Int(width / pixel)), height: max(8, Int(height / pixel)), originX: x, originY: y + height, pixel: pixel)
    let canvas = ScenePainter(world: world, glint: 0).paint(frame)
    var counts = [Double](repeating: 0, count: SampleClass.allCases.count)
    for id in canvas.classID { counts[Int(id)] += 1 }
    return counts.map { $0 / Double(canvas.classID.count) }
  }

  /// The corner (south-west, in meters) of the square place that comes nearest to the wanted shares among places drawn by lot.
  ///
  /// - wanted: shares by class id; a class that is wanted counts by the ratio, so that rare ones matter as much as common ones.
  func place(side: Double, wanted: [Double], tries: Int, seed: UInt64) -> (x: Double, y: Double, cost: Double) {
    var dice = Dice(seed)
    var best = (x: 0.0, y: 0.0, cost: Double.infinity)
    for _ in 0..<tries {
      let x = dice.from(-12_000, to: 12_000).rounded()
      let y = dice.from(-12_000, to: 12_000).rounded()
      let found = shares(width: side, height: side, x: x, y: y)
      var cost = 0.0
      for (share, want) in zip(found, wanted) {
        let ratio = (share + 0.002) / (want + 0.002)
        cost += ratio < 1 ? (1 / ratio - 1) : 0.6 * (ratio - 1)
      }
      if cost < best.cost { best = (x, y, cost) }
    }
    return best
  }
}
