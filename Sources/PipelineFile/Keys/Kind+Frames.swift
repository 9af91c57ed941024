extension Kind where Value == Pipeline.FrameMetadata {
  static let frameMetadata: Kind = .word(
    "none", .none, or: .word("auto", .auto, or: .word("exif", .exif, or: .path("a CSV file")) { .table($0) }) { $0 }
  ) { $0 }
}

extension Kind where Value == Pipeline.FrameGround {
  static let frameGround: Kind = .word(
    "sea", .sea,
    or: .either(
      .number("a height in meters"), { .level($0) }, or: .path("a GeoTIFF of heights"), { .model($0) },
      takesSecond: { NumberText.value(of: $0) == nil })
  ) { $0 }
}

extension Kind where Value == [String: String] {
  /// From columns of a table to what they hold.
  static let frameColumns: Kind = .names(of: "the name of an item", table: "a table of columns")

  /// A table from names to names; none is empty.
  static func names(of value: String, table: String) -> Kind {
    let table = Kind<[(name: String, value: String)]>.table(of: .text(value), table)
    return .word("none", [:], or: table) { pairs in
      Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
  }
}

extension Kind where Value == [Double] {
  static let distortion: Kind = .word(
    "none", [],
    or: Kind<[Double]>(
      expected: "[k1, k2, p1, p2, k3]", schema: ["type": "array", "items": ["type": "number"], "minItems": 5, "maxItems": 5]
    ) { node, reading in
      guard let values = Kind<[Double]>.list(of: .number("a number"), "[k1, k2, p1, p2, k3]").read(node, &reading) else { return nil }
      guard values.count == 5 else {
        reading.fail(.impossibleValue, at: node, "must be [k1, k2, p1, p2, k3]: five numbers, not \(values.count)")
        return nil
      }
      return values
    }
  ) { $0 }
}

extension PipelineKeys {
  static let frames = Record<Pipeline.Frames>(fields: [
    .key(
      "metadata", \.metadata, .frameMetadata, default: "none",
      "Where pictures without georeferencing say how they were taken: exif, their own EXIF and XMP tags; a CSV file with a row for each; or auto, the row of frames.csv in their folder, else their tags. none leaves them in pixel coordinates."
    ),
    .key(
      "columns", \.columns, .frameColumns, default: "none",
      "Columns of the CSV file that are not named after items of MISB ST 0601, such as {lat: Sensor Latitude}."),
    .key(
      "ground", \.ground, .frameGround, default: "sea",
      "What the pictures show: the sea, level ground at a height in meters over it, or a GeoTIFF of heights."),
    .key(
      "vertical", \.vertical, .word, default: "auto",
      "What the camera's height refers to: the geoid EGM96, the ellipsoid WGS 84, or the takeoff point (then the relative height is used); auto follows the tags."
    ),
    .key(
      "takeoff", \.takeoff, .optional("none", .number("a height in meters")), default: "none",
      "The height of the takeoff point above the sea, for vertical: takeoff."),
    .table(
      "camera", \.camera, frameCamera, default: "{sensorWidth: none, focalLength: none, distortion: none}",
      "The lens, if the tags do not give it exactly."),
    .table(
      "sigma", \.sigma, frameSigma, default: "{position: 2, height: 3, attitude: 1}",
      "One standard error of the tags' values, if the tags do not give it: sigma_m of each polygon follows from it."),
    .key(
      "minimumDip", \.minimumDip, .number("degrees above 0, at most 90", above: 0, to: 90), default: "5",
      "What lies less than this many degrees below the camera's horizontal is left out."),
    .key(
      "maximumPixel", \.maximumPixel, .optional("none", .number("a number from 1", from: 1)), default: "none",
      "Areas whose pixels are more than this many times as long as straight below the camera are left out, too."),
    .key(
      "infer", \.infer, .word, default: "ground",
      "What the network sees: the ground, north up, as networks for orthophotos expect; or the image as it was taken, from which classes and confidence are carried to the ground afterwards."
    ),
  ])

  static let frameCamera = Record<Pipeline.FrameCamera>(fields: [
    .key(
      "sensorWidth", \.sensorWidth, .optional("none", .number("millimeters above 0", above: 0)), default: "none",
      "The width of the sensor in mm."),
    .key(
      "focalLength", \.focalLength, .optional("none", .number("millimeters above 0", above: 0)), default: "none",
      "The focal length in mm; none takes that of the tags."),
    .key(
      "distortion", \.distortion, .distortion, default: "none",
      "Brown's distortion in OpenCV's order, [k1, k2, p1, p2, k3]."),
  ])

  static let frameSigma = Record<Pipeline.FrameSigma>(fields: [
    .key("position", \.position, .number("meters from 0", from: 0), default: "2", "Of the camera's position, in meters."),
    .key(
      "height", \.height, .number("meters from 0", from: 0), default: "3",
      "Of the camera's height over the ground, in meters; tide and waves count."),
    .key("attitude", \.attitude, .number("degrees from 0, at most 45", from: 0, to: 45), default: "1", "Of each angle, in degrees."),
  ])
}
