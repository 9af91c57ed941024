/// Text in rows of fields, as spreadsheets export it.
enum DelimitedText {
  /// The rows, without empty ones. Between fields stands whichever of comma, semicolon and tab the first line has most of; fields in double
  /// quotes may hold it, line breaks, and doubled quotes.
  static func rows(of text: String) -> [[String]] {
    let bytes = Array(text.utf8)
    let head = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let counts = separators.map { separator in head.reduce(0) { $0 + ($1 == separator ? 1 : 0) } }
    let separator = separators[counts.firstIndex(of: counts.max() ?? 0) ?? 0]
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    func endField() {
      row.append(String(decoding: field, as: UTF8.self))
      field.removeAll(keepingCapacity: true)
    }
    func endRow() {
      endField()
      if row.contains(where: { !$0.isEmpty }) { rows.append(row) }
      row.removeAll(keepingCapacity: true)
    }
    // A byte order mark.
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while index < bytes.count {
      let byte = bytes[index]
      if isQuoted {
        if byte != UInt8(ascii: "\"") {
          field.append(byte)
        } else if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\"") {
          field.append(byte)
          index += 1
        } else {
          isQuoted = false
        }
      } else if byte == UInt8(ascii: "\""), field.isEmpty {
        isQuoted = true
      } else if byte == separator {
        endField()
      } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        endRow()
      } else {
        field.append(byte)
      }
      index += 1
    }
    if !field.isEmpty || !row.isEmpty { endRow() }
    return rows
  }
}
