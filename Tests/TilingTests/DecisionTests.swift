import Foundation
import TestSupport
import Testing
import Tiling

@Suite struct DecisionTests {
  private func decide(
    _ rule: Decision, _ values: [Float], channels: Int
  ) -> (classIDs: [UInt8], confidence: [UInt8], probabilities: [Float]) {
    let pixels = values.count / channels
    var classIDs = [UInt8](repeating: 9, count: pixels)
    var confidence = [UInt8](repeating: 9, count: pixels)
    var probabilities = [Float](repeating: -1, count: pixels * rule.classes(channels: channels))
    values.withUnsafeBufferPointer { values in
      classIDs.withUnsafeMutableBufferPointer { classIDs in
        confidence.withUnsafeMutableBufferPointer { confidence in
          probabilities.withUnsafeMutableBufferPointer { probabilities in
            rule.decide(values, channels: channels, classIDs: classIDs, confidence: confidence, probabilities: probabilities)
          }
        }
      }
    }
    return (classIDs, confidence, probabilities)
  }

  @Test func exponentialIsWithinTwoUnitsInTheLastPlace() {
    for step in 0..<20_000 {
      let x = Float(-87 + Double(step) * 174 / 20_000)
      let exact = exp(Double(x))
      let found = Double(exponential(x))
      #expect(abs(found / exact - 1) < 2.5e-7, "exp(\(x))")
    }
    #expect(exponential(SIMD8(-.infinity, .nan, -200, 0, -87.5, 1, -0.0, .infinity)).lowHalf == SIMD4(0, 0, 0, 1))
  }

  @Test func firstMaximumWinsATie() {
    let found = decide(.softmax, [1, 3, 3, 2, 5, 5, 5, 5], channels: 4)
    #expect(found.classIDs == [1, 0])
    #expect(found.confidence[1] == 25)
  }

  @Test(arguments: [2, 3, 7, 19, 255])
  func softmaxEqualsItsDefinition(channels: Int) {
    var generator = Seeded(seed: 7)
    let values = (0..<(13 * channels)).map { _ in Float.random(in: -6..<6, using: &generator) }
    let found = decide(.softmax, values, channels: channels)
    for pixel in 0..<13 {
      let logits = values[pixel * channels..<(pixel + 1) * channels].map { Double($0) }
      let maximum = logits.max() ?? 0
      let sum = logits.reduce(0) { $0 + exp($1 - maximum) }
      #expect(found.confidence[pixel] == UInt8(100 / sum + 0.5) || abs((100 / sum).truncatingRemainder(dividingBy: 1) - 0.5) < 1e-4)
      for channel in 0..<channels {
        #expect(abs(Double(found.probabilities[pixel * channels + channel]) - exp(logits[channel] - maximum) / sum) < 1e-6)
      }
    }
  }

  @Test func oneValueIsComparedWithTheThreshold() {
    let found = decide(.sigmoid(threshold: 0.3), [-2, -0.8, 0, 3], channels: 1)
    #expect(found.classIDs == [0, 1, 1, 1])
    #expect(found.confidence == [88, 31, 50, 95])
    let averaged = decide(.probability(threshold: 0.5), [0.5, 0.51], channels: 1)
    #expect(averaged.classIDs == [0, 1])
  }

  @Test func notANumberNeverTrapsAndNeverWins() {
    let found = decide(.softmax, [.nan, 1, .nan, .nan], channels: 2)
    #expect(found.classIDs == [1, 0])
  }
}
