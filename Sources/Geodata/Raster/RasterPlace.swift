/// How a raster is placed, as a part of what is read of it.
public struct RasterPlace: Sendable, Hashable, Codable {
  public enum Way: String, Sendable, Hashable, Codable {
    case geotransform
    case controlPoints = "ground control points"
    case rationalPolynomials = "rational polynomials"
    /// In pixel coordinates.
    case none
  }

  public var by: Way
  /// `nil` where it is not placed by control points, or where the fit cannot be told.
  public var controlPoints: ControlPointFit?
  /// `nil` where no heights of `input.dem` are used.
  public var heights: HeightUse?

  init(isPlaced: Bool, isWarped: Bool, fit: ControlPointFit?, heights: HeightUse?) {
    by = !isPlaced ? .none : !isWarped ? .geotransform : fit == nil ? .rationalPolynomials : .controlPoints
    controlPoints = fit
    self.heights = heights
  }

  /// For people; `nil` for what is usual.
  var line: String? {
    switch by {
    case .geotransform: nil
    case .controlPoints:
      "placed by \(controlPoints.map { "\($0.points) " } ?? "")ground control points\(controlPoints.map { ", \($0.sentence)" } ?? "")"
    case .rationalPolynomials: "placed by rational polynomials\(heights.map { " and the heights of \($0.file)" } ?? "")"
    case .none: "not georeferenced: in pixel coordinates"
    }
  }
}
