import Foundation
public import GeoTypes

/// A table with a row for each picture, its columns named after the items of MISB ST 0601.
///
/// Column names count without case, spaces, punctuation and units in brackets.
public struct SensorTable: Sendable {
  /// What a column means.
  public enum Column: String, Sendable, CaseIterable {
    case file = "File"
    case time = "Precision Time Stamp"
    case latitude = "Sensor Latitude"
    case longitude = "Sensor Longitude"
    case altitude = "Sensor True Altitude"
    case ellipsoidHeight = "Sensor Ellipsoid Height"
    case heading = "Platform Heading Angle"
    case pitch = "Platform Pitch Angle"
    case roll = "Platform Roll Angle"
    case fullPitch = "Platform Pitch Angle (Full)"
    case fullRoll = "Platform Roll Angle (Full)"
    case azimuth = "Sensor Relative Azimuth Angle"
    case elevation = "Sensor Relative Elevation Angle"
    case sensorRoll = "Sensor Relative Roll Angle"
    case horizontalView = "Sensor Horizontal Field of View"
    case verticalView = "Sensor Vertical Field of View"
    case slantRange = "Slant Range"
    case targetWidth = "Target Width"
    case middleLatitude = "Frame Center Latitude"
    case middleLongitude = "Frame Center Longitude"

    fileprivate static let others: [String: Column] = [
      "filename": .file, "image": .file, "imagename": .file, "name": .file, "timestamp": .time, "unixtimestamp": .time,
      "sensorellipsoidheightextended": .ellipsoidHeight, "sensorellipsoidheightconversion": .ellipsoidHeight,
      "sensorhorizontalfov": .horizontalView, "sensorverticalfov": .verticalView, "platformheading": .heading, "platformpitch": .pitch,
      "platformroll": .roll, "sensoraltitude": .altitude, "sensorrelativeazimuth": .azimuth, "sensorrelativeelevation": .elevation,
      "sensorrelativeroll": .sensorRoll,
    ]

    static func named(_ text: String) -> Column? {
      let name = plain(text)
      return allCases.first { plain($0.rawValue) == name } ?? others[name]
    }

    /// Lower-case letters and digits, without what is in brackets but for "(Full)".
    private static func plain(_ text: String) -> String {
      var depth = 0
      var kept = ""
      for character in text.lowercased().replacingOccurrences(of: "(full)", with: "full") {
        if "([".contains(character) { depth += 1 }
        if depth == 0, character.isASCII, character.isLetter || character.isNumber { kept.append(character) }
        if ")]".contains(character) { depth = max(0, depth - 1) }
      }
      return kept
    }
  }

  /// The table's own name, for messages.
  let name: String
  private let rows: [String: [Column: String]]
  private let doubled: Set<String>

  /// ST 0601 has 143 items.
  private static let mostColumns = 1000

  /// - Parameters:
  ///   - text: with commas, semicolons or tabs between fields, which may be quoted.
  ///   - name: the table's, for messages.
  ///   - columns: what columns mean that are named otherwise, by their names; they come before others.
  /// - Throws: `FrameRefusal` where there is no column of file names, or a mapped column is missing.
  public init(_ text: String, name: String, columns: [String: String] = [:]) throws(FrameRefusal) {
    self.name = name
    var lines = DelimitedText.rows(of: text)
    guard !lines.isEmpty else { throw FrameRefusal("the table is empty") }
    let header = lines.removeFirst().map(\.trimmed)
    guard header.count <= Self.mostColumns else {
      throw FrameRefusal("the table has \(header.count) columns, more than the \(Self.mostColumns) that one may have")
    }
    var meanings: [Column: Int] = [:]
    for (own, meaning) in columns.sorted(by: { $0.key < $1.key }) {
      guard let column = Column.named(meaning) else {
        throw FrameRefusal(
          "'\(meaning.prefix(60))' is not the name of an item",
          remedy: "use one of \(Column.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      guard let index = header.firstIndex(of: own) else { throw FrameRefusal("the table has no column '\(own.prefix(60))'") }
      meanings[column] = index
    }
    for (index, text) in header.enumerated() where columns[text] == nil {
      if let column = Column.named(text), meanings[column] == nil { meanings[column] = index }
    }
    guard let file = meanings[.file] else {
      throw FrameRefusal("the table has no column File with the names of pictures", remedy: "name it in input.frames.columns")
    }
    var rows: [String: [Column: String]] = [:]
    var doubled: Set<String> = []
    for line in lines where file < line.count {
      let key = Self.leaf(line[file].trimmed)
      guard !key.isEmpty else { continue }
      if rows[key] != nil { doubled.insert(key) }
      rows[key] = meanings.compactMapValues { index in
        guard index < line.count else { return nil }
        let value = line[index].trimmed
        return value.isEmpty ? nil : value
      }
    }
    self.rows = rows
    self.doubled = doubled
  }

  private static func leaf(_ path: String) -> String {
    path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
  }

  /// - Parameter file: the picture's path, of which the name counts.
  public func hasRow(for file: String) -> Bool { rows[Self.leaf(file)] != nil }

  /// How a picture was taken, by its row.
  ///
  /// - Parameter file: the picture's path, of which the name counts.
  /// - Parameter size: its size, in pixels.
  /// - Parameter settings: `input.frames`.
  /// - Throws: `FrameRefusal`, which names the column that is missing.
  public func description(of file: String, size: RasterSize, settings: FrameSettings) throws(FrameRefusal) -> FrameDescription {
    let key = Self.leaf(file)
    guard let row = rows[key] else { throw FrameRefusal("\(name) has no row for \(key)", remedy: "add one") }
    guard !doubled.contains(key) else { throw FrameRefusal("\(name) has more than one row for \(key)", remedy: "keep one") }
    return try FrameDescription(row: Row(values: row), size: size, settings: settings)
  }

  /// The values of one picture.
  struct Row {
    let values: [Column: String]

    func number(_ column: Column) -> Double? { values[column].flatMap(FrameTags.number) }

    func number(_ columns: [Column], _ what: String) throws(FrameRefusal) -> Double {
      for column in columns { if let value = number(column) { return value } }
      throw FrameRefusal("it has no \(what): \(columns.map(\.rawValue).joined(separator: ", ")) is missing in its row")
    }
  }
}

extension FrameDescription {
  init(row: SensorTable.Row, size: RasterSize, settings: FrameSettings) throws(FrameRefusal) {
    let latitude = try row.number([.latitude], "position")
    let longitude = try row.number([.longitude], "position")
    guard Self.isPosition(longitude, latitude) else {
      throw FrameRefusal("it has no position: its Sensor Latitude and Sensor Longitude are not valid coordinates")
    }
    var (height, reference) = (0.0, Reference.ellipsoid)
    switch settings.vertical {
    case .auto:
      if let value = row.number(.ellipsoidHeight) {
        height = value
      } else {
        height = try row.number([.altitude, .ellipsoidHeight], "altitude")
        reference = .geoid
      }
    case .geoid, .ellipsoid:
      height = try row.number([.altitude, .ellipsoidHeight], "altitude")
      reference = settings.vertical == .geoid ? .geoid : .ellipsoid
    case .takeoff:
      throw FrameRefusal("a table has no altitude over the place of take-off", remedy: "set input.frames.vertical: auto")
    }
    var warnings: [String] = []
    /// An angle that rows leave out where it is level.
    func level(_ columns: [SensorTable.Column]) -> Double {
      for column in columns { if let value = row.number(column) { return value } }
      warnings.append("its row has no \(columns[0].rawValue): 0 is assumed")
      return 0
    }
    let rotation = Attitude.turret(
      heading: try row.number([.heading], "attitude"), pitch: level([.fullPitch, .pitch]), roll: level([.fullRoll, .roll]),
      azimuth: try row.number([.azimuth], "attitude"), elevation: try row.number([.elevation], "attitude"), sensorRoll: level([.sensorRoll])
    )
    let camera = try Self.camera(row, size, settings)
    self.init(
      camera: camera, longitude: longitude, latitude: latitude, height: height, reference: reference, rotation: rotation,
      sigma: settings.sigma)
    self.warnings = warnings
    notes = ["row of the table, altitude over \(reference == .geoid ? "the sea (EGM96)" : "the ellipsoid WGS 84")"]
    time = row.values[.time].flatMap { FrameTime($0) }
    if let x = row.number(.middleLongitude), let y = row.number(.middleLatitude), Self.isPosition(x, y) { statedMiddle = Point(x: x, y: y) }
  }

  private static func camera(_ row: SensorTable.Row, _ size: RasterSize, _ settings: FrameSettings) throws(FrameRefusal) -> Camera {
    func focal(_ column: SensorTable.Column, _ pixels: Int) -> Double? {
      row.number(column).flatMap { $0 > 0.01 && $0 < 175 ? Double(pixels) / 2 / tan($0 * .pi / 360) : nil }
    }
    let (fx, fy) = (focal(.horizontalView, size.width), focal(.verticalView, size.height))
    if let either = fx ?? fy { return Camera(size: size, fx: fx ?? either, fy: fy ?? either) }
    if let range = row.number(.slantRange), let width = row.number(.targetWidth), range > 0, width > 0 {
      let pixels = Double(size.width) * range / width
      if pixels > Double(size.width) / 100, pixels < Double(size.width) * 1000 { return Camera(size: size, fx: pixels, fy: pixels) }
    }
    if let lens = settings.lens, let length = lens.focalLength {
      let pixels = length / lens.sensorWidth * Double(size.width)
      return Camera(size: size, fx: pixels, fy: pixels, distortion: lens.distortion)
    }
    throw FrameRefusal(
      "it has no focal length: Sensor Horizontal Field of View and Sensor Vertical Field of View are missing in its row",
      remedy: "set input.frames.camera")
  }
}
