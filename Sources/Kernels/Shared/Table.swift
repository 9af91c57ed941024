// Compiled into AVX2, AVX512 and Portable, through links: the functions are those of the set.

public import KernelTypes

/// The set's loops.
public let kernelTable = KernelTable(
  packedFloats: packedFloats(rows:columns:),
  productScratchFloats: productScratchFloats(rows:inputs:outputs:),
  product: product(_:),
  packWeights: packWeights(_:outputs:rows:outputStride:rowStride:into:),
  packTransposed: packTransposed(_:scale:into:),
  packRows: packRows(_:scale:into:),
  transpose: transpose(_:into:stride:),
  winogradWeightStride: winogradWeightStride(inputs:outputs:),
  packWinogradWeights: packWinogradWeights(_:outputs:inputs:largestTile:into:),
  winogradScratchFloats: winogradScratchFloats(height:width:inputs:outputs:dilation:largestTile:),
  winograd: winograd(_:),
  patchScratchFloats: patchScratchFloats(outputPixels:inputs:outputs:shape:),
  convolvePatches: convolvePatches(_:),
  convolveDepthwise: convolveDepthwise(_:),
  softmax: softmax(_:),
  normalizeLength: normalizeLength(_:),
  normalizeGroups: normalizeGroups(_:groups:scale:shift:epsilon:activation:),
  maxPool: maxPool(_:into:size:stride:padding:),
  adaptiveAveragePool: adaptiveAveragePool(_:into:),
  resizeBilinear: resizeBilinear(_:into:alignCorners:adding:),
  resizeNearest: resizeNearest(_:into:adding:),
  copyImage: copyImage(_:into:adding:),
  fillImage: fillImage(_:with:),
  activateImage: activateImage(_:_:),
  multiplyAddsInRegisters: multiplyAddsInRegisters(rounds:))
