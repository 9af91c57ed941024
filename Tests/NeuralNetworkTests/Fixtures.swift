import Checkpoints
import Foundation
import NeuralNetwork
import TestSupport
import Testing

/// Files beside these tests, and the shared reference where it is present.
enum Fixtures {
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
  }

  /// The folder of the shared reference, found above this file or by ORTHOWEAVE_SHARED.
  static let shared: String? = {
    if let named = ProcessInfo.processInfo.environment["ORTHOWEAVE_SHARED"] { return named }
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("shared")
      if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("reference/README.md").path) { return candidate.path }
    }
    return nil
  }()

  static func network(_ path: String, options: NetworkOptions = NetworkOptions()) throws -> Network {
    let config = path + ".config.py"
    let checkpoint = try Checkpoint.read(path: path, config: FileManager.default.fileExists(atPath: config) ? config : nil)
    return try Network(checkpoint: checkpoint, file: path, options: options)
  }

  /// Pixels [height, width, channels] of an array [1, channels, height, width].
  static func pixels(_ array: NumPyArray) -> (values: [Float], height: Int, width: Int) {
    let channels = array.shape[1]
    let height = array.shape[2]
    let width = array.shape[3]
    var values = [Float](repeating: 0, count: array.values.count)
    for c in 0..<channels {
      for i in 0..<(height * width) { values[i * channels + c] = array.values[c * height * width + i] }
    }
    return (values, height, width)
  }

  /// Seeded pixels around 0.
  static func noise(height: Int, width: Int, channels: Int, seed: UInt64 = 1) -> [Float] {
    var generator = Seeded(seed: seed)
    return (0..<(height * width * channels)).map { _ in Float.random(in: -2...2, using: &generator) }
  }
}

/// |a - b|₂ / |b|₂.
func relativeDistance(_ a: [Float], _ b: [Float]) -> Double {
  guard a.count == b.count else { return .infinity }
  var difference = 0.0
  var norm = 0.0
  for (x, y) in zip(a, b) {
    difference += Double(x - y) * Double(x - y)
    norm += Double(y) * Double(y)
  }
  return (difference / max(norm, 1e-300)).squareRoot()
}

extension Network {
  func logits(_ pixels: [Float], height: Int, width: Int) throws -> [Float] {
    let worker = try makeWorker(height: height, width: width)
    return try worker.logits(pixels, height: height, width: width)
  }
}

extension NetworkWorker {
  func logits(_ pixels: [Float], height: Int, width: Int) throws -> [Float] {
    var logits = [Float](repeating: .nan, count: height * width * network.description.outputs)
    try pixels.withUnsafeBufferPointer { pixels in
      try logits.withUnsafeMutableBufferPointer { logits in
        try infer(pixels: pixels, height: height, width: width, logits: logits)
      }
    }
    return logits
  }
}

func allFinite(_ values: [Float]) -> Bool { values.allSatisfy { $0.isFinite } }
