import GeoTypes
package import Geodata

/// (x - mean) / std for each band, as mmsegmentation's data preprocessor computes it in float32; invalid pixels become 0.
package struct Normalization: Sendable, Hashable {
  package var mean: [Float]
  package var std: [Float]
  /// For each channel of the network the band that it comes from.
  package var order: [Int]

  /// - Parameters:
  ///   - mean: one for each channel of the network, in the scale 0...255.
  ///   - std: the same; above 0.
  ///   - order: a permutation of the bands.
  package init(mean: [Float], std: [Float], order: [Int]) {
    precondition(mean.count == std.count && mean.count == order.count && std.allSatisfy { $0 > 0 })
    self.mean = mean
    self.std = std
    self.order = order
  }

  /// - Parameter output: gets [height][width][bands].
  package func apply(_ block: PixelBlock, into output: UnsafeMutableBufferPointer<Float>) {
    let bands = block.bands
    precondition(mean.count == bands && output.count == block.window.area * bands)
    switch block.values {
    case .bytes(let bytes):
      var tables: [[Float]] = []
      for band in 0..<bands { tables.append((0..<256).map { (Float($0) - mean[band]) / std[band] }) }
      let table = tables.flatMap(\.self)
      table.withUnsafeBufferPointer { table in
        bytes.withUnsafeBufferPointer { bytes in
          var index = 0
          while index < bytes.count {
            for band in 0..<bands { output[index + band] = table[band * 256 + Int(bytes[index + order[band]])] }
            index += bands
          }
        }
      }
    case .floats(let floats):
      floats.withUnsafeBufferPointer { floats in
        var index = 0
        while index < floats.count {
          for band in 0..<bands { output[index + band] = (floats[index + order[band]] - mean[band]) / std[band] }
          index += bands
        }
      }
    }
    guard let valid = block.valid else { return }
    for pixel in valid.indices where valid[pixel] == 0 {
      for band in 0..<bands { output[pixel * bands + band] = 0 }
    }
  }
}
