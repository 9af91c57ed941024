import PipelineFile
import Testing

/// The three keys that must be given, and more.
func pipelineText(_ more: String = "") -> String {
  """
  input: {sources: [a.tif]}
  model: {checkpoint: net.pth}
  output: {directory: out}
  """ + (more.isEmpty ? "\n" : "\n\(more)\n")
}

/// The three keys that must be given and one more, in its section.
func pipelineText(section: String, key: String, value: String) -> String {
  let required = ["input": "sources: [a.tif]", "model": "checkpoint: net.pth", "output": "directory: out"]
  var sections: [String] = []
  for name in ["input", "model", "output"] where name != section { sections.append("\(name):\n  \(required[name] ?? "")") }
  let first = required[section].map { $0.hasPrefix(key + ":") ? "" : "  \($0)\n" } ?? ""
  return sections.joined(separator: "\n") + "\n\(section):\n\(first)  \(key): \(value)\n"
}

func read(_ text: String, environment: [String: String] = [:]) throws(PipelineError) -> Pipeline {
  try PipelineReader.read(text: text, file: "demo.yaml", folder: "/data/project", environment: environment)
}

/// What the reader says of a text that must be refused.
func refusal(_ text: String, environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation) -> PipelineError? {
  do {
    _ = try read(text, environment: environment)
    Issue.record("was accepted:\n\(text)", sourceLocation: sourceLocation)
    return nil
  } catch {
    return error
  }
}
