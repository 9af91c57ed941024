/// Columns that lie side by side in packed weights.
@inline(__always)
func panelWidth(_ columns: Int) -> Int { 32 }

/// Rows of a tile: 14 × 2 accumulators leave 4 of 32 registers for weights and pixels.
@inline(__always)
var tileRows: Int { 14 }

/// Rows of a short tile: a line of an attention block.
@inline(__always)
var shortRows: Int { 8 }

/// Rows that are multiplied with one slice of all weights before the next slice.
@inline(__always)
var blockRows: Int { 224 }

/// Steps of a slice: a panel of 512 × 32 floats and the block's rows share the second cache.
@inline(__always)
var sliceSteps: Int { 512 }
