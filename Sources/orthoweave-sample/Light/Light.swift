import Foundation

/// The sun, the sky and the air between ground and camera.
struct Light: Sendable {
  /// Where the sun stands: clockwise from north, and above the horizon; radians.
  var azimuth: Double
  var elevation: Double
  var sun = Reflectance(1.0, 0.95, 0.86, 1.0)
  var sky = Reflectance(0.17, 0.215, 0.28, 0.1)
  /// Light that the air itself adds.
  var haze = Reflectance(0.006, 0.008, 0.012, 0.002)
  var exposure: Float = 1.35

  /// Light on flat open ground, to which exposure refers.
  private var flat: Float { sun.y * Float(sin(elevation)) + sky.y }

  /// Radiance of the part of a canvas that remains without a margin; the margin holds what throws shadows into it.
  ///
  /// - returns: [row][column], in units in which white paper is about 1.
  func radiance(_ canvas: Canvas, margin: Int) -> [Reflectance] {
    let frame = canvas.frame
    let (width, height) = (frame.width, frame.height)
    // The sun's direction in the frame: along rows, down columns, up.
    let bearing = .pi / 2 - azimuth - frame.angle
    let east = cos(bearing) * cos(elevation)
    let down = -sin(bearing) * cos(elevation)
    let up = sin(elevation)
    let shade = shadows(canvas, east: east, down: down, up: up)
    let (sx, sy, sz) = (Float(east), Float(down), Float(up))
    let scale = exposure / flat
    let pixel = Float(frame.pixel)
    var result: [Reflectance] = []
    result.reserveCapacity((width - 2 * margin) * (height - 2 * margin))
    for row in margin..<height - margin {
      for column in margin..<width - margin {
        let index = row * width + column
        let own = canvas.object[index]
        func rise(_ before: Int, _ after: Int) -> Float {
          let low = canvas.object[before] == own ? canvas.height[before] : canvas.height[index]
          let high = canvas.object[after] == own ? canvas.height[after] : canvas.height[index]
          let steps: Float = canvas.object[before] == own && canvas.object[after] == own ? 2 : 1
          return min(max((high - low) / (steps * pixel), -3), 3)
        }
        let dx = rise(index - 1, index + 1)
        let dy = rise(index - width, index + width)
        let length = (1 + dx * dx + dy * dy).squareRoot()
        let facing = max(0, (sz - dx * sx - dy * sy) / length)
        let lit = 1 - shade[index]
        let isWater = canvas.classID[index] == SampleClass.water.rawValue || canvas.classID[index] == SampleClass.oilSlick.rawValue
        // Water sends back what comes from below and above; a shadow on it is faint.
        let direct = isWater ? sz * (0.45 + 0.55 * lit) : facing * lit
        let open = isWater ? 1 : 0.55 + 0.45 / length
        var light = canvas.color[index] * (sun * direct + sky * open) * scale
        light += Reflectance(repeating: canvas.gloss[index] * lit)
        result.append(light + haze * exposure)
      }
    }
    return result
  }

  /// How much of the sun each pixel misses, 0…1.
  ///
  /// One sweep away from the sun: the height that shadow reaches at a pixel is that of its neighbor toward the sun, or the
  /// neighbor's own height, less what a ray sinks on the way. Between two neighbors it is interpolated, which widens the
  /// penumbra with distance, as the sun's disc does.
  private func shadows(_ canvas: Canvas, east: Double, down: Double, up: Double) -> [Float] {
    let (width, height) = (canvas.frame.width, canvas.frame.height)
    let horizontal = (east * east + down * down).squareRoot()
    guard horizontal > 1e-6 else { return Array(repeating: 0, count: width * height) }
    let steep = up / horizontal
    let alongRows = abs(east) >= abs(down)
    // One step of the sweep: a whole pixel along the main axis, a part of one along the other.
    let side = alongRows ? down / abs(east) : east / abs(down)
    let sink = Float((1 + side * side).squareRoot() * canvas.frame.pixel * steep)
    let forward = (alongRows ? east : down) > 0
    let (outer, inner) = alongRows ? (width, height) : (height, width)
    let (outerStep, innerStep) = alongRows ? (1, width) : (width, 1)
    let whole = Int(side.rounded(.down))
    let part = Float(side - side.rounded(.down))
    var level = [Float](repeating: -1e3, count: width * height)
    for step in 1..<outer {
      let line = forward ? outer - 1 - step : step
      let source = (forward ? line + 1 : line - 1) * outerStep
      for position in 0..<inner {
        let first = position + whole
        guard first >= 0, first + 1 < inner else { continue }
        let a = source + first * innerStep
        let b = a + innerStep
        let near = max(level[a], canvas.height[a])
        let far = max(level[b], canvas.height[b])
        level[line * outerStep + position * innerStep] = near + (far - near) * part - sink
      }
    }
    return (0..<width * height).map { smoothstep(0.05, 0.55, level[$0] - canvas.height[$0]) }
  }
}
