/// The calls that changed a folder, in order, as the fault library recorded them.
struct Ledger {
  enum Change {
    /// A file was opened for writing: made, or emptied.
    case open(path: String, inode: UInt64, made: Bool, emptied: Bool)
    case write(inode: UInt64, offset: Int, bytes: ArraySlice<UInt8>)
    case truncate(inode: UInt64, length: Int)
    case sync(inode: UInt64)
    case makeDirectory(path: String, inode: UInt64)
    case rename(from: String, to: String)
    case exchange(String, String)
    case remove(path: String)
    case link(from: String, to: String)
    case symbolicLink(path: String, target: String)
  }

  var changes: [Change] = []

  /// Paths become relative to the folder; the folder itself is "".
  init?(_ file: String, below folder: String) {
    guard let bytes = Disk.read(file) else { return nil }
    func number<T: FixedWidthInteger>(_ place: Int, _: T.Type) -> T {
      bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: T.self) }
    }
    var place = 0
    while place + 48 <= bytes.count {
      guard number(place, UInt32.self) == 0x5354_4C46 else { return nil }
      let kind = number(place + 4, UInt32.self)
      let inode = number(place + 16, UInt64.self)
      let offset = Int(number(place + 24, Int64.self))
      let first = Int(number(place + 32, UInt32.self))
      let second = Int(number(place + 36, UInt32.self))
      let data = Int(number(place + 40, UInt64.self))
      place += 48
      guard place + first + second + data <= bytes.count else { return nil }
      func text(_ start: Int, _ count: Int) -> String { String(decoding: bytes[start..<start + count], as: UTF8.self) }
      func below(_ path: String) -> String { path == folder ? "" : String(path.dropFirst(folder.count + 1)) }
      let one = below(text(place, first))
      let other = text(place + first, second)
      let payload = bytes[place + first + second..<place + first + second + data]
      place += first + second + data
      switch kind {
      case 1: changes.append(.open(path: one, inode: inode, made: offset & 1 != 0, emptied: offset & 2 != 0))
      case 2: changes.append(.write(inode: inode, offset: offset, bytes: payload))
      case 3: changes.append(.sync(inode: inode))
      case 4: changes.append(.rename(from: one, to: below(other)))
      case 5: changes.append(.exchange(one, below(other)))
      case 6, 8: changes.append(.remove(path: one))
      case 7: changes.append(.makeDirectory(path: one, inode: inode))
      case 9: changes.append(.link(from: one, to: below(other)))
      case 10: changes.append(.symbolicLink(path: one, target: other))
      case 11: changes.append(.truncate(inode: inode, length: offset))
      default: return nil
      }
    }
  }
}
