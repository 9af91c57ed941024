import Basics
public import Foundation

/// A network as a STAC 1.1 item with the Machine Learning Model extension (MLM 1.4).
public struct STACModel: Sendable {
  public struct Scaling: Sendable {
    public var mean: Double
    public var deviation: Double

    public init(mean: Double, deviation: Double) {
      self.mean = mean
      self.deviation = deviation
    }
  }

  public var model: Provenance.Model
  /// The pipeline that uses it; `nil` for a network by itself.
  public var pipeline: String?
  /// Names of the channels that the network takes, in its order.
  public var bands: [String]
  /// Of each channel, for pixels of 0…255; empty where it is not known.
  public var scaling: [Scaling]
  /// Rows and columns that the network sees at once.
  public var tile: [Int]
  public var classes: [ClassEntry]
  /// Channels of the output.
  public var outputs: Int
  /// Where the checkpoint lies, relative to the item.
  public var path: String
  /// Of the checkpoint; `nil` where that is not known.
  public var bytes: Int64?

  public init(
    model: Provenance.Model, pipeline: String?, bands: [String], scaling: [Scaling], tile: [Int], classes: [ClassEntry], outputs: Int,
    path: String, bytes: Int64?
  ) {
    self.model = model
    self.pipeline = pipeline
    self.bands = bands
    self.scaling = scaling
    self.tile = tile
    self.classes = classes
    self.outputs = outputs
    self.path = path
    self.bytes = bytes
  }

  /// The item as JSON, keys in order. It has no geometry, and its time is not known.
  public func json() throws -> Data {
    let name = model.name
    var asset: [String: Any] = [
      "href": path.percentEncoded(keeping: "/"), "title": "Weights", "type": mediaType, "roles": ["mlm:model", "mlm:weights", "data"],
      "mlm:artifact_type": name.hasSuffix(".safetensors") ? "safetensors.torch.save_file" : "torch.save",
      "file:checksum": "1220" + model.sha256,
      "bands": bandNames,
    ]
    if let bytes { asset["file:size"] = bytes }
    var properties: [String: Any] = [
      "datetime": NSNull(), "start_datetime": "0001-01-01T00:00:00Z", "end_datetime": "9999-12-31T23:59:59Z", "title": name,
      "description": "A network of the architecture \(model.architecture) for the classes \(classes.map(\.name).joined(separator: ", ")).",
      "license": "other", "mlm:name": plainName, "mlm:architecture": model.architecture, "mlm:framework": "PyTorch",
      "mlm:tasks": ["semantic-segmentation"], "mlm:total_parameters": model.parameters, "mlm:input": [input], "mlm:output": [output],
      // The extension wants the input's bands described as STAC's own, too; those stand here only where an asset has some.
      "bands": bandNames,
    ]
    if let pipeline { properties[STAC.pipelineKey] = pipeline }
    if let resolution = model.resolution { properties["gsd"] = resolution }
    return try STAC.data([
      "type": "Feature", "stac_version": STAC.version, "stac_extensions": [STAC.classification, STAC.file, STAC.model], "id": name,
      "geometry": NSNull(), "properties": properties, "links": [Any](), "assets": ["weights": asset],
    ])
  }

  private var bandNames: [[String: Any]] { bands.map { ["name": $0] } }

  /// The file's name in the letters that the extension allows; it begins with a letter, and ends with a letter or digit.
  private var plainName: String {
    func isLetter(_ character: Character) -> Bool { character.isASCII && character.isLetter }
    func isPlain(_ character: Character) -> Bool { character.isASCII && (character.isLetter || character.isNumber) }
    let plain = model.name.map { isPlain($0) || "._-".contains($0) ? $0 : "-" }.drop { !isLetter($0) }
    guard let last = plain.lastIndex(where: isPlain), last > plain.startIndex else { return "model" }
    let name = String(plain[...last])
    return name.count > 2 ? name : "model-" + name
  }

  private var mediaType: String {
    model.name.hasSuffix(".safetensors")
      ? "application/octet-stream; framework=safetensors" : "application/octet-stream; application=pytorch"
  }

  private var input: [String: Any] {
    var input: [String: Any] = [
      "name": "pixels of 0 to 255", "bands": bandNames,
      "input": ["shape": [-1, bands.count] + tile, "dim_order": ["batch", "bands", "height", "width"], "data_type": "float32"]
        as [String: Any],
    ]
    if !scaling.isEmpty {
      input["value_scaling"] = scaling.map { ["type": "z-score", "mean": $0.mean, "stddev": $0.deviation] as [String: Any] }
    }
    return input
  }

  private var output: [String: Any] {
    [
      "name": "classes", "tasks": ["semantic-segmentation"],
      "result": ["shape": [-1, outputs] + tile, "dim_order": ["batch", "class", "height", "width"], "data_type": "float32"]
        as [String: Any],
      "classification:classes": STAC.classification(classes), "post_processing_function": NSNull(),
    ]
  }
}
