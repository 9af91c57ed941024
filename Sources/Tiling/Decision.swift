/// What a blended pixel's values are, and so how a class and a confidence come out of them.
public enum Decision: Sendable, Hashable {
  /// Logits of two or more classes: softmax, first maximum.
  case softmax
  /// Probabilities of two or more classes (test-time augmentation averages softmaxes): first maximum.
  case probabilities
  /// One logit: class 1 where its sigmoid is above the threshold, else class 0.
  case sigmoid(threshold: Float)
  /// One probability: class 1 where it is above the threshold, else class 0.
  case probability(threshold: Float)

  /// The number of classes that come out of `channels` values.
  public func classes(channels: Int) -> Int {
    switch self {
    case .softmax, .probabilities: channels
    case .sigmoid, .probability: 2
    }
  }

  /// Decides each pixel of a row.
  ///
  /// - Parameters:
  ///   - values: [pixels][channels], blended. NaN counts as the lowest value.
  ///   - channels: 1 for the one-value rules.
  ///   - classIDs: gets a class for each pixel: the first maximum.
  ///   - confidence: gets 100 p, rounded half up (0...100).
  ///   - probabilities: gets the probability of each class, [pixels][classes], where asked for.
  public func decide(
    _ values: UnsafeBufferPointer<Float>, channels: Int,
    classIDs: UnsafeMutableBufferPointer<UInt8>, confidence: UnsafeMutableBufferPointer<UInt8>,
    probabilities: UnsafeMutableBufferPointer<Float>? = nil
  ) {
    let pixels = classIDs.count
    precondition(values.count == pixels * channels && confidence.count == pixels)
    precondition(probabilities == nil || probabilities?.count == pixels * classes(channels: channels))
    switch self {
    case .softmax:
      softmaxRow(values, channels, classIDs, confidence, probabilities)
    case .probabilities:
      for pixel in 0..<pixels {
        let (best, value) = firstMaximum(values, pixel * channels, channels)
        classIDs[pixel] = UInt8(truncatingIfNeeded: best)
        confidence[pixel] = percent(value)
        if let probabilities {
          for channel in 0..<channels { probabilities[pixel * channels + channel] = values[pixel * channels + channel] }
        }
      }
    case .sigmoid(let threshold):
      for pixel in 0..<pixels {
        let probability = 1 / (1 + exponential(-values[pixel]))
        decideBinary(probability, threshold, pixel, classIDs, confidence, probabilities)
      }
    case .probability(let threshold):
      for pixel in 0..<pixels { decideBinary(values[pixel], threshold, pixel, classIDs, confidence, probabilities) }
    }
  }
}

/// Softmax of each group of `channels` values, in place.
public func softmaxInPlace(_ values: UnsafeMutableBufferPointer<Float>, channels: Int) {
  var start = 0
  while start + channels <= values.count {
    let (_, maximum) = firstMaximum(UnsafeBufferPointer(values), start, channels)
    var sum: Float = 0
    for channel in 0..<channels {
      let value = exponential(values[start + channel] - maximum)
      values[start + channel] = value
      sum += value
    }
    for channel in 0..<channels { values[start + channel] /= sum }
    start += channels
  }
}

/// Sigmoid of each value, in place.
public func sigmoidInPlace(_ values: UnsafeMutableBufferPointer<Float>) {
  for index in values.indices { values[index] = 1 / (1 + exponential(-values[index])) }
}

/// Eight pixels at a time, one a lane: the winner's probability is 1 / Σ exp(value - maximum). The last pixels of a row are done
/// with those before them once more.
private func softmaxRow(
  _ values: UnsafeBufferPointer<Float>, _ channels: Int,
  _ classIDs: UnsafeMutableBufferPointer<UInt8>, _ confidence: UnsafeMutableBufferPointer<UInt8>,
  _ probabilities: UnsafeMutableBufferPointer<Float>?
) {
  let pixels = classIDs.count
  guard pixels >= 8 else { return softmaxPixels(values, channels, classIDs, confidence, probabilities) }
  var pixel = 0
  while pixel < pixels {
    let first = min(pixel, pixels - 8)
    softmaxLanes(values, channels, first, classIDs, confidence, probabilities)
    pixel += 8
  }
}

@inline(__always)
private func softmaxLanes(
  _ values: UnsafeBufferPointer<Float>, _ channels: Int, _ pixel: Int,
  _ classIDs: UnsafeMutableBufferPointer<UInt8>, _ confidence: UnsafeMutableBufferPointer<UInt8>,
  _ probabilities: UnsafeMutableBufferPointer<Float>?
) {
  let start = pixel * channels
  var maximum = SIMD8<Float>(repeating: -.infinity)
  var best = SIMD8<Int32>(repeating: 0)
  for channel in 0..<channels {
    let value = lanes(values, start + channel, channels)
    let isLarger = value .> maximum
    maximum.replace(with: value, where: isLarger)
    best.replace(with: Int32(truncatingIfNeeded: channel), where: isLarger)
  }
  var sum = SIMD8<Float>(repeating: 0)
  for channel in 0..<channels {
    let term = exponential(lanes(values, start + channel, channels) - maximum)
    sum += term
    if let probabilities {
      for lane in 0..<8 { probabilities[start + lane * channels + channel] = term[lane] }
    }
  }
  let winner = 1 / sum
  for lane in 0..<8 {
    classIDs[pixel + lane] = UInt8(truncatingIfNeeded: best[lane])
    confidence[pixel + lane] = percent(winner[lane])
    if let probabilities {
      for channel in 0..<channels { probabilities[start + lane * channels + channel] /= sum[lane] }
    }
  }
}

/// The values of one channel of eight pixels that follow one another.
@inline(__always)
private func lanes(_ values: UnsafeBufferPointer<Float>, _ start: Int, _ stride: Int) -> SIMD8<Float> {
  SIMD8(
    values[start], values[start + stride], values[start + 2 * stride], values[start + 3 * stride],
    values[start + 4 * stride], values[start + 5 * stride], values[start + 6 * stride], values[start + 7 * stride])
}

/// Fewer than eight pixels, one by one, with the same arithmetic.
private func softmaxPixels(
  _ values: UnsafeBufferPointer<Float>, _ channels: Int,
  _ classIDs: UnsafeMutableBufferPointer<UInt8>, _ confidence: UnsafeMutableBufferPointer<UInt8>,
  _ probabilities: UnsafeMutableBufferPointer<Float>?
) {
  for pixel in classIDs.indices {
    let start = pixel * channels
    let (best, maximum) = firstMaximum(values, start, channels)
    var sum: Float = 0
    for channel in 0..<channels {
      let term = exponential(values[start + channel] - maximum)
      sum += term
      probabilities?[start + channel] = term
    }
    classIDs[pixel] = UInt8(truncatingIfNeeded: best)
    confidence[pixel] = percent(1 / sum)
    if let probabilities {
      for channel in 0..<channels { probabilities[start + channel] /= sum }
    }
  }
}

private func decideBinary(
  _ probability: Float, _ threshold: Float, _ pixel: Int,
  _ classIDs: UnsafeMutableBufferPointer<UInt8>, _ confidence: UnsafeMutableBufferPointer<UInt8>,
  _ probabilities: UnsafeMutableBufferPointer<Float>?
) {
  let isOne = probability > threshold
  classIDs[pixel] = isOne ? 1 : 0
  confidence[pixel] = percent(isOne ? probability : 1 - probability)
  if let probabilities {
    probabilities[2 * pixel] = 1 - probability
    probabilities[2 * pixel + 1] = probability
  }
}

@inline(__always)
private func firstMaximum(_ values: UnsafeBufferPointer<Float>, _ start: Int, _ channels: Int) -> (Int, Float) {
  var best = 0
  var value = -Float.infinity
  for channel in 0..<channels where values[start + channel] > value {
    best = channel
    value = values[start + channel]
  }
  return (best, value)
}

/// 100 p, rounded half up, for p in 0...1; 0 for NaN.
@inline(__always)
private func percent(_ probability: Float) -> UInt8 {
  guard probability > 0 else { return 0 }
  return UInt8(min(100 * probability + 0.5, 100))
}

/// e to the power of x within 2 units in the last place for -87 < x < 88; 0 below, NaN gives 0.
///
/// Own arithmetic instead of the C library's, so that the bits do not depend on its version. x = n ln 2 + r with
/// |r| ≤ ln 2 / 2; exp r by its Taylor polynomial of degree 7 (remainder below 6e-9 relative).
@inline(__always)
package func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
  // Comparisons with NaN are false: NaN is replaced as well.
  let isInside = x .>= -87
  let bounded = pointwiseMin(x.replacing(with: -87, where: .!isInside), SIMD8(repeating: 88))
  // Adding 1.5 · 2^23 rounds to the nearest integer, ties to even, and leaves it in the lowest bits.
  let shifted = bounded * 1.442_695_04 + 12_582_912
  let n = shifted - 12_582_912
  // ln 2 in two parts: the first has few digits, so that its product with n is exact.
  let r = (bounded - n * 0.693_359_375) + n * 2.121_944_4e-4
  var polynomial = SIMD8<Float>(repeating: 1.0 / 5040)
  polynomial = polynomial * r + 1.0 / 720
  polynomial = polynomial * r + 1.0 / 120
  polynomial = polynomial * r + 1.0 / 24
  polynomial = polynomial * r + 1.0 / 6
  polynomial = polynomial * r + 0.5
  polynomial = polynomial * r + 1
  polynomial = polynomial * r + 1
  let exponent = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &+ (127 &- 0x4B40_0000)
  let scale = unsafeBitCast(exponent &<< 23, to: SIMD8<Float>.self)
  return (polynomial * scale).replacing(with: 0, where: .!isInside)
}

/// The same for one value.
@inline(__always)
package func exponential(_ x: Float) -> Float { exponential(SIMD8<Float>(repeating: x))[0] }
