import Foundation
import Inference
import Synchronization

/// Asks servers several things at once: one after the other, a thousand answers from far away would take minutes.
enum ServerQuestions {
  /// How many are asked at once.
  static let atOnce = 8

  /// The answers in the order of the questions, whichever comes first.
  ///
  /// Where the system gives no more threads, fewer are asked at once.
  ///
  /// - Throws: what `ask` throws; what is not asked yet is not asked then.
  static func answers<Question: Sendable, Answer: Sendable>(
    to questions: [Question], _ ask: @escaping @Sendable (Question) throws -> Answer
  ) throws -> [Answer] {
    let round = Round(questions, ask)
    let others = DispatchGroup()
    for number in 1..<max(1, min(atOnce, questions.count)) {
      others.enter()
      do throws(ThreadError) {
        try startThread(named: "ask \(number)") {
          defer { others.leave() }
          round.work()
        }
      } catch {
        others.leave()
        break
      }
    }
    round.work()
    others.wait()
    return try round.answers()
  }
}

/// Questions that some threads take one after the other.
private final class Round<Question: Sendable, Answer: Sendable>: Sendable {
  private struct State {
    var next = 0
    var answers: [Answer?]
    var failure: (any Error)?
  }

  private let questions: [Question]
  private let ask: @Sendable (Question) throws -> Answer
  private let state: Mutex<State>

  init(_ questions: [Question], _ ask: @escaping @Sendable (Question) throws -> Answer) {
    self.questions = questions
    self.ask = ask
    state = Mutex(State(answers: Array(repeating: nil, count: questions.count)))
  }

  /// Asks until there is nothing left to be asked.
  func work() {
    while let index = take() {
      do {
        let answer = try ask(questions[index])
        state.withLock { $0.answers[index] = answer }
      } catch {
        state.withLock { $0.failure = $0.failure ?? error }
      }
    }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard state.failure == nil, state.next < state.answers.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  func answers() throws -> [Answer] {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return state.answers.compactMap(\.self)
    }
  }
}
