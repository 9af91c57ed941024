import Foundation

/// The camera and its processing: blur, noise, color cast, tone.
struct Sensor: Sendable {
  /// Standard deviation of the point spread, in pixels.
  var blur: Float = 0.55
  /// Noise at middle gray, in levels of 255.
  var noise: Float = 2.2
  var cast = Reflectance(1, 1, 1, 1)
  var contrast: Float = 1
  var seed: UInt64

  /// Encoded values 0…1 from radiance; [row][column].
  func expose(_ radiance: [Reflectance], width: Int, height: Int) -> [Reflectance] {
    var picture = blurred(radiance, width, height)
    var dice = Dice(seed)
    for index in picture.indices {
      var value = picture[index] * cast
      let bits = dice.next()
      // Four small independent deviations from one draw; each is the sum of two uniform ones.
      let deviation = Reflectance(
        Float(bits & 255) + Float(bits >> 32 & 255), Float(bits >> 8 & 255) + Float(bits >> 40 & 255),
        Float(bits >> 16 & 255) + Float(bits >> 48 & 255),
        Float(bits >> 24 & 255) + Float(bits >> 56 & 255))
      value = tone(value)
      value += (deviation - 255) * (noise / 255 / 104)
      picture[index] = value.clamped(lowerBound: .zero, upperBound: .one)
    }
    return picture
  }

  /// A screen's curve with a soft shoulder, and contrast around middle gray.
  private func tone(_ value: Reflectance) -> Reflectance {
    var result = Reflectance.zero
    for band in 0..<4 {
      let v = max(value[band], 0)
      let soft = v < 0.7 ? v : 0.7 + 0.3 * (1 - exp(-(v - 0.7) / 0.3))
      result[band] = 0.42 + contrast * (pow(soft, 1 / 2.2) - 0.42)
    }
    return result
  }

  private func blurred(_ values: [Reflectance], _ width: Int, _ height: Int) -> [Reflectance] {
    guard blur > 0.05 else { return values }
    let reach = max(1, Int((blur * 2.5).rounded(.up)))
    var weights = (-reach...reach).map { exp(-Float($0 * $0) / (2 * blur * blur)) }
    let sum = weights.reduce(0, +)
    weights = weights.map { $0 / sum }
    var across = values
    for row in 0..<height {
      for column in 0..<width {
        var total = Reflectance.zero
        for step in -reach...reach { total += weights[step + reach] * values[row * width + min(max(column + step, 0), width - 1)] }
        across[row * width + column] = total
      }
    }
    var result = across
    for row in 0..<height {
      for column in 0..<width {
        var total = Reflectance.zero
        for step in -reach...reach { total += weights[step + reach] * across[min(max(row + step, 0), height - 1) * width + column] }
        result[row * width + column] = total
      }
    }
    return result
  }
}

/// One finished picture with its truth.
struct Scene {
  var width: Int
  var height: Int
  /// 0…1, [row][column]: red, green, blue, near infrared.
  var picture: [Reflectance]
  var classes: [UInt8]

  /// Paints a frame under a light, and takes its picture.
  init(world: World, frame: Frame, light: Light, sensor: Sensor, glint: Float) {
    let margin = 112
    let canvas = ScenePainter(world: world, glint: glint).paint(frame.padded(by: margin))
    let radiance = light.radiance(canvas, margin: margin)
    width = frame.width
    height = frame.height
    picture = sensor.expose(radiance, width: width, height: height)
    classes = []
    classes.reserveCapacity(width * height)
    for row in 0..<height {
      let start = (row + margin) * canvas.frame.width + margin
      classes += canvas.classID[start..<start + width]
    }
  }

  /// Red, green, blue, 8 bits each.
  var rgb: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: picture.count * 3)
    for (index, value) in picture.enumerated() {
      for band in 0..<3 { bytes[index * 3 + band] = UInt8((value[band] * 255).rounded()) }
    }
    return bytes
  }
}
