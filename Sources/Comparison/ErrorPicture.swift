import Evaluation
import GeoTypes
import Geodata

/// A picture of where a prediction errs: gray where it is right, red where it says something else than the truth, blue where a polygon's
/// pixels are missed, transparent where there is no truth. Large rasters are made smaller: a picture's pixel shows the share of wrong ones.
struct ErrorPicture {
  private let size: RasterSize
  private let step: Int
  private let width: Int
  /// For each pixel of the picture: right, wrong, missed.
  private var counts: [SIMD4<UInt32>]
  private let classes: Int
  private let background: UInt8?

  private static let longestSide = 2000

  /// - Parameter background: the class that stands for "nothing here", where there is one: to predict it in place of another is to miss that.
  init(of size: RasterSize, classes: Int, background: UInt8?) {
    step = max(1, (max(size.width, size.height) + Self.longestSide - 1) / Self.longestSide)
    self.size = RasterSize(width: (size.width + step - 1) / step, height: (size.height + step - 1) / step)
    width = size.width
    counts = [SIMD4<UInt32>](repeating: .zero, count: self.size.area)
    self.classes = classes
    self.background = background
  }

  /// - Parameter row: of the raster.
  mutating func add(row: Int, prediction: ArraySlice<UInt8>, truth: ArraySlice<UInt8>) {
    let start = row / step * size.width
    for (column, (predicted, label)) in zip(prediction, truth).enumerated() where label != LabelTable.ignored {
      let isRight = predicted == label && Int(label) < classes
      let isMissed = !isRight && background != nil && predicted == background
      counts[start + column / step][isRight ? 0 : isMissed ? 2 : 1] += 1
    }
  }

  var picture: Picture {
    var rgba: [UInt8] = []
    rgba.reserveCapacity(counts.count * 4)
    for count in counts {
      let sum = count.wrappedSum()
      guard sum > 0 else {
        rgba.append(contentsOf: [0, 0, 0, 0])
        continue
      }
      let (right, wrong, missed) = (Double(count[0]), Double(count[1]), Double(count[2]))
      func mixed(_ a: Double, _ b: Double, _ c: Double) -> UInt8 { UInt8((right * a + wrong * b + missed * c) / Double(sum)) }
      rgba.append(contentsOf: [mixed(224, 214, 33), mixed(224, 39, 102), mixed(224, 40, 172), 255])
    }
    return Picture(size: size, rgba: rgba)
  }
}
