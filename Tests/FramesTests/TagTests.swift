import GeoTypes
import Testing

@testable import Frames

/// Each trap of tags that others have fallen into.
@Suite struct TagTests {
  private static let dji = "http://www.dji.com/drone-dji/1.0/"
  private static let pix4D = "http://pix4d.com/camera/1.0"

  private func tags(
    _ changes: [String: String?] = [:], exif: [String: String] = [:], space: String = dji,
    size: RasterSize = RasterSize(width: 640, height: 480)
  ) -> FrameTags {
    var values: [String: String] = [
      "GpsLatitude": "+54.134959649", "GpsLongitude": "+15.143333097", "AbsoluteAltitude": "+120.000", "RelativeAltitude": "+118.5",
      "GimbalYawDegree": "+35.00", "GimbalPitchDegree": "-80.00", "GimbalRollDegree": "+0.00", "FlightYawDegree": "+72.00",
      "FlightPitchDegree": "+3.4", "FlightRollDegree": "-1.7", "CalibratedFocalLength": "443.76",
    ]
    if space != Self.dji { values = [:] }
    for (name, value) in changes { values[name] = value }
    return FrameTags(
      size: size, exif: exif, xmp: values.sorted { $0.key < $1.key }.map { .init(space: space, name: $0.key, value: $0.value) })
  }

  private func describe(_ tags: FrameTags, _ settings: FrameSettings = FrameSettings()) throws -> FrameDescription {
    try FrameDescription(tags, settings: settings)
  }

  private func refusal(_ tags: FrameTags, _ settings: FrameSettings = FrameSettings()) -> String {
    do throws(FrameRefusal) {
      _ = try FrameDescription(tags, settings: settings)
      return "placed"
    } catch { return error.reason }
  }

  private func isSame(_ first: Matrix3, _ second: Matrix3) -> Bool {
    (first.columns.x - second.columns.x).length < 1e-12 && (first.columns.z - second.columns.z).length < 1e-12
  }

  private static let place = [
    "GPSLatitude": "(54) (8) (5.8547)", "GPSLatitudeRef": "N", "GPSLongitude": "(15) (8) (35.9991)", "GPSLongitudeRef": "E",
    "GPSAltitude": "(120)", "GPSAltitudeRef": "0x00",
  ]

  // MARK: - Attitude

  @Test func theAircraftsAnglesDoNotCount() throws {
    let description = try describe(tags())
    #expect(isSame(description.rotation, Attitude.gimbal(yaw: 35, pitch: -80, roll: 0)))
    #expect(description.warnings.isEmpty)
    let missing: [String: String?] = ["GimbalYawDegree": nil, "GimbalPitchDegree": nil, "GimbalRollDegree": nil]
    #expect(refusal(tags(missing)).contains("no attitude"))
    #expect(refusal(tags(missing)).contains("FlightYawDegree is the aircraft's"))
  }

  @Test func exactZerosAreNoAttitude() {
    let zeros: [String: String?] = ["GimbalYawDegree": "+0.00", "GimbalPitchDegree": "-0.00", "GimbalRollDegree": "0"]
    #expect(refusal(tags(zeros)).contains("exactly 0"))
  }

  @Test func aMissingAngleIsNamed() {
    #expect(refusal(tags(["GimbalPitchDegree": nil])).contains("GimbalPitchDegree"))
    #expect(refusal(tags(["GimbalRollDegree": "nan"])).contains("GimbalRollDegree"))
  }

  @Test func aRollOf180LooksDownAllTheSame() throws {
    let rotation = try describe(tags(["GimbalRollDegree": "180", "GimbalPitchDegree": "-90"])).rotation
    #expect(rotation.columns.z.z > 0.999)
  }

  @Test func aHangingCameraIsAWarning() throws {
    let warnings = try describe(tags(["CamReverse": "1"])).warnings
    #expect(warnings.count == 1)
    #expect(warnings[0].contains("CamReverse"))
    #expect(try describe(tags(["GimbalReverse": "0"])).warnings.isEmpty)
  }

  @Test func orientationIsForViewers() throws {
    let description = try describe(tags(exif: ["Orientation": "6"]))
    #expect(isSame(description.rotation, Attitude.gimbal(yaw: 35, pitch: -80, roll: 0)))
    #expect(description.notes.contains { $0.contains("Orientation 6") })
  }

  @Test func uprightPixelsWithARollAreAmbiguous() throws {
    let upright = RasterSize(width: 480, height: 640)
    #expect(try describe(tags(["GimbalRollDegree": "90"], size: upright)).warnings.contains { $0.contains("GimbalRollDegree") })
    #expect(try describe(tags(["GimbalRollDegree": "90"])).warnings.isEmpty)
    #expect(try describe(tags(size: upright)).warnings.isEmpty)
  }

  @Test(arguments: ["http://pix4d.com/camera/1.0", "http://pix4d.com/camera/1.0/"]) func pitchCountsFromStraightDown(_ space: String) throws
  {
    var exif = Self.place
    exif["FocalLengthIn35mmFilm"] = "24"
    let description = try describe(tags(["Yaw": "20", "Pitch": "30", "Roll": "0"], exif: exif, space: space))
    #expect(isSame(description.rotation, Attitude.gimbal(yaw: 20, pitch: -60, roll: 0)))
  }

  @Test func autelCountsPitchFromTheHorizon() throws {
    var exif = Self.place
    exif["FocalLengthIn35mmFilm"] = "24"
    let angles: [String: String?] = ["Yaw": "160", "Pitch": "-62", "Roll": "0"]
    // Without a maker it looks backwards, and a warning says so.
    let plain = try describe(tags(angles, exif: exif, space: Self.pix4D))
    #expect(isSame(plain.rotation, Attitude.nadir(yaw: 160, pitch: -62, roll: 0)))
    #expect(plain.warnings.contains { $0.contains("Pitch of -62") })
    exif["Make"] = "Autel Robotics"
    #expect(isSame(try describe(tags(angles, exif: exif, space: Self.pix4D)).rotation, Attitude.gimbal(yaw: 160, pitch: -62, roll: 0)))
    // The maker may be named in XMP alone.
    exif["Make"] = "Camera"
    var both = tags(angles, exif: exif, space: Self.pix4D)
    both.xmp.append(.init(space: "http://ns.adobe.com/tiff/1.0/", name: "Make", value: "AUTEL"))
    #expect(isSame(try describe(both).rotation, Attitude.gimbal(yaw: 160, pitch: -62, roll: 0)))
  }

  @Test func senseFlysAnglesMayBeTheAircrafts() throws {
    var exif = Self.place
    exif["FocalLengthIn35mmFilm"] = "24"
    let description = try describe(
      tags(["Yaw": "20.0", "Pitch": "4.2", "Roll": "-3.1"], exif: exif, space: "http://ns.sensefly.com/Camera/1.0/"))
    #expect(isSame(description.rotation, Attitude.nadir(yaw: 20, pitch: 4.2, roll: -3.1)))
    #expect(description.warnings.contains { $0.contains("sensefly:Yaw") })
  }

  @Test func parrotsTwoPitchesAre90DegreesApart() throws {
    var exif = Self.place
    exif["FocalLengthIn35mmFilm"] = "24"
    let space = "http://www.parrot.com/drone-parrot/1.0/"
    let camera = tags(
      ["CameraYawDegree": "10", "CameraPitchDegree": "-51.989", "CameraRollDegree": "0"], exif: exif, space: space)
    let old = tags(["Yaw": "10", "Pitch": "38.011", "Roll": "0"], exif: exif, space: Self.pix4D)
    #expect(isSame(try describe(camera).rotation, try describe(old).rotation))
  }

  @Test func aDirectionAloneDoesNotSayHowFarDown() throws {
    var exif = Self.place
    exif["FocalLengthIn35mmFilm"] = "24"
    exif["GPSImgDirection"] = "(75)"
    let alone = refusal(tags(exif: exif, space: Self.pix4D))
    #expect(alone.contains("no attitude") && alone.contains("GPSImgDirection"))
    // Together with pitch and roll it is the heading, unless it is magnetic.
    let angles: [String: String?] = ["Pitch": "30", "Roll": "0"]
    #expect(isSame(try describe(tags(angles, exif: exif, space: Self.pix4D)).rotation, Attitude.gimbal(yaw: 75, pitch: -60, roll: 0)))
    exif["GPSImgDirectionRef"] = "M"
    #expect(refusal(tags(angles, exif: exif, space: Self.pix4D)).contains("magnetic"))
  }

  // MARK: - Position

  @Test func theMisspeltLongitudeIsRead() throws {
    let description = try describe(tags(["GpsLongitude": nil, "GpsLongtitude": "+120.9517"]))
    #expect(description.longitude == 120.9517)
  }

  @Test func zeroIsNoFix() {
    let zero: [String: String?] = ["GpsLatitude": "+0.000000000", "GpsLongitude": "+0.000000000"]
    #expect(refusal(tags(zero)).contains("no position"))
    #expect(refusal(tags(["GpsLatitude": nil, "GpsLongitude": nil])).contains("no position"))
    #expect(refusal(tags(["GpsLatitude": "95"])).contains("no position"))
    #expect(refusal(tags(["GpsLatitude": "inf"])).contains("no position"))
    // XMP without a fix, and EXIF with one.
    #expect((try? describe(tags(zero, exif: Self.place)))?.latitude ?? 0 > 54)
  }

  @Test func southAndWestAreNegative() throws {
    var exif = Self.place
    exif["GPSLatitudeRef"] = "S"
    exif["GPSLongitudeRef"] = "W"
    let description = try describe(tags(["GpsLatitude": nil], exif: exif))
    #expect(abs(description.latitude + 54.134959) < 1e-5 && abs(description.longitude + 15.143333) < 1e-5)
    // Without its reference a number is not a place.
    exif["GPSLongitudeRef"] = nil
    #expect(refusal(tags(["GpsLatitude": nil], exif: exif)).contains("references"))
  }

  @Test func degreesAloneAreCoarse() throws {
    var exif = Self.place
    exif["GPSLatitude"] = "(54.135) (0) (0)"
    #expect(try describe(tags(["GpsLatitude": nil], exif: exif)).warnings.contains { $0.contains("GPSLatitude") })
  }

  // MARK: - Height

  @Test func heightsCountFromWhatTheTagsSay() throws {
    #expect(try describe(tags()).reference == .geoid)
    #expect(try describe(tags(["AltitudeType": "RtkAlt"])).reference == .ellipsoid)
    #expect(try describe(tags(["RtkFlag": "50"])).reference == .ellipsoid)
    #expect(try describe(tags(["RtkFlag": "50", "AltitudeType": "GpsFusionAlt"])).reference == .geoid)
    var settings = FrameSettings()
    settings.vertical = .ellipsoid
    #expect(try describe(tags(), settings).reference == .ellipsoid)
    settings.vertical = .geoid
    #expect(try describe(tags(["AltitudeType": "RtkAlt"]), settings).reference == .geoid)
  }

  @Test func relativeHeightsNeedTheTakeoffs() throws {
    var settings = FrameSettings()
    settings.vertical = .takeoff
    #expect(refusal(tags(), settings).contains("take-off"))
    settings.takeoff = 4
    let description = try describe(tags(), settings)
    #expect(description.height == 122.5 && description.reference == .geoid)
    #expect(refusal(tags(["RelativeAltitude": nil]), settings).contains("RelativeAltitude"))
  }

  @Test func belowTheSeaIsNegative() throws {
    var exif = Self.place
    exif["GPSAltitude"] = "(310)"
    exif["GPSAltitudeRef"] = "0x01"
    #expect(try describe(tags(["AbsoluteAltitude": nil], exif: exif)).height == -310)
    #expect(refusal(tags(["AbsoluteAltitude": nil])).contains("no altitude"))
  }

  @Test func aGeoidThatIsNotHereIsRefused() throws {
    var exif = Self.place
    exif["FocalLengthIn35mmFilm"] = "24"
    func with(_ vertical: String) -> FrameTags {
      tags(["Yaw": "20", "Pitch": "30", "Roll": "0", "VertCS": vertical], exif: exif, space: Self.pix4D)
    }
    #expect(try describe(with("EPSG:5773")).reference == .geoid)
    #expect(try describe(with("ellipsoidal")).reference == .ellipsoid)
    #expect(refusal(with("EPSG:5703")).contains("VertCS"))
    var settings = FrameSettings()
    settings.vertical = .geoid
    #expect(try describe(with("EPSG:5703"), settings).reference == .geoid)
  }

  // MARK: - Lens

  private static let dewarp = "2026-03-14;450,451,10.1,-16.9,-.268652,.114663,.00015268,-.000046,-.035026"

  @Test func dewarpDataHoldWhereNothingIsDewarped() throws {
    let raw = try describe(tags(["DewarpData": Self.dewarp, "DewarpFlag": "0"])).camera
    #expect(raw.fx == 450 && raw.fy == 451 && raw.cx == 10.1 && raw.cy == -16.9)
    #expect(raw.distortion == Distortion(k1: -0.268652, k2: 0.114663, p1: 0.00015268, p2: -0.000046, k3: -0.035026))
    // The camera has taken the distortion out.
    let done = try describe(tags(["DewarpData": Self.dewarp, "DewarpFlag": "1"])).camera
    #expect(done.fx == 443.76 && done.distortion.isNone)
  }

  @Test func brokenDewarpDataAreSaid() throws {
    let description = try describe(tags(["DewarpData": "2026;1,2,3"]))
    #expect(description.camera.fx == 443.76)
    #expect(description.warnings.contains { $0.contains("DewarpData") })
  }

  @Test func pix4DsDistortionHasAnotherOrder() throws {
    var exif = Self.place
    exif["FocalPlaneXResolution"] = "(62.5)"
    exif["FocalPlaneResolutionUnit"] = "4"
    let camera = try describe(
      tags(
        [
          "Yaw": "-75", "Pitch": "30", "Roll": "0", "PrincipalPoint": "3.21,2.385", "PerspectiveFocalLength": "400/100",
          "PerspectiveDistortion": "-0.08,0.03,0.001,0.0005,-0.0003",
        ], exif: exif, space: Self.pix4D, size: RasterSize(width: 400, height: 300))
    ).camera
    #expect(camera.fx == 250)
    #expect(abs(camera.cx - 0.625) < 1e-9 && abs(camera.cy + 0.9375) < 1e-9)
    #expect(camera.distortion == Distortion(k1: -0.08, k2: 0.03, p1: 0.0005, p2: -0.0003, k3: 0.001))
  }

  @Test func aFisheyeIsRefused() {
    #expect(
      refusal(tags(["Yaw": "1", "Pitch": "2", "Roll": "3", "ModelType": "fisheye"], exif: Self.place, space: Self.pix4D)).contains(
        "ModelType"))
  }

  @Test func aShrunkPictureHasAShorterFocalLength() throws {
    let camera = try describe(tags(exif: ["PixelXDimension": "1280", "PixelYDimension": "960"])).camera
    #expect(abs(camera.fx - 221.88) < 1e-9)
    #expect(refusal(tags(exif: ["PixelXDimension": "1280", "PixelYDimension": "720"])).contains("PixelXDimension"))
  }

  @Test func aGuessIsSaid() throws {
    let description = try describe(tags(["CalibratedFocalLength": nil], exif: ["FocalLengthIn35mmFilm": "24"]))
    #expect(abs(description.camera.fx - 443.76) < 0.1)
    #expect(description.sigma.focalLength == 0.02)
    #expect(description.warnings.contains { $0.contains("guess") && $0.contains("FocalLengthIn35mmFilm") })
    #expect(refusal(tags(["CalibratedFocalLength": nil])).contains("focal"))
    // A denominator of 0 is unknown.
    #expect(refusal(tags(["CalibratedFocalLength": nil], exif: ["FocalLengthIn35mmFilm": "(0)"])).contains("focal"))
  }

  @Test func thePipelinesLensComesBeforeAGuess() throws {
    var settings = FrameSettings()
    settings.lens = FrameSettings.Lens(sensorWidth: 13.2, focalLength: 8.8)
    let description = try describe(tags(["CalibratedFocalLength": nil], exif: ["FocalLengthIn35mmFilm": "24"]), settings)
    #expect(abs(description.camera.fx - 8.8 / 13.2 * 640) < 1e-9)
    #expect(description.warnings.isEmpty)
    // But not before what the camera says.
    #expect(try describe(tags(), settings).camera.fx == 443.76)
  }

  // MARK: - Errors and time

  @Test func tagsSayTheirErrors() throws {
    #expect(try describe(tags()).sigma == FrameSigma(position: 2, height: 3, attitude: 1))
    let sigma = try describe(tags(["RtkStdLon": "0.012", "RtkStdLat": "0.02", "RtkStdHgt": "0.025"])).sigma
    #expect(sigma.position == 0.02 && sigma.height == 0.025 && sigma.attitude == 1)
  }

  @Test(
    arguments: [
      (["DateTimeOriginal": "2026:06:01 10:11:12"], "2026-06-01T10:11:12"),
      (["DateTimeOriginal": "2026:06:01 10:11:12", "OffsetTimeOriginal": "+00:00"], "2026-06-01T10:11:12Z"),
      (
        ["DateTimeOriginal": "2026:06:01 12:11:12", "GPSDateStamp": "2026:06:01", "GPSTimeStamp": "(10) (11) (12.4)"],
        "2026-06-01T10:11:12Z"
      ),
      (["DateTimeOriginal": "0000:00:00 00:00:00"], nil), (["DateTimeOriginal": "2026:13:01 10:11:12"], nil), ([:], nil),
    ] as [([String: String], String?)]) func timesAreUTCWhereTheySaySo(_ exif: [String: String], _ expected: String?) throws
  {
    #expect(try describe(tags(exif: exif)).time?.text == expected)
  }
}

@Suite struct SensorTableTests {
  private static let header =
    "File,Precision Time Stamp,Sensor Latitude,Sensor Longitude,Sensor True Altitude,Platform Heading Angle,Platform Pitch Angle,"
    + "Platform Roll Angle,Sensor Relative Azimuth Angle,Sensor Relative Elevation Angle,Sensor Relative Roll Angle,"
    + "Sensor Horizontal Field of View,Sensor Vertical Field of View"
  private static let row = "t1.jpg,1780308670000000,54.136,15.147,260,300,4,-20,255,-40,0,30,22.7"
  private let size = RasterSize(width: 640, height: 480)

  private func describe(_ text: String, _ file: String = "a/t1.jpg", columns: [String: String] = [:]) throws(FrameRefusal)
    -> FrameDescription
  {
    try SensorTable(text, name: "frames.csv", columns: columns).description(of: file, size: size, settings: FrameSettings())
  }

  private func refusal(_ text: String, _ file: String = "t1.jpg", columns: [String: String] = [:]) -> String {
    do throws(FrameRefusal) {
      _ = try describe(text, file, columns: columns)
      return "placed"
    } catch { return error.reason }
  }

  @Test func aTableOfTooManyColumnsIsRefused() {
    let more = String(repeating: ",x", count: 1000)
    #expect(refusal(Self.header + more + "\n" + Self.row).contains("1013 columns, more than the 1000"))
  }

  @Test func aRowIsAnAttitudeAndAView() throws {
    let description = try describe(Self.header + "\n" + Self.row)
    #expect(
      (description.rotation.columns.z
        - Attitude.turret(heading: 300, pitch: 4, roll: -20, azimuth: 255, elevation: -40, sensorRoll: 0).columns.z).length < 1e-12)
    #expect(abs(description.camera.fx - 1194.256) < 0.001)
    #expect(description.height == 260 && description.reference == .geoid)
    #expect(description.time?.text == "2026-06-01T10:11:10Z")
    #expect(description.warnings.isEmpty)
  }

  @Test(arguments: [";", "\t"]) func otherSeparatorsAndQuotesAreRead(_ separator: String) throws {
    let text =
      "\u{FEFF}" + Self.header.replacing(",", with: separator) + "\r\n\r\n\"t1.jpg\""
      + Self.row.dropFirst(6).replacing(",", with: separator)
    #expect(try describe(text).latitude == 54.136)
  }

  @Test func namesCountWithoutCaseAndUnits() throws {
    let header = Self.header.lowercased().replacing("sensor latitude", with: "SensorLatitude (deg)").replacing("file,", with: "Image Name,")
    #expect(try describe(header + "\n" + Self.row).latitude == 54.136)
  }

  @Test func aMappingNamesOtherColumns() throws {
    let header = Self.header.replacing("Sensor Latitude", with: "lat_wgs84")
    #expect(refusal(header + "\n" + Self.row).contains("Sensor Latitude"))
    #expect(try describe(header + "\n" + Self.row, columns: ["lat_wgs84": "Sensor Latitude"]).latitude == 54.136)
    #expect(refusal(header + "\n" + Self.row, columns: ["lat": "Sensor Latitude"]).contains("no column 'lat'"))
    #expect(refusal(header + "\n" + Self.row, columns: ["lat_wgs84": "Latitude of it"]).contains("not the name of an item"))
  }

  @Test func theFullAnglesCome() throws {
    let text = Self.header + ",Platform Roll Angle (Full)\n" + Self.row + ",-35"
    let description = try describe(text)
    #expect(
      (description.rotation.columns.x
        - Attitude.turret(heading: 300, pitch: 4, roll: -35, azimuth: 255, elevation: -40, sensorRoll: 0).columns.x).length < 1e-12)
  }

  @Test func whatIsMissingIsNamed() {
    let cells = Self.row.split(separator: ",").map(String.init)
    for (index, word) in [(2, "position"), (3, "position"), (4, "altitude"), (5, "attitude"), (8, "attitude"), (9, "attitude")] {
      var cells = cells
      cells[index] = index == 5 ? "out of range" : ""
      #expect(refusal(Self.header + "\n" + cells.joined(separator: ",")).contains(word), "\(index)")
    }
    #expect(refusal(Self.header + "\n" + Self.row, "t5.jpg").contains("t5"))
    #expect(refusal(Self.header + "\n" + Self.row + "\n" + Self.row).contains("more than one row"))
    #expect(refusal("").contains("empty"))
    #expect(refusal("a,b\n1,2").contains("File"))
  }

  @Test func levelAnglesAreAssumedAloud() throws {
    var cells = Self.row.split(separator: ",").map(String.init)
    cells[6] = ""
    let warnings = try describe(Self.header + "\n" + cells.joined(separator: ",")).warnings
    #expect(warnings.count == 1)
    #expect(warnings[0].contains("Platform Pitch Angle"))
  }

  @Test func anEllipsoidHeightComesFirst() throws {
    let description = try describe(Self.header + ",Sensor Ellipsoid Height\n" + Self.row + ",294.5")
    #expect(description.height == 294.5 && description.reference == .ellipsoid)
  }
}
