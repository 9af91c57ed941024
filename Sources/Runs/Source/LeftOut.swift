/// There is nothing to do for a source, and that is not a failure.
enum LeftOut: Error, CustomStringConvertible {
  /// None of its valid pixels lies inside the polygons of `input.area`: this file, with what is assumed of it.
  case outsideArea(String)
  /// It has no valid pixel, as sheets at the edge of a survey.
  case empty
  /// The part of each source that is to be tried does not lie in it.
  case outsideWindow(width: Int, height: Int)

  var description: String {
    switch self {
    case .outsideArea(let file): "no valid pixel inside input.area (\(file))"
    case .empty: "has no valid pixel and is left out (if it should have some, check its mask, its nodata value and input.nodata)"
    case .outsideWindow(let width, let height): "the window does not lie in its \(width) × \(height) pixels"
    }
  }
}
