/// Reads a tensor's numbers and converts them.
enum TensorValues {
  /// The numbers of a tensor, last axis fastest, as `Number`.
  ///
  /// - Complexity: one read of the tensor's bytes; twice its memory where the type differs or the strides are not plain.
  static func read<Number: TensorNumber>(
    _ record: TensorRecord, name: String, from source: ByteSource, as _: Number.Type
  ) throws(CheckpointError) -> [Number] {
    guard let type = record.type else {
      throw CheckpointError(
        .unsupported, file: source.file, reason: "tensor \(name) holds numbers of type \(record.typeName)",
        remedy: "save the network's weights as float32, float16 or bfloat16")
    }
    guard record.count > 0 else { return [] }
    let plain = record.isContiguous
    if plain, type == Number.elementType, !record.isBigEndian {
      return try ByteSource.filled(record.count) { (buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) in
        try source.read(at: record.offset, into: buffer)
      }
    }
    let values: [Number] =
      switch type {
      case .float64: try load(record, source) { (bits: UInt64) in Number(Double(bitPattern: bits)) }
      case .float32: try load(record, source) { (bits: UInt32) in Number(Float(bitPattern: bits)) }
      case .float16: try load(record, source) { (bits: UInt16) in Number(widenedHalf(bits)) }
      case .bfloat16: try load(record, source) { (bits: UInt16) in Number(Float(bitPattern: UInt32(bits) << 16)) }
      case .int64: try load(record, source) { (bits: UInt64) in Number(Int64(bitPattern: bits)) }
      case .int32: try load(record, source) { (bits: UInt32) in Number(Int32(bitPattern: bits)) }
      case .int16: try load(record, source) { (bits: UInt16) in Number(Int16(bitPattern: bits)) }
      case .int8: try load(record, source) { (bits: UInt8) in Number(Int8(bitPattern: bits)) }
      case .uint8, .bool: try load(record, source) { (bits: UInt8) in Number(bits) }
      }
    return plain ? values : gathered(values, record)
  }

  /// The elements from the first to the last one in the file, converted.
  @inline(__always)
  private static func load<Bits: FixedWidthInteger & BitwiseCopyable, Number: TensorNumber>(
    _ record: TensorRecord, _ source: ByteSource, _ convert: (Bits) -> Number
  ) throws(CheckpointError) -> [Number] {
    var raw: [Bits] = try ByteSource.filled(record.span) { (buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) in
      try source.read(at: record.offset, into: buffer)
    }
    if record.isBigEndian {
      for index in raw.indices { raw[index] = raw[index].byteSwapped }
    }
    return raw.withUnsafeBufferPointer { input in
      [Number](unsafeUninitializedCapacity: input.count) { output, initialized in
        for index in 0..<input.count { output[index] = convert(input[index]) }
        initialized = input.count
      }
    }
  }

  /// The elements that shape and strides pick out, in the order of the indices.
  private static func gathered<Number: TensorNumber>(_ values: [Number], _ record: TensorRecord) -> [Number] {
    var result: [Number] = []
    result.reserveCapacity(record.count)
    let rank = record.shape.count
    var index = [Int](repeating: 0, count: rank)
    var position = 0
    for _ in 0..<record.count {
      result.append(values[position])
      var axis = rank - 1
      while axis >= 0 {
        index[axis] += 1
        position += record.strides[axis]
        if index[axis] < record.shape[axis] { break }
        position -= record.strides[axis] * index[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }

  /// A float16 as float32, exactly.
  ///
  /// Only normal float32 numbers are computed with, so that it is right in threads that flush denormals, too.
  @inline(__always)
  static func widenedHalf(_ half: UInt16) -> Float {
    let bits = UInt32(half & 0x7fff) << 13
    let exponent = bits & 0x0f80_0000
    let normal = bits &+ 0x3800_0000
    // Subnormals: 2^-14 (1 + m) - 2^-14.
    let small = (Float(bitPattern: bits &+ 0x3880_0000) - Float(bitPattern: 0x3880_0000)).bitPattern
    let special = bits | 0x7f80_0000
    let magnitude = exponent == 0 ? small : (exponent == 0x0f80_0000 ? special : normal)
    return Float(bitPattern: magnitude | UInt32(half & 0x8000) << 16)
  }

  /// The float16 nearest to a number, ties to even; beyond the range infinity.
  static func narrowedHalf(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let bits = value.bitPattern & 0x7fff_ffff
    if bits > 0x7f80_0000 { return sign | 0x7e00 }
    // 65520 is halfway between the largest float16 and what would follow.
    if bits >= 0x477f_f000 { return sign | 0x7c00 }
    if bits < 0x3880_0000 {
      // Adding 0.5 leaves the subnormal's digits, rounded by the processor, in the lowest bits.
      let rounded = (Float(bitPattern: bits) + 0.5).bitPattern &- Float(0.5).bitPattern
      return sign | UInt16(truncatingIfNeeded: rounded)
    }
    let odd = (bits >> 13) & 1
    return sign | UInt16(truncatingIfNeeded: (bits &- 0x3800_0000 &+ 0xfff &+ odd) >> 13)
  }
}

/// The number types that tensors are given out as.
protocol TensorNumber: BinaryFloatingPoint, BitwiseCopyable {
  static var elementType: ElementType { get }
}

extension Float: TensorNumber {
  static var elementType: ElementType { .float32 }
}

extension Double: TensorNumber {
  static var elementType: ElementType { .float64 }
}
