extension Pipeline {
  /// How the network goes over a source.
  public struct Inference: Sendable, Equatable, Codable {
    public var tile = Tile.auto
    /// Pixels that neighboring tiles share, in both directions; below the tile's smaller side. `nil` takes 128, or a quarter of a smaller tile.
    public var overlap: Int?
    public var blend = Blend.cosine
    /// Test-time augmentation: each tile is inferred at each of these scales, in this order.
    public var scales = [1.0]
    public var flip = Flip.none
    /// For networks with one output: the probability above which a pixel is foreground; `nil` takes the checkpoint's, else 0.3.
    public var threshold: Double?
    public var precision = Precision.float32
    public var kernels = Kernels.auto
    /// Tiles inferred at once; `nil` takes as many as there are cores allowed.
    public var workers: Int?
    /// Limit in bytes; `nil` lets the run choose.
    public var memory: Int?

    public init() {}

    /// Pixels that neighboring tiles of this size share.
    public func overlap(height: Int, width: Int) -> Int { overlap ?? min(128, min(height, width) / 4) }
  }

  /// `inference.tile`.
  public enum Tile: Sendable, Equatable, Codable {
    /// The crop size in the checkpoint, else 512.
    case auto
    /// In pixels.
    case size(height: Int, width: Int)
    /// The whole source at once.
    case whole
    /// For each source the size that infers the fewest pixels.
    case fit
  }

  /// `inference.blend`.
  public enum Blend: String, Sendable, Equatable, Codable, CaseIterable {
    case mean, cosine, center
  }

  /// `inference.flip`.
  public enum Flip: String, Sendable, Equatable, Codable, CaseIterable {
    case none, horizontal, d4
  }

  /// `inference.precision`.
  public enum Precision: String, Sendable, Equatable, Codable, CaseIterable {
    case float32, bfloat16
  }

  /// `inference.kernels`.
  public enum Kernels: String, Sendable, Equatable, Codable, CaseIterable {
    case auto, avx512, avx2, portable
  }
}
