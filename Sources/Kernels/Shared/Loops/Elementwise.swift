// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

public import KernelTypes

/// Copies an image, or adds it to what is there.
@inline(never)
public func copyImage(_ input: ImageView, into output: ImageView, adding: Bool) {
  for row in 0..<input.height {
    for column in 0..<input.width {
      let source = input.pixel(row, column)
      let target = output.pixel(row, column)
      var channel = 0
      while channel < input.channels {
        let count = input.channels - channel
        var value = loadUpTo(count, source + channel)
        if adding { value += loadUpTo(count, target + channel) }
        storeUpTo(count, value, target + channel)
        channel += lanes
      }
    }
  }
}

/// Writes one value everywhere.
@inline(never)
public func fillImage(_ output: ImageView, with value: Float) {
  let vector = Vector(repeating: value)
  for row in 0..<output.height {
    for column in 0..<output.width {
      let target = output.pixel(row, column)
      var channel = 0
      while channel < output.channels {
        storeUpTo(output.channels - channel, vector, target + channel)
        channel += lanes
      }
    }
  }
}

/// Applies an activation in place.
@inline(never)
public func activateImage(_ image: ImageView, _ activation: Activation) {
  let slope = Vector(repeating: activation.slope)
  for row in 0..<image.height {
    for column in 0..<image.width {
      let target = image.pixel(row, column)
      var channel = 0
      while channel < image.channels {
        let count = image.channels - channel
        storeUpTo(count, activated(loadUpTo(count, target + channel), slope), target + channel)
        channel += lanes
      }
    }
  }
}
