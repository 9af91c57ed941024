import Foundation

/// Paints yards, cars and houses: roofs with their slopes, so that light and shadow fall as they should.
struct HousePainter {
  let grain: Noise

  init(world: World) { grain = Noise(world.seed ^ 0x4001) }

  func paint(_ settlement: Settlement, on canvas: inout Canvas) {
    for patch in settlement.patches { paint(patch, on: &canvas) }
    for car in settlement.cars { paint(car, on: &canvas) }
    for house in settlement.houses { paint(house, on: &canvas) }
  }

  private func paint(_ patch: Patch, on canvas: inout Canvas) {
    canvas.forRectangle(x: patch.x, y: patch.y, angle: patch.angle, length: patch.length, width: patch.width) { canvas, index, a, b in
      guard canvas.object[index] == 0, canvas.classID[index] != SampleClass.water.rawValue || patch.kind == .water else { return }
      let texture = grain(Double(a) / 0.8 + patch.x, Double(b) / 0.8 + patch.y)
      canvas.color[index] = patch.color * (1 + 0.06 * texture)
      canvas.classID[index] = patch.kind.rawValue
      canvas.height[index] = 0
      canvas.gloss[index] = 0
    }
  }

  func paint(_ car: Car, on canvas: inout Canvas) {
    let half = Float(car.length / 2)
    let isTruck = car.length > 8
    canvas.forRectangle(x: car.x, y: car.y, angle: car.angle, length: car.length, width: isTruck ? 2.5 : 1.85) { canvas, index, a, b in
      guard canvas.object[index] == 0 else { return }
      let t = a / half
      if abs(t) > 0.93, abs(b) > 0.75 { return }
      var color = car.color
      var height: Float = isTruck ? 3.4 : 1.0
      if isTruck {
        if t > 0.66 { (color, height) = (Reflectance.screen(190, 60, 48, infrared: 0.3), 2.9) }
        if t > 0.6, t <= 0.66 { (color, height) = (Paint.freshAsphalt, 1) }
      } else if abs(t + 0.08) < 0.48 {
        height = 1.45
        if abs(t + 0.08) > 0.3 || abs(b) > 0.7 { color = Reflectance.screen(44, 50, 58, infrared: 0.06) }
      }
      canvas.color[index] = color
      canvas.height[index] = height
      canvas.object[index] = UInt32(truncatingIfNeeded: Int(car.x * 17 + car.y * 31)) | 1
      if canvas.classID[index] != SampleClass.bareLand.rawValue { canvas.classID[index] = SampleClass.road.rawValue }
    }
  }

  func paint(_ house: House, on canvas: inout Canvas) {
    let (halfLength, halfWidth) = (Float(house.length / 2), Float(house.width / 2))
    var dice = Dice(house.seed)
    let chimney = (Float(dice.from(-0.6, to: 0.6)) * halfLength, Float(dice.from(-0.3, to: 0.3)) * halfWidth)
    let solar = dice.chance(0.22)
    let solarSide: Float = dice.chance(0.5) ? 1 : -1
    let windows = dice.chance(0.4)
    let units = (0..<4).map { _ in
      (Float(dice.from(-0.75, to: 0.75)) * halfLength, Float(dice.from(-0.7, to: 0.7)) * halfWidth, Float(dice.from(0.6, to: 1.6)))
    }
    let wornA = dice.from(0, to: 1000)
    canvas.forRectangle(x: house.x, y: house.y, angle: house.angle, length: house.length, width: house.width) { canvas, index, a, b in
      let fromEnd = halfLength - abs(a)
      let fromSide = halfWidth - abs(b)
      var rise: Float
      var ridge = false
      var color = house.color
      switch house.roof {
      case .gable:
        rise = fromSide
        ridge = abs(b) < 0.2
      case .hip:
        rise = min(fromSide, fromEnd)
        ridge = abs(fromSide - fromEnd) < 0.17 || abs(b) < 0.18 && fromEnd > fromSide
      case .flat: rise = 0
      }
      let big = house.length > 25
      let z = house.wall + rise * house.pitch
      let top = canvas.object[index] == 0 ? 0 : canvas.height[index]
      guard z > top else { return }
      let worn = grain(Double(a) / 2.4 + wornA, Double(b) / 2.4) + 0.6 * grain(Double(a) / 0.5, Double(b) / 0.5 + wornA)
      color *= 1 + 0.08 * worn
      var height = z
      switch house.roof {
      case .flat:
        if min(fromEnd, fromSide) < 0.4 {
          color = color.mixed(with: Paint.concrete, 0.6)
          height += 0.5
        } else {
          for unit in units where big || house.length > 9 {
            if abs(a - unit.0) < unit.2, abs(b - unit.1) < unit.2 * 0.7 {
              color = unit.2 > 1.1 ? Paint.concrete : Reflectance.screen(90, 110, 124, infrared: 0.2)
              height += 0.9
            }
          }
          if big {
            let seam = a / 6 - (a / 6).rounded()
            if abs(seam) < 0.025 { color *= 0.86 }
          }
        }
      case .gable, .hip:
        // Rows of tiles run along the ridge; sheets of a hall run down the slope.
        color *= 1 + (big ? 0.05 * cos(a * 5.2) : 0.05 * cos(rise * 17))
        if ridge { color *= 1.12 }
        if fromSide < 0.25 { color *= 0.85 }
        if solar, b * solarSide > 0.7, b * solarSide < halfWidth - 0.8, abs(a) < halfLength * 0.6 {
          color = Reflectance.screen(40, 48, 72, infrared: 0.08)
          if abs(a / 1.05 - (a / 1.05).rounded()) < 0.09 { color *= 1.6 }
        } else if windows, abs(abs(b) - halfWidth * 0.5) < 0.55, abs(a / 3.6 - (a / 3.6).rounded()) < 0.13, fromEnd > 1.5 {
          color = Reflectance.screen(66, 78, 92, infrared: 0.08)
        }
        if !big, abs(a - chimney.0) < 0.45, abs(b - chimney.1) < 0.4 {
          color = Reflectance.screen(130, 92, 78, infrared: 0.3)
          height = house.wall + halfWidth * house.pitch + 1
        }
      }
      canvas.color[index] = color
      canvas.height[index] = height
      canvas.object[index] = house.number
      canvas.classID[index] = SampleClass.building.rawValue
      canvas.gloss[index] = 0
    }
  }
}
