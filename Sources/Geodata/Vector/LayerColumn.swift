/// A column of the layers: its name, what it holds and what that means. The one table that formats, databases and documents follow.
public struct LayerColumn: Sendable, Hashable {
  public var name: String
  /// Decimals of areas and lengths follow the size of the pixels.
  public var kind: VectorField.Kind
  /// A word or two for people, without the unit.
  public var title: String
  /// `nil` for none.
  public var unit: String?
  /// A sentence.
  public var meaning: String
  /// A value as CSV has it.
  public var example: String

  init(_ name: String, _ kind: VectorField.Kind, _ title: String, unit: String? = nil, _ meaning: String, example: String) {
    self.name = name
    self.kind = kind
    self.title = title
    self.unit = unit
    self.meaning = meaning
    self.example = example
  }

  /// "Area (m²)": what a GIS shows in place of the name.
  public var label: String { unit.map { "\(title) (\($0))" } ?? title }

  public var field: VectorField { VectorField(name, kind) }

  /// The column of this name among those of `polygons` and `footprints`; `nil` for any other.
  public static func named(_ name: String) -> LayerColumn? { byName[name] }

  private static let byName = Dictionary((footprints + polygons).map { ($0.name, $0) }, uniquingKeysWith: { $1 })

  /// Of the polygons, in the order of the layers. Which of them a layer has depends on crs and settings.
  public static let polygons = [
    LayerColumn("id", .long, "Number", "Number of the polygon in its source, from 1.", example: "17"),
    LayerColumn("class_id", .integer, "Class number", "Number of the class, as in the class raster.", example: "3"),
    LayerColumn("class", .text(bytes: 80), "Class", "Name of the class.", example: "Building"),
    LayerColumn("source", .text(bytes: 254), "Source", "The source that the polygon was found in.", example: "sheet-17"),
    LayerColumn("pixels", .long, "Pixels", "Pixels of the source in the polygon.", example: "482"),
    LayerColumn("area_m2", .real(decimals: 2), "Area", unit: "m²", "Area on the ground in square meters.", example: "120.5"),
    LayerColumn("area_px", .real(decimals: 2), "Area", unit: "pixels", "Area in pixels.", example: "482"),
    LayerColumn("perim_m", .real(decimals: 2), "Perimeter", unit: "m", "Length of all rings on the ground in meters.", example: "52.25"),
    LayerColumn("perim_px", .real(decimals: 2), "Perimeter", unit: "pixels", "Length of all rings in pixels.", example: "104.5"),
    LayerColumn(
      "conf_mean", .real(decimals: 1), "Mean confidence", unit: "%", "Mean confidence of the pixels in percent.", example: "93.4"),
    LayerColumn("conf_min", .integer, "Least confidence", unit: "%", "Least confidence in percent.", example: "51"),
    LayerColumn("conf_max", .integer, "Greatest confidence", unit: "%", "Greatest confidence in percent.", example: "99"),
    LayerColumn("edge", .integer, "At the edge", "1 where the polygon touches the edge of its source.", example: "0"),
    LayerColumn(
      "lon", .real(decimals: 8), "Longitude", unit: "°", "Longitude of a point inside, in degrees on WGS 84.", example: "13.37770433"),
    LayerColumn("lat", .real(decimals: 8), "Latitude", unit: "°", "Latitude of that point.", example: "52.51627513"),
    LayerColumn("date", .text(bytes: 10), "Date", "Day on which the source was taken, if it is known.", example: "2024-06-01"),
    LayerColumn(
      "sigma_m", .real(decimals: 2), "Position error", unit: "m",
      "One standard error of the position of that point, along its worst axis, in meters.", example: "2.4"),
    LayerColumn(
      "length_m", .real(decimals: 3), "Length", unit: "m", "Longer side of the smallest rectangle around the polygon, in meters.",
      example: "14.25"),
    LayerColumn("width_m", .real(decimals: 3), "Width", unit: "m", "Shorter side of that rectangle, in meters.", example: "9.5"),
    LayerColumn("axis_deg", .real(decimals: 2), "Axis", unit: "°", "Direction of the longer side in degrees from north.", example: "47.3"),
    LayerColumn("compact", .real(decimals: 4), "Compactness", "4π · area / perimeter²: 1 for a circle.", example: "0.7854"),
    LayerColumn(
      "medial_m", .real(decimals: 3), "Length along the middle", unit: "m",
      "Length of the medial line in meters, from end to end along the middle of a strand; empty for what is round.", example: "41.75"),
    LayerColumn(
      "medial_w_m", .real(decimals: 3), "Width along the middle", unit: "m",
      "Mean width along that line: twice its distance to the outline, in meters.", example: "3.25"),
    LayerColumn(
      "medial_deg", .real(decimals: 2), "Direction along the middle", unit: "°",
      "Direction of that line as a whole (its principal axis), in degrees from north.", example: "52.6"),
    LayerColumn(
      "vol_min_l", .real(decimals: 6), "Least volume", unit: "l", "Least volume in liters, by the thickness of the class.",
      example: "0.0048"),
    LayerColumn(
      "vol_max_l", .real(decimals: 6), "Greatest volume", unit: "l", "Greatest volume in liters, by the thickness of the class.",
      example: "0.036"),
    LayerColumn("near_class", .text(bytes: 80), "Nearest class", "The class whose nearest object is named.", example: "Ship"),
    LayerColumn("near_id", .long, "Nearest object", "Number of that object in its source.", example: "4"),
    LayerColumn("near_src", .text(bytes: 254), "Source of the nearest object", "The source of that object.", example: "DJI_0042"),
    LayerColumn(
      "near_m", .real(decimals: 2), "Distance to the nearest object", unit: "m", "Distance to its outline in meters, 0 where both touch.",
      example: "210.5"),
    LayerColumn(
      "near_deg", .real(decimals: 2), "Direction of the nearest object", unit: "°", "Direction to it in degrees from north.",
      example: "312.4"),
    LayerColumn(
      "time_first", .text(bytes: 20), "First seen", "When the first frame that shows the object was taken.",
      example: "2024-06-01T10:20:30Z"),
    LayerColumn("time_last", .text(bytes: 20), "Last seen", "When the last one was taken.", example: "2024-06-01T10:21:02Z"),
    LayerColumn("n_frames", .integer, "Frames", "How many frames show the object.", example: "3"),
    LayerColumn(
      "frames", .text(bytes: 254), "Names of the frames", "The names of these frames, as a JSON array.",
      example: "[\"DJI_0042\",\"DJI_0043\"]"),
  ]

  /// Of the layer with the ground that a picture shows (`input.frames`).
  public static let footprints = [
    LayerColumn("source", .text(bytes: 254), "Source", "The picture.", example: "DJI_0042"),
    LayerColumn("time", .text(bytes: 20), "Time", "When it was taken, as its tags say.", example: "2024-06-01T10:20:30Z"),
    LayerColumn("camera", .text(bytes: 80), "Camera", "The camera's make and model.", example: "DJI FC6310"),
    LayerColumn(
      "cam_lon", .real(decimals: 8), "Camera longitude", unit: "°", "Longitude of the camera, in degrees on WGS 84.", example: "13.37770433"
    ),
    LayerColumn("cam_lat", .real(decimals: 8), "Camera latitude", unit: "°", "Latitude of the camera.", example: "52.51627513"),
    LayerColumn("above_m", .real(decimals: 2), "Height", unit: "m", "Height of the camera above the ground, in meters.", example: "98.4"),
    LayerColumn(
      "dip_deg", .real(decimals: 2), "Dip", unit: "°", "Angle of the line of sight below the horizon, in degrees.", example: "90"),
    LayerColumn("lon", .real(decimals: 8), "Longitude", unit: "°", "Longitude of the middle of the footprint.", example: "13.37771012"),
    LayerColumn("lat", .real(decimals: 8), "Latitude", unit: "°", "Latitude of the middle of the footprint.", example: "52.51628007"),
    LayerColumn("pixel_m", .real(decimals: 4), "Pixel", unit: "m", "Ground size of a pixel there, in meters.", example: "0.0271"),
    LayerColumn(
      "sigma_m", .real(decimals: 2), "Position error", unit: "m",
      "One standard error of the position of the middle, along its worst axis, in meters.", example: "2.4"),
    LayerColumn(
      "clipped", .integer, "Clipped", "1 where the footprint was cut, as it would reach the horizon or become too coarse.", example: "0"),
  ]

  /// A Markdown table of columns.
  package static func markdown(_ columns: [LayerColumn]) -> String {
    var lines = ["| column | type | unit | meaning | example |", "| --- | --- | --- | --- | --- |"]
    for column in columns {
      lines.append("| `\(column.name)` | \(column.kind.words) | \(column.unit ?? "") | \(column.meaning) | \(column.example) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension VectorField.Kind {
  /// "whole number", "number" or "text".
  fileprivate var words: String {
    switch self {
    case .integer, .long: "whole number"
    case .real: "number"
    case .text(let bytes): "text, at most \(bytes) bytes in a Shapefile"
    }
  }
}
