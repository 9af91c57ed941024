import PipelineFile
import Runs

extension String {
  /// The text in one line that no terminal obeys: control characters as Swift writes them, such as \n and \u{1B}.
  ///
  /// Names of files may hold anything; all lines for people go through this, and JSON, which has its own way, does not.
  var printable: String {
    guard unicodeScalars.contains(where: Self.isControl) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where Self.isControl(scalar): text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}

/// What an error says: one line, or one for each problem of a pipeline.
func lines(of error: any Error) -> [String] {
  if let error = error as? PipelineError { return error.listing() }
  return ["\(error)"]
}

/// Equal remarks about several sources as one line, in the order of their first: "a: new", "a, b: new", "48 sources: new".
func gathered(_ remarks: [(source: String, text: String)]) -> [String] {
  var order: [String] = []
  var sources: [String: [String]] = [:]
  for remark in remarks {
    if sources[remark.text] == nil { order.append(remark.text) }
    sources[remark.text, default: []].append(remark.source)
  }
  return order.map { text in
    let names = sources[text] ?? []
    return "\(names.count > 3 ? counted(names.count, "source") : names.joined(separator: ", ")): \(text)"
  }
}
