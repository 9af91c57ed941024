import Foundation

/// Paints the sea: depth, swell, surf, glitter, and oil upon it.
struct SeaPainter {
  let world: World
  let slicks: [Slick]
  /// How strongly the sun glitters in this scene, 0…1.
  let glint: Float
  private let swell: Noise
  private let chop: Noise
  private let bottom: Noise
  private let foam: Noise
  private let windCos: Double
  private let windSin: Double

  init(world: World, slicks: [Slick], glint: Float) {
    self.world = world
    self.slicks = slicks
    self.glint = glint
    swell = Noise(world.seed ^ 0x2001)
    chop = Noise(world.seed ^ 0x2002)
    bottom = Noise(world.seed ^ 0x2003)
    foam = Noise(world.seed ^ 0x2004)
    windCos = cos(world.wind)
    windSin = sin(world.wind)
  }

  /// - shore: meters from the shoreline, seaward positive; - depth: meters.
  func water(x: Double, y: Double, shore: Float, depth: Float) -> LandPainter.Ground {
    let a = x * windCos + y * windSin
    let b = -x * windSin + y * windCos
    var oil: Float = 0
    for slick in slicks where slick.mayTouch(x, y) { oil = max(oil, slick.thickness(x, y)) }
    let damp = 1 - 0.8 * smoothstep(0.08, 0.35, oil)

    // Slopes of the surface, as differences of noise that is stretched across the wind.
    let long = swell(a / 17, b / 44) - swell((a - 2.2) / 17, b / 44)
    let wave = swell(a / 6.5 + 9, b / 15) - swell((a - 1) / 6.5 + 9, b / 15)
    let small = chop(a / 2.1, b / 3.6) - chop((a - 0.5) / 2.1, b / 3.6)
    let ripple = chop(a / 0.8, b / 1.25 + 40)
    let gust = swell(a / 210, b / 150 + 3)
    let slope = damp * (0.5 * long + 0.5 * wave + (0.36 + 0.25 * gust) * small + 0.075 * ripple)

    let clear = Float(exp(-Double(depth) / 2.6))
    let grassy = smoothstep(0.0, 0.35, bottom.fractal(x / 55, y / 55, octaves: 3))
    let bed = Paint.sand.mixed(with: Reflectance.screen(62, 74, 58, infrared: 0.05), 0.75 * grassy) * SIMD4(0.33, 0.55, 0.54, 0.03)
    let deep = Reflectance.screen(28, 62, 80, infrared: 0.008).mixed(
      with: .screen(38, 78, 84, infrared: 0.012), smoothstep(-0.5, 0.6, gust))
    var color = deep.mixed(with: bed, clear)
    color *= 1 + 0.9 * slope
    // Sky in the slopes that face away.
    color += SIMD4(0.012, 0.016, 0.02, 0.006) * (0.9 + 1.6 * slope)
    var gloss: Float = 0

    // Surf: rows of breakers along the shore, and the wash at its edge.
    let broken = foam(x / 9, y / 9) + 0.5 * foam(x / 3, y / 3)
    let phase = Double(shore) / 11 + 0.7 * Double(swell(x / 45, y / 45))
    let crest = Float(cos(phase * 2 * .pi))
    let zone = (1 - smoothstep(12, 34, shore)) * (0.55 + 0.45 * swell(x / 90, y / 90 + 5))
    var white = smoothstep(0.62, 0.95, crest + 0.35 * broken) * zone
    white = max(white, smoothstep(0.1, 0.5, 0.5 + 0.5 * broken - shore / 3.2))
    // Oil calms the breakers.
    white *= damp
    white = max(white, 0.4 * damp * zone * smoothstep(0.2, 0.8, broken + 0.4 * foam(x / 1.1, y / 1.1)))
    // White horses, where gusts are strong.
    let torn = foam(x / 1.3, y / 1.3)
    let caps = smoothstep(0.8, 1.05, swell(a / 2.3, b / 4.6 + 77) + 0.35 * torn) * smoothstep(0.1, 0.5, gust + 0.3 * foam(x / 30, y / 30))
    white = max(white, 0.6 * caps * (0.7 + 0.5 * torn) * damp)
    color = color.mixed(with: Paint.white * 0.8, min(max(white, 0), 1) * 0.9)

    // Glitter: facets that happen to mirror the sun; more of them on one side of each photograph.
    let field = glint * smoothstep(-0.3, 0.7, swell(x / 520 + 1.5, y / 520))
    let spark = chop.cell(Int((x / 0.32).rounded(.down)), Int((y / 0.32).rounded(.down)))
    gloss += field * (0.02 + 0.16 * max(0, small + 0.5 * wave) + 0.5 * smoothstep(0.955, 1, spark + 0.06 * (small + wave + ripple))) * damp

    guard oil > Slick.visible else { return .init(color: color, kind: .water, gloss: gloss) }
    return oiled(x: x, y: y, a: a, b: b, oil: oil, sea: color, glint: field, slope: slope)
  }

  private func oiled(x: Double, y: Double, a: Double, b: Double, oil: Float, sea: Reflectance, glint: Float, slope: Float)
    -> LandPainter.Ground
  {
    let streak = chop(a / 16, b / 2.2) + 0.5 * chop(a / 5, b / 0.9 + 3)
    // Sheen: silvery, smoother and brighter than the sea.
    let sheen = Reflectance(0.098, 0.108, 0.116, 0.07) * (1 + 0.12 * streak + 0.5 * slope)
    var color = sea.mixed(with: sheen, 0.7 * smoothstep(Slick.visible - 0.03, 0.24, oil))
    // Rainbow: interference in films of a few hundred nanometers.
    let rainbow = smoothstep(0.24, 0.32, oil) * (1 - smoothstep(0.52, 0.64, oil))
    if rainbow > 0 {
      let phase = oil * 38 + 0.7 * streak
      let bands = Reflectance(0.5 + 0.5 * cos(phase), 0.5 + 0.5 * cos(phase + 2.1), 0.5 + 0.5 * cos(phase + 4.2), 0.5)
      color = color.mixed(with: Reflectance(0.075, 0.08, 0.085, 0.07) + bands * 0.095, 0.6 * rainbow)
    }
    // Thick oil: brown to black, with strings of emulsion.
    let thick = smoothstep(0.56, 0.78, oil + 0.06 * streak)
    if thick > 0 {
      let mousse = smoothstep(0.25, 0.6, chop(a / 22 + 5, b / 4) + 0.4 * streak) * smoothstep(0.7, 0.9, oil)
      let black = Reflectance(0.018, 0.014, 0.011, 0.012)
      let brown = Reflectance(0.085, 0.043, 0.02, 0.1)
      color = color.mixed(with: black.mixed(with: brown, 0.7 * mousse) * (1 + 0.2 * streak), 0.94 * thick)
    }
    let gloss = glint * (0.05 + 0.03 * streak) * (1 - 0.6 * thick)
    return .init(color: color, kind: .oilSlick, gloss: max(0, gloss))
  }
}
