import Geodata

/// A tile on its way to a worker: raw pixels, so that the worker may scale and mirror them before it normalises.
struct TileJob: Sendable {
  /// The tile's turn in this pass: results are blended in this order.
  let turn: Int
  let gridRow: Int
  let gridColumn: Int
  /// Pixels of the tile's window; `nil` where no pixel is valid, so that nothing is inferred.
  let pixels: PixelBlock?
}

/// Values of a tile as they are blended: logits or probabilities, [height][width][channels].
///
/// `@unchecked Sendable`: a buffer is handed from worker to blender and back through `StageMeeting`; only one of them
/// holds it at any time.
final class TileValues: @unchecked Sendable {
  var values: [Float]

  init(count: Int) { values = [Float](repeating: 0, count: count) }
}
