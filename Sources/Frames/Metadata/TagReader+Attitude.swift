import GeoTypes

extension TagReader {
  mutating func rotation() throws(FrameRefusal) -> Matrix3 {
    noteTurns()
    if let rotation = try gimbal() { return rotation }
    if let rotation = try parrot() { return rotation }
    if let rotation = try nadir() { return rotation }
    throw missing()
  }

  /// Three angles; `nil` where all are missing.
  private func angles(_ space: FrameTags.Space, _ names: [String]) throws(FrameRefusal) -> [Double]? {
    let values = names.map { tags.number(space, $0) }
    guard values.contains(where: { $0 != nil }) else { return nil }
    if let index = values.firstIndex(of: nil) {
      throw FrameRefusal(
        "its attitude is incomplete: \(names[index]) is missing", remedy: "give angles by a table in input.frames.metadata")
    }
    return values.compactMap { $0 }
  }

  /// DJI: the gimbal's angles are the camera's own; the aircraft's are not looked at.
  private mutating func gimbal() throws(FrameRefusal) -> Matrix3? {
    guard let angles = try angles(.dji, ["GimbalYawDegree", "GimbalPitchDegree", "GimbalRollDegree"]) else { return nil }
    guard angles != [0, 0, 0] else {
      throw FrameRefusal(
        "it has no attitude: GimbalYawDegree, GimbalPitchDegree and GimbalRollDegree are all exactly 0, as cameras write them that know none",
        remedy: "give angles by a table in input.frames.metadata")
    }
    for name in ["CamReverse", "GimbalReverse"] where (tags.number(.dji, name) ?? 0) != 0 {
      warnings.append("its \(name) is not 0: GimbalRollDegree is assumed to hold that turn already")
    }
    notes.append("attitude of the gimbal")
    return Attitude.gimbal(yaw: angles[0], pitch: angles[1], roll: angles[2])
  }

  private mutating func parrot() throws(FrameRefusal) -> Matrix3? {
    guard let angles = try angles(.parrot, ["CameraYawDegree", "CameraPitchDegree", "CameraRollDegree"]) else { return nil }
    notes.append("attitude of CameraYawDegree, CameraPitchDegree, CameraRollDegree")
    return Attitude.gimbal(yaw: angles[0], pitch: angles[1], roll: angles[2])
  }

  /// senseFly and Pix4D, and those who write as they do.
  private mutating func nadir() throws(FrameRefusal) -> Matrix3? {
    var found: [Double]?
    if let angles = try angles(.senseFly, ["Yaw", "Pitch", "Roll"]) {
      warnings.append(
        "its sensefly:Yaw, Pitch and Roll may be the aircraft's: the camera is assumed to be fixed to it, looking straight down")
      found = angles
    } else if tags.number(.pix4D, "Yaw") == nil, let pitch = tags.number(.pix4D, "Pitch"), let roll = tags.number(.pix4D, "Roll"),
      let direction = tags.exifNumber("GPSImgDirection")
    {
      if tags.exif["GPSImgDirectionRef"]?.trimmed.uppercased() == "M" {
        throw FrameRefusal(
          "it has no attitude: GPSImgDirection counts from magnetic north", remedy: "give angles by a table in input.frames.metadata")
      }
      notes.append("heading of GPSImgDirection")
      found = [direction, pitch, roll]
    } else {
      found = try angles(.pix4D, ["Yaw", "Pitch", "Roll"])
    }
    guard let found else { return nil }
    if found[1] < 0, maker.contains("autel") {
      notes.append("attitude of Camera:Yaw, Pitch, Roll, with the pitch from the horizon, as Autel writes it")
      return Attitude.gimbal(yaw: found[0], pitch: found[1], roll: found[2])
    }
    if found[1] < -30 {
      warnings.append(
        "its Pitch of \(found[1])° is taken from straight down, as Pix4D defines it, and so looks backwards; cameras that count it from the horizon "
          + "land elsewhere")
    }
    notes.append("attitude of Yaw, Pitch, Roll from straight down")
    return Attitude.nadir(yaw: found[0], pitch: found[1], roll: found[2])
  }

  private func missing() -> FrameRefusal {
    let flight = tags.number(.dji, "FlightYawDegree") != nil ? "; FlightYawDegree is the aircraft's" : ""
    let direction = tags.exifNumber("GPSImgDirection") != nil ? "; GPSImgDirection alone does not say how far it looks down" : ""
    return FrameRefusal(
      "it has no attitude: GimbalYawDegree, GimbalPitchDegree, GimbalRollDegree, or Camera:Yaw, Pitch, Roll are missing\(flight)\(direction)",
      remedy: "give angles by a table in input.frames.metadata")
  }

  /// EXIF's Orientation is for viewers: angles belong to the array as stored. A portrait array may have been turned by the camera.
  private mutating func noteTurns() {
    if let orientation = tags.exifNumber("Orientation"), orientation > 1 {
      notes.append("Orientation \(Int(clamping: orientation)) is for viewers and does not count")
    }
    let roll = tags.number(.dji, "GimbalRollDegree").map { abs($0) } ?? 0
    if tags.size.height > tags.size.width, abs(roll - 90) < 20 {
      warnings.append(
        "its array is upright and GimbalRollDegree is \(roll): a camera that turned the pixels already would land elsewhere, by 90°")
    }
  }
}

extension Int {
  /// The whole part of any number that is one; 0 for others.
  init(clamping value: Double) { self = value.isFinite ? Int(Swift.max(-1e15, Swift.min(1e15, value))) : 0 }
}
