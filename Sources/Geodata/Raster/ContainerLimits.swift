import Foundation
import GeoTypes

/// What a raster's file may hold besides pixels, and what of its layout decides how much of it is decoded at once. Looked at before GDAL opens it.
enum ContainerLimits {
  /// - Returns: the tags of a file that begins like a TIFF.
  /// - Throws: `tooLarge` where a tag of a TIFF, or a box of a JPEG 2000, is larger than a description may be: GDAL reads and parses it whole.
  static func check(_ path: String, _ confinement: Confinement) throws(GeodataError) -> TIFFTags? {
    guard let file = ConfinedFile(path, in: confinement) else { return nil }
    let head = [UInt8](file.bytes(upTo: 12))
    let largest: Int
    var tags: TIFFTags?
    var markup: [(offset: UInt64, bytes: Int)] = []
    switch head.prefix(2) {
    case [0x49, 0x49], [0x4D, 0x4D]:
      let found = TIFFTags(path: path, confinement)
      tags = found
      largest = found.largestDescription
      markup += [found.metadata].compactMap(\.self)
    default:
      if head.dropFirst(4).starts(with: "jP  ".utf8) { markup = boxes(file) }
      largest = markup.map(\.bytes).max() ?? 0
    }
    if largest <= Confinement.largestDescription {
      for part in markup { try checkElements(file, part.offset, part.bytes, path) }
      for ending in [".aux.xml", ".ovr.aux.xml", ".msk.aux.xml", ".AUX.XML"] {
        let beside = path + ending
        guard ArchivePath.isVirtual(path) || access(beside, F_OK) == 0, let file = ConfinedFile(beside, in: confinement) else { continue }
        try checkElements(file, 0, file.size, beside)
      }
      _ = confinement.takeRefusal()
    }
    guard largest > Confinement.largestDescription else { return tags }
    throw GeodataError(
      .tooLarge, file: path,
      reason:
        "a description in it takes \(largest / 1_000_000) MB, more than the \(Confinement.largestDescription / 1_000_000) MB that this program reads",
      remedy: "save it again without its metadata: gdal_translate -co PROFILE=GeoTIFF")
  }

  /// Elements of XML, beginnings and ends counted, that a description may have: parsed, each takes a hundred bytes.
  private static let mostElements = 50_000

  private static func checkElements(_ file: ConfinedFile, _ offset: UInt64, _ bytes: Int, _ path: String) throws(GeodataError) {
    // Fewer bytes cannot hold more.
    guard bytes > mostElements else { return }
    let count = file.bytes(at: offset, upTo: min(bytes, Confinement.largestDescription)).count { $0 == UInt8(ascii: "<") }
    guard count > mostElements else { return }
    throw GeodataError(
      .tooLarge, file: path,
      reason: "it describes a raster by \(count) elements of XML, more than the \(mostElements) that this program reads",
      remedy: "remove the description (gdal_translate -co PROFILE=GeoTIFF)")
  }

  /// The boxes of a JPEG 2000 that are not its pixels. At most 1,000 are looked at.
  private static func boxes(_ file: ConfinedFile) -> [(offset: UInt64, bytes: Int)] {
    var (offset, found): (Int, [(offset: UInt64, bytes: Int)]) = (0, [])
    for _ in 0..<1000 where offset < file.size {
      let head = [UInt8](file.bytes(at: UInt64(offset), upTo: 16))
      guard head.count >= 8 else { break }
      func number(_ bytes: ArraySlice<UInt8>) -> Int { Int(clamping: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) }
      var length = number(head[0..<4])
      if length == 1, head.count == 16 { length = number(head[8..<16]) }
      // 0: up to the end.
      if length == 0 { length = file.size - offset }
      guard length >= 8, length <= file.size - offset else { break }
      if !head[4..<8].elementsEqual("jp2c".utf8) { found.append((UInt64(offset), length)) }
      offset += length
    }
    return found
  }

  /// Whether a PNG is interlaced or a JPEG progressive: then all of it is decoded before its first row.
  static func isDecodedWhole(_ path: String, _ confinement: Confinement) -> Bool {
    guard let file = ConfinedFile(path, in: confinement) else { return false }
    let head = [UInt8](file.bytes(upTo: 29))
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return head.count == 29 && head[28] != 0 }
    guard head.starts(with: [0xFF, 0xD8]) else { return false }
    var offset = 2
    for _ in 0..<10_000 {
      let marker = [UInt8](file.bytes(at: UInt64(offset), upTo: 4))
      guard marker.count == 4, marker[0] == 0xFF else { return false }
      switch marker[1] {
      case 0xFF: offset += 1
      // Progressive, with Huffman or arithmetic coding.
      case 0xC2, 0xC6, 0xCA, 0xCE: return true
      // Baseline and extended; the pixels begin.
      case 0xC0, 0xC1, 0xC9, 0xDA: return false
      case 0x01, 0xD0...0xD8: offset += 2
      default: offset += 2 + Int(marker[2]) << 8 + Int(marker[3])
      }
    }
    return false
  }
}
