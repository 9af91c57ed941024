import GeoTypes
import Geodata

/// What is true of the pixels of a prediction.
protocol TruthRows: AnyObject {
  /// The truth of the prediction's rows.
  func strip(_ rows: Range<Int>) throws -> TruthStrip

  /// What the codes of the strips so far mean, by code.
  var meanings: [TruthMeaning] { get }
}

/// The truth of some rows.
struct TruthStrip {
  /// `[rows][width]`: indices into `meanings`.
  var codes: [UInt16]
  /// The polygon of each pixel, from 1; 0 for none. Empty where the truth is not polygons.
  var objects: [UInt32] = []
}

/// What a code stands for.
struct TruthMeaning {
  /// A class, the number that stands for labels that are not one, or `LabelTable.ignored`.
  var label: UInt8
  /// Why pixels of it are left out or count as wrong; `nil` for a class.
  var cause: Omission.Reason?
  /// The label as the file has it.
  var value: String?
}
