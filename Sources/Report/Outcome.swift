/// What became of a source in a run.
public enum Outcome: String, Sendable, Codable, CaseIterable {
  case done, retraced, unchanged, failed, waiting, postponed, pending, outside, empty, removed, elsewhere

  /// In a few words, for a legend.
  var words: String {
    switch self {
    case .done: "done"
    case .retraced: "layers redone"
    case .unchanged: "unchanged"
    case .failed: "failed"
    case .waiting: "waiting for another try"
    case .postponed: "left for the next run"
    case .pending: "not reached"
    case .outside: "outside the area"
    case .empty: "without a valid pixel"
    case .removed: "removed"
    case .elsewhere: "not part of this run"
    }
  }

  /// In the order in which a map is drawn: what needs attention lies on top.
  static let drawn: [Outcome] = [
    .elsewhere, .outside, .empty, .unchanged, .pending, .postponed, .retraced, .done, .waiting, .failed,
  ]
}
