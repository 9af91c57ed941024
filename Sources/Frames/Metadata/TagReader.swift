/// Reads how a picture was taken from its tags. Notes and warnings are gathered on the way.
struct TagReader {
  let tags: FrameTags
  let settings: FrameSettings
  var notes: [String] = []
  var warnings: [String] = []
  /// Makers in EXIF and in XMP, in lower case.
  let maker: String

  init(_ tags: FrameTags, _ settings: FrameSettings) {
    self.tags = tags
    self.settings = settings
    maker = [tags.exif["Make"], tags.text(.tiff, "Make")].compactMap { $0?.lowercased() }.joined(separator: " ")
  }
}

extension FrameDescription {
  /// Reads the tags of a picture.
  ///
  /// - Throws: `FrameRefusal`, which names the tag that is missing.
  public init(_ tags: FrameTags, settings: FrameSettings) throws(FrameRefusal) {
    var reader = TagReader(tags, settings)
    let place = try reader.place()
    let altitude = try reader.altitude()
    let rotation = try reader.rotation()
    let (camera, focalLengthError) = try reader.camera()
    self.init(
      camera: camera, longitude: place.longitude, latitude: place.latitude, height: altitude.height, reference: altitude.reference,
      rotation: rotation, sigma: reader.sigma())
    sigma.focalLength = focalLengthError
    time = FrameTime(tags)
    let names = [tags.exif["Make"] ?? tags.text(.tiff, "Make"), tags.exif["Model"] ?? tags.text(.tiff, "Model")].compactMap { $0?.trimmed }
    maker = names.isEmpty ? nil : names.joined(separator: " ")
    notes = reader.notes
    warnings = reader.warnings
  }
}

// MARK: - Place and height

extension TagReader {
  mutating func place() throws(FrameRefusal) -> (longitude: Double, latitude: Double) {
    let latitude = tags.number(.dji, "GpsLatitude") ?? tags.number(.dji, "Latitude")
    // Some firmware writes the name so.
    let longitude = tags.number(.dji, "GpsLongitude") ?? tags.number(.dji, "GpsLongtitude") ?? tags.number(.dji, "Longitude")
    if let longitude, let latitude, FrameDescription.isPosition(longitude, latitude) {
      notes.append("position of XMP")
      return (longitude, latitude)
    }
    if let latitude = tags.exifDegrees("GPSLatitude"), let longitude = tags.exifDegrees("GPSLongitude"),
      FrameDescription.isPosition(longitude, latitude)
    {
      notes.append("position of EXIF")
      if tags.exifNumbers("GPSLatitude")[1] == 0, tags.exifNumbers("GPSLatitude")[2] == 0 {
        warnings.append("its GPSLatitude holds degrees alone, which GDAL reads to six digits: positions may be off by 5 m")
      }
      return (longitude, latitude)
    }
    let isZero = latitude == 0 && longitude == 0 || tags.exifDegrees("GPSLatitude") == 0
    throw FrameRefusal(
      isZero
        ? "it has no position: GPSLatitude and GPSLongitude are 0, as receivers without a fix write them"
        : "it has no position: GPSLatitude and GPSLongitude, or one of their references, are missing",
      remedy: "give positions by a table in input.frames.metadata")
  }

  mutating func altitude() throws(FrameRefusal) -> (height: Double, reference: FrameDescription.Reference) {
    let absolute = tags.number(.dji, "AbsoluteAltitude")
    if settings.vertical == .takeoff {
      guard let relative = tags.number(.dji, "RelativeAltitude") else {
        throw FrameRefusal(
          "it has no altitude over its place of take-off: RelativeAltitude is missing", remedy: "set input.frames.vertical")
      }
      guard let takeoff = settings.takeoff else {
        throw FrameRefusal("the height of its place of take-off is not known", remedy: "set input.frames.takeoff")
      }
      notes.append("RelativeAltitude over the place of take-off")
      return (takeoff + relative, .geoid)
    }
    guard let value = absolute ?? exifAltitude else {
      throw FrameRefusal(
        "it has no altitude: AbsoluteAltitude and GPSAltitude are missing", remedy: "give heights by a table in input.frames.metadata")
    }
    let name = absolute != nil ? "AbsoluteAltitude" : "GPSAltitude"
    let reference = try reference(of: name)
    notes.append("\(name) over \(reference == .geoid ? "the sea (EGM96)" : "the ellipsoid WGS 84")")
    return (value, reference)
  }

  /// Negative where it says that it lies below the sea.
  private var exifAltitude: Double? {
    tags.exifNumber("GPSAltitude").map { tags.exifNumber("GPSAltitudeRef") == 1 ? -$0 : $0 }
  }

  private func reference(of name: String) throws(FrameRefusal) -> FrameDescription.Reference {
    switch settings.vertical {
    case .geoid: return .geoid
    case .ellipsoid: return .ellipsoid
    case .auto, .takeoff: break
    }
    if name == "AbsoluteAltitude" {
      let kind = tags.text(.dji, "AltitudeType")
      if kind == "RtkAlt" || kind == nil && (tags.number(.dji, "RtkFlag") ?? 0) >= 16 { return .ellipsoid }
    }
    guard let vertical = tags.text(.pix4D, "VertCS") else { return .geoid }
    let known = vertical.lowercased().filter { !$0.isWhitespace }
    if ["epsg:5773", "5773"].contains(known) || known.contains("egm96") { return .geoid }
    if ["epsg:4979", "epsg:4326", "4979", "4326", "ellipsoidal"].contains(known) || known.contains("ellipsoid") || known == "wgs84" {
      return .ellipsoid
    }
    throw FrameRefusal(
      "its altitude counts from '\(vertical.prefix(60))' (VertCS), for which there is no geoid here",
      remedy: "set input.frames.vertical: geoid to take it for EGM96, or ellipsoid")
  }

  /// What the tags say of their own errors, else the pipeline's.
  func sigma() -> FrameSigma {
    var sigma = settings.sigma
    let flat = [tags.number(.dji, "RtkStdLon"), tags.number(.dji, "RtkStdLat")].compactMap(\.self).max()
    if let position = flat ?? tags.number(.pix4D, "GPSXYAccuracy"), position > 0 { sigma.position = position }
    if let height = tags.number(.dji, "RtkStdHgt") ?? tags.number(.pix4D, "GPSZAccuracy"), height > 0, settings.vertical != .takeoff {
      sigma.height = height
    }
    return sigma
  }
}
