public import Frames

/// How pictures without georeferencing are placed by their tags or by a table: the keys of `input.frames`.
public struct FrameOptions: Sendable, Hashable {
  /// What rays end at.
  public enum Terrain: Sendable, Hashable {
    /// Meters over the sea.
    case level(Double)
    /// A GeoTIFF of heights.
    case model(String)
  }

  public var settings = FrameSettings()
  /// A table with a row for each picture; `nil` for the tags.
  public var table: String?
  /// Whether `FrameOptions.tableBeside` in a picture's folder comes before its tags, where it has a row for the picture.
  public var looksBeside = false
  /// What the table's columns mean that are named otherwise.
  public var columns: [String: String] = [:]
  public var terrain = Terrain.level(0)
  /// Whether the picture is read as it was taken, and not the ground that it shows: then it is in pixel coordinates, with its frame beside.
  public var readsPicture = false

  public init() {}

  /// The name of a table that lies beside pictures.
  public static let tableBeside = "frames.csv"
}
