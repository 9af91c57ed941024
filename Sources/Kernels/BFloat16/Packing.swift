/// Floats of a packed matrix of `rows` (the products' sums go over them) × `columns`; each float is a pair of bfloat16.
public func packedFloats(rows: Int, columns: Int) -> Int {
  let width = panelWidth(columns)
  return (columns + width - 1) / width * width * ((rows + 1) / 2)
}

/// Packs weights as PyTorch has them, rounded to bfloat16, to nearest even.
///
/// - Parameters:
///   - weights: element [o][r] at `o * outputStride + r * rowStride`, rows r in the order of the sums.
///   - packed: panels of `panelWidth` outputs, [panel][pair of rows][output in panel][row of the pair], zeros behind the last.
@inline(never)
public func packWeights(
  _ weights: UnsafePointer<Double>, outputs: Int, rows: Int, outputStride: Int, rowStride: Int, into packed: UnsafeMutablePointer<Float>
) {
  let width = panelWidth(outputs)
  let pairs = (rows + 1) / 2
  let words = UnsafeMutableRawPointer(packed).assumingMemoryBound(to: UInt16.self)
  var panel = words
  var first = 0
  while first < outputs {
    for pair in 0..<pairs {
      for place in 0..<width {
        for half in 0..<2 {
          let row = 2 * pair + half
          let isInside = first + place < outputs && row < rows
          panel[(pair * width + place) * 2 + half] = isInside ? bfloat16(weights[(first + place) * outputStride + row * rowStride]) : 0
        }
      }
    }
    panel += 2 * pairs * width
    first += width
  }
}

/// The upper half of a float's bits, rounded to nearest even.
@inline(__always)
private func bfloat16(_ value: Double) -> UInt16 {
  let bits = Float(value).bitPattern
  if bits & 0x7FFF_FFFF > 0x7F80_0000 { return 0x7FC0 }
  return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
}
