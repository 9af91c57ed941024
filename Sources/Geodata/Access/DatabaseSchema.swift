import Foundation

/// What a database of others consists of, read from the file itself: a query of it would already run what it holds.
///
/// The schema is a table whose root is the first page (https://www.sqlite.org/fileformat2.html). Each row has the kind of a thing, its name, its table,
/// its root page, and the statement that made it.
struct DatabaseSchema {
  /// A thing whose query can compute without end: a view, or a table with computed columns.
  private(set) var computed: String?

  /// Pages of the schema, bytes of a statement, and things, at most.
  private static let mostPages = 4096
  private static let mostBytes = 1 << 20
  private static let mostThings = 100_000
  /// Statements of plain tables and what belongs to them, as SQLite writes them down.
  private static let plain = ["create table ", "create index ", "create unique index ", "create trigger ", "create virtual table "]
  /// Views of the GeoPackage standard that nothing here asks for.
  private static let usual: Set = ["st_spatial_ref_sys", "st_geometry_columns"]

  private let file: ConfinedFile
  private let pageSize: Int
  /// Bytes of a page that hold content.
  private let usable: Int

  /// - Returns: `nil` where the schema is not as SQLite writes it.
  init?(_ file: ConfinedFile) {
    let header = [UInt8](file.bytes(upTo: 100))
    guard header.count == 100 else { return nil }
    let stated = Int(header[16]) << 8 | Int(header[17])
    let size = stated == 1 ? 65_536 : stated
    guard size >= 512, size <= 65_536, size & (size - 1) == 0, Int(header[20]) <= size - 480 else { return nil }
    (self.file, pageSize, usable) = (file, size, size - Int(header[20]))
    var (pages, visited, things) = ([1], Set<Int>(), 0)
    while let number = pages.popLast() {
      guard visited.insert(number).inserted, visited.count <= Self.mostPages, let page = self.page(number) else { return nil }
      let start = number == 1 ? 100 : 0
      let isLeaf = page[start] == 13
      guard isLeaf || page[start] == 5 else { return nil }
      let count = Self.number(page, start + 3, 2)
      let cells = start + (isLeaf ? 8 : 12)
      guard cells + 2 * count <= usable else { return nil }
      if !isLeaf { pages.append(Self.number(page, start + 8, 4)) }
      for index in 0..<count {
        let cell = Self.number(page, cells + 2 * index, 2)
        guard cell + 4 <= usable else { return nil }
        guard isLeaf else {
          pages.append(Self.number(page, cell, 4))
          continue
        }
        things += 1
        guard things <= Self.mostThings, let row = self.row(page, cell), let texts = Self.texts(row) else { return nil }
        if computed == nil, !Self.isPlain(texts.name, texts.statement) { computed = texts.name }
      }
    }
  }

  private static func isPlain(_ name: String, _ statement: String) -> Bool {
    let text = statement.lowercased()
    if text.isEmpty || usual.contains(name.lowercased()) { return true }
    guard plain.contains(where: { text.hasPrefix($0) }) else { return false }
    guard text.hasPrefix("create table "), mayCompute(Array(text.utf8)) else { return true }
    // Names, texts and comments say nothing, and comments may stand between any two words.
    let words = text.replacing(/"[^"]*"|'[^']*'|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*(?s:.*?)(?:\*\/|$)/, with: " ")
    return !words.contains("generated") && words.firstMatch(of: /\bas\s*\(/) == nil
  }

  /// Whether the words of computed columns occur anywhere, texts and comments included.
  private static func mayCompute(_ text: [UInt8]) -> Bool {
    func isOfWord(_ place: Int) -> Bool {
      guard text.indices.contains(place) else { return false }
      let byte = text[place]
      return byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    for place in text.indices.dropLast() {
      if text[place] == UInt8(ascii: "g"), text[place...].starts(with: "generated".utf8) { return true }
      if text[place] == UInt8(ascii: "a"), text[place + 1] == UInt8(ascii: "s"), !isOfWord(place - 1), !isOfWord(place + 2) { return true }
    }
    return false
  }

  // MARK: - Pages

  /// - Parameter number: from 1.
  private func page(_ number: Int) -> [UInt8]? {
    guard number >= 1, number <= file.size / pageSize else { return nil }
    let bytes = [UInt8](file.bytes(at: UInt64((number - 1) * pageSize), upTo: pageSize))
    return bytes.count == pageSize ? bytes : nil
  }

  /// A big-endian number. Its bytes lie in the page.
  private static func number(_ bytes: [UInt8], _ start: Int, _ length: Int) -> Int {
    bytes[start..<start + length].reduce(0) { $0 << 8 | Int($1) }
  }

  /// A number of up to nine bytes, and where it ends.
  private static func varint(_ bytes: [UInt8], _ start: Int) -> (value: Int, end: Int)? {
    var value: UInt64 = 0
    for index in 0..<9 {
      guard start + index < bytes.count else { return nil }
      let byte = bytes[start + index]
      if index == 8 { return (Int(truncatingIfNeeded: value << 8 | UInt64(byte)), start + 9) }
      value = value << 7 | UInt64(byte & 0x7F)
      if byte < 0x80 { return (Int(truncatingIfNeeded: value), start + index + 1) }
    }
    return nil
  }

  /// The bytes of a row of a leaf, with what lies on pages of its own.
  private func row(_ page: [UInt8], _ cell: Int) -> [UInt8]? {
    guard let (length, afterLength) = Self.varint(page, cell), let (_, start) = Self.varint(page, afterLength), length >= 0,
      length <= Self.mostBytes
    else { return nil }
    let (most, least) = (usable - 35, (usable - 12) * 32 / 255 - 23)
    let wanted = least + (length - least) % (usable - 4)
    let local = length <= most ? length : wanted <= most ? wanted : least
    guard local >= 0, start + local <= usable else { return nil }
    var bytes = Array(page[start..<start + local])
    guard local < length else { return bytes }
    guard start + local + 4 <= usable else { return nil }
    var next = Self.number(page, start + local, 4)
    while bytes.count < length {
      guard let page = self.page(next) else { return nil }
      bytes += page[4..<4 + min(usable - 4, length - bytes.count)]
      next = Self.number(page, 0, 4)
    }
    return bytes
  }

  /// Name and statement of a row; without the zeros of UTF-16, as what matters is plain letters.
  private static func texts(_ row: [UInt8]) -> (name: String, statement: String)? {
    guard let (headerEnd, first) = varint(row, 0), headerEnd <= row.count, headerEnd >= first else { return nil }
    var (place, types): (Int, [Int]) = (first, [])
    while place < headerEnd, types.count < 5 {
      guard let (type, end) = varint(row, place), type >= 0 else { return nil }
      types.append(type)
      place = end
    }
    guard types.count == 5 else { return nil }
    var (start, columns): (Int, [String]) = (headerEnd, [])
    for type in types {
      let length =
        switch type {
        case 0, 8, 9: 0
        case 1...4: type
        case 5: 6
        case 6, 7: 8
        default: (type - 12) / 2
        }
      guard length >= 0, length <= row.count - start else { return nil }
      columns.append(String(decoding: row[start..<start + length].filter { $0 != 0 }, as: UTF8.self))
      start += length
    }
    return (columns[1], columns[4])
  }
}
