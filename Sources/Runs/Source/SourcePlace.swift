/// What a source waits for while others are in flight.
protocol SourcePlace: Sendable {
  /// Sources with a lower one go first.
  var order: Int { get }
  /// Waits until there is memory for a source.
  ///
  /// - Parameter infers: whether it needs the workers, or its layers are made of pixels that are there.
  /// - Throws: `Abandoned`.
  func admit(_ plan: SourcePlan, infers: Bool) throws
  /// While the source is opened: waits until nothing else is inferred or made into layers, until this source is admitted.
  ///
  /// - Throws: `Abandoned`.
  func openAlone() throws
  /// Waits until layers may be made. What inferring the source took is free from now on.
  ///
  /// - Throws: `Abandoned`.
  func beginFinishing() throws
  /// Waits until nothing else is in flight, and the workers have given back their memory.
  ///
  /// - Throws: `Abandoned`.
  func waitUntilAlone() throws
  /// A tile is done: the next source may be due to be opened.
  func tileDone()
  /// Whether `waitUntilAlone` has returned.
  var isAlone: Bool { get }
}

/// The run ends; the source is left for the next one.
struct Abandoned: Error {}
