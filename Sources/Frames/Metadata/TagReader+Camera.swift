import GeoTypes

extension TagReader {
  /// The camera, and one standard error of its focal length as a share of it.
  mutating func camera() throws(FrameRefusal) -> (camera: Camera, focalLengthError: Double) {
    if let model = tags.text(.pix4D, "ModelType"), model.lowercased() != "perspective" {
      throw FrameRefusal("its lens is '\(model.prefix(40))' (ModelType), which is not a perspective one", remedy: "undistort its pictures")
    }
    let scale = try scale()
    if let zoom = tags.exifNumber("DigitalZoomRatio"), zoom > 1 {
      warnings.append("its DigitalZoomRatio is \(zoom): the focal length is assumed to hold it already")
    }
    guard let (camera, error) = try lens(scale) else {
      throw FrameRefusal(
        "it has no focal length in pixels: DewarpData, CalibratedFocalLength, FocalLength with FocalPlaneXResolution, and FocalLengthIn35mmFilm "
          + "are missing", remedy: "set input.frames.camera")
    }
    let width = Double(camera.size.width)
    guard [camera.fx, camera.fy].allSatisfy({ $0 > width / 100 && $0 < width * 1000 }), abs(camera.cx) <= width, abs(camera.cy) <= 2 * width
    else {
      throw FrameRefusal(
        "its focal length (\(camera.fx) pixels) or principal point cannot be that of its lens", remedy: "set input.frames.camera")
    }
    return (camera, error)
  }

  /// The best that tags and pipeline say.
  private mutating func lens(_ scale: (x: Double, y: Double)) throws(FrameRefusal) -> (Camera, Double)? {
    if let lens = dewarped(scale) { return lens }
    if let lens = calibrated(scale) { return lens }
    if let lens = millimeters(scale) { return lens }
    if let lens = try given() { return lens }
    return equivalent()
  }

  /// Pixels of the array for each pixel of the picture as it was taken.
  private func scale() throws(FrameRefusal) -> (x: Double, y: Double) {
    guard let width = tags.exifPositive("PixelXDimension"), let height = tags.exifPositive("PixelYDimension") else { return (1, 1) }
    let (x, y) = (Double(tags.size.width) / width, Double(tags.size.height) / height)
    guard abs(x / y - 1) < 0.02 else {
      throw FrameRefusal(
        "its focal length does not fit: it was cut or turned after it was taken, from \(Int(clamping: width)) × \(Int(clamping: height)) pixels "
          + "(PixelXDimension, PixelYDimension) to \(tags.size.width) × \(tags.size.height)", remedy: "use pictures as they were taken")
    }
    return (x, y)
  }

  /// DJI's calibration. Where DewarpFlag is 1, the camera has taken the distortion out of the picture already.
  private mutating func dewarped(_ scale: (x: Double, y: Double)) -> (Camera, Double)? {
    guard let text = tags.text(.dji, "DewarpData"), tags.number(.dji, "DewarpFlag") != 1 else { return nil }
    guard let values = FrameTags.numbers(text.split(separator: ";").last.map(String.init) ?? ""), values.count == 9, values[0] > 0,
      values[1] > 0
    else {
      warnings.append("its DewarpData does not hold nine numbers and is not used")
      return nil
    }
    notes.append("focal length and distortion of DewarpData")
    let camera = Camera(
      size: tags.size, fx: values[0] * scale.x, fy: values[1] * scale.y, cx: values[2] * scale.x, cy: values[3] * scale.y,
      distortion: Distortion(k1: values[4], k2: values[5], p1: values[6], p2: values[7], k3: values[8]))
    return (camera, 0)
  }

  private mutating func calibrated(_ scale: (x: Double, y: Double)) -> (Camera, Double)? {
    guard let focal = tags.number(.dji, "CalibratedFocalLength"), focal > 0 else { return nil }
    notes.append("focal length of CalibratedFocalLength")
    var camera = Camera(size: tags.size, fx: focal * scale.x, fy: focal * scale.y)
    if let x = tags.number(.dji, "CalibratedOpticalCenterX"), let y = tags.number(.dji, "CalibratedOpticalCenterY") {
      camera.cx = x * scale.x - Double(tags.size.width) / 2
      camera.cy = y * scale.y - Double(tags.size.height) / 2
    }
    return (camera, 0)
  }

  private var focalLength: Double? {
    (tags.number(.pix4D, "PerspectiveFocalLength") ?? tags.exifPositive("FocalLength")).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Millimeters, and pixels for each of them. Pix4D's distortion is R1, R2, R3, T1, T2.
  private mutating func millimeters(_ scale: (x: Double, y: Double)) -> (Camera, Double)? {
    let units: [Double: Double] = [2: 25.4, 3: 10, 4: 1, 5: 0.001]
    guard let focal = focalLength, let resolution = tags.exifPositive("FocalPlaneXResolution"),
      let unit = units[tags.exifNumber("FocalPlaneResolutionUnit") ?? 2]
    else { return nil }
    notes.append("focal length in mm and FocalPlaneXResolution")
    let (x, y) = (resolution / unit * scale.x, (tags.exifPositive("FocalPlaneYResolution") ?? resolution) / unit * scale.y)
    var camera = Camera(size: tags.size, fx: focal * x, fy: focal * y)
    if let point = tags.numbers(.pix4D, "PrincipalPoint"), point.count == 2 {
      camera.cx = point[0] * x - Double(tags.size.width) / 2
      camera.cy = point[1] * y - Double(tags.size.height) / 2
    }
    if let values = tags.numbers(.pix4D, "PerspectiveDistortion"), values.count == 5 {
      camera.distortion = Distortion(k1: values[0], k2: values[1], p1: values[3], p2: values[4], k3: values[2])
    } else if tags.text(.pix4D, "PerspectiveDistortion") != nil {
      warnings.append("its PerspectiveDistortion does not hold five numbers and is not used")
    }
    return (camera, 0)
  }

  private mutating func given() throws(FrameRefusal) -> (Camera, Double)? {
    guard let lens = settings.lens else { return nil }
    guard let focal = lens.focalLength ?? focalLength else {
      throw FrameRefusal("it has no focal length: FocalLength is missing", remedy: "set input.frames.camera.focalLength")
    }
    notes.append("lens of input.frames.camera")
    let pixels = focal / lens.sensorWidth * Double(tags.size.width)
    return (Camera(size: tags.size, fx: pixels, fy: pixels, distortion: lens.distortion), 0)
  }

  /// By the diagonal, as makers do; a whole number of millimeters, and so a guess.
  private mutating func equivalent() -> (Camera, Double)? {
    guard let focal = tags.exifPositive("FocalLengthIn35mmFilm") else { return nil }
    let (width, height) = (Double(tags.size.width), Double(tags.size.height))
    let pixels = focal / (36.0 * 36 + 24 * 24).squareRoot() * (width * width + height * height).squareRoot()
    warnings.append("its focal length is a guess by FocalLengthIn35mmFilm (\(focal) mm), wrong by 2 to 4 %: set input.frames.camera")
    return (Camera(size: tags.size, fx: pixels, fy: pixels), 0.02)
  }
}
