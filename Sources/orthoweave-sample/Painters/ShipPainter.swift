import Foundation

/// Paints hulls, decks and what stands on them, and the wakes behind.
struct ShipPainter {
  let foam: Noise

  init(world: World) { foam = Noise(world.seed ^ 0x3001) }

  func paint(_ ship: Ship, on canvas: inout Canvas) {
    if ship.speed > 0 { paintWake(ship, on: &canvas) }
    paintHull(ship, on: &canvas)
  }

  /// The half width of the hull at a distance from its middle toward the bow (−1…1 of the half length), as a share of the half beam.
  private func outline(_ kind: ShipKind, _ t: Float) -> Float {
    let bow: Float = kind == .yacht ? 0.0 : kind == .tanker || kind == .container ? 0.68 : 0.42
    let stern: Float = kind == .yacht || kind == .motorboat ? 0.72 : 0.84
    if t > bow {
      let s = (t - bow) / (1 - bow)
      return (1 - s * s * (kind == .ferry ? 0.75 : 1)).squareRoot() * (1 - 0.15 * s)
    }
    if t < -0.75 { return mix(stern, 1, smoothstep(-1, -0.75, t)) }
    return 1
  }

  private func paintHull(_ ship: Ship, on canvas: inout Canvas) {
    let (halfLength, halfBeam) = (Float(ship.length / 2), Float(ship.beam / 2))
    var dice = Dice(ship.seed)
    let deck = deckColor(ship, &dice)
    let cargo = (0..<64).map { _ in containerColor(&dice) }
    let bridgeFront = dice.chance(0.2)
    let freeboard: Float = ship.length > 40 ? 5 : ship.length > 15 ? 2.2 : 1
    canvas.forRectangle(x: ship.x, y: ship.y, angle: ship.angle, length: ship.length, width: ship.beam) { canvas, index, a, b in
      let t = a / halfLength
      let edge = outline(ship.kind, t) * halfBeam - abs(b)
      guard edge > 0 else { return }
      var color = deck * (1 + 0.06 * foam(Double(a) / 0.7 + Double(ship.number % 977), Double(b) / 0.7))
      var height = freeboard
      if edge < max(0.3, Float(ship.beam) * 0.035) {
        color = ship.hull
        height += 0.6
      } else {
        (color, height) = fittings(ship, t: t, a: a, b: b / halfBeam, deck: color, height: height, cargo: cargo, bridgeFront: bridgeFront)
      }
      canvas.color[index] = color
      canvas.height[index] = height
      canvas.object[index] = ship.number
      canvas.classID[index] = SampleClass.ship.rawValue
      canvas.gloss[index] = 0
    }
  }

  /// - t: along the ship, −1 stern … 1 bow; - a: the same in meters; - b: across, −1…1 of the half beam.
  private func fittings(
    _ ship: Ship, t: Float, a: Float, b: Float, deck: Reflectance, height: Float, cargo: [Reflectance], bridgeFront: Bool
  ) -> (Reflectance, Float) {
    let bridgeAt: Float = bridgeFront ? 0.5 : -0.72
    switch ship.kind {
    case .freighter:
      if abs(t - bridgeAt) < 0.13, abs(b) < 0.8 { return bridge(t - bridgeAt, b, height) }
      let hatch = (t + 0.5) / 0.24
      let inHatch = hatch - hatch.rounded(.down)
      if t > -0.5, t < 0.72, abs(b) < 0.68, inHatch > 0.1, inHatch < 0.92, !bridgeFront || t < 0.3 {
        return (Reflectance.screen(146, 120, 88, infrared: 0.3) * (inHatch < 0.5 ? 1 : 0.93), height + 1.5)
      }
      if inHatch <= 0.1, abs(b) < 0.12 { return (Paint.ripeCrop, height + 9) }
    case .tanker:
      if abs(t + 0.74) < 0.13, abs(b) < 0.82 { return bridge(t + 0.74, b, height) }
      if t > -0.55, t < 0.8, abs(b) < 0.09 { return (Paint.concrete, height + 1.4) }
      if t > -0.55, t < 0.75, abs(b) < 0.5, abs(a / 9 - (a / 9).rounded()) < 0.035 { return (Paint.gravel, height + 1) }
      if abs(t - 0.1) < 0.02, abs(b) < 0.85 { return (Paint.concrete, height + 1.6) }
    case .container:
      if abs(t + 0.66) < 0.09, abs(b) < 0.92 { return bridge(t + 0.66, b, height + 6) }
      if t > -0.92, t < 0.76, abs(t + 0.66) > 0.13, abs(b) < 0.94 {
        let bay = Int((a / 6.4).rounded(.down))
        let stack = Int((b * 3.2).rounded(.down))
        let index = abs(bay &* 7 &+ stack &* 13) % cargo.count
        let seam = abs(a / 6.4 - (a / 6.4).rounded()) < 0.045
        let level = Float(index % 3) * 2.6
        return seam ? (deck * 0.5, height) : (cargo[index], height + 3 + level)
      }
    case .ferry:
      if abs(b) < 0.86, t < 0.72 {
        let white = Paint.white * (abs(b) < 0.5 ? 0.95 : 0.82)
        if t > 0.3, t < 0.46 { return (Reflectance.screen(70, 84, 96, infrared: 0.1), height + 6) }
        if abs(t + 0.35) < 0.06, abs(b) < 0.25 { return (Reflectance.screen(196, 60, 40, infrared: 0.4), height + 9) }
        return (white, height + (abs(b) < 0.5 ? 5 : 3.2))
      }
    case .trawler:
      if abs(t - 0.22) < 0.2, abs(b) < 0.62 { return bridge(t - 0.22, b, height - 5) }
      if t < -0.25, t > -0.75, abs(b) < 0.5 { return (Reflectance.screen(60, 96, 84, infrared: 0.2) * (0.8 + 0.4 * abs(b)), height + 0.4) }
      if abs(t + 0.88) < 0.05 { return (Reflectance.screen(190, 150, 60, infrared: 0.4), height + 4) }
    case .motorboat:
      if abs(t + 0.1) < 0.32, abs(b) < 0.6 { return (Reflectance.screen(84, 92, 104, infrared: 0.12), height + 0.6) }
      if t < -0.5, abs(b) < 0.6 { return (Reflectance.screen(170, 140, 108, infrared: 0.3), height - 0.3) }
    case .yacht:
      if abs(t + 0.05) < 0.3, abs(b) < 0.46 { return (Paint.white * 0.8, height + 0.5) }
      if t < -0.4, abs(b) < 0.45 { return (Reflectance.screen(150, 112, 76, infrared: 0.3), height - 0.2) }
      if abs(b) < 0.09, t > -0.75, t < 0.25 { return (Reflectance.screen(60, 84, 140, infrared: 0.2), height + 1.2) }
    }
    return (deck, height)
  }

  private func bridge(_ t: Float, _ b: Float, _ height: Float) -> (Reflectance, Float) {
    if t > 0.07 { return (Reflectance.screen(80, 92, 102, infrared: 0.1), height + 8) }
    if abs(b) < 0.2, t < -0.03 { return (Reflectance.screen(180, 70, 44, infrared: 0.36), height + 13) }
    return (Paint.white * (abs(b) < 0.5 ? 0.96 : 0.84), height + (abs(b) < 0.5 ? 10 : 7))
  }

  private func deckColor(_ ship: Ship, _ dice: inout Dice) -> Reflectance {
    switch ship.kind {
    case .freighter, .container:
      dice.pick([.screen(128, 62, 50, infrared: 0.26), .screen(92, 104, 96, infrared: 0.16), .screen(120, 124, 126, infrared: 0.24)])
    case .tanker:
      dice.pick([.screen(140, 58, 46, infrared: 0.28), .screen(74, 104, 84, infrared: 0.14), .screen(146, 84, 60, infrared: 0.3)])
    case .ferry: .screen(170, 172, 170, infrared: 0.36)
    case .trawler: dice.pick([.screen(150, 122, 92, infrared: 0.28), .screen(104, 112, 112, infrared: 0.18)])
    case .motorboat, .yacht: Paint.white * 0.9
    }
  }

  private func containerColor(_ dice: inout Dice) -> Reflectance {
    dice.pick([
      .screen(164, 62, 48, infrared: 0.34), .screen(54, 92, 140, infrared: 0.16), .screen(70, 120, 84, infrared: 0.2),
      .screen(190, 120, 56, infrared: 0.4),
      .screen(206, 204, 198, infrared: 0.5), .screen(112, 114, 116, infrared: 0.22), .screen(142, 84, 66, infrared: 0.3),
    ])
  }

  /// A band of foam behind the stern, and the two arms of a Kelvin wake (at 19.5 degrees).
  private func paintWake(_ ship: Ship, on canvas: inout Canvas) {
    let reach = min(300, ship.length * (2.2 + 3 * ship.speed))
    let spread = reach * 0.36 * 2 + ship.beam
    let middle = ship.length / 2 - (reach + ship.length) / 2
    let (x, y) = (ship.x + cos(ship.angle) * middle, ship.y + sin(ship.angle) * middle)
    let half = Float((reach + ship.length) / 2)
    let beam = Float(ship.beam)
    let power = Float(0.45 + 0.55 * ship.speed)
    canvas.forRectangle(x: x, y: y, angle: ship.angle, length: reach + ship.length, width: spread) { canvas, index, a, b in
      let kind = canvas.classID[index]
      guard kind == SampleClass.water.rawValue || kind == SampleClass.oilSlick.rawValue else { return }
      // Meters behind the bow.
      let behind = half - a
      let aft = behind - Float(ship.length)
      let speckle = 0.8 * foam(Double(a) / 3.2 + Double(ship.number % 631), Double(b) / 1.2) + 0.35 * foam(Double(a) / 0.9, Double(b) / 0.7)
      var white: Float = 0
      let fade = max(0, 1 - aft / Float(reach))
      if aft > -2 {
        let width = beam * (0.34 + 0.25 * min(1, aft / Float(reach) * 2))
        white = smoothstep(1.1, 0.1, abs(b) / width + 0.25 * speckle) * (0.12 + 0.88 * fade * fade * fade) * (0.62 + 0.4 * speckle)
        // Turbulent water stays paler than the sea around.
        canvas.color[index] = canvas.color[index].mixed(
          with: Reflectance(0.08, 0.16, 0.16, 0.02), 0.4 * fade * smoothstep(1.3, 0.5, abs(b) / width))
      }
      let arm = behind * 0.354 + beam * 0.25
      let off = (abs(b) - arm) / (1.2 + behind * 0.035)
      if off < 1, off > -3.2 {
        let ridge = Float(cos(Double(off) * 2.6)) * (off > 0 ? 1 - off : 1 + off / 3.2)
        let strength = power * max(0, 1 - behind / Float(reach + ship.length)) * (0.9 + 0.4 * speckle)
        canvas.color[index] *= 1 + 0.45 * ridge * strength
        white = max(white, smoothstep(0.5, 1, ridge) * strength * strength * 0.5 * (0.6 + speckle))
      }
      // The bow wave.
      if behind < Float(ship.length) * 0.3 {
        let edge = abs(b) - beam * 0.5 * min(1, behind / (Float(ship.length) * 0.2))
        white = max(white, power * smoothstep(1.6, 0.2, abs(edge)) * (0.5 + 0.5 * speckle))
      }
      canvas.color[index] = canvas.color[index].mixed(with: Paint.white * 0.85, min(0.92, max(0, white * power)))
    }
  }
}
