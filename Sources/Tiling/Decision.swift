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
        let probability = 1 / (1 + exponential(SIMD4(repeating: -values[pixel]))[0])
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
      let value = exponential(SIMD4(repeating: values[start + channel] - maximum))[0]
      values[start + channel] = value
      sum += value
    }
    for channel in 0..<channels { values[start + channel] /= sum }
    start += channels
  }
}

/// Sigmoid of each value, in place.
public func sigmoidInPlace(_ values: UnsafeMutableBufferPointer<Float>) {
  for index in values.indices { values[index] = 1 / (1 + exponential(SIMD4(repeating: -values[index]))[0]) }
}

/// Four pixels at a time: the winner's probability is 1 / Σ exp(value - maximum).
private func softmaxRow(
  _ values: UnsafeBufferPointer<Float>, _ channels: Int,
  _ classIDs: UnsafeMutableBufferPointer<UInt8>, _ confidence: UnsafeMutableBufferPointer<UInt8>,
  _ probabilities: UnsafeMutableBufferPointer<Float>?
) {
  let pixels = classIDs.count
  var pixel = 0
  while pixel < pixels {
    let lanes = min(4, pixels - pixel)
    var maximum = SIMD4<Float>(repeating: -.infinity)
    for lane in 0..<lanes {
      let (best, value) = firstMaximum(values, (pixel + lane) * channels, channels)
      classIDs[pixel + lane] = UInt8(truncatingIfNeeded: best)
      maximum[lane] = value
    }
    var sum = SIMD4<Float>(repeating: 0)
    for channel in 0..<channels {
      var difference = SIMD4<Float>(repeating: -.infinity)
      for lane in 0..<lanes { difference[lane] = values[(pixel + lane) * channels + channel] - maximum[lane] }
      let term = exponential(difference)
      sum += term
      if let probabilities {
        for lane in 0..<lanes { probabilities[(pixel + lane) * channels + channel] = term[lane] }
      }
    }
    for lane in 0..<lanes {
      confidence[pixel + lane] = percent(1 / sum[lane])
      if let probabilities {
        for channel in 0..<channels { probabilities[(pixel + lane) * channels + channel] /= sum[lane] }
      }
    }
    pixel += lanes
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
package func exponential(_ x: SIMD4<Float>) -> SIMD4<Float> {
  // Comparisons with NaN are false: NaN is replaced as well.
  let isInside = x .>= -87
  let bounded = x.replacing(with: -87, where: .!isInside).clamped(lowerBound: SIMD4(repeating: -87), upperBound: SIMD4(repeating: 88))
  let n = (bounded * 1.442_695_04).rounded(.toNearestOrEven)
  // ln 2 in two parts: the first has few digits, so that its product with n is exact.
  let r = (bounded - n * 0.693_359_375) + n * 2.121_944_4e-4
  var polynomial = SIMD4<Float>(repeating: 1.0 / 5040)
  polynomial = polynomial * r + 1.0 / 720
  polynomial = polynomial * r + 1.0 / 120
  polynomial = polynomial * r + 1.0 / 24
  polynomial = polynomial * r + 1.0 / 6
  polynomial = polynomial * r + 0.5
  polynomial = polynomial * r + 1
  polynomial = polynomial * r + 1
  let exponent = SIMD4<Int32>(truncatingIfNeeded: SIMD4<Int32>(n)) &+ 127
  let scale = unsafeBitCast(exponent &<< 23, to: SIMD4<Float>.self)
  return (polynomial * scale).replacing(with: 0, where: .!isInside)
}
