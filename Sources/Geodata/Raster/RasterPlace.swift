/// How a raster is placed, as a part of what is read of it.
public struct RasterPlace: Sendable, Hashable, Codable {
  /// How a file says where it lies.
  public enum Way: String, Sendable, Hashable, Codable {
    case geotransform
    case controlPoints = "ground control points"
    case rationalPolynomials = "rational polynomials"
    case frame = "tags of the picture"
    /// In pixel coordinates.
    case none
  }

  public var by: Way
  /// `nil` where it is not placed by control points, or where the fit cannot be told.
  public var controlPoints: ControlPointFit?
  /// `nil` where no heights of `input.dem` are used.
  public var heights: HeightUse?

  /// Where the camera was, and what that gives; `nil` where it is not placed by the picture's tags.
  public var frame: FrameReading?

  init(isPlaced: Bool, isWarped: Bool, fit: ControlPointFit?, heights: HeightUse?, frame: FrameReading? = nil) {
    by = frame != nil ? .frame : !isPlaced ? .none : !isWarped ? .geotransform : fit == nil ? .rationalPolynomials : .controlPoints
    controlPoints = fit
    self.heights = heights
    self.frame = frame
  }

  /// For people; `nil` for what is usual.
  var line: String? {
    switch by {
    case .geotransform: nil
    case .controlPoints:
      "placed by \(controlPoints.map { "\($0.points) " } ?? "")ground control points\(controlPoints.map { ", \($0.sentence)" } ?? "")"
    case .rationalPolynomials: "placed by rational polynomials\(heights.map { " and the heights of \($0.file)" } ?? "")"
    case .frame: frame.map { "placed by the tags of the picture: \($0.sentence)" }
    case .none: "not georeferenced: in pixel coordinates"
    }
  }
}
