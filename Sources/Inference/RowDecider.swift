import GeoTypes
import Tiling

/// A finished row of a band.
package struct DecidedRow {
  package let row: Int
  /// The band's first column, in pixels of the source.
  package let column: Int
  /// 255 where the source is invalid or outside the area of interest.
  package let classIDs: [UInt8]
  /// Percent; 255 where the class is.
  package let confidence: [UInt8]
  /// [columns][classes] where asked for, else empty.
  package let probabilities: [Float]
}

/// Turns blended rows into classes, confidence and probabilities.
struct RowDecider {
  private let decision: Decision
  private let merge: ClassMerge?
  private let channels: Int
  private let wantsProbabilities: Bool
  private let column: Int
  private var classIDs: [UInt8]
  private var confidence: [UInt8]
  private var probabilities: [Float]
  private var merged: [Float]

  init(decision: Decision, merge: ClassMerge?, channels: Int, columns: Range<Int>, wantsProbabilities: Bool) {
    self.decision = decision
    self.merge = merge
    self.channels = channels
    self.wantsProbabilities = wantsProbabilities
    column = columns.lowerBound
    let columns = columns.count
    classIDs = [UInt8](repeating: ClassMap.nodata, count: columns)
    confidence = classIDs
    let needsProbabilities = wantsProbabilities || merge != nil
    probabilities = [Float](repeating: 0, count: needsProbabilities ? columns * decision.classes(channels: channels) : 0)
    merged = [Float](repeating: 0, count: columns * (merge?.classes ?? 0))
  }

  /// - Parameters:
  ///   - values: [columns][channels], blended.
  ///   - mask: 0 for pixels that get no class; `nil` where all get one.
  mutating func row(_ row: Int, values: UnsafeBufferPointer<Float>, mask: ArraySlice<UInt8>?) -> DecidedRow {
    classIDs.withUnsafeMutableBufferPointer { classIDs in
      confidence.withUnsafeMutableBufferPointer { confidence in
        probabilities.withUnsafeMutableBufferPointer { probabilities in
          decision.decide(
            values, channels: channels, classIDs: classIDs, confidence: confidence,
            probabilities: probabilities.isEmpty ? nil : probabilities)
          guard let merge else { return }
          merged.withUnsafeMutableBufferPointer { merged in
            merge.apply(
              classIDs: classIDs, confidence: confidence, probabilities: UnsafeBufferPointer(probabilities), merged: merged)
          }
        }
      }
    }
    if let mask {
      for (index, value) in mask.enumerated() where value == 0 {
        classIDs[index] = ClassMap.nodata
        confidence[index] = ClassMap.nodata
      }
    }
    return DecidedRow(
      row: row, column: column, classIDs: classIDs, confidence: confidence,
      probabilities: wantsProbabilities ? (merge == nil ? probabilities : merged) : [])
  }

  /// A row without a valid pixel.
  func invalidRow(_ row: Int) -> DecidedRow {
    let nodata = [UInt8](repeating: ClassMap.nodata, count: classIDs.count)
    return DecidedRow(
      row: row, column: column, classIDs: nodata, confidence: nodata,
      probabilities: [Float](repeating: 0, count: wantsProbabilities ? outputs : 0))
  }

  private var outputs: Int { merge == nil ? probabilities.count : merged.count }
}
