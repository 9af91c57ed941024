import Basics
import Drawing
import Evaluation
import Foundation
import GeoTypes
import Geodata

/// A picture of where a prediction errs: gray where it is right, red where it says something else than the truth, blue where a polygon's
/// pixels are missed, transparent where there is no truth. Large rasters are made smaller: a picture's pixel shows the share of wrong ones. Below it
/// stands what the colors mean, and how many of the compared pixels have each.
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

  private static let right = Color(red: 224, green: 224, blue: 224)
  private static let wrong = Color(red: 214, green: 39, blue: 40)
  private static let missed = Color(red: 33, green: 102, blue: 172)

  /// The map, with the legend below it: in the map, row and column are those of the raster by `step`.
  ///
  /// - Parameter names: of the classes.
  func picture(names: [String]) -> Picture {
    let lines = legend(names).map { (text: TextLine($0.text, size: 15, widest: 600), color: $0.color) }
    let (margin, swatch, rowHeight) = (10, 22, 26)
    let wide = max(size.width, (lines.map(\.text.width).max() ?? 0) + swatch + 3 * margin)
    let band = RasterSize(width: wide, height: lines.count * rowHeight + margin)
    var canvas = Canvas(size: band, background: Color(red: 255, green: 255, blue: 255))
    let ink = Color(red: 38, green: 42, blue: 48)
    for (index, line) in lines.enumerated() {
      let row = margin + index * rowHeight
      let place = Window(column: margin, row: row, width: swatch, height: 14)
      if let color = line.color { canvas.fill(place, color) }
      canvas.frame(place, Color(red: 140, green: 146, blue: 153))
      canvas.write(line.text, left: 2 * margin + swatch, middle: row + 7, ink)
    }
    let map = map
    let blank = [UInt8](repeating: 0, count: (wide - size.width) * 4)
    var rgba: [UInt8] = []
    rgba.reserveCapacity(wide * (size.height + band.height) * 4)
    for row in 0..<size.height {
      rgba += map[row * size.width * 4..<(row + 1) * size.width * 4]
      rgba += blank
    }
    for pixel in 0..<band.area { rgba += canvas.pixels[3 * pixel..<3 * pixel + 3] + [255] }
    return Picture(size: RasterSize(width: wide, height: size.height + band.height), rgba: rgba)
  }

  /// What the colors mean, with the shares of the pixels that were compared; no color is transparent.
  private func legend(_ names: [String]) -> [(text: String, color: Color?)] {
    let sums = counts.reduce(into: SIMD4<UInt64>.zero) { $0 &+= SIMD4<UInt64>(truncatingIfNeeded: $1) }
    let all = Double(max(1, sums.wrappedSum()))
    func share(_ kind: Int) -> String { String(format: "%.1f %%", Double(sums[kind]) / all * 100) }
    var lines: [(text: String, color: Color?)] = [
      ("right: \(share(0))", Self.right), ("wrong: predicted as another class: \(share(1))", Self.wrong),
    ]
    if let background, Int(background) < names.count {
      lines.append(("missed: predicted as \(names[Int(background)]): \(share(2))", Self.missed))
    }
    if counts.contains(where: { $0.wrappedSum() == 0 }) { lines.append(("not compared", nil)) }
    return lines
  }

  /// Red, green, blue and alpha of each pixel.
  private var map: [UInt8] {
    var rgba: [UInt8] = []
    rgba.reserveCapacity(counts.count * 4)
    for count in counts {
      let sum = count.wrappedSum()
      guard sum > 0 else {
        rgba.append(contentsOf: [0, 0, 0, 0])
        continue
      }
      let (right, wrong, missed) = (Double(count[0]), Double(count[1]), Double(count[2]))
      func mixed(_ channel: KeyPath<Color, UInt8>) -> UInt8 {
        let sums = right * Double(Self.right[keyPath: channel]) + wrong * Double(Self.wrong[keyPath: channel])
        return UInt8((sums + missed * Double(Self.missed[keyPath: channel])) / Double(sum))
      }
      rgba.append(contentsOf: [mixed(\.red), mixed(\.green), mixed(\.blue), 255])
    }
    return rgba
  }
}
