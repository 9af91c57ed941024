import GeoTypes
import Geodata
import NeuralNetwork
import Tiling

/// What one worker needs to turn a tile's pixels into the values that are blended. Belongs to one thread.
final class TileInference {
  private let network: any TileNetwork
  private let worker: any TileWorker
  private let normalization: Normalization
  private let augmentation: Augmentation
  private let channels: Int
  private let alignCorners: Bool
  private var input: [Float] = []
  private var turned: [Float] = []
  private var output: [Float] = []
  private var resized: [Float] = []

  /// - Throws: where there is no memory for a worker of the network.
  init(_ pass: SourcePass) throws {
    let augmentation = pass.augmentation
    let window = pass.grid.windowSize
    let largest = augmentation.scales.map { Augmentation.scaled(window, by: $0) }.max { $0.area < $1.area } ?? window
    network = pass.network
    worker = try pass.network.makeWorker(height: largest.height, width: largest.width)
    normalization = pass.normalization
    self.augmentation = augmentation
    channels = pass.network.outputs
    alignCorners = pass.network.alignCorners
  }

  /// Whether it does what a pass asks for, but for the size.
  func serves(_ pass: SourcePass) -> Bool {
    network === pass.network && normalization == pass.normalization && augmentation == pass.augmentation
  }

  /// - Parameter values: gets [height][width][channels]: logits, or mean probabilities where tiles are augmented.
  func infer(_ block: PixelBlock, into values: UnsafeMutableBufferPointer<Float>) throws {
    if augmentation.isNone {
      try logits(of: block, orientation: .identity, into: values)
      return
    }
    values.update(repeating: 0)
    for scale in augmentation.scales {
      let scaled = block.resized(to: Augmentation.scaled(block.window.size, by: scale))
      for orientation in augmentation.orientations {
        try addProbabilities(of: scaled, orientation: orientation, size: block.window.size, to: values)
      }
    }
    let share = 1 / Float(augmentation.views)
    for index in values.indices { values[index] *= share }
  }

  /// Adds the probabilities of one view of the tile.
  private func addProbabilities(
    of block: PixelBlock, orientation: Orientation, size: RasterSize, to sums: UnsafeMutableBufferPointer<Float>
  ) throws {
    resize(&output, to: block.window.area * channels)
    try output.withUnsafeMutableBufferPointer { try logits(of: block, orientation: orientation, into: $0) }
    if block.window.size != size {
      resize(&resized, to: size.area * channels)
      output.withUnsafeBufferPointer { output in
        resized.withUnsafeMutableBufferPointer { resized in
          resizeBilinear(
            output, height: block.window.height, width: block.window.width, channels: channels, into: resized,
            outputHeight: size.height, outputWidth: size.width, alignCorners: alignCorners)
        }
      }
      swap(&output, &resized)
    }
    output.withUnsafeMutableBufferPointer { output in
      channels == 1 ? sigmoidInPlace(output) : softmaxInPlace(output, channels: channels)
      for index in output.indices { sums[index] += output[index] }
    }
  }

  /// The logits of a turned tile, turned back.
  private func logits(of block: PixelBlock, orientation: Orientation, into logits: UnsafeMutableBufferPointer<Float>) throws {
    let size = block.window.size
    resize(&input, to: size.area * block.bands)
    input.withUnsafeMutableBufferPointer { normalization.apply(block, into: $0) }
    guard orientation != .identity else {
      try input.withUnsafeBufferPointer {
        try worker.infer(pixels: $0, height: size.height, width: size.width, logits: logits)
      }
      return
    }
    let turnedSize = orientation.turned(size)
    resize(&turned, to: max(size.area * block.bands, size.area * channels))
    var turnedLogits = [Float](repeating: 0, count: size.area * channels)
    try input.withUnsafeBufferPointer { input in
      try turned.withUnsafeMutableBufferPointer { turned in
        let pixels = UnsafeMutableBufferPointer(rebasing: turned[..<(size.area * block.bands)])
        orientation.apply(input, size: size, channels: block.bands, into: pixels)
        try turnedLogits.withUnsafeMutableBufferPointer { turnedLogits in
          try worker.infer(
            pixels: UnsafeBufferPointer(pixels), height: turnedSize.height, width: turnedSize.width, logits: turnedLogits)
          orientation.apply(UnsafeBufferPointer(turnedLogits), size: size, channels: channels, into: logits, inverse: true)
        }
      }
    }
  }

  /// Makes an array exactly this long; the memory is kept from tile to tile.
  private func resize(_ array: inout [Float], to count: Int) {
    if array.count > count {
      array.removeLast(array.count - count)
    } else if array.count < count {
      array.append(contentsOf: repeatElement(0, count: count - array.count))
    }
  }
}
