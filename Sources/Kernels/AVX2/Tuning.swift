/// Columns that lie side by side in packed weights.
@inline(__always)
func panelWidth(_ columns: Int) -> Int { 16 }

/// Rows of a tile: 6 × 2 accumulators leave 4 of 16 registers for weights and pixels.
@inline(__always)
var tileRows: Int { 6 }

/// Rows of a short tile: two of them make a line of an attention block.
@inline(__always)
var shortRows: Int { 4 }

/// Rows that are multiplied with one slice of all weights before the next slice.
@inline(__always)
var blockRows: Int { 192 }

/// Steps of a slice: a panel of them and a tile's rows share the first cache, and the chains of additions stay short.
@inline(__always)
var sliceSteps: Int { 256 }

/// Tiles of a Winograd convolution that are transformed and multiplied together. Measured on an AMD EPYC (Zen 5, 1 MB of second
/// cache a core).
@inline(__always)
func winogradBlockTiles(inputs: Int, outputs: Int) -> Int {
  // Few channels: 36 blocks of both spectra stay in the second cache. Many: the transformed weights stream once a block.
  inputs * outputs <= 64 * 64 ? 30 : 114
}
