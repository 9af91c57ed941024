public import GeoTypes

/// Traces a class map that comes row by row, from the top: regions of equal class as clean polygons with what they hold, and neighbors that
/// share every vertex of their border.
///
/// ```swift
/// var tracer = try Tracer(size: size, options: options) { region in write(region) }
/// while let strip = try read() { try tracer.add(classes: strip.classes, confidence: strip.confidence) }
/// let summary = try tracer.finish()
/// ```
///
/// What is handed out, its order and its numbers depend on the map and the options alone, never on the strips' heights. A region is handed
/// out in the row after its last one.
///
/// - Complexity: Time grows with the pixels (one comparison for eight) and with the borders' length. Memory grows with the width and with the
///   borders of regions that are still open, not with the height.
public struct Tracer: ~Copyable {
  public let size: RasterSize
  private var engine: TraceEngine
  private let sink: (TracedRegion) throws -> Void
  private var isFinished = false

  /// - Parameters:
  ///   - size: The size of the class map, in pixels; neither side may be 0.
  ///   - options: how regions become polygons.
  ///   - sink: Gets each region, in order. What it throws, `add` or `finish` throws, and the tracer is of no use afterwards.
  /// - Throws: Where the size or an option makes no sense.
  public init(size: RasterSize, options: TracingOptions = TracingOptions(), sink: @escaping (TracedRegion) throws -> Void)
    throws(TracingError)
  {
    try options.validate()
    guard (1...Self.longestSide).contains(size.width), (1...Self.longestSide).contains(size.height) else {
      throw TracingError(.invalidOptions, reason: "a class map of \(size.width) × \(size.height) pixels cannot be traced")
    }
    self.size = size
    self.sink = sink
    engine = TraceEngine(size: size, options: options)
  }

  /// How many records are held at most so far: labels, strands, jogs, nodes, arcs. For tests.
  package var heldRecords: Int { engine.heldRecords }

  /// No class map may be wider or higher.
  public static let longestSide = 1 << 28

  /// Takes the next rows of the class map.
  ///
  /// - Parameters:
  ///   - classes: Whole rows of class ids, [rows, size.width]; 255 is nodata.
  ///   - confidence: The same number of values in percent; 255 where a pixel has none. `nil` where no row has any.
  /// - Throws: `TracingError` (wrongRows, tooLarge), and what the sink throws.
  public mutating func add(classes: [UInt8], confidence: [UInt8]? = nil) throws {
    try check(classes.count, confidence?.count)
    try classes.withUnsafeBufferPointer { classes in
      guard let confidence else { return try addRows(classes, nil) }
      try confidence.withUnsafeBufferPointer { try addRows(classes, $0) }
    }
  }

  /// Ends the map: hands out the regions that are still open.
  ///
  /// - Throws: Where rows are missing.
  public mutating func finish() throws -> TracingSummary {
    guard !isFinished else { throw TracingError(.wrongRows, reason: "the class map was finished before") }
    guard Int(engine.row) == size.height else {
      throw TracingError(.wrongRows, reason: "the class map has \(size.height) rows, of which \(engine.row) came")
    }
    isFinished = true
    engine.addClosingRow()
    try engine.completeRegions(sink)
    return engine.summary
  }

  private func check(_ classes: Int, _ confidence: Int?) throws(TracingError) {
    guard !isFinished else { throw TracingError(.wrongRows, reason: "rows came after the end of the class map") }
    guard classes % size.width == 0 else {
      throw TracingError(.wrongRows, reason: "\(classes) pixels are not a whole number of rows of \(size.width)")
    }
    guard Int(engine.row) + classes / size.width <= size.height else {
      throw TracingError(.wrongRows, reason: "more than \(size.height) rows came")
    }
    if let confidence, confidence != classes {
      throw TracingError(.wrongRows, reason: "\(classes) classes came with \(confidence) confidences")
    }
  }

  private mutating func addRows(_ classes: UnsafeBufferPointer<UInt8>, _ confidence: UnsafeBufferPointer<UInt8>?) throws {
    guard let first = classes.baseAddress else { return }
    for row in 0..<(classes.count / size.width) {
      let offset = row * size.width
      engine.add(classes: first + offset, confidence: confidence?.baseAddress.map { $0 + offset })
      try engine.completeRegions(sink)
      try engine.checkCounts()
    }
  }
}
