package import Inference

/// The parts of a run whose time is reported.
package enum RunStage: String, Sendable, CaseIterable, Codable {
  case plan, read, infer, blend, store, trace, write, publish

  package init(_ stage: SourcePass.Stage) {
    self =
      switch stage {
      case .read: .read
      case .infer: .infer
      case .blend: .blend
      }
  }
}
