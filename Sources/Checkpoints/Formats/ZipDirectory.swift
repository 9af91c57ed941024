/// The entries of a zip file, by its central directory: what `torch.save` writes since 1.6. Entries are stored, not compressed.
struct ZipDirectory {
  struct Entry {
    var name: String
    var method: Int
    var isEncrypted: Bool
    var compressedSize: Int
    var size: Int
    /// CRC-32 of the content; 0 where the writer made none.
    var checksum: UInt32
    /// Position of the local header.
    var header: Int
  }

  private(set) var entries: [Entry] = []
  private var indices: [String: Int] = [:]
  private let source: ByteSource
  /// Where the central directory begins, and the entries' data must have ended.
  private let end: Int

  /// Most entries of a zip that is accepted, and most bytes of its directory.
  private static let maximumEntries = 200_000
  private static let maximumSize = 64_000_000

  init(_ source: ByteSource) throws(CheckpointError) {
    self.source = source
    let found = try Self.locate(source)
    end = found.offset
    try readEntries(found)
  }

  func entry(_ name: String) -> Entry? { indices[name].map { entries[$0] } }

  /// The bytes of the file that an entry's content is.
  func content(_ entry: Entry) throws(CheckpointError) -> Range<Int> {
    guard entry.method == 0, !entry.isEncrypted, entry.size == entry.compressedSize else {
      throw CheckpointError(
        .unsupported, file: source.file, reason: "\(entry.name) in it is compressed or encrypted",
        remedy: "load it with PyTorch and save it again with torch.save")
    }
    let header = try source.bytes(at: entry.header, count: 30)
    guard header.littleEndian(UInt32.self, at: 0) == 0x0403_4b50, let nameLength = header.littleEndian(UInt16.self, at: 26),
      let extraLength = header.littleEndian(UInt16.self, at: 28)
    else { throw .damaged(source.file, "the zip's directory points beside \(entry.name)") }
    let name = try source.bytes(at: entry.header + 30, count: Int(nameLength))
    guard name.elementsEqual(entry.name.utf8) else {
      throw .hostile(source.file, "the zip's directory and its entry disagree about the name \(entry.name)")
    }
    // With flag 3 the sizes follow the data, and the local header may hold 0.
    let local = header.littleEndian(UInt32.self, at: 22) ?? 0
    guard local == 0 || local == UInt32.max || Int(local) == entry.size else {
      throw .hostile(source.file, "the zip gives two sizes for \(entry.name)")
    }
    let start = entry.header + 30 + Int(nameLength) + Int(extraLength)
    guard start <= end, entry.size <= end - start else {
      throw .hostile(source.file, "the zip claims \(entry.size) bytes for \(entry.name), which it does not hold")
    }
    return start..<start + entry.size
  }

  // MARK: - Reading the directory

  private struct Location {
    var offset: Int
    var size: Int
    var count: Int
  }

  /// Finds the central directory by the record at the file's end.
  private static func locate(_ source: ByteSource) throws(CheckpointError) -> Location {
    let tailStart = max(0, source.count - 65_557)
    let tail = try source.bytes(at: tailStart, count: source.count - tailStart)
    var position = tail.count - 22
    while position >= 0 {
      // The record, and a comment that fills the rest.
      if tail[position] == 0x50, tail.littleEndian(UInt32.self, at: position) == 0x0605_4b50,
        let comment = tail.littleEndian(UInt16.self, at: position + 20), position + 22 + Int(comment) == tail.count
      {
        break
      }
      position -= 1
    }
    guard position >= 0 else { throw .truncated(source.file, "is a zip without its end") }
    var location = Location(
      offset: Int(tail.littleEndian(UInt32.self, at: position + 16) ?? 0),
      size: Int(tail.littleEndian(UInt32.self, at: position + 12) ?? 0),
      count: Int(tail.littleEndian(UInt16.self, at: position + 10) ?? 0))
    var limit = tailStart + position
    if let pointer = tail.littleEndian(UInt32.self, at: position - 20), pointer == 0x0706_4b50 {
      let record = Int(exactly: tail.littleEndian(UInt64.self, at: position - 12) ?? 0) ?? -1
      let bytes = try wide(source, record)
      guard bytes.littleEndian(UInt32.self, at: 0) == 0x0606_4b50, let size = Int(exactly: bytes.littleEndian(UInt64.self, at: 40) ?? 0),
        let offset = Int(exactly: bytes.littleEndian(UInt64.self, at: 48) ?? 0),
        let count = Int(exactly: bytes.littleEndian(UInt64.self, at: 32) ?? 0)
      else { throw .damaged(source.file, "the zip's end points nowhere") }
      location = Location(offset: offset, size: size, count: count)
      limit = record
    }
    guard location.offset <= limit, location.size <= limit - location.offset, location.size <= maximumSize,
      location.count <= maximumEntries, location.count <= location.size / 46
    else { throw .hostile(source.file, "the zip claims a directory of \(location.count) entries, which it does not hold") }
    return location
  }

  private static func wide(_ source: ByteSource, _ offset: Int) throws(CheckpointError) -> [UInt8] {
    guard offset >= 0, offset <= source.count - 56 else { throw .damaged(source.file, "the zip's end points nowhere") }
    return try source.bytes(at: offset, count: 56)
  }

  private mutating func readEntries(_ location: Location) throws(CheckpointError) {
    let bytes = try source.bytes(at: location.offset, count: location.size)
    var position = 0
    entries.reserveCapacity(location.count)
    for _ in 0..<location.count {
      func field<Number: FixedWidthInteger>(_ type: Number.Type, _ offset: Int) -> Int {
        bytes.littleEndian(type, at: position + offset).map { Int(truncatingIfNeeded: $0) } ?? 0
      }
      guard position <= bytes.count - 46, bytes.littleEndian(UInt32.self, at: position) == 0x0201_4b50 else {
        throw .damaged(source.file, "the zip's directory is damaged")
      }
      let (nameLength, extraLength, commentLength) = (field(UInt16.self, 28), field(UInt16.self, 30), field(UInt16.self, 32))
      let next = position + 46 + nameLength + extraLength + commentLength
      guard next <= bytes.count else { throw .damaged(source.file, "the zip's directory is damaged") }
      let nameEnd = position + 46 + nameLength
      var entry = Entry(
        name: String(decoding: bytes[position + 46..<nameEnd], as: UTF8.self), method: field(UInt16.self, 10),
        isEncrypted: field(UInt16.self, 8) & 1 == 1, compressedSize: field(UInt32.self, 20), size: field(UInt32.self, 24),
        checksum: UInt32(truncatingIfNeeded: field(UInt32.self, 16)), header: field(UInt32.self, 42))
      try widen(&entry, bytes, nameEnd..<nameEnd + extraLength)
      guard entry.header >= 0, entry.header <= end - 30, entry.size >= 0, entry.compressedSize >= 0, entry.size <= end else {
        throw .hostile(source.file, "the zip claims \(entry.size) bytes for \(entry.name), which it does not hold")
      }
      guard indices.updateValue(entries.count, forKey: entry.name) == nil else {
        throw .hostile(source.file, "the zip holds \(entry.name) twice")
      }
      entries.append(entry)
      position = next
    }
  }

  /// Takes sizes and position from the zip64 field, where the plain ones say so.
  private func widen(_ entry: inout Entry, _ bytes: [UInt8], _ extra: Range<Int>) throws(CheckpointError) {
    let full = Int(UInt32.max)
    guard entry.size == full || entry.compressedSize == full || entry.header == full else { return }
    var position = extra.lowerBound
    while position + 4 <= extra.upperBound {
      let identifier = bytes.littleEndian(UInt16.self, at: position) ?? 0
      let end = position + 4 + Int(bytes.littleEndian(UInt16.self, at: position + 2) ?? 0)
      guard end <= extra.upperBound else { break }
      if identifier == 1 {
        var at = position + 4
        func next() -> Int? {
          guard at + 8 <= end, let value = bytes.littleEndian(UInt64.self, at: at) else { return nil }
          at += 8
          return Int(exactly: value)
        }
        if entry.size == full { entry.size = next() ?? -1 }
        if entry.compressedSize == full { entry.compressedSize = next() ?? -1 }
        if entry.header == full { entry.header = next() ?? -1 }
        return
      }
      position = end
    }
    throw .damaged(source.file, "the zip's directory lacks the size of \(entry.name)")
  }
}
