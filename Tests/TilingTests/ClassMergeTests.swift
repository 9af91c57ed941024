import Testing
import Tiling

@Suite struct ClassMergeTests {
  @Test func mergedClassKeepsTheDecisionAndAddsUpProbabilities() {
    let merge = ClassMerge(table: [1, 0, 1])
    #expect(merge.classes == 2)
    var classIDs: [UInt8] = [0, 1, 2]
    var confidence: [UInt8] = [0, 0, 0]
    let probabilities: [Float] = [0.5, 0.3, 0.2, 0.2, 0.5, 0.3, 0, 0.25, 0.75]
    var merged = [Float](repeating: -1, count: 6)
    classIDs.withUnsafeMutableBufferPointer { classIDs in
      confidence.withUnsafeMutableBufferPointer { confidence in
        probabilities.withUnsafeBufferPointer { probabilities in
          merged.withUnsafeMutableBufferPointer { merged in
            merge.apply(classIDs: classIDs, confidence: confidence, probabilities: probabilities, merged: merged)
          }
        }
      }
    }
    #expect(classIDs == [1, 0, 1])
    #expect(confidence == [70, 50, 75])
    #expect(zip(merged, [0.3, 0.7, 0.5, 0.5, 0.25, 0.75]).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
