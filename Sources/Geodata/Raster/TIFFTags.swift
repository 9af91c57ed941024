import Foundation

/// The few tags of a TIFF's first directory that GDAL 3.6 does not pass on, and how large its tags are. At most 64 KiB of the file are read.
struct TIFFTags {
  /// Bytes of the largest tag that does not grow with the picture.
  var largestDescription = 0
  /// What the samples beyond the colors are: 0 unspecified, 1 alpha whose colors are multiplied by it, 2 plain alpha.
  var extraSamples: [Int] = []
  /// How the picture is turned or mirrored: 1 is upright, `nil` where the file does not say.
  var orientation: Int?
  var photometric: Int?
  /// Where GDAL's own metadata stand in the file, as XML.
  var metadata: (offset: UInt64, bytes: Int)?

  /// Reads a classic or Big TIFF of either byte order. What is not one, or ends too early, gives no tags: GDAL judges the file.
  init(path: String, _ confinement: Confinement) {
    guard let file = ConfinedFile(path, in: confinement), let reader = Reader(file) else { return }
    for entry in reader.entries {
      if !Self.growsWithPicture.contains(entry.tag) { largestDescription = max(largestDescription, entry.bytes) }
      switch entry.tag {
      case 262: photometric = reader.numbers(entry).first
      case 274: orientation = reader.numbers(entry).first
      case 338: extraSamples = reader.numbers(entry)
      case 42_112: metadata = (reader.offset(entry), entry.bytes)
      default: break
      }
    }
  }

  /// Offsets and byte counts of strips, of tiles, of tables and of what is not used.
  private static let growsWithPicture: Set<Int> = [273, 279, 288, 289, 324, 325, 519, 520, 521]

  /// A directory's entries and the short numbers behind them.
  private struct Reader {
    struct Entry {
      var tag: Int
      var type: Int
      var count: Int
      /// Where the value, or the offset to it, stands in the directory.
      var field: Data

      /// Bytes of its values, as far as they can be told.
      var bytes: Int {
        let width = [3: 2, 8: 2, 4: 4, 9: 4, 11: 4, 13: 4, 5: 8, 10: 8, 12: 8, 16: 8, 17: 8, 18: 8][type] ?? 1
        let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
        return overflow ? .max : bytes
      }
    }

    private let file: ConfinedFile
    private let isLittle: Bool
    private let isBig: Bool
    var entries: [Entry] = []

    init?(_ file: ConfinedFile) {
      self.file = file
      let header = file.bytes(upTo: 16)
      guard header.count >= 8 else { return nil }
      switch (header[0], header[1]) {
      case (0x49, 0x49): isLittle = true
      case (0x4D, 0x4D): isLittle = false
      default: return nil
      }
      let magic = Reader.number(header[2..<4], isLittle)
      guard magic == 42 || (magic == 43 && header.count == 16) else { return nil }
      isBig = magic == 43
      let directory = Reader.number(isBig ? header[8..<16] : header[4..<8], isLittle)
      guard let counter = bytes(at: directory, isBig ? 8 : 2) else { return nil }
      let width = isBig ? 20 : 12
      // Directories are sorted by tag; those looked for come early.
      let count = min(Reader.number(counter[...], isLittle), UInt64(65_536 / width))
      guard let table = bytes(at: directory + UInt64(counter.count), Int(count) * width) else { return nil }
      for index in 0..<Int(count) {
        let entry = table[(index * width)..<((index + 1) * width)]
        let start = entry.startIndex
        entries.append(
          Entry(
            tag: Int(Reader.number(entry[start..<start + 2], isLittle)), type: Int(Reader.number(entry[start + 2..<start + 4], isLittle)),
            count: Int(clamping: Reader.number(entry[start + 4..<start + (isBig ? 12 : 8)], isLittle)),
            field: Data(entry[(start + (isBig ? 12 : 8))...])))
      }
    }

    /// The values of an entry of bytes, shorts or longs, at most 64; none for other types.
    func numbers(_ entry: Entry) -> [Int] {
      guard let width = [1: 1, 3: 2, 4: 4, 16: 8][entry.type], (1...64).contains(entry.count) else { return [] }
      let length = width * entry.count
      guard let values = length <= entry.field.count ? entry.field : bytes(at: Reader.number(entry.field[...], isLittle), length) else {
        return []
      }
      return (0..<entry.count).map { Int(clamping: Reader.number(values[($0 * width)..<(($0 + 1) * width)], isLittle)) }
    }

    /// Where values that do not fit in the directory begin.
    func offset(_ entry: Entry) -> UInt64 { Reader.number(entry.field[...], isLittle) }

    private func bytes(at offset: UInt64, _ count: Int) -> Data? {
      guard offset < UInt64(Int64.max) else { return nil }
      let data = file.bytes(at: offset, upTo: count)
      return data.count == count ? data : nil
    }

    private static func number(_ bytes: Data.SubSequence, _ isLittle: Bool) -> UInt64 {
      let ordered = isLittle ? Array(bytes.reversed()) : Array(bytes)
      return ordered.reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}
