import GeoTypes
import Geodata
import Runs

/// A foreign class raster's rows as class ids in bytes, 255 for what is not a class, with its confidence where there is one.
struct LabelRows: ClassRows {
  let classes: LabelRaster
  let confidence: LabelRaster?

  /// What a raster holds.
  struct Contents {
    /// One more than the largest class.
    var classes = 0
    var warnings: [String] = []
  }

  /// Looks at all pixels.
  ///
  /// - Throws: `RunError` (wrongCall) where values are neither classes nor percentages, `GeodataError`.
  func scan(_ stop: StopRequest) throws -> Contents {
    var isSeen = [Bool](repeating: false, count: 255)
    var unclassed = 0
    var most: UInt8?
    try forEachStrip { _, planes in
      try stop.check()
      for value in planes[0] where value != ClassMap.nodata { isSeen[Int(value)] = true }
      unclassed += planes[0].count { $0 == ClassMap.nodata }
      if planes.count > 1 { for value in planes[1] where value != ClassMap.nodata { most = max(most ?? 0, value) } }
    }
    var contents = Contents(classes: (isSeen.lastIndex(of: true) ?? -1) + 1)
    if let nodata = classes.nodata, nodata != Int32(ClassMap.nodata), unclassed > 0 {
      let number = try count255()
      if number > 0 {
        contents.warnings.append(
          "\(classes.path): \(counted(number, "pixel")) of 255, which is not a class here, \(number == 1 ? "is" : "are") left out like its nodata value \(nodata)"
        )
      }
      if classes.names.indices.contains(Int(nodata)), !classes.names[Int(nodata)].isEmpty {
        contents.warnings.append(
          "\(classes.path): its nodata value \(nodata) is also its class '\(classes.names[Int(nodata)])': pixels of it are left out")
      }
    }
    if classes.nodata == nil {
      let number = try count255()
      if number > 0 {
        contents.warnings.append(
          "\(classes.path): has no nodata value: \(counted(number, "pixel")) of 255 \(number == 1 ? "is" : "are") left out")
      }
    }
    if let compression = classes.lossyCompression {
      contents.warnings.append("\(classes.path): is compressed with loss (\(compression)): its classes may not be those that were written")
    }
    if let confidence, let most, most <= 1 {
      contents.warnings.append(
        "\(confidence.path): none of its values is above \(most), and they count as percentages: if they are shares of 0…1 or a mask, multiply "
          + "them by 100")
    }
    if contents.classes == 0 { contents.warnings.append("\(classes.path): has no valid pixel: its layers are empty") }
    return contents
  }

  private func count255() throws -> Int {
    try classes.strips.reduce(0) { sum, rows in sum + (try classes.readRows(rows).count { $0 == Int32(ClassMap.nodata) }) }
  }

  func forEachStrip(_ body: (_ firstRow: Int, _ planes: [[UInt8]]) throws -> Void) throws {
    for rows in classes.strips {
      var planes = [try classes.readRows(rows).map(classID)]
      if let confidence { planes.append(try zip(planes[0], try confidence.readRows(rows)).map(percentage)) }
      try body(rows.lowerBound, planes)
    }
  }

  /// The class ids of one row.
  func classRow(_ row: Int) throws -> [UInt8] { try classes.readRows(row..<row + 1).map(classID) }

  private func classID(_ label: Int32) throws -> UInt8 {
    if label == LabelRaster.noLabel { return ClassMap.nodata }
    guard 0...255 ~= label else {
      throw RunError(
        .wrongCall, file: classes.path, reason: "holds the value \(label), where class ids are 0…254",
        remedy: "renumber its classes, or name the value as its nodata value")
    }
    return UInt8(label)
  }

  private func percentage(_ classID: UInt8, _ label: Int32) throws -> UInt8 {
    if classID == ClassMap.nodata { return ClassMap.nodata }
    guard 0...100 ~= label else {
      let shown = label == LabelRaster.noLabel ? "has no value" : "holds the value \(label)"
      throw RunError(
        .wrongCall, file: confidence?.path ?? "", reason: "\(shown) where the class raster has a class; confidences are percentages, 0…100",
        remedy: "give a raster of percentages of the same pixels")
    }
    return UInt8(label)
  }
}
