package import Layers
import NeuralNetwork
package import PipelineFile
package import RunState

extension Provenance {
  /// What all layers of a run have in common.
  ///
  /// - Throws: `RunStateError` where a file that the pipeline names cannot be read.
  init(_ pipeline: Pipeline, _ model: ModelSetup) throws {
    self.init()
    about = pipeline.about
    self.pipeline = pipeline.origin.name
    let facts = model.facts
    self.model = Model(
      name: facts.file, sha256: facts.sha256, configSHA256: facts.configSHA256, architecture: facts.architecture,
      parameters: model.description.parameters, resolution: facts.resolution, training: model.training)
    var settings = SettingsTexts()
    // How pictures are placed says nothing of sources that are not.
    let frames: Set<String> = pipeline.input.frames.options == nil ? ["frames"] : []
    settings.add("input", try JSONValue(settings: pipeline.input, except: RasterSettings.inputWithoutPixels.union(frames)))
    settings.add("model", try JSONValue(settings: pipeline.model, except: ["checkpoint", "config"]))
    settings.add("inference", try JSONValue(settings: pipeline.inference, except: RasterSettings.inferenceWithoutPixels))
    settings.add("vectors", try JSONValue(settings: pipeline.vectors, except: []))
    self.settings = settings.texts
    software = Versions.ofResults
    kernels = model.kernels.rawValue
  }
}

extension Provenance {
  /// Of layers that are traced from a class raster.
  ///
  /// - Parameter fingerprint: of the raster, with checksums.
  package init(tracing pipeline: Pipeline, _ fingerprint: Fingerprint) throws {
    self.init()
    var settings = SettingsTexts()
    settings.add("vectors", try JSONValue(settings: pipeline.vectors, except: []))
    self.settings = settings.texts
    sources = fingerprint.files.map { File(name: lastComponent($0.name), bytes: $0.size, sha256: $0.sha256 ?? "") }
    software = Versions.ofResults
  }
}

/// Settings as texts, by the keys under which a pipeline has them.
struct SettingsTexts {
  private(set) var texts: [String: String] = [:]

  mutating func add(_ key: String, _ value: JSONValue) {
    switch Self.plain(value) {
    case .object(let members): for (name, member) in members { add("\(key).\(name)", member) }
    case .string(let text): texts[key] = text
    case let other: texts[key] = other.canonical
    }
  }

  /// Without what only Swift's encoding of enumerations adds: a case without a value is its name, a value without a label itself.
  private static func plain(_ value: JSONValue) -> JSONValue {
    guard case .object(let members) = value, members.count == 1, let member = members.first else { return value }
    if member.key == "_0" { return plain(member.value) }
    if case .object([:]) = member.value { return .string(member.key) }
    return value
  }
}
