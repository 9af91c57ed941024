package import NeuralNetwork

/// What the crew needs to know of a network: any that turns a tile's pixels into values for each pixel.
package protocol TileNetwork: AnyObject, Sendable {
  associatedtype Worker: TileWorker

  /// Values for each pixel.
  var outputs: Int { get }
  /// How the network enlarges its own output: true where corners lie on corners.
  var alignCorners: Bool { get }
  /// Bytes that a worker holds for tiles of this size.
  func arenaBytes(height: Int, width: Int) -> Int
  /// A worker with memory for tiles of this size; it takes smaller ones, too.
  ///
  /// - Throws: where there is no memory for it.
  func makeWorker(height: Int, width: Int) throws -> Worker
}

/// A network at work on one tile after another; belongs to one thread.
package protocol TileWorker: AnyObject {
  /// - Parameters:
  ///   - pixels: [height, width, bands], normalized.
  ///   - height: of the tile, in pixels.
  ///   - width: of the tile, in pixels.
  ///   - logits: [height, width, outputs], overwritten.
  /// - Throws: where there is no memory for the size.
  func infer(pixels: UnsafeBufferPointer<Float>, height: Int, width: Int, logits: UnsafeMutableBufferPointer<Float>) throws
}

extension Network: TileNetwork {
  package var outputs: Int { description.outputs }
  package var alignCorners: Bool { description.alignCorners }
}

extension NetworkWorker: TileWorker {}
