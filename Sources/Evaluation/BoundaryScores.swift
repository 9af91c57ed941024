/// Boundary pixels by class, and how many of them are matched. See the module's README for the definition.
public struct BoundaryCounts: Sendable, Equatable, Codable {
  /// The counts of one class.
  public struct Class: Sendable, Equatable, Codable {
    /// Boundary pixels of the prediction, and those with a true one of the class within the tolerance.
    public var predicted: UInt64 = 0
    public var predictedMatched: UInt64 = 0
    /// Boundary pixels of the truth, and those with a predicted one of the class within the tolerance.
    public var labeled: UInt64 = 0
    public var labeledMatched: UInt64 = 0

    public var precision: Double? { ratio(predictedMatched, predicted) }
    public var recall: Double? { ratio(labeledMatched, labeled) }
    /// 0 where there are boundaries, but none is matched; nil where neither map has any.
    public var f1: Double? {
      if predicted + labeled == 0 { return nil }
      return harmonicMean(precision, recall) ?? 0
    }
  }

  public var tolerance: BoundaryTolerance
  public var classes: [Class]

  /// The mean F1 of the classes that have a boundary.
  public var meanF1: Double? {
    let values = classes.compactMap(\.f1)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// Adds the counts of another source.
  public mutating func merge(_ other: BoundaryCounts) {
    precondition(classes.count == other.classes.count, "counts of different classes")
    for index in classes.indices {
      classes[index].predicted += other.classes[index].predicted
      classes[index].predictedMatched += other.classes[index].predictedMatched
      classes[index].labeled += other.classes[index].labeled
      classes[index].labeledMatched += other.classes[index].labeledMatched
    }
  }
}

/// How far apart two boundary pixels may be: radii of an ellipse in pixels, edge included.
public struct BoundaryTolerance: Sendable, Hashable, Codable {
  /// Along a row.
  public var columns: Double
  /// Along a column.
  public var rows: Double

  /// - Parameters: radii of 0…10,000 pixels; 0 lets only the same column or row match.
  public init(columns: Double, rows: Double) {
    precondition(0...10_000 ~= columns && 0...10_000 ~= rows, "tolerance of \(columns), \(rows) pixels")
    self.columns = columns
    self.rows = rows
  }

  /// The same radius, in pixels, along rows and columns.
  public static func pixels(_ radius: Double) -> BoundaryTolerance { BoundaryTolerance(columns: radius, rows: radius) }

  /// For each distance in rows, from 0 on, the largest distance in columns.
  ///
  /// The rule is (Δcolumn / columns)² + (Δrow / rows)² ≤ 1; for a circle, Δcolumn² + Δrow² ≤ radius².
  var reach: [Int] {
    (0...Int(rows)).map { distance in
      let row = Double(distance)
      guard distance > 0 else { return Int(columns) }
      // A circle is compared in squares, so that 5² = 3² + 4² is not lost to rounding.
      let square = columns == rows ? rows * rows - row * row : columns * columns * max(0, 1 - row * row / (rows * rows))
      var reach = Int(square.squareRoot())
      while Double((reach + 1) * (reach + 1)) <= square { reach += 1 }
      while reach > 0, Double(reach * reach) > square { reach -= 1 }
      return reach
    }
  }
}
