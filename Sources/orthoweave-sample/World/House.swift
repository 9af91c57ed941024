import Foundation

enum RoofKind {
  case gable, hip, flat
}

/// A house: one rectangle, or a main one with a wing.
struct House {
  var x: Double
  var y: Double
  var angle: Double
  var length: Double
  var width: Double
  var wall: Float
  var pitch: Float
  var roof: RoofKind
  var color: Reflectance
  var number: UInt32
  var seed: UInt64
}

/// A flat patch of ground around houses.
struct Patch {
  var x: Double
  var y: Double
  var angle: Double
  var length: Double
  var width: Double
  var color: Reflectance
  var kind: SampleClass
}

/// A parked or driving car.
struct Car {
  var x: Double
  var y: Double
  var angle: Double
  var length: Double
  var color: Reflectance
}

/// What people have built in one block.
struct Settlement {
  var houses: [House] = []
  var patches: [Patch] = []
  var cars: [Car] = []
}

extension World {
  /// The houses, yards and cars of a block; empty for land without any.
  func settlement(of block: Block) -> Settlement {
    switch block.use {
    case .village, .town: village(block)
    case .industry: industry(block)
    case .fields, .meadow, .orchard: farm(block)
    case .wood, .bare: Settlement()
    }
  }

  /// Whether something of the given size may stand: on dry land, and off the river.
  private func isBuildable(_ x: Double, _ y: Double, _ size: Double) -> Bool {
    height(x, y) > 3.2 && smoothHeight(x, y) > 3.2 && riverDistance(x, y) > Float(14 + size / 2)
      && abs(coastRoad(x, y)) > Float(7 + size / 2)
  }

  private func village(_ block: Block) -> Settlement {
    var result = Settlement()
    var dice = Dice(block.seed ^ 0x5151)
    let isTown = block.use == .town
    let (low, high) = block.cutsAlongU ? (block.v0, block.v1) : (block.u0, block.u1)
    for strip in 0..<block.cuts.count - 1 {
      let (near, far) = (block.cuts[strip], block.cuts[strip + 1])
      for side in 0..<2 {
        var position = low + 9 + dice.from(0, to: 5)
        let rowHouses = isTown && dice.chance(0.3)
        let family = dice.below(3)
        while position < high - 16 {
          let plot = rowHouses ? dice.from(24, to: 40) : isTown ? dice.from(18, to: 26) : dice.from(20, to: 31)
          let center = position + plot / 2
          position += plot
          if dice.chance(rowHouses ? 0.06 : 0.12) || center + plot / 2 > high - 7 { continue }
          let depth = rowHouses ? 10.5 : dice.from(8.5, to: 11.5)
          let front = rowHouses ? plot - 3 : min(plot - 7, dice.from(9.5, to: 15))
          let setback = 4.5 + (rowHouses ? 3 : dice.from(3, to: 7)) + depth / 2
          let across = side == 0 ? near + setback : far - setback
          addHouse(
            &result, block, &dice, along: center, across: across, front: front, depth: depth, plot: plot, toward: side == 0 ? -1 : 1,
            setback: setback, family: family, stripDepth: far - near, stories: rowHouses || isTown && dice.chance(0.5) ? 2 : 1)
        }
      }
    }
    return result
  }

  private func addHouse(
    _ result: inout Settlement, _ block: Block, _ dice: inout Dice, along: Double, across: Double, front: Double, depth: Double,
    plot: Double,
    toward: Double, setback: Double, family: Int, stripDepth: Double, stories: Int
  ) {
    let (u, v) = block.cutsAlongU ? (across, along) : (along, across)
    let (x, y) = place(u: u, v: v)
    guard isBuildable(x, y, front) else { return }
    // The street's direction; "out" points from the house to the street.
    let direction = self.direction(u: u, v: v) + (block.cutsAlongU ? .pi / 2 : 0)
    let out =
      block.cutsAlongU
      ? (toward < 0 ? direction + .pi / 2 : direction - .pi / 2) : (toward < 0 ? direction - .pi / 2 : direction + .pi / 2)
    let turned = dice.chance(0.25)
    let number = UInt32(truncatingIfNeeded: dice.next()) | 1
    let roof: RoofKind = dice.chance(0.62) ? .gable : dice.chance(0.75) ? .hip : .flat
    let house = House(
      x: x, y: y, angle: turned ? direction + .pi / 2 : direction + dice.from(-0.02, to: 0.02), length: turned ? depth + 1.5 : front,
      width: turned ? front - 1.5 : depth, wall: Float(stories) * 2.7 + Float(dice.from(0.4, to: 1.2)),
      pitch: Float(dice.from(0.5, to: 0.95)), roof: roof,
      color: Self.roofColor(roof, family, &dice), number: number, seed: dice.next())
    result.houses.append(house)
    func offset(_ forward: Double, _ sideways: Double) -> (x: Double, y: Double) {
      (x + cos(out) * forward + cos(direction) * sideways, y + sin(out) * forward + sin(direction) * sideways)
    }
    if dice.chance(0.25), front > 11 {
      // A wing toward the garden.
      let wing = offset(-depth / 2 - 1.5, dice.from(-2, to: 2))
      var second = house
      (second.x, second.y) = (wing.x, wing.y)
      second.angle = out
      second.length = depth * 0.8
      second.width = min(front, depth) * 0.55
      second.wall = house.wall - 0.3
      second.number = number &+ 2
      result.houses.append(second)
    }
    let side = dice.chance(0.5) ? 1.0 : -1.0
    let drive = offset((setback - 4) / 2 + depth * 0.1, side * (front / 2 + 1.9))
    let driveColor = dice.pick([Paint.paving, Paint.concrete, Paint.gravel, Paint.asphalt])
    result.patches.append(
      Patch(
        x: drive.x, y: drive.y, angle: out, length: setback + depth * 0.2, width: 3.2, color: driveColor,
        kind: driveColor == Paint.gravel ? .bareLand : .road))
    if dice.chance(0.45) {
      let car = offset(setback - depth / 2 - dice.from(1, to: 4), side * (front / 2 + 1.9))
      result.cars.append(Car(x: car.x, y: car.y, angle: out, length: dice.from(4, to: 4.9), color: Self.carColor(&dice)))
    }
    if dice.chance(0.7) {
      let terrace = offset(-depth / 2 - 1.7, dice.from(-2, to: 2))
      result.patches.append(
        Patch(
          x: terrace.x, y: terrace.y, angle: direction, length: dice.from(4, to: 7), width: 3.4,
          color: dice.pick([Paint.paving, Paint.concrete]), kind: .road))
    }
    let garden = stripDepth / 2 - setback - depth / 2
    if dice.chance(0.16), garden > 8 {
      let pool = offset(-depth / 2 - garden * 0.55, dice.from(-3, to: 3))
      result.patches.append(Patch(x: pool.x, y: pool.y, angle: direction, length: 9.5, width: 5.6, color: Paint.paving, kind: .road))
      result.patches.append(Patch(x: pool.x, y: pool.y, angle: direction, length: 7.5, width: 3.6, color: Paint.pool, kind: .water))
    } else if dice.chance(0.22), garden > 8 {
      let bed = offset(-depth / 2 - garden * 0.6, dice.from(-3, to: 3))
      result.patches.append(
        Patch(
          x: bed.x, y: bed.y, angle: direction, length: dice.from(4, to: 8), width: dice.from(3, to: 5), color: Paint.darkSoil,
          kind: .bareLand))
    }
    if dice.chance(0.4), garden > 6 {
      let shed = offset(-depth / 2 - garden * dice.from(0.6, to: 0.8), side * (plot / 2 - 3.2))
      result.houses.append(
        House(
          x: shed.x, y: shed.y, angle: direction, length: dice.from(3.4, to: 6), width: dice.from(2.8, to: 3.6), wall: 2.2, pitch: 0.3,
          roof: dice.chance(0.5) ? .flat : .gable, color: Self.roofColor(.flat, family, &dice), number: number &+ 4, seed: dice.next()))
    }
  }

  private func industry(_ block: Block) -> Settlement {
    var result = Settlement()
    var dice = Dice(block.seed ^ 0x7171)
    let direction = self.direction(u: (block.u0 + block.u1) / 2, v: (block.v0 + block.v1) / 2)
    var v = block.v0 + 32
    while v < block.v1 - 30 {
      var u = block.u0 + 34
      let depth = dice.from(22, to: 36)
      while u < block.u1 - 34 {
        let length = dice.from(30, to: 58)
        let (x, y) = place(u: u + length / 2, v: v + depth / 2)
        if u + length < block.u1 - 14, v + depth < block.v1 - 12, dice.chance(0.82), isBuildable(x, y, length) {
          let roof: RoofKind = dice.chance(0.6) ? .flat : .gable
          result.houses.append(
            House(
              x: x, y: y, angle: direction, length: length, width: depth, wall: Float(dice.from(5, to: 10)), pitch: 0.16, roof: roof,
              color: Self.hallColor(&dice), number: UInt32(truncatingIfNeeded: dice.next()) | 1, seed: dice.next()))
          let yard = place(u: u + length / 2, v: v + depth + 9)
          result.patches.append(
            Patch(
              x: yard.x, y: yard.y, angle: direction, length: length + 14, width: 16,
              color: dice.chance(0.6) ? Paint.asphalt : Paint.concrete, kind: .road))
          for slot in 0..<Int(length / 3) where dice.chance(0.4) {
            let spot = place(u: u + Double(slot) * 3 + 1.5, v: v + depth + 14)
            result.cars.append(Car(x: spot.x, y: spot.y, angle: direction + .pi / 2, length: 4.5, color: Self.carColor(&dice)))
          }
          if dice.chance(0.6) {
            let truck = place(u: u + dice.from(6, to: length - 6), v: v + depth + 6)
            result.cars.append(
              Car(
                x: truck.x, y: truck.y, angle: direction, length: 13.5,
                color: dice.pick([Paint.white, Paint.paving, .screen(60, 80, 140, infrared: 0.2)])))
          }
        }
        u += length + dice.from(10, to: 22)
      }
      v += depth + 34
    }
    return result
  }

  /// Now and then a farm stands at the edge of a field.
  private func farm(_ block: Block) -> Settlement {
    var result = Settlement()
    var dice = Dice(block.seed ^ 0x9191)
    guard dice.chance(0.22) else { return result }
    let (u, v) = (block.u0 + 30, block.v0 + dice.from(40, to: 80))
    let direction = self.direction(u: u, v: v)
    let (x, y) = place(u: u, v: v)
    guard isBuildable(x, y, 34) else { return result }
    let yard = dice.chance(0.5) ? Paint.gravel : Paint.paving
    result.patches.append(
      Patch(x: x, y: y, angle: direction, length: 42, width: 26, color: yard, kind: yard == Paint.gravel ? .bareLand : .road))
    for (index, at) in [(-12.0, 9.0, 24.0, 11.0), (13, 8, 13, 10), (2, -11, 30, 9)].enumerated() {
      let (hx, hy) = (x + at.0 * cos(direction) - at.1 * sin(direction), y + at.0 * sin(direction) + at.1 * cos(direction))
      result.houses.append(
        House(
          x: hx, y: hy, angle: direction, length: at.2, width: at.3, wall: index == 1 ? 4 : 5, pitch: 0.6, roof: .gable,
          color: Self.roofColor(.gable, index == 1 ? 0 : 1, &dice), number: UInt32(truncatingIfNeeded: dice.next()) | 1, seed: dice.next()
        ))
    }
    return result
  }

  static func roofColor(_ roof: RoofKind, _ family: Int, _ dice: inout Dice) -> Reflectance {
    let tint = Float(dice.from(0.82, to: 1.15))
    let base: Reflectance
    if roof == .flat {
      base = dice.pick([
        .screen(150, 148, 144, infrared: 0.3), .screen(112, 110, 108, infrared: 0.16), .screen(196, 192, 184, infrared: 0.4),
        .screen(128, 118, 104, infrared: 0.24),
      ])
    } else if dice.chance(family == 0 ? 0.75 : 0.45) {
      base = dice.pick([
        .screen(168, 92, 66, infrared: 0.36), .screen(152, 78, 58, infrared: 0.34), .screen(186, 112, 84, infrared: 0.38),
        .screen(140, 82, 66, infrared: 0.32),
      ])
    } else {
      base = dice.pick([
        .screen(88, 82, 80, infrared: 0.16), .screen(110, 84, 68, infrared: 0.24), .screen(74, 76, 84, infrared: 0.12),
        .screen(128, 124, 120, infrared: 0.26), .screen(122, 68, 58, infrared: 0.26),
      ])
    }
    return base * tint
  }

  private static func hallColor(_ dice: inout Dice) -> Reflectance {
    dice.pick([
      .screen(206, 208, 208, infrared: 0.5), .screen(160, 164, 168, infrared: 0.36), .screen(122, 142, 168, infrared: 0.3),
      .screen(120, 118, 114, infrared: 0.18),
      .screen(176, 124, 100, infrared: 0.34), .screen(226, 226, 222, infrared: 0.6),
    ])
  }

  static func carColor(_ dice: inout Dice) -> Reflectance {
    dice.pick([
      Paint.white, .screen(40, 40, 44, infrared: 0.06), .screen(150, 152, 156, infrared: 0.3), .screen(128, 40, 38, infrared: 0.3),
      .screen(52, 66, 100, infrared: 0.14), Paint.white,
      .screen(196, 196, 200, infrared: 0.5), .screen(70, 74, 78, infrared: 0.1),
    ])
  }

  /// Signed meters to the middle of the road along the coast, to first order: it follows a contour.
  func coastRoad(_ x: Double, _ y: Double) -> Float {
    let value = smoothHeight(x, y)
    return (value - Self.coastRoadHeight) / max(slope(x, y, at: value), 0.006)
  }

  static let coastRoadHeight: Float = 4.4
}
