import Foundation

/// The sheets of a mosaic that do not fit the others, each with what is different about it.
struct MosaicMisfits {
  private let name: String
  private let count: Int
  private var sheets: [String] = []
  /// What to do, each once, in the order of the sheets.
  private var remedies: [String] = []

  /// - Parameters:
  ///   - name: the mosaic's.
  ///   - count: of all its sheets.
  init(name: String, count: Int) {
    self.name = name
    self.count = count
  }

  /// - Parameter remedy: what to do with a sheet, which % stands for, such as "reproject %".
  mutating func add(_ sheet: MosaicGrid.Sheet, _ what: String, _ remedy: String) {
    sheets.append("\(sheet.path) (\(what))")
    if !remedies.contains(remedy) { remedies.append(remedy) }
  }

  /// - Throws: `unsupported` where there is a misfit.
  func check() throws(GeodataError) {
    if !sheets.isEmpty { throw error() }
  }

  func error() -> GeodataError {
    let shown = sheets.prefix(20).joined(separator: ", ")
    let more = sheets.count > 20 ? " and \(sheets.count - 20) more" : ""
    let (these, verb) = sheets.count == 1 ? ("it", "does") : ("them", "do")
    return GeodataError(
      .unsupported, file: name, reason: "\(sheets.count) of its \(count) sheets \(verb) not fit the others: \(shown)\(more)",
      remedy: "leave \(these) out, or \(remedies.map { $0.replacing("%", with: these) }.joined(separator: ", or "))")
  }
}
