package import GeoTypes

/// Test-time augmentation of a tile: the scales and mirrors under which the network sees it.
package struct Augmentation: Sendable, Hashable {
  /// Which mirror images the network sees besides: none, left to right, or all eight of a square.
  package enum Flip: String, Sendable, Hashable {
    case none, horizontal, d4
  }

  package var scales: [Double]
  package var flip: Flip

  /// - Parameter scales: at least one, each above 0.
  /// - Parameter flip: which mirror images are seen.
  package init(scales: [Double], flip: Flip) {
    self.scales = scales
    self.flip = flip
  }

  package static let none = Augmentation(scales: [1], flip: .none)

  /// Whether the network sees a tile once, as it is; then logits are blended, otherwise mean probabilities.
  package var isNone: Bool { scales == [1] && flip == .none }

  /// How often the network sees each tile.
  package var views: Int { scales.count * orientations.count }

  package var orientations: [Orientation] {
    switch flip {
    case .none: [.identity]
    case .horizontal: [.identity, .mirrored]
    case .d4: Orientation.all
    }
  }

  /// Size of a scaled tile, by mmcv's rule for `scale_factor` with the aspect ratio kept.
  package static func scaled(_ size: RasterSize, by scale: Double) -> RasterSize {
    guard scale != 1 else { return size }
    let target = (
      width: Int(Double(size.width) * scale + 0.5), height: Int(Double(size.height) * scale + 0.5)
    )
    let factor = min(
      Double(max(target.width, target.height)) / Double(max(size.width, size.height)),
      Double(min(target.width, target.height)) / Double(min(size.width, size.height)))
    return RasterSize(
      width: max(1, Int(Double(size.width) * factor + 0.5)), height: max(1, Int(Double(size.height) * factor + 0.5)))
  }
}
