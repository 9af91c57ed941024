package import Checkpoints
package import Inference
package import NeuralNetwork
package import PipelineFile

/// Mean, standard deviation and channel order: from the pipeline, else from the checkpoint, else refused with the lines to paste.
package struct ModelNormalization {
  package let value: Normalization
  package var assumed: [String] = []
  package var warnings: [String] = []

  /// - Throws: `RunError` or `PipelineError` where mean and std are missing, too many, or cannot be those of pixels of 0…255.
  package init(_ pipeline: Pipeline, checkpoint: Checkpoint, description: NetworkDescription) throws {
    let model = pipeline.model
    var metadata = checkpoint.metadata
    let bands = description.inputChannels
    if let own = Self.ofArchitecture(checkpoint, description) {
      (metadata.mean, metadata.std) = (own.mean, own.std)
      if model.mean == nil || model.std == nil { assumed.append("mean and std of ImageNet, as FANet's authors have them") }
    }
    guard let mean = model.mean ?? metadata.mean, let std = model.std ?? metadata.std else {
      throw RunError(
        .wrongCall, file: model.checkpoint.written, reason: "the checkpoint does not say how pixels are normalized",
        remedy: UsualModel(checkpoint, description).remedy)
    }
    let key = model.mean == nil ? "model.std" : "model.mean"
    guard mean.count == bands, std.count == bands, std.allSatisfy({ $0 > 0 }) else {
      throw pipeline.error(
        at: key, reason: "the network takes \(bands) bands, but there are \(mean.count) means and \(std.count) standard deviations",
        remedy: "give \(bands) of each")
    }
    // A module that keeps them itself may have applied them to such pixels.
    let isOwn = UsualModel.buffers(checkpoint, bands: bands).map { $0 == (mean, std) } ?? false
    if !isOwn, let (reason, remedy) = Self.objection(mean: mean, std: std) {
      guard model.mean == nil, model.std == nil else { throw pipeline.error(at: key, reason: reason, remedy: remedy) }
      throw RunError(.wrongCall, file: model.checkpoint.written, reason: reason, remedy: remedy)
    }
    if let warning = Self.doubt(mean: mean, std: std) { warnings.append(warning) }
    if bands == 3, model.channels == .auto, metadata.channelOrder == nil { assumed.append("channel order rgb (model.channels)") }
    if let (reason, remedy) = Self.doubtOfOrder(
      bands: bands, isBGR: metadata.channelOrder == .bgr, isSettled: model.channels != .auto || pipeline.input.bands != .auto)
    {
      throw RunError(.wrongCall, file: model.checkpoint.written, reason: reason, remedy: remedy)
    }
    let isBGR = bands == 3 && (model.channels == .bgr || (model.channels == .auto && metadata.channelOrder == .bgr))
    value = Normalization(mean: mean.map { Float($0) }, std: std.map { Float($0) }, order: isBGR ? [2, 1, 0] : Array(0..<bands))
    let imageNet = [123.675, 116.28, 103.53]
    if bands == 3, !isBGR, zip(mean, imageNet.reversed()).allSatisfy({ abs($0 - $1) < 1 }) {
      warnings.append(
        "mean \(Self.list(mean)) is ImageNet's of blue, green and red, and the channels are taken as red, green and blue; set model.channels: bgr, or "
          + "mean and std in the order of the channels")
    }
  }

  /// What a file need not say, as the network's kind does; `nil` where it does not, or the file has its own.
  package static func ofArchitecture(_ checkpoint: Checkpoint, _ description: NetworkDescription) -> (mean: [Double], std: [Double])? {
    // FANet's authors save no configuration; their code always normalizes RGB / 255 by ImageNet's mean and standard deviation.
    guard description.architecture == .fanet, description.inputChannels == 3, checkpoint.metadata.mean == nil else { return nil }
    return ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
  }

  /// Why mean and std cannot be those of pixels of 0…255, as which every source reaches the network, and what to set.
  package static func objection(mean: [Double], std: [Double]) -> (reason: String, remedy: String)? {
    guard !isNone(mean, std) else { return nil }
    let numbers = "mean \(list(mean)) and std \(list(std))"
    if mean.allSatisfy({ abs($0) <= 1 }), std.allSatisfy({ $0 <= 1 }) {
      return (
        "\(numbers) are those of pixels of 0…1, here pixels are 0…255",
        "set model: {mean: \(list(mean.map { $0 * 255 })), std: \(list(std.map { $0 * 255 }))}"
      )
    }
    guard mean.contains(where: { !(0...255 ~= $0) }) || std.contains(where: { !(1...256 ~= $0) }) else { return nil }
    return (
      "\(numbers) cannot be those of pixels of 0…255",
      "set model.mean and model.std for pixels of 0…255, to which input.scale maps the sources' values"
    )
  }

  /// Why the order of four bands cannot be told, and what to set: training read them as OpenCV does, which turns the first three of a file.
  ///
  /// - Parameter isSettled: whether the pipeline says the order.
  static func doubtOfOrder(bands: Int, isBGR: Bool, isSettled: Bool) -> (reason: String, remedy: String)? {
    guard bands == 4, isBGR, !isSettled else { return nil }
    return (
      "its training read images by OpenCV, which gives four bands as blue, green, red and the fourth",
      "set input.bands: [3, 2, 1, 4] where the sources have red, green, blue and a fourth band, or model.channels: rgb if the network takes "
        + "bands in the order of the file"
    )
  }

  /// A warning where pixels are not normalized at all.
  package static func doubt(mean: [Double], std: [Double]) -> String? {
    guard isNone(mean, std) else { return nil }
    return "the model's mean is 0 and its std 1: pixels reach the network as 0…255; if it was trained with 0…1, set "
      + "model: {mean: \(list(mean)), std: \(list(std.map { $0 * 255 }))}"
  }

  private static func isNone(_ mean: [Double], _ std: [Double]) -> Bool { mean.allSatisfy { $0 == 0 } && std.allSatisfy { $0 == 1 } }

  /// "[123.675, 116.28]": numbers with at most three decimals.
  static func list(_ numbers: [Double]) -> String {
    "[\(numbers.map { number in Int(exactly: number).map(String.init) ?? "\((number * 1000).rounded() / 1000)" }.joined(separator: ", "))]"
  }
}
