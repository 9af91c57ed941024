import PipelineFile

/// Everything but the source itself that a class map follows from: what goes into the raster key. Workers and memory do not.
struct RasterSettings: Encodable {
  /// Raised whenever the same input would give other pixels.
  static let resultVersion = 1

  var version = RasterSettings.resultVersion
  /// SHA-256 of the checkpoint and of the configuration beside it.
  var model: [String]
  var architecture: Pipeline.Architecture
  var mean: [Double]?
  var std: [Double]?
  var channels: Pipeline.Channels
  var alignCorners: Bool?
  var merges: [Pipeline.ClassMerge]
  var isMosaic: Bool
  var bands: Pipeline.Bands
  var scale: Pipeline.Scale
  var nodata: Double?
  var resolution: Pipeline.Resolution
  /// SHA-256 of the area's file.
  var area: String?
  var tile: Pipeline.Tile
  var overlap: Int
  var blend: Pipeline.Blend
  var scales: [Double]
  var flip: Pipeline.Flip
  var threshold: Double?
  var precision: Pipeline.Precision
  var kernels: String
  /// A part that is tried by itself.
  var window: [Int]?

  init(_ pipeline: Pipeline, modelDigests: [String], areaDigest: String?, kernels: String, window: [Int]?) {
    model = modelDigests
    architecture = pipeline.model.architecture
    mean = pipeline.model.mean
    std = pipeline.model.std
    channels = pipeline.model.channels
    alignCorners = pipeline.model.alignCorners
    if case .merges(let given) = pipeline.model.classes { merges = given } else { merges = [] }
    isMosaic = pipeline.input.mosaic
    bands = pipeline.input.bands
    scale = pipeline.input.scale
    nodata = pipeline.input.nodata
    resolution = pipeline.input.resolution
    area = areaDigest
    tile = pipeline.inference.tile
    overlap = pipeline.inference.overlap
    blend = pipeline.inference.blend
    scales = pipeline.inference.scales
    flip = pipeline.inference.flip
    threshold = pipeline.inference.threshold
    precision = pipeline.inference.precision
    self.kernels = kernels
    self.window = window
  }
}

/// What layers follow from, besides the class map: what goes into the layer key.
struct LayerSettings: Encodable {
  /// Raised whenever the same class map would give other layers.
  static let resultVersion = 1

  var version = LayerSettings.resultVersion
  var vectors: Pipeline.Vectors
  var formats: [Pipeline.Format]
  var classNames: [String]
  var classColours: [String]
  /// Without its password.
  var postgis: ConnectionString?

  init(_ pipeline: Pipeline, classNames: [String], classColours: [String]) {
    vectors = pipeline.vectors
    formats = pipeline.output.formats
    self.classNames = classNames
    self.classColours = classColours
    postgis = pipeline.output.postgis
  }
}
