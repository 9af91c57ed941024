import Foundation

/// Paints the ground: fields, meadows, woods' floors, gardens, beaches, roads, rivers. Each pixel by itself.
struct LandPainter {
  let world: World
  private let fine: Noise
  private let patch: Noise
  private let rough: Noise
  private let wear: Noise

  init(world: World) {
    self.world = world
    fine = Noise(world.seed ^ 0x1001)
    patch = Noise(world.seed ^ 0x1002)
    rough = Noise(world.seed ^ 0x1003)
    wear = Noise(world.seed ^ 0x1004)
  }

  struct Ground {
    var color: Reflectance
    var kind: SampleClass
    var height: Float = 0
    var gloss: Float = 0
  }

  /// What the ground of a place is, without houses and trees.
  ///
  /// - shore: meters from the shoreline, land side positive; - river: meters from the middle of a river; - coast: signed meters from the
  ///   coast road's middle; - height: the smooth height.
  func ground(
    x: Double, y: Double, u: Double, v: Double, block: Block, shore: Float, river: Float, coast: Float, height: Float
  ) -> Ground {
    let grain = fine(x / 0.9, y / 0.9)
    let blotch = patch.fractal(x / 38, y / 38, octaves: 3)
    if let road = road(x: x, y: y, u: u, v: v, block: block, shore: shore, coast: coast, height: height, river: river, grain: grain) {
      return road
    }
    let riverHalf = 5.5 + 1.5 * patch(x / 60, y / 60)
    if river < riverHalf, shore > 0 { return riverWater(x: x, y: y, river: river, half: riverHalf) }
    let beach = 15 + 11 * patch(x / 140 + 5.5, y / 140) + 3 * patch(x / 17, y / 17)
    if shore < beach { return beachGround(x: x, y: y, shore: shore, width: beach, grain: grain) }
    if river < riverHalf + 2.2 + blotch {
      let bank = blotch > 0 ? Paint.gravel.mixed(with: Paint.darkSoil, 0.4) : Paint.grass * 0.8
      return Ground(color: bank * (1 + 0.16 * grain), kind: blotch > 0 ? .bareLand : .vegetation)
    }
    if height < 3.4 || shore < beach + 14 { return dune(x: x, y: y, shore: shore - beach, grain: grain, blotch: blotch) }
    switch block.use {
    case .fields: return field(x: x, y: y, u: u, v: v, block: block, grain: grain, blotch: blotch)
    case .meadow: return meadow(x: x, y: y, block: block, grain: grain, blotch: blotch)
    case .wood:
      let floor = Paint.forestFloor.mixed(with: Paint.grass * 0.7, smoothstep(-0.3, 0.6, blotch))
      return Ground(color: floor * (1 + 0.3 * grain), kind: .vegetation)
    case .orchard: return orchard(x: x, y: y, u: u, v: v, block: block, grain: grain, blotch: blotch)
    case .village, .town: return garden(x: x, y: y, u: u, v: v, block: block, grain: grain, blotch: blotch)
    case .industry:
      let worn = smoothstep(0.05, 0.3, blotch + 0.3 * rough(x / 6, y / 6))
      let yard = Paint.gravel.mixed(with: Paint.soil, worn * 0.6)
      return blotch < -0.28
        ? Ground(color: Paint.dryGrass * (0.9 + 0.2 * grain), kind: .vegetation)
        : Ground(color: yard * (0.92 + 0.12 * grain), kind: .bareLand)
    case .bare: return bareGround(x: x, y: y, u: u, v: v, block: block, grain: grain, blotch: blotch)
    }
  }

  // MARK: - Roads

  private func road(
    x: Double, y: Double, u: Double, v: Double, block: Block, shore: Float, coast: Float, height: Float, river: Float, grain: Float
  ) -> Ground? {
    guard height > 1.6, shore > 12 else { return nil }
    var best: (kind: BorderKind, distance: Float, along: Double)?
    func consider(_ kind: BorderKind, _ distance: Double, _ along: Double, _ isDry: @autoclosure () -> Bool) {
      let distance = Float(abs(distance))
      guard kind.halfWidth > 0, distance < kind.halfWidth + 0.6, isDry() else { return }
      if best == nil || rank(kind) > rank(best?.kind ?? .nothing) || kind == best?.kind && distance < best?.distance ?? 0 {
        best = (kind, distance, along)
      }
    }
    // A road ends across its whole width: the height under its middle decides.
    func dryU(_ off: Double) -> Bool { world.smoothHeight(x - off * world.turn.cos, y - off * world.turn.sin) > 2.6 }
    func dryV(_ off: Double) -> Bool { world.smoothHeight(x + off * world.turn.sin, y - off * world.turn.cos) > 2.6 }
    if abs(coast) < 4.2 { consider(.road, Double(coast), (x + y) * 0.7071, true) }
    consider(block.borders.0, u - block.u0, v, dryU(u - block.u0))
    consider(block.borders.1, u - block.u1, v, dryU(u - block.u1))
    consider(block.borders.2, v - block.v0, u, dryV(v - block.v0))
    consider(block.borders.3, v - block.v1, u, dryV(v - block.v1))
    if block.use == .village || block.use == .town {
      for cut in block.cuts.dropFirst().dropLast() {
        let off = (block.cutsAlongU ? u : v) - cut
        consider(.street, off, block.cutsAlongU ? v : u, block.cutsAlongU ? dryU(off) : dryV(off))
      }
    }
    guard let best else { return nil }
    let ragged = 0.35 * rough(x / 2.1, y / 2.1)
    switch best.kind {
    case .road, .street:
      let lane: Float = best.kind == .road ? 3.3 : 2.7
      if best.distance < lane {
        let age = 0.5 + 0.5 * wear(x / 260, y / 260)
        var color = Paint.freshAsphalt.mixed(with: Paint.asphalt * 1.15, age)
        let repaired = smoothstep(0.42, 0.46, wear(x / 9, y / 14 + 3))
        color = color.mixed(with: Paint.freshAsphalt, 0.5 * repaired) * (1 + 0.07 * grain + 0.06 * wear(x / 3, y / 3))
        // Wheels polish two bands a lane.
        color *= 1 + 0.07 * cos(best.distance * 4.2)
        if best.kind == .road {
          let dash = best.along / 9 - (best.along / 9).rounded(.down)
          if best.distance < 0.14, dash < 0.5 { color = Paint.marking * 0.85 }
          if abs(best.distance - 3.0) < 0.12 { color = color.mixed(with: Paint.marking, 0.6) }
        }
        return Ground(color: color, kind: .road)
      }
      if best.kind == .street, best.distance < 4.1 {
        return Ground(color: Paint.paving * (1.02 + 0.06 * grain), kind: .road)
      }
      return best.distance < best.kind.halfWidth + 0.5 + ragged
        ? Ground(color: Paint.dryGrass * (0.85 + 0.2 * grain), kind: .vegetation) : nil
    case .track:
      guard river > 8 else { return nil }
      if best.distance < 1.55 + 0.5 * ragged {
        let rut = abs(best.distance - 0.85)
        let grassy = smoothstep(0.0, 0.35, wear(x / 150, y / 150 + 7)) * smoothstep(0.3, 0.6, rut) * (best.distance < 0.6 ? 1 : 0)
        let color = Paint.dirtRoad.mixed(with: Paint.grass, grassy * 0.9) * (0.94 + 0.12 * grain)
        return Ground(color: color, kind: .road)
      }
      return nil
    case .hedge, .nothing: return nil
    }
  }

  private func rank(_ kind: BorderKind) -> Int {
    switch kind {
    case .street: 3
    case .road: 4
    case .track: 2
    case .hedge, .nothing: 0
    }
  }

  // MARK: - Shores

  private func riverWater(x: Double, y: Double, river: Float, half: Float) -> Ground {
    let depth = smoothstep(0, 2.6, half - river)
    let bed = Reflectance.screen(92, 96, 74, infrared: 0.1)
    let deep = Reflectance.screen(44, 62, 56, infrared: 0.01)
    let ripple = fine(x / 1.7, y / 1.7) + 0.5 * fine(x / 0.7, y / 0.7)
    return Ground(
      color: bed.mixed(with: deep, 0.35 + 0.65 * depth) * (1 + 0.1 * ripple), kind: .water, gloss: max(0, ripple - 1.05) * 0.05)
  }

  private func beachGround(x: Double, y: Double, shore: Float, width: Float, grain: Float) -> Ground {
    let rocky = smoothstep(0.3, 0.36, patch(x / 170 + 9.1, y / 170) + 0.14 * rough(x / 13, y / 13) + 0.08 * rough(x / 4.1, y / 4.1))
    let wet = 1 - smoothstep(1.2, 4.5, shore + 1.2 * rough(x / 11, y / 11))
    var color = Paint.sand.mixed(with: Paint.wetSand, wet) * (1 + 0.05 * grain + 0.06 * rough(x / 4, y / 4))
    // A line of seaweed where the last high water stood.
    let line = abs(shore - 6 - 1.5 * rough(x / 23, y / 23))
    if line < 0.7, rough(x / 1.3, y / 1.3) > 0.05 { color = color.mixed(with: Paint.darkSoil, 0.55) }
    if rocky > 0 {
      let stone = 0.7 * rough(x / 6.3, y / 6.3) + 0.7 * rough(x / 2.2, y / 2.2) + 0.5 * rough(x / 0.9, y / 0.9)
      let rock = Paint.rock.mixed(with: Paint.darkSoil, 0.4 * smoothstep(0.1, 0.8, patch(x / 29, y / 29))) * (0.95 + 0.3 * stone)
      return Ground(color: color.mixed(with: rock, rocky), kind: .bareLand, height: rocky * max(0, stone + 0.3) * 0.9)
    }
    return Ground(color: color, kind: .bareLand)
  }

  private func dune(x: Double, y: Double, shore: Float, grain: Float, blotch: Float) -> Ground {
    let cover = 0.9 * rough(x / 11, y / 11) + 0.55 * rough(x / 4.3, y / 4.3) + 0.4 * rough(x / 1.5, y / 1.5) + shore / 12 - 0.4
    if cover > 0.1 {
      let tuft = Paint.dryGrass.mixed(with: Paint.grass, smoothstep(0.1, 1.4, cover + blotch))
      return Ground(color: tuft * (0.86 + 0.22 * grain), kind: .vegetation, height: 0.25 * max(0, grain))
    }
    return Ground(color: Paint.sand * (0.94 + 0.08 * grain), kind: .bareLand, height: 0.3 * max(0, cover + 0.5))
  }

  // MARK: - Open land

  private func field(x: Double, y: Double, u: Double, v: Double, block: Block, grain: Float, blotch: Float) -> Ground {
    let strip = block.strip(u: u, v: v)
    let t = block.cutsAlongU ? u : v
    let edge = Float(min(t - strip.low, strip.high - t, u - block.u0, block.u1 - u, v - block.v0, block.v1 - v))
    var dice = Dice(block.column &* 64 &+ strip.index, block.row, world.seed ^ 0x4444)
    let crop = dice.below(9)
    let alongU = dice.chance(0.5)
    let tint = Float(dice.from(0.86, to: 1.14))
    let margin = edge + 0.5 * rough(x / 3, y / 3)
    if margin < 1.2 + Float(dice.unit()) {
      return Ground(color: Paint.dryGrass.mixed(with: Paint.grass, 0.5 + 0.5 * blotch) * (0.9 + 0.22 * grain), kind: .vegetation)
    }
    // Near the ends of the rows, the headland is worked along its edge.
    let ends = alongU ? min(u - block.u0, block.u1 - u) : min(v - block.v0, block.v1 - v)
    let rowAxis = (ends < 9) != alongU ? v : u
    let tram = abs((rowAxis / 21 - (rowAxis / 21).rounded()) * 21)
    let tramline: Float = abs(tram - 0.9) < 0.28 ? 1 : 0
    switch crop {
    case 0, 1:
      let furrow = Float(sin(rowAxis * 2 * .pi / 1.15)) + 0.7 * grain
      let color = Paint.soil.mixed(with: Paint.darkSoil, smoothstep(-0.5, 0.6, blotch)) * tint
      return Ground(color: color * (1 + 0.06 * furrow + 0.05 * rough(x / 6, y / 6)), kind: .bareLand, height: 0.05 * furrow)
    case 2:
      let color = Paint.stubble.mixed(with: Paint.soil, 0.25 + 0.3 * blotch) * tint
      let swath = Float(sin(rowAxis * 2 * .pi / 6.2))
      return Ground(color: color * (1 + 0.05 * swath + 0.09 * grain), kind: .vegetation, height: 0.03 * grain)
    case 3, 4:
      let color = Paint.ripeCrop * tint * (1 + 0.1 * blotch + 0.05 * grain)
      let lodged = smoothstep(0.35, 0.5, rough(x / 16, y / 16))
      return Ground(
        color: color.mixed(with: Paint.stubble * 0.8, 0.45 * lodged).mixed(with: Paint.soil, 0.4 * tramline), kind: .vegetation,
        height: 0.1 * grain)
    case 5:
      let color = Paint.rape * tint * (1 + 0.08 * blotch + 0.08 * grain)
      return Ground(color: color.mixed(with: Paint.youngCrop, 0.6 * tramline), kind: .vegetation, height: 0.1 * grain)
    case 6:
      let row = Float(sin(rowAxis * 2 * .pi / 1.5))
      let color = Paint.beet.mixed(with: Paint.soil, row < -0.55 ? 0.4 : 0.06) * tint * (1 + 0.12 * grain + 0.1 * blotch)
      return Ground(color: color, kind: .vegetation, height: 0.2 * max(0, row))
    default:
      let color = Paint.youngCrop.mixed(with: Paint.grass, smoothstep(-0.4, 0.5, blotch)) * tint
      return Ground(
        color: color.mixed(with: Paint.soil, 0.45 * tramline) * (1 + 0.09 * grain + 0.05 * rough(x / 5, y / 5)), kind: .vegetation,
        height: 0.08 * grain)
    }
  }

  private func meadow(x: Double, y: Double, block: Block, grain: Float, blotch: Float) -> Ground {
    let rank = rough(x / 12, y / 12) + 0.6 * rough(x / 4.5, y / 4.5)
    var color = Paint.grass.mixed(with: Paint.dryGrass, smoothstep(-0.35, 0.55, blotch))
    color = color.mixed(with: Paint.meadowFlower, 0.5 * smoothstep(0.2, 0.8, rank))
    // Cattle wear the ground bare where they stand.
    if blotch + 0.5 * rank > 1.02 { return Ground(color: Paint.soil * (0.95 + 0.12 * grain), kind: .bareLand) }
    return Ground(color: color * (0.94 + 0.13 * grain + 0.06 * rank), kind: .vegetation, height: 0.12 * max(0, grain + rank))
  }

  private func orchard(x: Double, y: Double, u: Double, v: Double, block: Block, grain: Float, blotch: Float) -> Ground {
    let row = abs(u / 5 - (u / 5).rounded()) * 5
    let color = row < 0.7 ? Paint.soil.mixed(with: Paint.dryGrass, 0.5) : Paint.grass.mixed(with: Paint.dryGrass, 0.3 + 0.4 * blotch)
    return Ground(color: color * (0.94 + 0.14 * grain), kind: .vegetation, height: 0.06 * grain)
  }

  private func garden(x: Double, y: Double, u: Double, v: Double, block: Block, grain: Float, blotch: Float) -> Ground {
    let strip = block.strip(u: u, v: v)
    let along = block.cutsAlongU ? v : u
    let across = (block.cutsAlongU ? u : v) - (strip.low + strip.high) / 2
    let plot = Int((along / 23).rounded(.down)) &* 4 &+ strip.index &* 2 &+ (across > 0 ? 1 : 0)
    var dice = Dice(plot, block.row &* 977 &+ block.column, world.seed ^ 0x6666)
    let dry = Float(dice.from(0, to: 0.75))
    let color = Paint.lawn.mixed(with: Paint.dryGrass, min(1, max(0, dry + 0.4 * blotch))) * Float(dice.from(0.85, to: 1.1))
    let hedged = dice.chance(0.6)
    let border = abs(along / 23 - (along / 23).rounded()) * 23
    if hedged, Float(border) < 0.55 + 0.12 * grain || Float(abs(across)) < 0.55 + 0.12 * grain {
      return Ground(color: Paint.beet * (0.85 + 0.28 * grain), kind: .vegetation, height: 1.1 + 0.18 * grain)
    }
    // Beds along the hedges.
    if border < 2, rough(x / 2.6, y / 2.6) > 0.15 {
      return Ground(
        color: Paint.beet.mixed(with: Paint.meadowFlower, max(0, grain)) * (0.9 + 0.3 * grain), kind: .vegetation,
        height: 0.5 + 0.4 * grain)
    }
    return Ground(color: color * (0.95 + 0.12 * grain + 0.04 * rough(x / 5, y / 5)), kind: .vegetation, height: 0.05 * grain)
  }

  private func bareGround(x: Double, y: Double, u: Double, v: Double, block: Block, grain: Float, blotch: Float) -> Ground {
    let edge = Float(min(u - block.u0, block.u1 - u, v - block.v0, block.v1 - v)) + 5 * rough(x / 14, y / 14)
    if edge < 9 {
      return Ground(
        color: Paint.dryGrass.mixed(with: Paint.grass, 0.4 + blotch) * (0.88 + 0.2 * grain), kind: .vegetation, height: 0.2 * max(0, grain)
      )
    }
    let heap = max(0, rough(x / 22, y / 22) - 0.22) * 9
    let shelf = smoothstep(-0.05, 0.1, blotch)
    var color = Paint.soil.mixed(with: Paint.sand, 0.25 + 0.5 * shelf).mixed(with: Paint.gravel, smoothstep(0.1, 1.2, heap) * 0.7)
    // Machines leave tracks in arcs.
    let path = wear(x / 46, y / 46)
    if abs(path) < 0.035 || abs(path - 0.2) < 0.03 { color = color.mixed(with: Paint.dirtRoad * 1.08, 0.6) }
    if blotch < -0.62 { return Ground(color: Reflectance.screen(104, 110, 92, infrared: 0.03) * (1 + 0.03 * grain), kind: .water) }
    return Ground(color: color * (0.95 + 0.1 * grain + 0.07 * rough(x / 3, y / 3)), kind: .bareLand, height: heap + 0.05 * grain)
  }
}
