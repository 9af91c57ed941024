/// The parts of a run whose time is reported.
enum RunStage: String, Sendable, CaseIterable, Codable {
  case plan, read, infer, blend, store, trace, write, publish
}
