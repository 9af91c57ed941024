import FileWriting
import Foundation

/// An array as NumPy's `.npy` files hold it: row-major, read as Float32 whatever number type the file has.
public struct NumPyArray: Sendable, Equatable {
  /// Sizes, slowest axis first; empty for a single number.
  public var shape: [Int]
  /// As many values as the shape's product.
  public var values: [Float]

  /// - Precondition: `values` has as many elements as `shape` says.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "shape \(shape) does not hold \(values.count) values")
    self.shape = shape
    self.values = values
  }

  /// Reads a `.npy` file of little-endian floats or integers.
  ///
  /// The header's shape is checked against the file's size before anything is allocated.
  public init(path: String) throws(NetworkError) {
    try self.init(npy: try fileBytes(path), file: path)
  }

  /// Writes a `.npy` file (version 1.0, `<f4`).
  public func write(path: String) throws(NetworkError) {
    do throws(FileError) { try replaceFile(path, with: npyBytes()) } catch {
      throw NetworkError(.unwritable, file: error.file, reason: error.reason, remedy: error.remedy)
    }
  }

  /// The number types that are read; each is converted to Float32.
  private enum Element: String {
    case float16 = "<f2"
    case float32 = "<f4"
    case float64 = "<f8"
    case uint8 = "|u1"
    case int8 = "|i1"
    case uint16 = "<u2"
    case int16 = "<i2"
    case int32 = "<i4"
    case int64 = "<i8"

    var size: Int {
      switch self {
      case .uint8, .int8: 1
      case .float16, .uint16, .int16: 2
      case .float32, .int32: 4
      case .float64, .int64: 8
      }
    }
  }

  /// Reads the bytes of a `.npy` file, whatever they are.
  package init(npy bytes: [UInt8], file: String) throws(NetworkError) {
    func damaged(_ reason: String) -> NetworkError {
      NetworkError(.unreadable, file: file, reason: reason, remedy: "give an array as numpy.save writes it")
    }
    guard bytes.count >= 10, bytes[0] == 0x93, Array(bytes[1..<6]) == Array("NUMPY".utf8) else {
      throw damaged("is not a NumPy array file")
    }
    let long = bytes[6] >= 2
    let start = long ? 12 : 10
    guard bytes.count >= start else { throw damaged("ends within its header") }
    let length = long ? Int(bytes.unsigned(at: 8, size: 4)) : Int(bytes.unsigned(at: 8, size: 2))
    guard length <= bytes.count - start else { throw damaged("ends within its header") }
    let header = String(decoding: bytes[start..<(start + length)], as: UTF8.self)
    guard let kind = Self.quoted(after: "'descr':", in: header), let element = Element(rawValue: kind) else {
      throw damaged("holds a number type that is not read here (little-endian floats and integers are)")
    }
    guard header.contains("'fortran_order': False") else { throw damaged("is in Fortran order") }
    guard let shape = Self.shape(in: header) else { throw damaged("has a header without a sound shape") }
    var count = 1
    for side in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: side)
      guard !overflow else { throw damaged("claims a shape beyond all memory") }
      count = product
    }
    let data = start + length
    guard count <= (bytes.count - data) / element.size else {
      throw damaged("claims \(count) values but holds \((bytes.count - data) / element.size)")
    }
    self.shape = shape
    values = [Float](unsafeUninitializedCapacity: count) { out, filled in
      for i in 0..<count {
        let raw = bytes.unsigned(at: data + i * element.size, size: element.size)
        out[i] =
          switch element {
          case .float16: float16(UInt16(truncatingIfNeeded: raw))
          case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: raw))
          case .float64: Float(Double(bitPattern: raw))
          case .uint8, .uint16: Float(raw)
          case .int8: Float(Int8(truncatingIfNeeded: raw))
          case .int16: Float(Int16(truncatingIfNeeded: raw))
          case .int32: Float(Int32(truncatingIfNeeded: raw))
          case .int64: Float(Int64(bitPattern: raw))
          }
      }
      filled = count
    }
  }

  func npyBytes() -> [UInt8] {
    let sides = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sides)), }"
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.append(UInt8(header.utf8.count & 0xff))
    bytes.append(UInt8(header.utf8.count >> 8))
    bytes += Array(header.utf8)
    bytes.reserveCapacity(bytes.count + values.count * 4)
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }

  private static func quoted(after key: String, in header: String) -> String? {
    guard let position = header.range(of: key) else { return nil }
    let parts = header[position.upperBound...].split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count > 1 ? String(parts[1]) : nil
  }

  private static func shape(in header: String) -> [Int]? {
    guard let key = header.range(of: "'shape':"),
      let open = header[key.upperBound...].firstIndex(of: "("),
      let close = header[open...].firstIndex(of: ")")
    else { return nil }
    var sides: [Int] = []
    for part in header[header.index(after: open)..<close].split(separator: ",") {
      let text = part.trimmingCharacters(in: .whitespaces)
      if text.isEmpty { continue }
      guard let side = Int(text), side >= 0 else { return nil }
      sides.append(side)
    }
    return sides.count <= 8 ? sides : nil
  }
}

extension [UInt8] {
  /// A little-endian number of `size` bytes; the caller has checked that it lies inside.
  func unsigned(at position: Int, size: Int) -> UInt64 {
    var value: UInt64 = 0
    for i in 0..<size { value |= UInt64(self[position + i]) << UInt64(8 * i) }
    return value
  }
}

/// The value of IEEE half-precision bits (Float16 is not available on every platform's Swift).
private func float16(_ bits: UInt16) -> Float {
  let sign: Float = bits & 0x8000 == 0 ? 1 : -1
  let exponent = Int(bits >> 10) & 0x1f
  let fraction = Float(bits & 0x3ff)
  switch exponent {
  case 0: return sign * fraction * 0x1p-24
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default: return sign * (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
  }
}

/// The whole content of a file that the user named.
func fileBytes(_ path: String) throws(NetworkError) -> [UInt8] {
  do {
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  } catch {
    throw NetworkError(.unreadable, file: path, reason: "cannot be read", remedy: "check that the file exists and may be read")
  }
}
