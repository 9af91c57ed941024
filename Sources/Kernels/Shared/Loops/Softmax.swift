// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

public import KernelTypes

/// Softmax over the channels of each pixel, in place: e to the power of the distance to the largest, over the sum of those.
@inline(never)
public func softmax(_ image: ImageView) {
  for row in 0..<image.height {
    for column in 0..<image.width { softmaxRow(image.pixel(row, column), image.channels) }
  }
}

@inline(__always)
private func softmaxRow(_ values: Floats, _ count: Int) {
  var largest = -Float.infinity
  var index = 0
  if count >= lanes {
    var best = load(values)
    index = lanes
    while index + lanes <= count {
      best = larger(best, load(values + index))
      index += lanes
    }
    largest = largestLane(best)
  }
  while index < count {
    largest = max(largest, values[index])
    index += 1
  }

  let shift = Vector(repeating: largest)
  var sums = Vector()
  index = 0
  while index + lanes <= count {
    let value = exponential(load(values + index) - shift)
    store(value, values + index)
    sums += value
    index += lanes
  }
  var total = sumOfLanes(sums)
  if index < count {
    let value = exponential(loadFirst(count - index, values + index) - shift)
    storeFirst(count - index, value, values + index)
    for lane in 0..<(count - index) { total += value[lane] }
  }

  let factor = 1 / total
  let factors = Vector(repeating: factor)
  index = 0
  while index + lanes <= count {
    store(load(values + index) * factors, values + index)
    index += lanes
  }
  while index < count {
    values[index] *= factor
    index += 1
  }
}

/// Divides each pixel by its L2 norm over the channels, the norm being at least 1e-12, in place.
@inline(never)
public func normalizeLength(_ image: ImageView) {
  for row in 0..<image.height {
    for column in 0..<image.width {
      let values = image.pixel(row, column)
      var sums = Vector()
      var channel = 0
      while channel < image.channels {
        let value = loadUpTo(image.channels - channel, values + channel)
        sums = multiplyAdd(sums, value, value)
        channel += lanes
      }
      let factor = 1 / max(sumOfLanes(sums).squareRoot(), 1e-12)
      channel = 0
      while channel < image.channels {
        let count = image.channels - channel
        storeUpTo(count, loadUpTo(count, values + channel) * factor, values + channel)
        channel += lanes
      }
    }
  }
}
