import Foundation

/// Paints a whole frame: the ground and the sea pixel by pixel, then what stands upon them.
struct ScenePainter {
  let world: World
  let glint: Float

  func paint(_ frame: Frame) -> Canvas {
    var canvas = Canvas(frame: frame)
    let bounds = frame.bounds()
    let slicks = world.slicks(x0: bounds.x0, y0: bounds.y0, x1: bounds.x1, y1: bounds.y1)
    let land = LandPainter(world: world)
    let sea = SeaPainter(world: world, slicks: slicks, glint: glint)
    var blocks = BlockFinder(world: world)
    paintSurface(&canvas, land: land, sea: sea, blocks: &blocks)

    let shipPainter = ShipPainter(world: world)
    for ship in world.ships(x0: bounds.x0, y0: bounds.y0, x1: bounds.x1, y1: bounds.y1) { shipPainter.paint(ship, on: &canvas) }

    let housePainter = HousePainter(world: world)
    for block in blocks.all { housePainter.paint(blocks.settlement(of: block), on: &canvas) }
    paintTraffic(&canvas, blocks: blocks, painter: housePainter)

    let treePainter = TreePainter(world: world)
    let margin = 7.0
    let trees = world.trees(x0: bounds.x0 - margin, y0: bounds.y0 - margin, x1: bounds.x1 + margin, y1: bounds.y1 + margin) { x, y in
      density(x, y, land: land, blocks: &blocks)
    }
    for tree in trees { treePainter.paint(tree, on: &canvas) }
    for block in blocks.all where block.use == .orchard {
      for tree in world.orchardTrees(of: block) { treePainter.paint(tree, on: &canvas) }
    }
    return canvas
  }

  private func paintSurface(_ canvas: inout Canvas, land: LandPainter, sea: SeaPainter, blocks: inout BlockFinder) {
    let frame = canvas.frame
    for row in 0..<frame.height {
      for column in 0..<frame.width {
        let (x, y) = frame.place(Double(column) + 0.5, Double(row) + 0.5)
        let smooth = world.smoothHeight(x, y)
        let height = smooth + world.detailHeight(x, y)
        let index = row * frame.width + column
        // The slope of the smooth height turns heights into distances; it changes slowly.
        let slope = world.slope(x, y, at: smooth)
        let shore = height / max(slope, 0.02)
        let ground: LandPainter.Ground
        if height < 0 {
          ground = sea.water(x: x, y: y, shore: -shore, depth: -height)
        } else {
          let (u, v) = world.blockCoordinates(x, y)
          let block = blocks.block(u: u, v: v)
          let coast = (smooth - World.coastRoadHeight) / max(slope, 0.006)
          ground = land.ground(
            x: x, y: y, u: u, v: v, block: block, shore: shore, river: world.riverDistance(x, y), coast: coast, height: smooth)
        }
        canvas.color[index] = ground.color
        canvas.classID[index] = ground.kind.rawValue
        canvas.height[index] = ground.height
        canvas.gloss[index] = ground.gloss
      }
    }
  }

  /// Cars on the roads between blocks, each on its own side.
  private func paintTraffic(_ canvas: inout Canvas, blocks: BlockFinder, painter: HousePainter) {
    for block in blocks.all {
      for (isU, kind) in [(true, block.borders.0), (false, block.borders.2)] where kind.isPaved {
        var dice = Dice(block.seed ^ (isU ? 0xCA1 : 0xCA2))
        let (low, high) = isU ? (block.v0, block.v1) : (block.u0, block.u1)
        var position = low + dice.from(8, to: 60)
        while position < high - 8 {
          let side = dice.chance(0.5) ? 1.0 : -1.0
          let lane = kind == .street && dice.chance(0.6) ? 2.2 : 1.6
          let (u, v) = isU ? (block.u0 + side * lane, position) : (position, block.v0 + side * lane)
          let (x, y) = world.place(u: u, v: v)
          let angle = world.direction(u: u, v: v) + (isU ? .pi / 2 : 0)
          let isTruck = kind == .road && dice.chance(0.1)
          let car = Car(
            x: x, y: y, angle: angle + (side > 0 ? 0 : .pi), length: isTruck ? 11 : dice.from(4, to: 4.9), color: World.carColor(&dice))
          if world.smoothHeight(x, y) > 3.6, world.riverDistance(x, y) > 12 { painter.paint(car, on: &canvas) }
          position += dice.from(14, to: kind == .street ? 60 : 120)
        }
      }
    }
  }

  /// How likely a tree grows at a place, and which kind.
  private func density(_ x: Double, _ y: Double, land: LandPainter, blocks: inout BlockFinder) -> (share: Float, kind: TreeKind) {
    let smooth = world.smoothHeight(x, y)
    let height = smooth + world.detailHeight(x, y)
    guard height > 0.3 else { return (0, .bush) }
    let shore = height / max(world.slope(x, y, at: smooth), 0.02)
    guard shore > 24 else { return (0, .bush) }
    if smooth < 3.4 { return (shore > 34 ? 0.07 : 0.02, .bush) }
    guard abs(world.coastRoad(x, y)) > 6 else { return (0, .bush) }
    let river = world.riverDistance(x, y)
    guard river > 8.5 else { return (0, .bush) }
    let (u, v) = world.blockCoordinates(x, y)
    let block = blocks.block(u: u, v: v)
    var hedge: Float = 0
    for (kind, distance) in [
      (block.borders.0, u - block.u0), (block.borders.1, block.u1 - u), (block.borders.2, v - block.v0), (block.borders.3, block.v1 - v),
    ] {
      let distance = Float(distance)
      if kind.halfWidth > 0, distance < kind.halfWidth + 1.9 { return (0, .bush) }
      if kind == .hedge, distance < 2.6 { hedge = max(hedge, 0.85) }
      if kind == .road, distance < 7, block.use == .fields || block.use == .meadow { hedge = max(hedge, 0.2) }
      if kind == .track, distance < 4.5 { hedge = max(hedge, 0.16) }
      if kind == .street, distance < 6.6, block.use == .town { hedge = max(hedge, 0.18) }
    }
    if block.use == .village || block.use == .town {
      for cut in block.cuts.dropFirst().dropLast() where abs((block.cutsAlongU ? u : v) - cut) < 5.8 { return (0, .bush) }
    }
    if blocks.isOccupied(x, y, block: block) { return (0, .bush) }
    if hedge > 0 { return (hedge, .hedge) }
    if river < 17 { return (0.4, .hedge) }
    let clump = world.woodNoise(x / 55, y / 55 + 20)
    switch block.use {
    case .wood:
      let edge = Float(min(u - block.u0, block.u1 - u, v - block.v0, block.v1 - v))
      return (0.97 * smoothstep(1, 6, edge + 6 * world.woodNoise(x / 21, y / 21)) * (1 - 0.95 * smoothstep(0.62, 0.7, clump)), .wood)
    case .meadow: return (clump > 0.42 ? 0.5 : 0.018, .single)
    case .fields: return (0, .single)
    case .orchard: return (0, .orchard)
    case .village, .town: return (0.15 + 0.12 * clump, .garden)
    case .industry: return (clump > 0.4 ? 0.25 : 0.008, .bush)
    case .bare: return (clump > 0.45 ? 0.12 : 0.004, .bush)
    }
  }
}

/// Finds blocks and what is built in them, each made once.
struct BlockFinder {
  private struct Key: Hashable {
    var column: Int
    var row: Int
  }

  let world: World
  private var known: [Key: Block] = [:]
  private var current: Block?
  private var built: [Key: Settlement] = [:]

  init(world: World) { self.world = world }

  /// All blocks that were asked for, in a fixed order.
  var all: [Block] { known.values.sorted { ($0.column, $0.row) < ($1.column, $1.row) } }

  mutating func block(u: Double, v: Double) -> Block {
    if let current, current.contains(u: u, v: v) { return current }
    let found = world.block(u: u, v: v)
    let key = Key(column: found.column, row: found.row)
    if known[key] == nil {
      known[key] = found
      built[key] = world.settlement(of: found)
    }
    current = found
    return found
  }

  func settlement(of block: Block) -> Settlement { built[Key(column: block.column, row: block.row)] ?? Settlement() }

  /// Whether a house or a paved patch stands at a place, or within a meter of it.
  func isOccupied(_ x: Double, _ y: Double, block: Block) -> Bool {
    func covers(_ cx: Double, _ cy: Double, _ angle: Double, _ length: Double, _ width: Double, _ margin: Double) -> Bool {
      let (dx, dy) = (x - cx, y - cy)
      guard abs(dx) + abs(dy) < length + width + 2 * margin else { return false }
      let (c, s) = (cos(angle), sin(angle))
      return abs(dx * c + dy * s) < length / 2 + margin && abs(dy * c - dx * s) < width / 2 + margin
    }
    let settlement = settlement(of: block)
    return settlement.houses.contains { covers($0.x, $0.y, $0.angle, $0.length, $0.width, 1.4) }
      || settlement.patches.contains { covers($0.x, $0.y, $0.angle, $0.length, $0.width, 0.8) }
  }
}
