import Foundation

/// A file of known size that is read in parts, or bytes in memory that stand for one.
///
/// Files are read with `pread` and not mapped: a mapped file that someone truncates ends the process.
final class ByteSource: Sendable {
  /// What of a file's status tells that it changed.
  private struct Stamp: Equatable {
    var size: Int64
    var modified: [Int]
    var touched: [Int]

    init(_ status: stat) {
      size = Int64(status.st_size)
      modified = [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)]
      touched = [Int(status.st_ctim.tv_sec), Int(status.st_ctim.tv_nsec)]
    }
  }

  private enum Storage {
    case descriptor(Int32)
    case memory([UInt8])
  }

  private let storage: Storage
  /// Nil in memory.
  private let stamp: Stamp?
  /// The path as the user knows it.
  let file: String
  /// The size in bytes when the file was opened.
  let count: Int

  init(_ bytes: [UInt8], file: String) {
    storage = .memory(bytes)
    stamp = nil
    count = bytes.count
    self.file = file
  }

  init(path: String) throws(CheckpointError) {
    func problem() -> CheckpointError {
      CheckpointError(
        .unreadable, file: path, reason: "cannot be opened (\(String(cString: strerror(errno))))", remedy: "give the path of a checkpoint")
    }
    // Without O_NONBLOCK a named pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw problem() }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = problem()
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw CheckpointError(.unreadable, file: path, reason: "is not a file", remedy: "give the path of a checkpoint")
    }
    storage = .descriptor(descriptor)
    stamp = Stamp(status)
    count = Int(status.st_size)
    file = path
  }

  /// How the open file differs from when it was opened.
  func change() -> Checkpoint.Change {
    guard case .descriptor(let descriptor) = storage, let stamp else { return .none }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .content }
    let now = Stamp(status)
    if now == stamp { return .none }
    return now.size == stamp.size && now.modified == stamp.modified ? .surroundings : .content
  }

  deinit {
    if case .descriptor(let descriptor) = storage { close(descriptor) }
  }

  /// Fills the buffer with the bytes from `offset` on.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) {
    guard offset >= 0, offset <= count, buffer.count <= count - offset else { throw .truncated(file) }
    guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
    switch storage {
    case .memory(let bytes):
      bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count])) }
    case .descriptor(let descriptor):
      var done = 0
      while done < buffer.count {
        let got = pread(descriptor, base + done, min(buffer.count - done, 1 << 30), off_t(offset + done))
        if got > 0 {
          done += got
        } else if got == 0 {
          throw .truncated(file, "became shorter while it was read")
        } else if errno != EINTR {
          throw CheckpointError(.unreadable, file: file, reason: "cannot be read (\(String(cString: strerror(errno))))")
        }
      }
    }
  }

  /// The bytes `offset ..< offset + count`; the range is checked against the file's size before anything is allocated.
  func bytes(at offset: Int, count wanted: Int) throws(CheckpointError) -> [UInt8] {
    guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset else { throw .truncated(file) }
    return try Self.filled(wanted) { (buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) in try read(at: offset, into: buffer) }
  }

  /// An array whose bytes a closure fills.
  static func filled<Element: BitwiseCopyable>(
    _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(CheckpointError) -> Void
  ) throws(CheckpointError) -> [Element] {
    var problem: CheckpointError?
    let array = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(CheckpointError) {
        try fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[0..<count])))
        initialized = count
      } catch {
        problem = error
        initialized = 0
      }
    }
    if let problem { throw problem }
    return array
  }
}

/// Little-endian numbers at a position of a byte array; nil beyond its end.
extension [UInt8] {
  func littleEndian<Number: FixedWidthInteger>(_: Number.Type, at position: Int) -> Number? {
    let size = Number.bitWidth / 8
    guard position >= 0, position <= count, size <= count - position else { return nil }
    var value: Number = 0
    for index in (0..<size).reversed() { value = (value << 8) | Number(truncatingIfNeeded: self[position + index]) }
    return value
  }
}
