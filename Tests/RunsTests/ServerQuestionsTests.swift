import Foundation
import Synchronization
import Testing

@testable import Runs

@Suite struct ServerQuestionsTests {
  @Test(arguments: [0, 1, 2, 8, 9, 100])
  func answersComeInTheOrderOfTheQuestions(count: Int) throws {
    let most = Mutex((now: 0, most: 0))
    let answers = try ServerQuestions.answers(to: Array(0..<count)) { number in
      most.withLock { state in
        state.now += 1
        state.most = max(state.most, state.now)
      }
      // Later ones come first.
      usleep(UInt32((count - number) % 7) * 300)
      most.withLock { $0.now -= 1 }
      return "\(number)"
    }
    #expect(answers == (0..<count).map { "\($0)" })
    #expect(most.withLock { $0.most } <= 8)
  }

  @Test func whatIsThrownEndsTheRound() {
    struct Stop: Error {}
    let asked = Mutex(0)
    #expect(throws: Stop.self) {
      _ = try ServerQuestions.answers(to: Array(0..<10_000)) { number in
        asked.withLock { $0 += 1 }
        if number == 3 { throw Stop() }
        usleep(1000)
        return number
      }
    }
    #expect(asked.withLock { $0 } < 10_000)
  }
}
