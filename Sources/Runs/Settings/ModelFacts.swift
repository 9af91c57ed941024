/// What a report and a receipt say of the model. It holds no folder and no time.
public struct ModelFacts: Sendable, Codable, Equatable {
  /// The checkpoint's name without its folder.
  public var file: String
  /// Of the bytes that were used.
  public var sha256: String
  /// Of the configuration that the pipeline names, and of the files that it is based on.
  public var configSHA256: [String]?
  public var architecture: String
  /// Ground size in meters of the pixels that it was trained with; nil where nobody says it.
  public var resolution: Double?
  /// What decides about the result and the file does not say, a sentence each.
  public var assumed: [String]

  /// A sentence for each.
  package var assumptions: [String] { assumed.map { "the model's file does not say it, so it is assumed: \($0)" } }

  /// What of the file was ignored or looks wrong, a sentence each.
  public var warnings: [String]
}
