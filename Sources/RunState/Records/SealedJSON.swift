import FoundationEssentials

/// JSON files with their own checksum inside, so that every flipped bit and every truncation is found before a value is read.
///
/// The first member is `checksum`: SHA-256 of the whole file with the 64 digits of the checksum replaced by zeros. Whoever wants to check
/// without this program: `sed '2s/[0-9a-f]\{64\}/000…0/' receipt.json | sha256sum`.
enum SealedJSON {
  private static let start = Array("{\n  \"checksum\" : \"".utf8)
  private static let digits = 64
  /// The largest sealed file that is read, in bytes.
  static let limit: Int64 = 64 << 20

  /// The bytes of a sealed file; the value must encode as an object with members.
  static func seal(_ value: some Encodable, file: String) throws(RunStateError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    let encoded: Data
    do { encoded = try encoder.encode(value) } catch {
      throw RunStateError(.inputOutput, file: file, reason: "cannot be written as JSON: \(error)")
    }
    precondition(encoded.starts(with: Array("{\n  \"".utf8)), "a sealed value is an object with members")
    var bytes = start + Array(repeating: UInt8(ascii: "0"), count: digits) + Array("\",\n".utf8)
    bytes += encoded.dropFirst(2)
    bytes.append(UInt8(ascii: "\n"))
    let checksum = Array(Digest.sha256(bytes).utf8)
    bytes.replaceSubrange(start.count..<start.count + digits, with: checksum)
    return bytes
  }

  /// The value in a sealed file. Throws `damaged` for anything but the very bytes that were sealed.
  static func open<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], file: String) throws(RunStateError) -> Value {
    let place = start.count..<start.count + digits
    guard bytes.count > place.upperBound, bytes.starts(with: start) else {
      throw RunStateError(.damaged, file: file, reason: "does not begin with its checksum")
    }
    var zeroed = bytes
    zeroed.replaceSubrange(place, with: repeatElement(UInt8(ascii: "0"), count: digits))
    guard Digest.sha256(zeroed).utf8.elementsEqual(bytes[place]) else {
      throw RunStateError(.damaged, file: file, reason: "does not match its own checksum")
    }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    do { return try decoder.decode(type, from: Data(bytes)) } catch {
      // Whole, but not of this shape: another version wrote it.
      throw RunStateError(.damaged, file: file, reason: "was written by another version of this program")
    }
  }

  /// The value in a file; nil where there is none.
  static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws(RunStateError) -> Value? {
    guard let bytes = try Files.read(path, limit: limit) else { return nil }
    return try open(type, bytes, file: path)
  }
}
