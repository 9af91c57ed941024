/// What covers each pixel of a canvas: the covered share of every class in one sum, and red, green, blue weighted with it.
///
/// Pixels within a polygon have the same sum, which is kept once.
struct PixelFills {
  /// The sum of each pixel by its place among `values`; 0 where nothing covers it.
  private(set) var places: [UInt32]
  private(set) var values: [SIMD4<Float>] = [.zero]
  /// Whether several pixels may have a value.
  private var isShared = [true]
  /// The value that was made last for a pixel that nothing covered before, and its share and color.
  private var last: (place: UInt32, share: Float, color: SIMD4<Float>)?

  /// - Parameter count: the canvas's pixels.
  init(count: Int) { places = [UInt32](repeating: 0, count: count) }

  /// Adds a color to a pixel.
  ///
  /// - Parameters:
  ///   - color: red, green, blue, and 1.
  ///   - share: of the pixel that is covered, 0…1.
  mutating func add(_ color: SIMD4<Float>, share: Float, at pixel: Int) {
    let place = places[pixel]
    if place == 0, let last, last.share == share, last.color == color {
      places[pixel] = last.place
      isShared[Int(last.place)] = true
    } else if isShared[Int(place)] {
      let new = UInt32(values.count)
      values.append(values[Int(place)] + color * share)
      isShared.append(false)
      places[pixel] = new
      if place == 0 { last = (new, share, color) }
      if values.count > places.count / 4, values.count <= places.count { spread() }
    } else {
      if place == last?.place { last = nil }
      values[Int(place)] += color * share
    }
  }

  /// Gives every pixel a value of its own: so many differ that sharing would take more memory.
  private mutating func spread() {
    last = nil
    values = [.zero] + places.map { values[Int($0)] }
    isShared = [true] + [Bool](repeating: false, count: places.count)
    for pixel in places.indices { places[pixel] = UInt32(pixel + 1) }
  }

  /// The places of the first values that several pixels have, at most `most`, in their order.
  func shared(most: Int) -> [Int] { Array(isShared.indices.dropFirst().lazy.filter { isShared[$0] }.prefix(most)) }
}
