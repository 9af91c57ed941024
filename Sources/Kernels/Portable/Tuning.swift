/// Columns that lie side by side in packed weights: all of them, as OpenBLAS wants them.
@inline(__always)
func panelWidth(_ columns: Int) -> Int { (columns + 15) / 16 * 16 }

/// Tiles of a Winograd convolution that are multiplied together; OpenBLAS packs both operands, so larger is better.
@inline(__always)
func winogradBlockTiles(inputs: Int, outputs: Int) -> Int { 128 }
