import NeuralNetwork
import TestSupport
import Testing

struct ArenaPlanTests {
  @Test func buffersThatLiveTogetherNeverOverlap() {
    var generator = Seeded(seed: 3)
    for _ in 0..<200 {
      let needs = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
        let first = Int.random(in: 0..<40, using: &generator)
        return ArenaPlan.Need(
          floats: Int.random(in: 0...5000, using: &generator), firstStep: first, lastStep: first + Int.random(in: 0..<8, using: &generator))
      }
      let plan = ArenaPlan(needs)
      for (i, a) in needs.enumerated() {
        #expect(plan.offsets[i] % ArenaPlan.alignment == 0)
        #expect(plan.offsets[i] + a.floats <= plan.floats)
        for (j, b) in needs.enumerated() where j < i && a.firstStep <= b.lastStep && b.firstStep <= a.lastStep {
          let apart = plan.offsets[i] + a.floats <= plan.offsets[j] || plan.offsets[j] + b.floats <= plan.offsets[i]
          #expect(apart || a.floats == 0 || b.floats == 0, "\(needs), buffers \(j) and \(i)")
        }
      }
    }
  }

  @Test func buffersOfDifferentTimesShareTheirPlace() {
    let plan = ArenaPlan([
      ArenaPlan.Need(floats: 100, firstStep: 0, lastStep: 1), ArenaPlan.Need(floats: 100, firstStep: 1, lastStep: 2),
      ArenaPlan.Need(floats: 100, firstStep: 2, lastStep: 3),
    ])
    #expect(plan.floats == 224)
  }
}
