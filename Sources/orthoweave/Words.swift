import PipelineFile
import Runs

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
