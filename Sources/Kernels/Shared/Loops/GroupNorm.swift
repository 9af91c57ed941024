// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

public import KernelTypes

/// Group normalization (Wu and He, 2018) of an image in place: over all pixels of `channels / groups` channels at a time,
/// (value − mean) / √(variance + ε) · scale + shift, then the activation.
///
/// Sums of a line are float32, those of lines are double: a group's statistics do not depend on the kernel set beyond the last bits.
///
/// - Parameters:
///   - scale: one for each channel, padded to whole vectors.
///   - shift: likewise.
@inline(never)
public func normalizeGroups(
  _ image: ImageView, groups: Int, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, epsilon: Double, activation: Activation
) {
  let channels = image.channels
  let members = channels / groups
  let padded = roundedUp(channels, lanes)
  let count = Double(image.pixels * members)
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * groups) { statistics in
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * padded) { factors in
      guard let mean = statistics.baseAddress, let factor = factors.baseAddress else { return }
      let variance = mean + groups
      let offset = factor + padded
      mean.update(repeating: 0, count: 2 * groups)
      factor.update(repeating: 0, count: 2 * padded)
      sumLines(image, members, subtracting: nil, into: mean)
      for group in 0..<groups { mean[group] /= count }
      for channel in 0..<channels { offset[channel] = Float(mean[channel / members]) }
      sumLines(image, members, subtracting: offset, into: variance)
      for channel in 0..<channels {
        let group = channel / members
        let deviation = (variance[group] / count + epsilon).squareRoot()
        factor[channel] = Float(Double(scale[channel]) / deviation)
        offset[channel] = Float(Double(shift[channel]) - mean[group] * Double(scale[channel]) / deviation)
      }
      let slope = Vector(repeating: activation.slope)
      for row in 0..<image.height {
        for column in 0..<image.width {
          let target = image.pixel(row, column)
          var channel = 0
          while channel < channels {
            let value = multiplyAdd(load(offset + channel), loadUpTo(channels - channel, target + channel), load(factor + channel))
            storeUpTo(channels - channel, activated(value, slope), target + channel)
            channel += lanes
          }
        }
      }
    }
  }
}

/// The sums of each group's values, or, where something is subtracted channel by channel, of the squares of what remains.
@inline(__always)
private func sumLines(_ image: ImageView, _ members: Int, subtracting mean: Floats?, into sums: UnsafeMutablePointer<Double>) {
  var channel = 0
  while channel < image.channels {
    let count = image.channels - channel
    let center = mean.map { load($0 + channel) } ?? Vector()
    for row in 0..<image.height {
      var line = Vector()
      for column in 0..<image.width {
        let value = loadUpTo(count, image.pixel(row, column) + channel) - center
        if mean == nil { line += value } else { line = multiplyAdd(line, value, value) }
      }
      for lane in 0..<min(count, lanes) { sums[(channel + lane) / members] += Double(line[lane]) }
    }
    channel += lanes
  }
}
