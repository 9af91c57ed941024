import GeoTypes

// From a row's bytes to runs, and from runs to labels and counts.

extension TraceEngine {
  /// Takes the next row. `confidence` may be `nil`.
  mutating func add(classes: UnsafePointer<UInt8>, confidence: UnsafePointer<UInt8>?) {
    findRuns(classes)
    labelRuns(confidence)
    dropJoined()
    scanBorders()
    row += 1
  }

  /// Closes what the last row left open, as if a row of nodata followed.
  mutating func addClosingRow() {
    current.removeAll()
    current.append(Run(start: 0, label: Label.none, strand: -1, classID: 255))
    current.append(sentinel)
    scanBorders()
    hasClosed = true
  }

  /// Throws before numbers run out.
  func checkCounts() throws(TracingError) {
    let limit = 1 << 29
    guard strands.count < limit, nodes.count < limit, jogs.count < 3 * limit, labels.count < 3 * limit else {
      throw TracingError(
        .tooLarge, reason: "the borders of regions that are still open have more than \(limit) pieces", remedy: "trace parts of the raster")
    }
  }

  /// Splits the row where neighbors differ, eight pixels at a time.
  private mutating func findRuns(_ classes: UnsafePointer<UInt8>) {
    let width = Int(width)
    current.removeAll()
    current.append(Run(start: 0, label: Label.none, strand: -1, classID: classes[0]))
    let bytes = UnsafeRawPointer(classes)
    var column = 0
    while column + 9 <= width {
      // Byte k is not zero where pixel column + k differs from the next one.
      let here = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: column, as: UInt64.self))
      let there = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: column + 1, as: UInt64.self))
      let difference = here ^ there
      if difference != 0 {
        let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
        var marks = (((difference & low) &+ low) | difference) & ~low
        while marks != 0 {
          let start = column + marks.trailingZeroBitCount >> 3 + 1
          current.append(Run(start: Int32(truncatingIfNeeded: start), label: Label.none, strand: -1, classID: classes[start]))
          marks &= marks &- 1
        }
      }
      column += 8
    }
    while column + 1 < width {
      if classes[column] != classes[column + 1] {
        current.append(Run(start: Int32(column + 1), label: Label.none, strand: -1, classID: classes[column + 1]))
      }
      column += 1
    }
    current.append(sentinel)
  }

  /// Gives each run the label of the runs above it, joining labels that turn out to be one, and counts it.
  private mutating func labelRuns(_ confidence: UnsafePointer<UInt8>?) {
    let pixelArea = options.pixelArea(Int(row))
    let runs = Int32(current.count) - 1
    var above: Int32 = 0
    for index in 0..<runs {
      let run = current[index]
      if run.classID == ClassMap.nodata { continue }
      let end = current[index + 1].start
      while previous[above + 1].start <= run.start { above += 1 }
      var label = Label.none
      while true {
        if previous[above].classID == run.classID {
          let found = root(of: previous[above].label)
          if label == Label.none {
            label = found
          } else if found != label {
            label = join(found, label)
          }
        }
        if previous[above + 1].start >= end { break }
        above += 1
      }
      if label == Label.none { label = makeLabel(classID: run.classID, column: run.start) }
      current[index].label = label
      count(run.start, end, pixelArea: pixelArea, confidence: confidence, in: label)
    }
  }

  @inline(__always)
  private mutating func count(_ start: Int32, _ end: Int32, pixelArea: Double, confidence: UnsafePointer<UInt8>?, in label: Int32) {
    let length = end - start
    let record = labels.base + Int(label)
    record.pointee.openRuns += 1
    record.pointee.tally.pixels += Int(length)
    record.pointee.tally.area += pixelArea * Double(length)
    if start < record.pointee.tally.minX { record.pointee.tally.minX = start }
    if end > record.pointee.tally.maxX { record.pointee.tally.maxX = end }
    record.pointee.tally.maxY = row
    if length > record.pointee.tally.longest {
      record.pointee.tally.longest = length
      record.pointee.tally.longestX = start
      record.pointee.tally.longestY = row
    }
    if start == 0 || end == width || row == 0 || row == height - 1 { record.pointee.tally.touchesEdge = true }
    guard let confidence else { return }
    let seen = ConfidenceCount(confidence + Int(start), Int(length))
    record.pointee.tally.confident += seen.pixels
    record.pointee.tally.confidence += seen.sum
    record.pointee.tally.minimumConfidence = min(record.pointee.tally.minimumConfidence, seen.minimum)
    record.pointee.tally.maximumConfidence = max(record.pointee.tally.maximumConfidence, seen.maximum)
  }
}

/// Number, sum, smallest and largest of the values below 255; smallest 255 and largest 0 without one.
struct ConfidenceCount {
  var pixels = 0
  var sum = 0
  var minimum: UInt8 = 255
  var maximum: UInt8 = 0

  @inline(__always)
  init(_ values: UnsafePointer<UInt8>, _ number: Int) { add(values, number) }

  @inline(__always)
  private mutating func add(_ values: UnsafePointer<UInt8>, _ number: Int) {
    var index = 0
    if number >= 16 {
      let bytes = UnsafeRawPointer(values)
      var smallest = SIMD16<UInt8>(repeating: 255)
      var largest = SIMD16<UInt8>(repeating: 0)
      while index + 16 <= number {
        // 128 steps of at most 255 stay within 16 bits.
        var part = SIMD16<UInt16>(repeating: 0)
        let stop = min(number, index + 16 * 128)
        while index + 16 <= stop {
          let value = bytes.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
          smallest = pointwiseMin(smallest, value)
          largest = pointwiseMax(largest, value)
          part &+= SIMD16<UInt16>(truncatingIfNeeded: value)
          index += 16
        }
        for lane in 0..<16 { sum += Int(part[lane]) }
      }
      minimum = smallest.min()
      maximum = largest.max()
      pixels = index
      if maximum == 255 {
        // Some pixel has no confidence: rare, so counted again, one by one.
        self = ConfidenceCount(oneByOne: values, number)
        return
      }
    }
    while index < number {
      let value = values[index]
      if value != 255 {
        sum += Int(value)
        pixels += 1
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
      }
      index += 1
    }
  }

  @inline(never)
  init(oneByOne values: UnsafePointer<UInt8>, _ number: Int) {
    for index in 0..<number where values[index] != 255 {
      sum += Int(values[index])
      pixels += 1
      minimum = min(minimum, values[index])
      maximum = max(maximum, values[index])
    }
  }
}
