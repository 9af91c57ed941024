public import Basics

/// How the layers of one source were made: everything that a reader of nothing but the layers would otherwise have to ask for.
///
/// It follows from source, model, settings and program alone: no time of a run, no machine, no folder.
public struct Provenance: Sendable, Hashable, Codable {
  public struct Model: Sendable, Hashable, Codable {
    /// The checkpoint's name without its folder.
    public var name: String
    /// Of the bytes that were used.
    public var sha256: String
    /// Of the configuration that was given beside it, and of the files that it is based on.
    public var configSHA256: [String]?
    public var architecture: String
    public var parameters: Int
    /// Ground size in meters of the pixels that it was trained with; `nil` where nobody says it.
    public var resolution: Double?
    /// The data set, iterations and framework of the training, as far as the file says them.
    public var training: [String: String]

    public init(
      name: String, sha256: String, configSHA256: [String]?, architecture: String, parameters: Int, resolution: Double?,
      training: [String: String]
    ) {
      self.name = name
      self.sha256 = sha256
      self.configSHA256 = configSHA256
      self.architecture = architecture
      self.parameters = parameters
      self.resolution = resolution
      self.training = training
    }
  }

  /// A file that the layers were made from.
  public struct File: Sendable, Hashable, Codable {
    /// Without its folder.
    public var name: String
    public var bytes: Int64
    public var sha256: String

    public init(name: String, bytes: Int64, sha256: String) {
      self.name = name
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// From the first day or moment to the last on which the source was taken, such as "2024-06-01".
  public struct Dates: Sendable, Hashable, Codable {
    public var first: String
    public var last: String

    public init(first: String, last: String) {
      self.first = first
      self.last = last
    }
  }

  public var about = About()
  /// The pipeline file's name without folder and ending; empty for what no pipeline made. Not part of the encoded form: a pipeline that is renamed
  /// makes the same layers.
  public var pipeline = ""
  /// `nil` where layers were traced from a class raster of unknown origin.
  public var model: Model?
  /// Every setting that shapes the result, by its key in the pipeline.
  public var settings: [String: String] = [:]
  /// In the order of the mosaic.
  public var sources: [File] = []
  /// Sources of a merged layer, whose own provenance says more.
  public var mergedSources: Int?
  /// `nil` where it is not known.
  public var dates: Dates?
  /// Versions by name, the program's own as `orthoweave`.
  public var software: [String: String] = [:]
  /// The set of hot loops that computed the network; `nil` without one.
  public var kernels: String?

  public init() {}

  private enum CodingKeys: String, CodingKey {
    case about, model, settings, sources, mergedSources, dates, software, kernels
  }

  /// "orthoweave 0.2.0".
  public var program: String { "orthoweave" + (software["orthoweave"].map { " \($0)" } ?? "") }

  /// The libraries, "GDAL 3.6.2, GEOS 3.11.1, …".
  var libraries: String {
    software.filter { $0.key != "orthoweave" && $0.key != "results" }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      .joined(separator: ", ")
  }
}
