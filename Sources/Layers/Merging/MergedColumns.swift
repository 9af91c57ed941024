import Geodata

/// Where the columns of a merged layer are.
struct MergedColumns {
  let layout: LayerFields
  var fields: [VectorField] { layout.fields }
  let id = 0
  let classID = 1
  let className = 2
  let source = 3
  let pixels = 4
  let area = 5
  let perimeter = 6
  /// The mean; behind it least and greatest.
  let confidence = 7
  let edge = 10
  let longitude = 11
  let latitude = 12
  let date = 13
  let sigma: Int?
  /// The first of each; `nil` where no source has them.
  let shape: Int?
  let volume: Int?
  let nearest: Int?
  let frames: Int?

  init(_ layout: LayerFields) {
    self.layout = layout
    sigma = layout.column(of: .positionError)
    shape = layout.column(of: .shape)
    volume = layout.column(of: .volume)
    nearest = layout.column(of: .nearest)
    frames = layout.column(of: .frames)
  }

  func real(_ column: Int, _ values: [FieldValue]) -> Double? {
    switch values[column] {
    case .real(let value): value
    case .integer(let value): Double(value)
    case .null, .text: nil
    }
  }

  func integer(_ column: Int, _ values: [FieldValue]) -> Int? { if case .integer(let value) = values[column] { value } else { nil } }
}
